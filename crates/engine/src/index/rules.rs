//! What the indexing policy of a container says: which paths have an index.

use std::{cmp::Reverse, sync::Arc};

use cosmokit_protocol::resource::{
    CompositeIndexOrder, ContainerProperties, IndexPath, IndexPathEnd, IndexStep, IndexingMode,
};
use cosmokit_query::{
    Schema, Surface,
    ast::Direction,
    index::{ComputedProperty, IndexPolicy, SpecialIndex},
};

use super::{
    spec::{IndexSpec, KeyPath, is_single},
    vector::VectorSettings,
};

/// Paths in sequence, with directions.
pub(crate) type Keys = [(IndexPath, Direction)];

/// An indexing policy, read.
#[derive(Debug, Default)]
pub(crate) struct IndexRules {
    /// Included and excluded paths, the more precise ones first; `None` when nothing is indexed.
    paths: Option<Vec<(IndexPath, Said)>>,
    composites: Vec<Vec<(IndexPath, Direction)>>,
    /// Texts with an index of their words.
    texts: Vec<IndexPath>,
    /// Geometries with an index of their cells, and what they lie on.
    shapes: Vec<IndexPath>,
    surface: Surface,
    /// Vectors with an index.
    vectors: Vec<Arc<VectorSettings>>,
    /// Names of computed properties, each with its values where these can be indexed.
    computed: Vec<(Box<str>, Option<Arc<ComputedProperty>>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Included,
    Excluded,
}

impl IndexRules {
    /// What the properties of a container say.
    pub(crate) fn of(properties: &ContainerProperties) -> Self {
        let schema = Schema::of(properties);
        let computed = schema.computed.iter().map(|(name, _)| {
            let property = ComputedProperty::of(name, &schema);
            (name.clone(), property.map(Arc::new))
        });
        let mut rules = Self {
            computed: computed.collect(),
            ..Self::default()
        };
        let Some(policy) = &properties.indexing_policy else {
            rules.paths = Some(vec![(everything(), Said::Included)]);
            return rules;
        };
        if policy.indexing_mode == Some(IndexingMode::None) {
            return rules;
        }
        let parse = |text: &str| IndexPath::parse("indexing", text).ok();
        let included = policy
            .included_paths
            .iter()
            .filter_map(|path| parse(&path.path));
        let excluded = policy
            .excluded_paths
            .iter()
            .filter_map(|path| parse(&path.path));
        let mut paths: Vec<(IndexPath, Said)> = included
            .map(|path| (path, Said::Included))
            .chain(excluded.map(|path| (path, Said::Excluded)))
            .collect();
        paths.sort_by_key(|(path, _)| {
            Reverse((path.steps().len(), path.end() == IndexPathEnd::Scalar))
        });
        rules.paths = Some(paths);
        let texts = policy.full_text_indexes.iter();
        rules.texts = texts.filter_map(|index| parse(&index.path)).collect();
        let shapes = policy.spatial_indexes.iter();
        rules.shapes = shapes.filter_map(|index| parse(&index.path)).collect();
        rules.surface = schema.surface;
        rules.vectors = vectors(properties);
        for index in &policy.composite_indexes {
            let property = |property: &cosmokit_protocol::resource::CompositeIndexProperty| {
                let direction = match property.order {
                    CompositeIndexOrder::Descending => Direction::Descending,
                    _ => Direction::Ascending,
                };
                let path = IndexPath::parse("composite index", property.path.as_str()).ok()?;
                let steps = path.steps().iter().cloned();
                Some((
                    IndexPath::from_steps(steps, IndexPathEnd::Scalar),
                    direction,
                ))
            };
            let keys: Option<Vec<_>> = index.properties.iter().map(property).collect();
            rules.composites.extend(keys);
        }
        rules
    }

    /// Whether anything is indexed at all.
    pub(crate) fn is_on(&self) -> bool {
        self.paths.is_some()
    }

    /// The index that answers conditions on a path.
    pub(crate) fn index_of(&self, path: &IndexPath) -> Option<IndexSpec> {
        let is_indexed = !path.steps().is_empty() && self.is_indexed(path);
        let key = self.key_path(path, Direction::Ascending)?;
        is_indexed.then(|| IndexSpec::over([key]))
    }

    /// The index of the words at a path.
    pub(crate) fn words_of(&self, path: &IndexPath) -> Option<IndexSpec> {
        let mut texts = self.texts.iter();
        let is_held = texts.any(|text| text.steps() == path.steps()) && is_single(path);
        is_held.then(|| IndexSpec::Words(path.clone()))
    }

    /// The index of the cells of the geometries at a path.
    pub(crate) fn cells_of(&self, path: &IndexPath) -> Option<IndexSpec> {
        let is_held = self.shapes.iter().any(|shape| shape.covers(path)) && is_single(path);
        is_held.then(|| IndexSpec::Cells(path.clone(), self.surface))
    }

    /// The index of the vectors at a path.
    pub(crate) fn vectors_of(&self, path: &IndexPath) -> Option<IndexSpec> {
        let mut vectors = self.vectors.iter();
        let found = vectors.find(|vector| vector.path.steps() == path.steps())?;
        Some(IndexSpec::Vectors(Arc::clone(found)))
    }

    /// The index that has items in the order of these keys, and how to walk it; `None` when the
    /// order is not that of one value for each item and path.
    pub(crate) fn order_of(&self, keys: &Keys) -> Option<(IndexSpec, Direction)> {
        let is_plain = |path: &IndexPath| is_single(path) && !path.steps().is_empty();
        if !keys.iter().all(|(path, _)| is_plain(path)) {
            return None;
        }
        let first = keys.first()?.1;
        if let [(path, _)] = keys {
            let key = self.key_path(path, Direction::Ascending)?;
            // An order over one computed property is had from its index alone.
            let is_had = key.computed.is_none() || self.is_indexed(path);
            return is_had.then(|| (IndexSpec::over([key]), first));
        }
        self.composite_of(&[], keys).map(|spec| (spec, first))
    }

    /// The index over some paths, ascending, and behind them the keys of an order.
    pub(crate) fn composite_of(&self, leading: &Keys, keys: &Keys) -> Option<IndexSpec> {
        let first = keys.first().map_or(Direction::Ascending, |key| key.1);
        // Walked backwards, an index has the opposite of all its directions.
        let relative = |direction: Direction| {
            if direction == first {
                Direction::Ascending
            } else {
                Direction::Descending
            }
        };
        let leading = leading
            .iter()
            .map(|(path, _)| self.key_path(path, Direction::Ascending));
        let keys = keys
            .iter()
            .map(|(path, direction)| self.key_path(path, relative(*direction)));
        let paths: Option<Vec<KeyPath>> = leading.chain(keys).collect();
        paths.map(IndexSpec::over)
    }

    /// A path as part of an index; `None` when its values depend on more than the item.
    fn key_path(&self, path: &IndexPath, direction: Direction) -> Option<KeyPath> {
        let computed = match path.steps().first() {
            Some(IndexStep::Property(name)) => {
                self.computed.iter().find(|(known, _)| known == name)
            }
            _ => None,
        };
        let computed = match computed {
            Some((_, property)) => Some(Arc::clone(property.as_ref()?)),
            None => None,
        };
        Some(KeyPath {
            path: path.clone(),
            direction,
            computed,
        })
    }

    /// Whether a path begins with a computed property.
    fn is_computed(&self, path: &IndexPath) -> bool {
        match path.steps().first() {
            Some(IndexStep::Property(name)) => self.computed.iter().any(|(known, _)| known == name),
            _ => false,
        }
    }
}

impl IndexPolicy for IndexRules {
    fn is_indexed(&self, path: &IndexPath) -> bool {
        let Some(paths) = &self.paths else {
            return false;
        };
        if let [IndexStep::Property(name)] = path.steps()
            && matches!(&**name, "id" | "_ts")
        {
            return true;
        }
        // A rule about everything is not about what is computed.
        let is_computed = self.is_computed(path);
        let said = paths
            .iter()
            .find(|(rule, _)| rule.covers(path) && !(is_computed && rule.steps().is_empty()));
        said.is_some_and(|(_, said)| *said == Said::Included)
    }

    fn has_composite(&self, paths: &[(IndexPath, Direction)]) -> bool {
        self.composites.iter().any(|index| {
            let pairs = || index.iter().zip(paths);
            let same = pairs().all(|((one, _), (other, _))| one == other);
            let equal = pairs().filter(|(one, other)| one.1 == other.1).count();
            index.len() == paths.len() && same && (equal == 0 || equal == paths.len())
        })
    }

    fn composites(&self) -> &[Vec<(IndexPath, Direction)>] {
        &self.composites
    }

    fn has_special(&self, path: &IndexPath, kind: SpecialIndex) -> bool {
        let index = match kind {
            SpecialIndex::FullText => self.words_of(path),
            SpecialIndex::Spatial => self.cells_of(path),
            SpecialIndex::Vector => self.vectors_of(path),
        };
        index.is_some()
    }
}

/// The indexes of vectors, each with the embedding of its path.
fn vectors(properties: &ContainerProperties) -> Vec<Arc<VectorSettings>> {
    let policy = properties.vector_embedding_policy.as_ref();
    let embeddings = policy.map_or(&[][..], |policy| &policy.embeddings);
    let indexes = properties.indexing_policy.iter();
    let indexes = indexes.flat_map(|policy| &policy.vector_indexes);
    let settings = indexes.filter_map(|index| {
        let steps = |path: &str| {
            let parsed = IndexPath::parse("vector index", path).ok();
            parsed.map(|path| path.steps().to_vec())
        };
        let mut embeddings = embeddings.iter();
        let embedding = embeddings.find(|other| steps(&other.path) == steps(&index.path))?;
        VectorSettings::of(index, embedding)
    });
    settings.map(Arc::new).collect()
}

fn everything() -> IndexPath {
    IndexPath::from_steps([], IndexPathEnd::Subtree)
}
