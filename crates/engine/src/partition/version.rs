//! One version of one item, never changed after it is made.
//!
//! A version belongs to no region: logs and indexes of all regions, snapshots and forks share it.
//! Positions (LSNs) are the log's, not the version's.

use std::fmt;

use bytes::Bytes;
use cosmokit_protocol::id::Etag;
use uuid::{Uuid, fmt::Hyphenated};

use super::{item_key::ItemName, unique::UniqueEntries};
use crate::{clock::Timestamp, document::ItemTtl};

/// What a write did to the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// There was no item of this name.
    Create,
    /// There was one.
    Replace,
    /// It was deleted; the body is empty.
    Delete,
    /// Its time to live was over; the body is empty.
    Expire,
}

impl Change {
    /// Whether the item is gone after it.
    pub(crate) const fn removes(self) -> bool {
        matches!(self, Self::Delete | Self::Expire)
    }
}

/// The 128 bits that an etag shows, unique among all writes of an account.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct VersionTag(u128);

impl VersionTag {
    /// A tag in the service's layout: counter, region, zero, seconds since 1970, zero.
    ///
    /// | bits from the top | content |
    /// |---|---|
    /// | 32, 16 | low 32 bits of the counter with their bytes swapped, next 16 bits |
    /// | 16 | region number, bytes swapped |
    /// | 16 | zero |
    /// | 32, 16 | seconds since 1970, top 16 bits of the counter |
    pub(crate) fn new(counter: u64, region: u16, at: Timestamp) -> Self {
        let low = u32::try_from(counter & 0xffff_ffff)
            .unwrap_or_default()
            .swap_bytes();
        let middle = u16::try_from(counter >> 32 & 0xffff).unwrap_or_default();
        let top = u16::try_from(counter >> 48).unwrap_or_default();
        let secs = u32::try_from(at.secs() & 0xffff_ffff).unwrap_or_default();
        Self(
            u128::from(low) << 96
                | u128::from(middle) << 80
                | u128::from(region.swap_bytes()) << 64
                | u128::from(secs) << 16
                | u128::from(top),
        )
    }
}

impl VersionTag {
    /// The bits, to be kept.
    pub(crate) const fn bits(self) -> u128 {
        self.0
    }

    /// The tag with these bits.
    pub(crate) const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The etag: the tag in quotes.
    pub(crate) fn etag(self) -> Etag {
        let mut text = [b'"'; 2 + Hyphenated::LENGTH];
        let [_, inner @ .., _] = &mut text;
        Uuid::from_u128(self.0).hyphenated().encode_lower(inner);
        Etag::from(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Display for VersionTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Uuid::encode_buffer();
        f.write_str(
            Uuid::from_u128(self.0)
                .hyphenated()
                .encode_lower(&mut buffer),
        )
    }
}

impl fmt::Debug for VersionTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A version of an item.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// Point and id.
    pub(crate) name: ItemName,
    /// The number in the item's resource id; grows with insertion in a container.
    pub(crate) ordinal: u64,
    /// What the write did.
    pub(crate) change: Change,
    /// The etag's bits.
    pub(crate) tag: VersionTag,
    /// When it was written; `_ts` is its whole seconds.
    pub(crate) at: Timestamp,
    /// The item's own time to live.
    pub(crate) ttl: ItemTtl,
    /// Scalar values in the body, for request charges.
    pub(crate) leaves: u32,
    /// What it holds of the container's unique keys.
    pub(crate) unique: UniqueEntries,
    /// JSON text with system properties, as sent to clients; empty after a delete.
    pub(crate) body: Bytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_show_counter_region_and_time_as_the_service_does() {
        let check = |counter: u64, expected: &str| {
            let tag = VersionTag::new(counter, 7, Timestamp::from_secs(0x5f6b_1c5c));
            assert_eq!(tag.to_string(), expected);
            assert_eq!(tag.etag().as_str(), format!("\"{expected}\""));
        };
        check(0x26d8, "d8260000-0000-0700-0000-5f6b1c5c0000");
        check(1, "01000000-0000-0700-0000-5f6b1c5c0000");
        check(
            0x0003_0002_0000_0001,
            "01000000-0002-0700-0000-5f6b1c5c0003",
        );
    }

    #[test]
    fn tags_differ_whenever_counters_do() {
        let at = Timestamp::from_secs(1);
        let tags: std::collections::HashSet<_> = (0..64)
            .map(|bit| VersionTag::new(1 << bit, 1, at))
            .collect();
        assert_eq!(tags.len(), 64);
    }
}
