//! Even cuts and middles of the hash space.

use std::num::NonZeroU32;

use cosmokit_protocol::partition::{
    EffectivePartitionKey, EpkRange, PartitionKey, PartitionKeyDefinition, PartitionKeyKind,
    PartitionKeyVersion, RangeEntry, RangeMap, tile,
};
use proptest::prelude::*;

fn definitions() -> [PartitionKeyDefinition; 3] {
    [
        PartitionKeyDefinition::from("/pk"),
        PartitionKeyDefinition::from("/pk").with_version(PartitionKeyVersion::V1),
        PartitionKeyDefinition::from(("/a", "/b")),
    ]
}

fn bounds(definition: &PartitionKeyDefinition, count: u32) -> Vec<String> {
    let ranges = tile(definition, NonZeroU32::new(count).unwrap());
    ranges.iter().map(|range| range.max().to_hex()).collect()
}

/// The bounds that the service shows for new containers.
#[test]
fn two_ranges_meet_where_the_service_cuts() {
    let [v2, v1, hierarchical] = definitions();
    assert_eq!(bounds(&v2, 1), ["FF"]);
    assert_eq!(bounds(&v2, 2), ["1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "FF"]);
    assert_eq!(bounds(&v1, 2), ["05C1DFFFFFFFFC", "FF"]);
    assert_eq!(bounds(&hierarchical, 2), bounds(&v2, 2));
    assert_eq!(bounds(&v2, 4)[0], "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
    assert_eq!(bounds(&v2, 5)[1], "19999999999999999999999999999999"); // 2/5 of the highest hash, rounded down once
    let range = v1.with_kind(PartitionKeyKind::Range);
    assert_eq!(bounds(&range, 5), ["FF"]);
    assert_eq!(EpkRange::FULL.midpoint(&range), None);
}

#[test]
fn keys_spread_evenly_over_the_tiles() {
    for definition in definitions() {
        let entries = tile(&definition, NonZeroU32::new(8).unwrap())
            .into_iter()
            .enumerate();
        let map = RangeMap::try_complete(
            entries.map(|(at, range)| RangeEntry::new(at.to_string(), range, at)),
        )
        .unwrap();
        let mut counts = [0; 8];
        for number in 0..8000 {
            let key = if definition.paths().len() == 1 {
                number.into()
            } else {
                PartitionKey::from((number, "x"))
            };
            let point = EffectivePartitionKey::of(&key, &definition).unwrap();
            counts[*map.owner_of(&point).unwrap().value()] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1150).contains(count)),
            "{definition:?}: {counts:?}"
        );
    }
}

#[test]
fn the_middle_of_the_whole_is_the_even_cut() {
    for definition in definitions() {
        let middle = EpkRange::FULL.midpoint(&definition).unwrap();
        let (low, high) = EpkRange::FULL.split_at(&middle).unwrap();
        let mut lower = 0;
        for number in 0..4000 {
            let key = if definition.paths().len() == 1 {
                number.into()
            } else {
                PartitionKey::from((number, "x"))
            };
            let point = EffectivePartitionKey::of(&key, &definition).unwrap();
            assert!(low.contains(&point) != high.contains(&point));
            lower += u32::from(low.contains(&point));
        }
        assert!((1850..2150).contains(&lower), "{definition:?}: {lower}");
    }
}

/// What lies above the highest hash weighs nothing.
#[test]
fn an_upper_bound_beyond_the_hashes_does_not_move_the_middle() {
    let [v2, _, hierarchical] = definitions();
    for definition in [v2, hierarchical] {
        for max in ["40", "80", "C0", "FF"] {
            let max = EffectivePartitionKey::from_hex(max).unwrap();
            let range = EpkRange::new(EffectivePartitionKey::MIN, max).unwrap();
            assert_eq!(range.midpoint(&definition).unwrap(), "20");
        }
    }
}

/// One value of a plain key cannot be cut; one value of the first level can, between its second-level values.
#[test]
fn a_logical_partition_has_no_middle_but_a_prefix_has() {
    let [v2, v1, hierarchical] = definitions();
    for plain in [v2, v1] {
        let one = EpkRange::prefix(&PartitionKey::from("x"), &plain).unwrap();
        assert_eq!(one.midpoint(&plain), None);
    }
    let prefix = EpkRange::prefix(&PartitionKey::from("x"), &hierarchical).unwrap();
    let (low, high) = prefix
        .split_at(&prefix.midpoint(&hierarchical).unwrap())
        .unwrap();
    let lower = (0..1000).filter(|number| {
        let point =
            EffectivePartitionKey::of(&PartitionKey::from(("x", *number)), &hierarchical).unwrap();
        assert!(low.contains(&point) != high.contains(&point));
        low.contains(&point)
    });
    let lower = lower.count();
    assert!((400..600).contains(&lower), "{lower}");
}

proptest! {
    #[test]
    fn tiles_are_complete_and_as_many_as_asked(count in 1_u32..300) {
        for definition in definitions() {
            let ranges = tile(&definition, NonZeroU32::new(count).unwrap());
            prop_assert_eq!(ranges.len(), usize::try_from(count).unwrap());
            let entries = ranges.into_iter().enumerate().map(|(at, range)| RangeEntry::new(at.to_string(), range, ()));
            prop_assert!(RangeMap::try_complete(entries).is_ok());
        }
    }

    #[test]
    fn halves_of_halves_have_middles(path in prop::collection::vec(any::<bool>(), 0..25)) {
        for definition in definitions() {
            let mut range = EpkRange::FULL;
            for lower in &path {
                let middle = range.midpoint(&definition).unwrap();
                prop_assert!(range.contains(&middle) && middle > *range.min());
                let (low, high) = range.split_at(&middle).unwrap();
                range = if *lower { low } else { high };
            }
        }
    }

    #[test]
    fn any_range_is_cut_inside_or_not_at_all(range in super::strategies::range()) {
        for definition in definitions() {
            if let Some(middle) = range.midpoint(&definition) {
                prop_assert!(range.split_at(&middle).is_some());
            }
        }
    }
}
