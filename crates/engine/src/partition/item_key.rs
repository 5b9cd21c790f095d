//! Names of items inside a partition: effective partition key, then id.
//!
//! One allocation per item, shared by all its versions and by the index that finds it. Keys
//! compare by point first (trailing zero bytes never count), then by id, both as bytes; the
//! first eight bytes of the point stand inline, so most comparisons follow no pointer.

use std::{cmp::Ordering, sync::Arc};

use cosmokit_protocol::partition::EffectivePartitionKey;
use equivalent::{Comparable, Equivalent};

/// The full name of an item, as one shared allocation.
///
/// | offset | bytes | content |
/// |---|---|---|
/// | 0 | 2 | length of the point, big-endian |
/// | 2 | n | the point, without trailing zeros |
/// | 2 + n | … | the id, UTF-8 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ItemName(Arc<[u8]>);

impl ItemName {
    /// The name of the item with this id at this point.
    pub(crate) fn new(point: &[u8], id: &str) -> Self {
        let point = trimmed(point);
        let length = u16::try_from(point.len()).unwrap_or(u16::MAX);
        let mut bytes = Vec::with_capacity(2 + point.len() + id.len());
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend(point.iter().take(length.into()));
        bytes.extend_from_slice(id.as_bytes());
        Self(bytes.into())
    }

    /// The point, without trailing zeros.
    pub(crate) fn point(&self) -> &[u8] {
        self.parts().0
    }

    /// The point.
    pub(crate) fn effective_partition_key(&self) -> EffectivePartitionKey {
        EffectivePartitionKey::from_bytes(self.point())
    }

    /// The id.
    pub(crate) fn id(&self) -> &str {
        std::str::from_utf8(self.parts().1).unwrap_or_default()
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        self.0
            .split_first_chunk::<2>()
            .and_then(|(length, rest)| rest.split_at_checked(u16::from_be_bytes(*length).into()))
            .unwrap_or_default()
    }
}

/// An [`ItemName`] as the index orders it.
#[derive(Clone, Debug)]
pub(crate) struct ItemKey {
    head: u64,
    name: ItemName,
}

impl ItemKey {
    /// The key of this name.
    pub(crate) fn new(name: ItemName) -> Self {
        Self {
            head: head(name.point()),
            name,
        }
    }
}

impl PartialEq for ItemKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ItemKey {}

impl PartialOrd for ItemKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ItemKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.head
            .cmp(&other.head)
            .then_with(|| self.name.parts().cmp(&other.name.parts()))
    }
}

/// A place in the order of keys, borrowed: for lookups and bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyProbe<'a> {
    head: u64,
    point: &'a [u8],
    id: &'a [u8],
}

impl<'a> KeyProbe<'a> {
    /// The place of the item with this id at this point; the empty id stands before all items of
    /// its point.
    pub(crate) fn new(point: &'a EffectivePartitionKey, id: &'a str) -> Self {
        Self::of_bytes(point.as_bytes(), id)
    }

    /// The same from the bytes of the point.
    pub(crate) fn of_bytes(point: &'a [u8], id: &'a str) -> Self {
        let point = trimmed(point);
        Self {
            head: head(point),
            point,
            id: id.as_bytes(),
        }
    }

    /// The place of a name.
    pub(crate) fn of(name: &'a ItemName) -> Self {
        let (point, id) = name.parts();
        Self {
            head: head(point),
            point,
            id,
        }
    }
}

impl Equivalent<ItemKey> for KeyProbe<'_> {
    fn equivalent(&self, key: &ItemKey) -> bool {
        self.compare(key).is_eq()
    }
}

impl Comparable<ItemKey> for KeyProbe<'_> {
    fn compare(&self, key: &ItemKey) -> Ordering {
        self.head
            .cmp(&key.head)
            .then_with(|| (self.point, self.id).cmp(&key.name.parts()))
    }
}

fn trimmed(mut point: &[u8]) -> &[u8] {
    while let [rest @ .., 0] = point {
        point = rest;
    }
    point
}

/// The first eight bytes of a point as a number, zeros behind a shorter one.
fn head(point: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    for (slot, byte) in bytes.iter_mut().zip(point) {
        *slot = *byte;
    }
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_gives_back_its_parts() {
        let check = |point: &[u8], id: &str, kept: &[u8]| {
            let name = ItemName::new(point, id);
            assert_eq!((name.point(), name.id()), (kept, id));
        };
        check(&[1, 2, 3], "a", &[1, 2, 3]);
        check(&[1, 0, 3, 0, 0], "é", &[1, 0, 3]);
        check(&[], "", &[]);
        check(&[7; 300], "x", &[7; 300]);
    }

    proptest! {
        #[test]
        fn keys_order_as_trimmed_point_then_id(
            a in prop::collection::vec(0_u8..3, 0..12), b in prop::collection::vec(0_u8..3, 0..12),
            x in "[ab]{0,2}", y in "[ab]{0,2}",
        ) {
            let expected = (trimmed(&a), x.as_bytes()).cmp(&(trimmed(&b), y.as_bytes()));
            let (left, right) = (ItemKey::new(ItemName::new(&a, &x)), ItemKey::new(ItemName::new(&b, &y)));
            prop_assert_eq!(left.cmp(&right), expected);
            prop_assert_eq!(KeyProbe::of_bytes(&a, &x).compare(&right), expected);
            prop_assert_eq!(KeyProbe::of(&left.name).compare(&right), expected);
        }
    }
}
