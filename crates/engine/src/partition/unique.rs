//! Unique keys inside a partition: what a version holds of them, and who holds what.
//!
//! Versions carry their entries, so the index follows from the log like every other. An entry
//! names the logical partition, the key and the values in full: no two of them collide.

use std::sync::Arc;

use imbl::OrdMap;

use super::{item_key::ItemName, version::Version};

/// One combination of values under one unique key of one logical partition.
///
/// | offset | bytes | content |
/// |---|---|---|
/// | 0 | 2 | length of the point, big-endian |
/// | 2 | n | the point, without trailing zeros |
/// | 2 + n | 1 | number of the key in its policy |
/// | 3 + n | … | the values, in their canonical form |
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UniqueEntry(Arc<[u8]>);

impl UniqueEntry {
    /// The entry of an item's logical partition for key `number` with these values.
    pub(crate) fn new(name: &ItemName, number: u8, values: &[u8]) -> Self {
        let point = name.point();
        let length = u16::try_from(point.len()).unwrap_or(u16::MAX);
        let mut bytes = Vec::with_capacity(3 + point.len() + values.len());
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(point);
        bytes.push(number);
        bytes.extend_from_slice(values);
        Self(bytes.into())
    }

    /// The entry as it stands in the table above.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The entry that these bytes are.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

/// The entries that a version holds: none in containers without unique keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UniqueEntries(Option<Box<[UniqueEntry]>>);

impl UniqueEntries {
    /// No entries.
    pub(crate) const NONE: Self = Self(None);

    /// The entries, one per key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &UniqueEntry> {
        self.0.iter().flatten()
    }

    /// Whether `entry` is among them.
    pub(crate) fn contains(&self, entry: &UniqueEntry) -> bool {
        self.iter().any(|held| held == entry)
    }
}

impl FromIterator<UniqueEntry> for UniqueEntries {
    fn from_iter<I: IntoIterator<Item = UniqueEntry>>(entries: I) -> Self {
        let entries: Box<[UniqueEntry]> = entries.into_iter().collect();
        Self((!entries.is_empty()).then_some(entries))
    }
}

/// Which item holds an entry. A clone shares all structure.
#[derive(Clone, Debug, Default)]
pub(crate) struct UniqueIndex(OrdMap<UniqueEntry, ItemName>);

impl UniqueIndex {
    /// The item that holds `entry`.
    pub(crate) fn holder(&self, entry: &UniqueEntry) -> Option<&ItemName> {
        self.0.get(entry)
    }

    /// Follows a change: `before` was the item's version, `now` is.
    pub(crate) fn apply(&mut self, before: Option<&Version>, now: &Version) {
        for entry in before.iter().flat_map(|version| version.unique.iter()) {
            self.0.remove(entry);
        }
        for entry in now.unique.iter() {
            self.0.insert(entry.clone(), now.name.clone());
        }
    }
}
