//! Where to cut the hash space: even ranges for a new container, a middle for a split.
//!
//! Hashes of version 2 stay below `40`, so their space is cut there and the last range takes the empty rest.
//! Version 1 cuts the space of its 32-bit hash, written as an ordered number.

use std::num::NonZeroU32;

use super::encode::{read_ordered_number, write_ordered_number};
use super::{
    EffectivePartitionKey, EpkRange, PartitionKeyDefinition, PartitionKeyKind, PartitionKeyVersion,
};
use crate::value::short::ShortBytes;

/// The highest hash of version 2.
const MAX_HASH_V2: u128 = u128::MAX >> 2;

/// `count` ranges that tile the hash space and own nearly the same number of hashes each, in order.
///
/// A `Range` definition has no hash to cut and gives one range.
pub fn tile(definition: &PartitionKeyDefinition, count: NonZeroU32) -> Vec<EpkRange> {
    let count = if definition.kind() == PartitionKeyKind::Range {
        NonZeroU32::MIN
    } else {
        count
    };
    let mut ranges = Vec::new();
    let mut rest = EpkRange::FULL;
    for index in 1..count.get() {
        let bound = match hash_version(definition) {
            PartitionKeyVersion::V1 => bound_v1(share(u128::from(u32::MAX), index, count)),
            PartitionKeyVersion::V2 => bound_v2(share(MAX_HASH_V2, index, count)),
        };
        if let Some((lower, upper)) = rest.split_at(&bound) {
            ranges.push(lower);
            rest = upper;
        }
    }
    ranges.push(rest);
    ranges
}

impl EpkRange {
    /// A point that cuts this range into two halves of nearly the same number of hashes; `None` when there is
    /// no hash between its bounds (one logical partition cannot be split).
    pub fn midpoint(&self, definition: &PartitionKeyDefinition) -> Option<EffectivePartitionKey> {
        let bound = match (definition.kind(), hash_version(definition)) {
            (PartitionKeyKind::Range, _) => return None,
            (_, PartitionKeyVersion::V1) => {
                let low = read_ordered_number(self.min().as_bytes()).unwrap_or(0.0);
                let high =
                    read_ordered_number(self.max().as_bytes()).unwrap_or(f64::from(u32::MAX));
                bound_of_hash(f64::midpoint(low, high).floor())
            }
            (kind, PartitionKeyVersion::V2) => {
                let levels = if kind == PartitionKeyKind::MultiHash {
                    definition.paths().len()
                } else {
                    1
                };
                (1..=levels).find_map(|level| self.middle_of_width(level * 16))?
            }
        };
        self.split_at(&bound).map(|_| bound)
    }

    /// The middle as a point of `width` bytes, if it lies strictly inside.
    fn middle_of_width(&self, width: usize) -> Option<EffectivePartitionKey> {
        let high = lowest_unreachable(self.max());
        let mut middle = vec![0; width];
        let mut carry = 0;
        let digit = |bytes: &[u8], at: usize| u16::from(bytes.get(at).copied().unwrap_or_default());
        // Sum from the least significant byte, then halve from the most significant one.
        for (at, byte) in middle.iter_mut().enumerate().rev() {
            let [over, low] =
                (digit(self.min().as_bytes(), at) + digit(&high, at) + carry).to_be_bytes();
            *byte = low;
            carry = u16::from(over);
        }
        for byte in &mut middle {
            let sum = (carry << 8) | u16::from(*byte);
            let [_, half] = (sum / 2).to_be_bytes();
            *byte = half;
            carry = sum % 2;
        }
        let middle = EffectivePartitionKey::from_bytes(&middle);
        self.split_at(&middle).map(|_| middle)
    }
}

/// An upper bound for the hashes below `max`: levels that begin above `40` (such as the `FF` that ends the space
/// or a prefix) come down to `40`, because no hash begins higher.
fn lowest_unreachable(max: &EffectivePartitionKey) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(max.as_bytes().len());
    for level in max.as_bytes().chunks(16) {
        if level.first().is_some_and(|first| *first > 0x40) {
            bytes.push(0x40);
            break;
        }
        bytes.extend_from_slice(level);
    }
    bytes
}

/// The hash that ends the first `index` of `count` even shares of the hashes up to `max`.
fn share(max: u128, index: u32, count: NonZeroU32) -> u128 {
    let (index, count) = (u128::from(index), u128::from(count.get()));
    (max / count) * index + (max % count) * index / count
}

fn bound_v2(hash: u128) -> EffectivePartitionKey {
    EffectivePartitionKey::from_bytes(&hash.to_be_bytes())
}

fn bound_v1(hash: u128) -> EffectivePartitionKey {
    bound_of_hash(f64::from(u32::try_from(hash).unwrap_or(u32::MAX)))
}

fn bound_of_hash(hash: f64) -> EffectivePartitionKey {
    let mut bytes = ShortBytes::<16>::EMPTY;
    write_ordered_number(hash, &mut bytes);
    EffectivePartitionKey::from_bytes(bytes.as_slice())
}

fn hash_version(definition: &PartitionKeyDefinition) -> PartitionKeyVersion {
    match definition.kind() {
        PartitionKeyKind::MultiHash => PartitionKeyVersion::V2,
        _ => definition.version(),
    }
}
