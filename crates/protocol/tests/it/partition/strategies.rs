//! Arbitrary keys, points and ranges for the laws in this folder.

use cosmokit_protocol::partition::{
    EffectivePartitionKey, EpkRange, PartitionKey, PartitionKeyValue,
};
use proptest::prelude::*;

/// Values of every kind; strings stay below the truncation of version 1 so that laws about equality hold.
pub(super) fn key_value() -> impl Strategy<Value = PartitionKeyValue> {
    prop_oneof![
        Just(PartitionKeyValue::NULL),
        Just(PartitionKeyValue::UNDEFINED),
        any::<bool>().prop_map(Into::into),
        (-3_i64..3).prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        finite().prop_map(|value| PartitionKeyValue::try_from(value).unwrap()),
        "[a-c]{0,3}".prop_map(Into::into),
        "\\PC{0,40}".prop_map(Into::into),
        prop::collection::vec(any::<char>(), 0..40)
            .prop_map(|chars| chars.into_iter().collect::<String>().into()),
    ]
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |value| value.is_finite()),
        prop::sample::select(vec![
            0.0,
            -0.0,
            1.5,
            1e15,
            1e16,
            1e300,
            5e-324,
            -1e-7,
            f64::MAX,
            f64::MIN
        ]),
    ]
}

pub(super) fn key() -> impl Strategy<Value = PartitionKey> {
    prop::collection::vec(key_value(), 0..=3)
        .prop_map(|values| PartitionKey::try_from(values).unwrap())
}

/// Points over few distinct bytes, so that prefixes, equal points and carries occur.
pub(super) fn point() -> impl Strategy<Value = EffectivePartitionKey> {
    let byte = prop::sample::select(vec![0x00, 0x01, 0x3F, 0x7F, 0xFE, 0xFF]);
    prop::collection::vec(byte, 0..5).prop_map(|bytes| EffectivePartitionKey::from_bytes(&bytes))
}

pub(super) fn range() -> impl Strategy<Value = EpkRange> {
    (point(), point()).prop_filter_map("not empty", |(a, b)| {
        let (min, max) = if a < b { (a, b) } else { (b, a) };
        EpkRange::new(min, max).ok()
    })
}
