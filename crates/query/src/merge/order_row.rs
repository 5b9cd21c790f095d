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
///
/// Keys of one merge are all of the same form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortKey {
    /// A single key, which most queries have.
    One(Directed),
    Many(Box<[Directed]>),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Directed {
    Ascending(OrderKey),
    Descending(Reverse<OrderKey>),
}

impl Directed {
    fn new(key: OrderKey, direction: Direction) -> Self {
        match direction {
            Direction::Ascending => Self::Ascending(key),
            Direction::Descending => Self::Descending(Reverse(key)),
        }
    }
}

impl SortKey {
    pub(super) fn new(keys: impl IntoIterator<Item = OrderKey>, directions: &[Direction]) -> Self {
        let mut keys = keys.into_iter();
        if let [direction] = directions
            && let Some(key) = keys.next()
        {
            return Self::One(Directed::new(key, *direction));
        }
        let directed = |(key, direction): (OrderKey, &Direction)| Directed::new(key, *direction);
        Self::Many(keys.zip(directions).map(directed).collect())
    }

    /// The keys, without their directions.
    pub(super) fn keys(&self) -> impl Iterator<Item = &OrderKey> {
        let keys = match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Many(keys) => keys,
        };
        keys.iter().map(|key| match key {
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
    /// Takes a row apart, in one pass over its members.
    pub(super) fn read(row: &Bytes, directions: &[Direction]) -> Result<Self, MergeError> {
        let (mut items, mut rid, mut payload) = (None, None, None);
        for (name, value) in Raw::new(row).members() {
            let place = if name.is("_rid") {
                &mut rid
            } else if name.is("orderByItems") {
                &mut items
            } else if name.is("payload") {
                &mut payload
            } else {
                continue;
            };
            place.get_or_insert(value);
        }
        let items: Raw<'_> = items.ok_or(MergeError::Row("orderByItems is missing"))?;
        let rid = rid.map(Raw::value);
        let rid = rid.as_ref().and_then(Value::as_str);
        Ok(Self {
            key: key(items, directions)?,
            rid: rid.filter(|rid| !rid.is_empty()).map(Box::from),
            payload: part(row, payload),
        })
    }
}

fn key(items: Raw<'_>, directions: &[Direction]) -> Result<SortKey, MergeError> {
    let mut count = 0;
    let mut keys = items.elements().map(|item| {
        count += 1;
        OrderKey::from(&item.member("item").map_or(Value::Undefined, Raw::value))
    });
    let key = SortKey::new(keys.by_ref(), directions);
    keys.for_each(drop);
    if count == directions.len() {
        Ok(key)
    } else {
        Err(MergeError::Row(
            "orderByItems has not as many items as ORDER BY",
        ))
    }
}
