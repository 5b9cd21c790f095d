//! One version of one item, never changed after it is made.
//!
//! A version belongs to no region: logs and indexes of all regions, snapshots and forks share it.
//! Positions (LSNs) are the log's, not the version's.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use cosmokit_protocol::{
    id::Etag,
    session::{Lsn, RegionId},
};
use uuid::{Uuid, fmt::Hyphenated};

use super::{item_key::ItemName, unique::UniqueEntries};
use crate::{clock::Timestamp, document::ItemTtl, region::progress::Progress};

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

    /// The counter that the tag was made from: unique in the account.
    pub(crate) fn counter(self) -> u64 {
        let bits =
            |shift: u32, mask: u128| u64::try_from(self.0 >> shift & mask).unwrap_or_default();
        let low = u32::try_from(bits(96, 0xffff_ffff)).unwrap_or_default();
        u64::from(low.swap_bytes()) | bits(80, 0xffff) << 32 | bits(0, 0xffff) << 48
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

/// Which write of which region made a version, and what that region knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The region.
    pub(crate) region: RegionId,
    /// Which of its writes.
    pub(crate) number: Lsn,
    /// Writes of each region: what they did to the item was known.
    pub(crate) seen: Progress,
}

impl Origin {
    /// What whoever knows this write knows of its item.
    pub(crate) fn with_itself(&self) -> Progress {
        self.seen.join(&Progress::begin(self.region, self.number))
    }
}

impl Version {
    /// Whether this version was written with knowledge of the other. Versions from before several
    /// regions wrote are known to everybody; changes of one write are known to those behind them.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let place = |version: &Self, origin: &Origin| (origin.number, version.tag.counter());
        match (&self.origin, &other.origin) {
            (_, None) => self.tag != other.tag,
            (None, Some(_)) => false,
            (Some(own), Some(theirs)) if own.region == theirs.region => {
                place(self, own) > place(other, theirs)
            }
            (Some(own), Some(theirs)) => own.seen.of(theirs.region) >= theirs.number,
        }
    }

    /// The version that ends an item of which this one does not stand.
    pub(crate) fn ended(&self, change: Change) -> Self {
        Self {
            change,
            ttl: ItemTtl::Absent,
            leaves: 0,
            unique: UniqueEntries::NONE,
            body: Bytes::new(),
            ..self.clone()
        }
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
    /// Where it was written and with which knowledge, in an account where several regions write.
    pub(crate) origin: Option<Arc<Origin>>,
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
        for bit in 0..64 {
            let tag = VersionTag::new(1 << bit, 1, at);
            assert_eq!(tag.counter(), 1 << bit);
        }
    }
}
