//! Half-open ranges: prefixes, and the laws of containment, cutting and joining.

use cosmokit_protocol::partition::{
    EffectivePartitionKey, EpkRange, PartitionKey, PartitionKeyDefinition, PartitionKeyError,
    PartitionKeyVersion,
};
use proptest::prelude::*;

use super::strategies::{key, key_value, point, range};

fn of(min: &str, max: &str) -> EpkRange {
    let point = |text| EffectivePartitionKey::from_hex(text).unwrap();
    EpkRange::new(point(min), point(max)).unwrap()
}

#[test]
fn empty_ranges_do_not_exist() {
    let point = |text| EffectivePartitionKey::from_hex(text).unwrap();
    for (min, max) in [
        ("10", "10"),
        ("10", "1000"),
        ("20", "10"),
        ("", ""),
        ("FF", ""),
    ] {
        let result = EpkRange::new(point(min), point(max));
        assert!(
            matches!(result, Err(PartitionKeyError::EmptyRange { .. })),
            "{min} {max}"
        );
    }
    assert!(serde_json::from_str::<EpkRange>(r#"{"min":"20","max":"10"}"#).is_err());
    let json = r#"{"min":"","max":"FF"}"#;
    assert_eq!(
        serde_json::from_str::<EpkRange>(json).unwrap(),
        EpkRange::FULL
    );
    assert_eq!(serde_json::to_string(&EpkRange::FULL).unwrap(), json);
}

#[test]
fn neighbours_share_no_point() {
    let (low, high) = (of("", "20"), of("20", "FF"));
    assert!(!low.overlaps(&high));
    assert!(!high.overlaps(&low));
    assert_eq!(low.intersect(&high), None);
    assert_eq!(low.merge_with(&high), Some(EpkRange::FULL));
    assert_eq!(high.merge_with(&low), None);
    assert!(of("10", "30").overlaps(&low));
    assert_eq!(of("10", "30").intersect(&low), Some(of("10", "20")));
}

#[test]
fn a_prefix_covers_the_keys_below_it() {
    let definition = PartitionKeyDefinition::from(("/tenant", "/user", "/session"));
    let prefix = EpkRange::prefix(&PartitionKey::from("tenant1"), &definition).unwrap();
    assert_eq!(prefix.min().to_hex(), "0DAE0B8467B011E957BC0B8B0DEB5ACA");
    assert_eq!(prefix.max().to_hex(), "0DAE0B8467B011E957BC0B8B0DEB5ACAFF");

    let complete = EpkRange::prefix(&PartitionKey::from(("a", "b", "c")), &definition).unwrap();
    assert_eq!(*complete.max(), complete.min().successor());
    assert_eq!(
        EpkRange::prefix(&PartitionKey::EMPTY, &definition),
        Ok(EpkRange::FULL)
    );

    let plain = PartitionKeyDefinition::from("/pk");
    assert!(EpkRange::prefix(&PartitionKey::from(("a", "b")), &plain).is_err());
    let system = PartitionKeyDefinition::from("/_partitionKey").with_system_key();
    let empty = EpkRange::prefix(&PartitionKey::EMPTY, &system).unwrap();
    assert!(empty.contains(&EffectivePartitionKey::MIN));
    assert_ne!(empty, EpkRange::FULL);
}

proptest! {
    #[test]
    fn a_prefix_contains_exactly_the_keys_that_begin_with_it(
        prefix in key(), other in prop::collection::vec(key_value(), 3),
    ) {
        let definition = PartitionKeyDefinition::from(("/a", "/b", "/c"));
        let range = EpkRange::prefix(&prefix, &definition).unwrap();
        let other = PartitionKey::try_from(other).unwrap();
        let mut below = prefix.clone();
        for value in other.values().iter().skip(prefix.len()) {
            below.push(value.clone()).unwrap();
        }
        prop_assert!(range.contains(&EffectivePartitionKey::of(&below, &definition).unwrap()));
        let point = EffectivePartitionKey::of(&other, &definition).unwrap();
        prop_assert_eq!(range.contains(&point), prefix.is_prefix_of(&other));
    }

    #[test]
    fn a_complete_key_of_a_plain_container_is_one_point(value in key_value(), other in key_value()) {
        for version in [PartitionKeyVersion::V1, PartitionKeyVersion::V2] {
            let definition = PartitionKeyDefinition::from("/pk").with_version(version);
            let range = EpkRange::prefix(&value.clone().into(), &definition).unwrap();
            let point = EffectivePartitionKey::of(&other.clone().into(), &definition).unwrap();
            prop_assert_eq!(range.contains(&point), value == other);
        }
    }

    #[test]
    fn containment_laws(a in range(), b in range(), at in point()) {
        prop_assert_eq!(a.overlaps(&b), b.overlaps(&a));
        prop_assert_eq!(a.overlaps(&b), a.intersect(&b).is_some());
        prop_assert_eq!(a.contains(&at) && b.contains(&at), a.intersect(&b).is_some_and(|both| both.contains(&at)));
        prop_assert_eq!(a.is_subset_of(&b), a.intersect(&b).as_ref() == Some(&a));
        prop_assert!(a.contains(a.min()));
        prop_assert!(!a.contains(a.max()));
        prop_assert!(EpkRange::point(at.clone()).contains(&at));
    }

    #[test]
    fn halves_cover_the_whole(whole in range(), cut in point(), at in point()) {
        if let Some((low, high)) = whole.split_at(&cut) {
            prop_assert_eq!(whole.contains(&at), low.contains(&at) || high.contains(&at));
            prop_assert!(!low.overlaps(&high));
            prop_assert_eq!(low.merge_with(&high), Some(whole));
        } else {
            prop_assert!(!whole.contains(&cut) || cut == *whole.min());
        }
    }
}
