//! Aggregates from the partial results of ranges, in the forms that rewritten queries ask for:
//!
//! | aggregate | partial result |
//! |---|---|
//! | `Count`, `CountIf`, `Sum`, `MakeList`, `MakeSet` | `{"item": value}` |
//! | `Average` | `{"item": {"sum": value, "count": n}}` |
//! | `Min`, `Max` | `{"item": value, "item2": {"min": value, "count": n}}` (`"max"`) |
//!
//! Partial results may come in any order: the result is the same, but for the last bits of sums.

use std::cmp::Ordering;

use bytes::Bytes;
use cosmokit_protocol::value::{Number, TypeRank};

use super::stage::Place;
use crate::aggregate::{AggregateKind, Sum};
use crate::value::{MapByValue, Raw, Value, structural_hash};

/// The state of one aggregate over the partial results so far.
#[derive(Clone, Debug)]
pub(super) enum Partial {
    /// `Count`, `CountIf`.
    Count(u64),
    /// Sum.
    Sum(Sum),
    /// Average: the sum and how many values it is of.
    Average(Sum, u64),
    /// Min, Max.
    Extreme(Extreme),
    /// `MakeList`, `MakeSet`.
    List(List),
}

/// The least or the greatest value.
#[derive(Clone, Debug)]
pub(super) struct Extreme {
    pub(super) wanted: Wanted,
    pub(super) best: Option<Bytes>,
    /// Whether a value was met that has no place in the order.
    pub(super) poisoned: bool,
}

/// Which extreme is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Least,
    Greatest,
}

/// Values that are collected, each with the place of the row that brought it.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    pub(super) values: Vec<(Place, Bytes)>,
    /// Where each different value stands; `None` when equal values are kept.
    pub(super) different: Option<MapByValue<usize>>,
    bytes: usize,
}

impl Partial {
    /// The state over no partial results.
    pub(super) fn new(kind: AggregateKind) -> Self {
        let extreme = |wanted| {
            Self::Extreme(Extreme {
                wanted,
                best: None,
                poisoned: false,
            })
        };
        match kind {
            AggregateKind::Count | AggregateKind::CountIf => Self::Count(0),
            AggregateKind::Sum => Self::Sum(Sum::ZERO),
            AggregateKind::Average => Self::Average(Sum::ZERO, 0),
            AggregateKind::Min => extreme(Wanted::Least),
            AggregateKind::Max => extreme(Wanted::Greatest),
            AggregateKind::MakeList => Self::List(List::default()),
            AggregateKind::MakeSet => Self::List(List {
                different: Some(MapByValue::default()),
                ..List::default()
            }),
        }
    }

    /// Takes a partial result: an object with `item` and perhaps `item2`, read from `row`.
    pub(super) fn take(&mut self, row: &Bytes, partial: Raw<'_>, place: Place) {
        let item = partial.member("item");
        match self {
            Self::Count(total) => *total = total.saturating_add(item.and_then(count).unwrap_or(0)),
            Self::Sum(sum) => add(sum, item),
            Self::Average(sum, counted) => {
                let here = item
                    .and_then(|item| item.member("count"))
                    .and_then(count)
                    .unwrap_or(0);
                *counted = counted.saturating_add(here);
                add(sum, item.and_then(|item| item.member("sum")));
            }
            Self::Extreme(extreme) => extreme.take(row, item, partial.member("item2")),
            Self::List(list) => {
                let elements = item.map(Raw::elements);
                for element in elements.into_iter().flatten() {
                    list.take(place, row, element);
                }
            }
        }
    }

    /// How many values are collected.
    pub(super) fn values(&self) -> usize {
        match self {
            Self::List(list) => list.values.len(),
            _ => 0,
        }
    }

    /// How many bytes are held.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::List(list) => list.bytes,
            Self::Extreme(extreme) => extreme.best.as_ref().map_or(0, Bytes::len),
            _ => 0,
        }
    }

    /// The result as JSON text; `None` when it is undefined.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count beyond 2^53 rows is out of reach"
    )]
    pub(super) fn result(&self) -> Option<Bytes> {
        let number = |number: f64| Bytes::from(Value::from(number).to_json_text());
        match self {
            Self::Count(total) => Some(total.to_string().into()),
            Self::Sum(sum) => sum.result().map(number),
            Self::Average(_, 0) => None,
            Self::Average(sum, counted) => sum.result().map(|sum| number(sum / *counted as f64)),
            Self::Extreme(extreme) => extreme.best.clone().filter(|_| !extreme.poisoned),
            Self::List(list) => Some(list.result()),
        }
    }
}

fn count(raw: Raw<'_>) -> Option<u64> {
    raw.value()
        .as_number()
        .and_then(Number::as_i64)
        .and_then(|count| u64::try_from(count).ok())
}

fn add(sum: &mut Sum, item: Option<Raw<'_>>) {
    match item.and_then(|item| summand(&item.value())) {
        Some(number) => sum.add(number),
        None => sum.poison(),
    }
}

/// A sum that came as JSON, which has only words for what is no finite number. A sum is never a string otherwise.
fn summand(value: &Value<'_>) -> Option<f64> {
    match value.as_str() {
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some("NaN") => Some(f64::NAN),
        _ => value.as_number().map(Number::as_f64),
    }
}

impl Extreme {
    fn take(&mut self, row: &Bytes, item: Option<Raw<'_>>, item2: Option<Raw<'_>>) {
        let Some(item2) = item2 else {
            if let Some(item) = item {
                self.candidate(row, item);
            }
            return;
        };
        if item2.member("count").and_then(count) == Some(0) {
            return;
        }
        let name = match self.wanted {
            Wanted::Least => "min",
            Wanted::Greatest => "max",
        };
        match item2.member(name) {
            Some(value) => self.candidate(row, value),
            None => self.poisoned = true,
        }
    }

    fn candidate(&mut self, row: &Bytes, raw: Raw<'_>) {
        let value = raw.value();
        if value.rank() >= TypeRank::Array {
            self.poisoned = true;
            return;
        }
        let better = self.best.as_ref().is_none_or(|best| {
            let order = value.total_cmp(&Raw::new(best).value());
            order
                == if self.wanted == Wanted::Least {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
        });
        if better {
            // A copy: the page that the row lies in can then go.
            self.best =
                super::order_row::part(row, Some(raw)).map(|part| Bytes::copy_from_slice(&part));
        }
    }
}

impl List {
    fn take(&mut self, place: Place, row: &Bytes, raw: Raw<'_>) {
        let Some(bytes) = super::order_row::part(row, Some(raw)) else {
            return;
        };
        self.insert(place, Bytes::copy_from_slice(&bytes));
    }

    /// Takes a value; of equal ones in a set the first place counts.
    pub(super) fn insert(&mut self, place: Place, value: Bytes) {
        if let Some(different) = &mut self.different {
            let hash = structural_hash(&Raw::new(&value).value());
            if let Some(known) = different
                .get(&hash)
                .and_then(|known| self.values.get_mut(*known))
            {
                if place < known.0 {
                    *known = (place, value);
                }
                return;
            }
            different.insert(hash, self.values.len());
        }
        self.bytes += value.len();
        self.values.push((place, value));
    }

    fn result(&self) -> Bytes {
        let mut values: Vec<&(Place, Bytes)> = self.values.iter().collect();
        values.sort_by_key(|(place, _)| *place);
        let mut out = Vec::with_capacity(self.bytes + values.len() + 2);
        out.push(b'[');
        for (index, (_, value)) in values.into_iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(value);
        }
        out.push(b']');
        out.into()
    }
}
