//! Which paths an index is over, and how its keys are taken from the text of an item.

use std::sync::Arc;

use cosmokit_protocol::resource::{IndexPath, IndexStep};
use cosmokit_query::{
    Surface,
    ast::Direction,
    index::{
        ComputedProperty, spatial,
        text::{SearchTerm, TextKeys},
        vector,
    },
    value::{OrderKey, Raw, Value},
};

use super::{key::IndexKey, vector::VectorSettings};

/// What an index holds of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IndexSpec {
    /// The values of paths, in sequence.
    Values(Box<[KeyPath]>),
    /// The words of the text at a path.
    Words(IndexPath),
    /// The cells of the geometry at a path.
    Cells(IndexPath, Surface),
    /// The vectors at a path; they have no keys.
    Vectors(Arc<VectorSettings>),
}

/// A path whose values are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyPath {
    /// The path.
    pub(crate) path: IndexPath,
    /// How its values are sorted.
    pub(crate) direction: Direction,
    /// The property that the path begins with, when that is computed.
    pub(crate) computed: Option<Arc<ComputedProperty>>,
}

impl KeyPath {
    /// A path of what items hold, in ascending order.
    #[cfg(test)]
    pub(crate) fn stored(path: IndexPath) -> Self {
        Self {
            path,
            direction: Direction::Ascending,
            computed: None,
        }
    }

    /// The key of an index over this path alone.
    fn key(&self, document: Raw<'_>, body: &[u8]) -> IndexKey {
        if self.computed.is_some() {
            return IndexKey::of([(&self.value(document, body), self.direction)]);
        }
        let found = found_at(document, self.path.steps());
        IndexKey::of_found(&found.map_or(Value::Undefined, Raw::value), self.direction)
    }

    fn value(&self, document: Raw<'_>, body: &[u8]) -> OrderKey {
        let Some(property) = &self.computed else {
            return value_at(document, self.path.steps());
        };
        let behind = self.path.steps().get(1..).unwrap_or_default();
        let computed = property.value(body);
        computed.map_or(OrderKey::Undefined, |value| {
            value_at(Raw::new(&value), behind)
        })
    }
}

impl IndexSpec {
    /// An index over one path.
    #[cfg(test)]
    pub(crate) fn single(path: IndexPath) -> Self {
        Self::Values([KeyPath::stored(path)].into())
    }

    /// An index over paths together; when they are several, none of them goes through elements of arrays.
    pub(crate) fn over(paths: impl IntoIterator<Item = KeyPath>) -> Self {
        Self::Values(paths.into_iter().collect())
    }

    /// Whether every item has exactly one key.
    pub(crate) fn has_one_key(&self) -> bool {
        match self {
            Self::Values(paths) => paths.len() > 1 || paths.iter().all(|one| is_single(&one.path)),
            Self::Words(_) | Self::Cells(..) | Self::Vectors(_) => false,
        }
    }

    /// Shows `visit` the keys of an item, some perhaps twice.
    pub(crate) fn keys(&self, body: &[u8], visit: &mut dyn FnMut(IndexKey)) {
        let document = Raw::new(body);
        match self {
            Self::Vectors(_) => {}
            Self::Cells(path, surface) => {
                if let Some(found) = found_at(document, path.steps()) {
                    let each = &mut |cell: u64| visit(IndexKey::of_cell(cell));
                    spatial::keys_of(&found.value(), *surface, each);
                }
            }
            Self::Values(paths) => values((document, body), paths, visit),
            Self::Words(_) => {
                for (word, _) in self.text(body).unwrap_or_default().words {
                    visit(IndexKey::of_value(&OrderKey::String(word)));
                }
            }
        }
    }

    /// The words of the text of an item; `None` when it has no text.
    pub(crate) fn text(&self, body: &[u8]) -> Option<TextKeys> {
        match self {
            Self::Words(path) => {
                let found = found_at(Raw::new(body), path.steps())?;
                TextKeys::of(&found.value())
            }
            Self::Values(_) | Self::Cells(..) | Self::Vectors(_) => None,
        }
    }

    /// How often a term stands in the text of an item.
    pub(crate) fn occurrences(&self, body: &[u8], term: &SearchTerm) -> u32 {
        let Self::Words(path) = self else { return 0 };
        let found = found_at(Raw::new(body), path.steps()).map(Raw::value);
        let text = found.as_ref().and_then(Value::as_str);
        text.map_or(0, |text| term.occurrences(text))
    }

    /// The vector of an item.
    pub(crate) fn vector(&self, body: &[u8]) -> Option<Arc<[f32]>> {
        match self {
            Self::Vectors(settings) => {
                let found = found_at(Raw::new(body), settings.path.steps())?;
                vector(&found.value()).map(Arc::from)
            }
            Self::Values(_) | Self::Words(_) | Self::Cells(..) => None,
        }
    }

    /// The shard of vectors that an item belongs to.
    pub(crate) fn shard(&self, body: &[u8]) -> IndexKey {
        match self {
            Self::Vectors(settings) => {
                let document = Raw::new(body);
                let paths = settings.shard_key.iter();
                let values: Vec<OrderKey> =
                    paths.map(|path| value_at(document, path.steps())).collect();
                IndexKey::of(values.iter().map(|value| (value, Direction::Ascending)))
            }
            Self::Values(_) | Self::Words(_) | Self::Cells(..) => IndexKey::from_bytes(&[]),
        }
    }

    /// The only key of an item.
    pub(crate) fn key(&self, body: &[u8]) -> IndexKey {
        let mut found = None;
        self.keys(body, &mut |key| found = Some(key));
        found.unwrap_or_else(|| IndexKey::of_value(&OrderKey::Undefined))
    }
}

fn values((document, body): (Raw<'_>, &[u8]), paths: &[KeyPath], visit: &mut dyn FnMut(IndexKey)) {
    match paths {
        [one] if is_single(&one.path) => visit(one.key(document, body)),
        [one] => each(document, one.path.steps(), &mut |found| {
            visit(IndexKey::of_found(&found.value(), one.direction));
        }),
        paths => {
            let value = |one: &KeyPath| (one.value(document, body), one.direction);
            let values: Vec<(OrderKey, Direction)> = paths.iter().map(value).collect();
            let values = values.iter();
            visit(IndexKey::of(
                values.map(|(value, direction)| (value, *direction)),
            ));
        }
    }
}

/// Whether a path meets one value of an item at most.
pub(crate) fn is_single(path: &IndexPath) -> bool {
    !path.steps().contains(&IndexStep::AnyElement)
}

fn value_at(document: Raw<'_>, steps: &[IndexStep]) -> OrderKey {
    let found = found_at(document, steps);
    OrderKey::from(&found.map_or(Value::Undefined, Raw::value))
}

fn found_at<'d>(document: Raw<'d>, steps: &[IndexStep]) -> Option<Raw<'d>> {
    steps.iter().try_fold(document, |value, step| match step {
        IndexStep::Property(name) => value.member(name),
        IndexStep::AnyElement => None,
    })
}

fn each(value: Raw<'_>, steps: &[IndexStep], visit: &mut dyn FnMut(Raw<'_>)) {
    match steps.split_first() {
        None => visit(value),
        Some((IndexStep::Property(name), rest)) => {
            if let Some(member) = value.member(name) {
                each(member, rest, visit);
            }
        }
        Some((IndexStep::AnyElement, rest)) => {
            for element in value.elements() {
                each(element, rest, visit);
            }
        }
    }
}
