//! Rows of rewritten ORDER BY queries: `{"_rid": …, "orderByItems": [{"item": …}], "payload": …}`.

use std::cmp::Reverse;

use bytes::Bytes;

use super::MergeError;
use crate::ast::Direction;
use crate::value::{OrderKey, Raw, Value};

/// A row taken apart.
#[derive(Clone, Debug)]
pub(super) struct OrderRow {
    pub(super) key: SortKey,
    /// The resource id; `None` when the row is no document's.
    pub(super) rid: Option<Box<str>>,
    /// What is selected; `None` when it is undefined.
    pub(super) payload: Option<Bytes>,
}

/// The keys of a row, comparable under their directions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SortKey(Vec<Directed>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Directed {
    Ascending(OrderKey),
    Descending(Reverse<OrderKey>),
}

impl SortKey {
    pub(super) fn new(keys: impl IntoIterator<Item = OrderKey>, directions: &[Direction]) -> Self {
        let directed = |(key, direction): (OrderKey, &Direction)| match direction {
            Direction::Ascending => Directed::Ascending(key),
            Direction::Descending => Directed::Descending(Reverse(key)),
        };
        Self(keys.into_iter().zip(directions).map(directed).collect())
    }

    /// The keys, without their directions.
    pub(super) fn keys(&self) -> impl Iterator<Item = &OrderKey> {
        self.0.iter().map(|key| match key {
            Directed::Ascending(key) | Directed::Descending(Reverse(key)) => key,
        })
    }
}

/// The part of a row that a value was read from, without a copy.
pub(super) fn part(row: &Bytes, value: Option<Raw<'_>>) -> Option<Bytes> {
    value
        .map(|raw| row.slice_ref(raw.bytes()))
        .filter(|bytes| !bytes.is_empty())
}

impl OrderRow {
    /// Takes a row apart.
    pub(super) fn read(row: &Bytes, directions: &[Direction]) -> Result<Self, MergeError> {
        let raw = Raw::new(row);
        let items = raw
            .member("orderByItems")
            .ok_or(MergeError::Row("orderByItems is missing"))?;
        let keys: Vec<OrderKey> = items
            .elements()
            .map(|item| OrderKey::from(&item.member("item").map_or(Value::Undefined, Raw::value)))
            .collect();
        if keys.len() != directions.len() {
            return Err(MergeError::Row(
                "orderByItems has not as many items as ORDER BY",
            ));
        }
        let rid = raw.member("_rid").map(Raw::value);
        let rid = rid
            .as_ref()
            .and_then(Value::as_str)
            .filter(|rid| !rid.is_empty())
            .map(Box::from);
        Ok(Self {
            key: SortKey::new(keys, directions),
            rid,
            payload: part(row, raw.member("payload")),
        })
    }
}
