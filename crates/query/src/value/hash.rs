//! The 128-bit hash of a value's structure: what DISTINCT and GROUP BY compare, and how arrays and objects are ordered.
//!
//! Every part is hashed with the hash of what encloses it as the seed, by MurmurHash3 for x64. The clients of the service
//! use the same hash, so tokens that carry it can be read by them.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use cosmokit_protocol::partition::murmur3::x64_128_from;

use super::{Array, MAX_VALUE_DEPTH, Object, Value};

/// A structural hash: the low and the high 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StructuralHash {
    /// Bytes 0 to 7, little-endian.
    pub low: u64,
    /// Bytes 8 to 15, little-endian.
    pub high: u64,
}

impl StructuralHash {
    const fn new(low: u64, high: u64) -> Self {
        Self { low, high }
    }

    /// The sixteen bytes, low half first: the form that is compared to order arrays and objects.
    pub fn to_bytes(self) -> [u8; 16] {
        ((u128::from(self.high) << 64) | u128::from(self.low)).to_le_bytes()
    }

    /// The hash with these sixteen bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self::from_number(u128::from_le_bytes(bytes))
    }

    fn from_number(value: u128) -> Self {
        let mask = u128::from(u64::MAX);
        let half = |part: u128| u64::try_from(part & mask).unwrap_or(u64::MAX);
        Self::new(half(value), half(value >> 64))
    }

    fn over(self, bytes: &[u8]) -> Self {
        let (low, high) = x64_128_from(bytes, (self.low, self.high));
        Self { low, high }
    }

    fn over_tag(self, tag: Self) -> Self {
        self.over(&tag.to_bytes())
    }
}

const ROOT: StructuralHash = StructuralHash::new(0xbfc2_359e_afc0_e2b7, 0x8846_e002_84c4_cf1f);
const NULL: StructuralHash = StructuralHash::new(0x1380_f68b_b3b0_cfe4, 0x156c_918b_f564_ee48);
const FALSE: StructuralHash = StructuralHash::new(0xc1be_517f_e893_b40c, 0xe9fc_8a4c_531c_d0dd);
const TRUE: StructuralHash = StructuralHash::new(0xf86d_4abf_9a41_2e74, 0x7884_8836_5c8a_985d);
const STRING: StructuralHash = StructuralHash::new(0x61f5_3f0a_4420_4cfb, 0x0948_1be8_ef4b_56dd);
const ARRAY: StructuralHash = StructuralHash::new(0xfa57_3b01_4c4d_c18e, 0xa014_512c_858e_b115);
const OBJECT: StructuralHash = StructuralHash::new(0x77b2_85ac_511a_ef30, 0x3dcf_1872_4582_2449);
const ARRAY_INDEX: StructuralHash =
    StructuralHash::new(0xfe05_7204_216d_b999, 0x5b1c_c317_8bd9_c593);
const PROPERTY_NAME: StructuralHash =
    StructuralHash::new(0xc915_dde0_5849_2a8a, 0x7c8b_e2eb_a72e_4634);
const NUMBER: StructuralHash = StructuralHash::new(0x2400_e8b8_94ce_9c2a, 0x790b_e1ea_bd7b_9481);

/// The hash of one value. Undefined hashes to the root seed, which no value does in practice.
pub fn structural_hash(value: &Value<'_>) -> StructuralHash {
    hash(value, ROOT, 0)
}

/// The hash of several values in their order, undefined ones included.
pub fn structural_hash_of_all<'v, 'a: 'v>(
    values: impl IntoIterator<Item = &'v Value<'a>>,
) -> StructuralHash {
    let values = values.into_iter();
    values.fold(HashOfAll::NONE, HashOfAll::with).finish()
}

/// The root seed followed by the tag of strings, and by that of numbers: where the hash of most values begins.
const ROOT_STRING: StructuralHash =
    StructuralHash::new(0x7636_f37a_9275_b85e, 0xf1d4_2ab2_daa2_302d);
const ROOT_NUMBER: StructuralHash =
    StructuralHash::new(0x964a_62da_e1f0_f4d6, 0x2036_c106_74a8_1722);

/// [`structural_hash_of_all`] of values that come one by one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HashOfAll(StructuralHash);

impl HashOfAll {
    pub(crate) const NONE: Self = Self(ROOT);

    pub(crate) fn with(self, value: &Value<'_>) -> Self {
        Self(self.0.over_tag(structural_hash(value)))
    }

    pub(crate) fn finish(self) -> StructuralHash {
        self.0
    }
}

fn tagged(seed: StructuralHash, tag: StructuralHash) -> StructuralHash {
    match (seed, tag) {
        (ROOT, STRING) => ROOT_STRING,
        (ROOT, NUMBER) => ROOT_NUMBER,
        _ => seed.over_tag(tag),
    }
}

fn hash(value: &Value<'_>, seed: StructuralHash, depth: u32) -> StructuralHash {
    match value {
        Value::Undefined => seed,
        Value::Null => seed.over_tag(NULL),
        Value::Boolean(false) => seed.over_tag(FALSE),
        Value::Boolean(true) => seed.over_tag(TRUE),
        Value::Number(number) => {
            let (double, extra) = number.to_extended();
            let double = if double == 0.0 { 0.0 } else { double };
            let mut bytes = [0; 10];
            let parts = double.to_le_bytes().into_iter().chain(extra.to_le_bytes());
            bytes
                .iter_mut()
                .zip(parts)
                .for_each(|(to, from)| *to = from);
            tagged(seed, NUMBER).over(&bytes)
        }
        Value::String(text) => tagged(seed, STRING).over(text.as_bytes()),
        Value::Array(Array::Raw(raw)) if depth >= MAX_VALUE_DEPTH => {
            seed.over_tag(ARRAY).over(raw.bytes())
        }
        Value::Object(Object::Raw(raw)) if depth >= MAX_VALUE_DEPTH => {
            seed.over_tag(OBJECT).over(raw.bytes())
        }
        Value::Array(array) => array_hash(array, seed, depth),
        Value::Object(object) => object_hash(object, seed, depth),
    }
}

fn array_hash(array: &Array<'_>, seed: StructuralHash, depth: u32) -> StructuralHash {
    let first = u128::from_le_bytes(ARRAY_INDEX.to_bytes());
    let indexes = (0u64..).map(|index| StructuralHash::from_number(first + u128::from(index)));
    array
        .iter()
        .zip(indexes)
        .fold(seed.over_tag(ARRAY), |sum, (element, index)| {
            sum.over_tag(hash(&element, index, depth + 1))
        })
}

fn object_hash(object: &Object<'_>, seed: StructuralHash, depth: u32) -> StructuralHash {
    let named = PROPERTY_NAME.over_tag(STRING);
    let members = object.iter().fold(0u128, |sum, (name, value)| {
        let member = hash(&value, named.over(name.as_bytes()), depth + 1);
        sum ^ u128::from_le_bytes(member.to_bytes())
    });
    let tagged = seed.over_tag(OBJECT);
    if members == 0 {
        tagged
    } else {
        tagged.over(&members.to_le_bytes())
    }
}

/// A hasher for structural hashes, which are mixed already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AlreadyMixed(u64);

/// A set of structural hashes.
pub(crate) type HashSetOfValues = HashSet<StructuralHash, BuildHasherDefault<AlreadyMixed>>;

/// A map by structural hash.
pub(crate) type MapByValue<V> = HashMap<StructuralHash, V, BuildHasherDefault<AlreadyMixed>>;

impl Hasher for AlreadyMixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, half: u64) {
        self.0 = self.0.rotate_left(32) ^ half;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_that_are_written_down_are_those_of_the_tags() {
        assert_eq!(ROOT.over_tag(STRING), ROOT_STRING);
        assert_eq!(ROOT.over_tag(NUMBER), ROOT_NUMBER);
    }
}
