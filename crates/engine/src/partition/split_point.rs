//! Where to cut a range in two.

use cosmokit_protocol::partition::{
    EffectivePartitionKey, EpkRange, PartitionKeyDefinition, PartitionKeyKind, PartitionKeyValue,
    PartitionKeyVersion,
};

use super::items::Items;

/// Bytes of a version 2 hash, and of each level of a hierarchical point.
const HASH_BYTES: usize = 16;
/// Hashes have their two top bits clear: what a bound of `FF` stands for at the place of a hash.
const HASH_END: u8 = 0x40;

/// The middle of a range, where the service would cut it: half of the hash values lie on either
/// side. A range inside one value of a hierarchical key is cut by the hash of the next one.
/// `None` when the range is too narrow.
pub(crate) fn middle(
    range: &EpkRange,
    definition: &PartitionKeyDefinition,
) -> Option<EffectivePartitionKey> {
    let middle = if is_v1(definition) {
        middle_v1(range)
    } else {
        middle_v2(range)
    };
    middle.filter(|middle| range.split_at(middle).is_some())
}

/// The point that leaves about half of the bytes below it. `None` when all items have one point.
pub(crate) fn by_storage(items: &Items, range: &EpkRange) -> Option<EffectivePartitionKey> {
    let half = items.usage().bytes.div_ceil(2);
    let mut below = 0_u64;
    let mut found: Option<&[u8]> = None;
    let mut last: Option<&[u8]> = None;
    for slot in items.in_order() {
        let point = slot.version.name.point();
        let starts = last.is_some_and(|last| last != point);
        if starts {
            found = Some(point);
            if below >= half {
                break;
            }
        }
        last = Some(point);
        below += u64::try_from(slot.version.body.len()).unwrap_or(u64::MAX);
    }
    found
        .map(EffectivePartitionKey::from_bytes)
        .filter(|point| range.split_at(point).is_some())
}

/// How many hash values a range has, of the first value of a key: for comparing ranges of one
/// container.
pub(crate) fn width(range: &EpkRange, definition: &PartitionKeyDefinition) -> u128 {
    let is_v1 = is_v1(definition);
    let at = |bound: &EffectivePartitionKey| {
        if is_v1 {
            return first_hash(bound).into();
        }
        let mut bytes = [0; HASH_BYTES];
        for (slot, byte) in bytes.iter_mut().zip(end_of_hashes(bound)) {
            *slot = byte;
        }
        u128::from_be_bytes(bytes)
    };
    at(range.max()).saturating_sub(at(range.min()))
}

fn is_v1(definition: &PartitionKeyDefinition) -> bool {
    definition.kind() == PartitionKeyKind::Hash && definition.version() == PartitionKeyVersion::V1
}

/// The last point of the lower half, (min + max - 1) / 2 in as many bytes as it takes.
fn middle_v2(range: &EpkRange) -> Option<EffectivePartitionKey> {
    let (min, max) = (range.min().as_bytes(), end_of_hashes(range.max()));
    let wanted = min.len().max(max.len()).max(1);
    for width in [
        wanted.next_multiple_of(HASH_BYTES),
        wanted.next_multiple_of(HASH_BYTES) + HASH_BYTES,
    ] {
        let middle = EffectivePartitionKey::from_bytes(&halved(min, &max, width));
        if range.split_at(&middle).is_some() {
            return Some(middle);
        }
    }
    None
}

/// The bound, with the end of the hash space where it has `FF` in place of a hash.
fn end_of_hashes(bound: &EffectivePartitionKey) -> Vec<u8> {
    let mut bytes = bound.as_bytes().to_vec();
    if bytes.len() % HASH_BYTES == 1
        && let Some(last) = bytes.last_mut()
        && *last == 0xFF
    {
        *last = HASH_END;
    }
    bytes
}

/// (a + b - 1) / 2 for numbers of `width` bytes whose low bytes are missing where they are zero.
fn halved(a: &[u8], b: &[u8], width: usize) -> Vec<u8> {
    let digit = |bytes: &[u8], at: usize| bytes.get(at).copied().map_or(0, i32::from);
    let mut sum = vec![0_i32; width];
    let mut carry = -1;
    for at in (0..width).rev() {
        let total = digit(a, at) + digit(b, at) + carry;
        if let Some(slot) = sum.get_mut(at) {
            *slot = total.rem_euclid(256);
        }
        carry = total.div_euclid(256);
    }
    // The carry is the bit above the first byte, which the division brings down.
    let mut above = carry.rem_euclid(2);
    sum.into_iter()
        .map(|digit| {
            let halved = (above << 8 | digit) >> 1;
            above = digit & 1;
            u8::try_from(halved & 0xFF).unwrap_or_default()
        })
        .collect()
}

/// Version 1 points begin with the hash, a number of 32 bits: the middle of those in the range.
fn middle_v1(range: &EpkRange) -> Option<EffectivePartitionKey> {
    let first = first_hash(range.min());
    let end = first_hash(range.max());
    let middle = (first + end).checked_sub(1)? / 2;
    Some(point_v1(middle))
}

/// The lowest hash whose point is not below `bound`; 2^32 when there is none.
fn first_hash(bound: &EffectivePartitionKey) -> u64 {
    let (mut low, mut high) = (0_u64, 1 << 32);
    while low < high {
        let middle = low.midpoint(high);
        if point_v1(middle) < *bound {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Where the keys begin whose hash, of version 1, is this number.
pub(super) fn point_v1(hash: u64) -> EffectivePartitionKey {
    let number = PartitionKeyValue::from(hash);
    EffectivePartitionKey::of_values(&[number], PartitionKeyKind::Range, PartitionKeyVersion::V1)
}

#[cfg(test)]
mod tests {
    use cosmokit_protocol::partition::PartitionKey;

    use super::*;

    #[test]
    fn widths_compare_as_hash_values_do() {
        for version in [PartitionKeyVersion::V1, PartitionKeyVersion::V2] {
            let definition = PartitionKeyDefinition::from_paths(["/pk"]).with_version(version);
            let cut = |range: &EpkRange| range.split_at(&middle(range, &definition).unwrap());
            let (low, high) = cut(&EpkRange::FULL).unwrap();
            let (lower, _) = cut(&low).unwrap();
            let width = |range: &EpkRange| super::width(range, &definition);
            assert!(width(&EpkRange::FULL) > width(&low));
            assert!(width(&low) > width(&lower));
            assert!(width(&high).abs_diff(width(&low)) <= 2);
        }
    }

    fn point(hex: &str) -> EffectivePartitionKey {
        EffectivePartitionKey::from_hex(hex).unwrap()
    }

    fn range(min: &str, max: &str) -> EpkRange {
        EpkRange::new(point(min), point(max)).unwrap()
    }

    #[test]
    fn the_middle_halves_the_hash_values() {
        let check = |min: &str, max: &str, expected: &str| {
            let definition = PartitionKeyDefinition::from_paths(["/pk"]);
            let got = middle(&range(min, max), &definition).map(|point| point.to_hex());
            assert_eq!(got.as_deref(), Some(expected), "{min}..{max}");
        };
        let quarter = "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
        check("", "FF", quarter);
        check("", quarter, "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
        check(quarter, "FF", "2FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
        check("", "02", "00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
        check(
            "00000000000000000000000000000001",
            "00000000000000000000000000000002",
            "000000000000000000000000000000017FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        );
    }

    #[test]
    fn a_value_of_a_hierarchical_key_is_cut_by_the_next_one() {
        let definition = PartitionKeyDefinition::from_paths(["/a", "/b"]);
        let key = PartitionKey::from("tenant");
        let tenant = EpkRange::prefix(&key, &definition).unwrap();
        let middle = middle(&tenant, &definition).unwrap();
        let expected = format!("{}1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", tenant.min());
        assert_eq!(middle.to_hex(), expected);
    }

    #[test]
    fn version_1_is_cut_by_its_hash() {
        let definition =
            PartitionKeyDefinition::from_paths(["/pk"]).with_version(PartitionKeyVersion::V1);
        let middle = |min, max| middle(&range(min, max), &definition).map(|point| point.to_hex());
        assert_eq!(middle("", "FF").as_deref(), Some("05C1DFFFFFFFFC"));
        let quarter = point_v1((1 << 30) - 1).to_hex();
        assert_eq!(middle("", "05C1DFFFFFFFFC"), Some(quarter));
    }

    #[test]
    fn halving_goes_on_until_nothing_is_left() {
        for version in [PartitionKeyVersion::V1, PartitionKeyVersion::V2] {
            let definition = PartitionKeyDefinition::from_paths(["/pk"]).with_version(version);
            let (mut low, mut high) = (EpkRange::FULL, EpkRange::FULL);
            for step in 0..30 {
                let cut = |range: &EpkRange| {
                    let middle = middle(range, &definition).expect("still wide enough");
                    range.split_at(&middle).expect("a middle splits")
                };
                (low, high) = (cut(&low).0, cut(&high).1);
                assert!(low.max() <= high.min(), "{step}");
            }
        }
    }
}
