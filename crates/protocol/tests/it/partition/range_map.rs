//! Range maps: completeness, lookup and what splits and merges leave behind.

use cosmokit_protocol::partition::{
    EffectivePartitionKey, EpkRange, RangeEntry, RangeMap, RangeMapError,
};
use proptest::prelude::*;

use super::strategies::{point, range};

fn epk(text: &str) -> EffectivePartitionKey {
    EffectivePartitionKey::from_hex(text).unwrap()
}

fn entry(id: &str, min: &str, max: &str, parents: &[&str]) -> RangeEntry<String> {
    let range = EpkRange::new(epk(min), epk(max)).unwrap();
    RangeEntry::new(id, range, format!("value {id}")).with_parents(parents.iter().copied())
}

fn ids<T>(map: &RangeMap<T>) -> Vec<&str> {
    map.entries().iter().map(RangeEntry::id).collect()
}

#[test]
fn a_set_must_tile_the_space() {
    let map =
        RangeMap::try_complete([entry("1", "20", "FF", &[]), entry("0", "", "20", &[])]).unwrap();
    assert_eq!(ids(&map), ["0", "1"]);
    assert_eq!(
        map.get("1").map(RangeEntry::value).map(String::as_str),
        Some("value 1")
    );
    assert!(map.get("2").is_none());

    let gap = |from: &str, to: &str| RangeMapError::Gap {
        from: from.into(),
        to: to.into(),
    };
    let refused = |entries: Vec<RangeEntry<String>>| RangeMap::try_complete(entries).unwrap_err();
    assert_eq!(refused(vec![]), gap("", "FF"));
    assert_eq!(refused(vec![entry("0", "10", "FF", &[])]), gap("", "10"));
    assert_eq!(refused(vec![entry("0", "", "20", &[])]), gap("20", "FF"));
    assert_eq!(
        refused(vec![entry("0", "", "20", &[]), entry("1", "21", "FF", &[])]),
        gap("20", "21")
    );
    let overlap = refused(vec![entry("0", "", "30", &[]), entry("1", "20", "FF", &[])]);
    assert_eq!(
        overlap,
        RangeMapError::Overlap {
            first: "0".into(),
            second: "1".into(),
            from: "20".into()
        }
    );
    assert!(matches!(
        refused(vec![entry("0", "", "FF", &[]), entry("1", "", "FF", &[])]),
        RangeMapError::Overlap { .. }
    ));
}

#[test]
fn replaced_ranges_and_repetitions_are_left_out() {
    let map = RangeMap::try_complete([
        entry("0", "", "FF", &[]),
        entry("1", "", "20", &["0"]),
        entry("2", "20", "FF", &["0"]),
        entry("2", "20", "FF", &["0"]),
    ])
    .unwrap();
    assert_eq!(ids(&map), ["1", "2"]);
}

#[test]
fn bounds_of_mixed_width_still_fit() {
    let padded = "06AB34CFE4E482236BCACBBF50E234AB00000000000000000000000000000000";
    let map = RangeMap::try_complete([
        entry("0", "", "06AB34CFE4E482236BCACBBF50E234AB", &[]),
        entry("1", padded, "FF", &[]),
    ])
    .unwrap();
    assert_eq!(
        map.owner_of(&epk("06AB34CFE4E482236BCACBBF50E234AB"))
            .map(RangeEntry::id),
        Some("1")
    );
}

#[test]
fn splits_and_merges_keep_their_lineage() {
    let first = RangeMap::try_complete([entry("0", "", "FF", &[])]).unwrap();
    let split = first
        .apply([entry("1", "", "20", &["0"]), entry("2", "20", "FF", &["0"])])
        .unwrap();
    // The next split names its nearest parent only.
    let again = split
        .apply([
            entry("3", "20", "30", &["2"]),
            entry("4", "30", "FF", &["2"]),
        ])
        .unwrap();
    assert_eq!(ids(&again), ["1", "3", "4"]);
    assert_eq!(
        again.get("3").unwrap().parents().collect::<Vec<_>>(),
        ["2", "0"]
    );
    let heirs = |map: &RangeMap<String>, id: &str| {
        map.heirs_of(id)
            .map(|entry| entry.id().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(heirs(&again, "0"), ["1", "3", "4"]);
    assert_eq!(heirs(&again, "2"), ["3", "4"]);
    assert_eq!(heirs(&again, "1"), ["1"]);
    assert!(heirs(&again, "9").is_empty());

    let merged = again.apply([entry("5", "", "30", &["1", "3"])]).unwrap();
    assert_eq!(ids(&merged), ["5", "4"]);
    assert_eq!(heirs(&merged, "2"), ["5", "4"]);

    // A whole generation in one step, children before parents.
    let jump = first
        .apply([
            entry("4", "30", "FF", &["2"]),
            entry("3", "20", "30", &["2"]),
            entry("2", "20", "FF", &["0"]),
            entry("1", "", "20", &["0"]),
        ])
        .unwrap();
    assert_eq!(ids(&jump), ["1", "3", "4"]);
    assert_eq!(heirs(&jump, "0"), ["1", "3", "4"]);
}

#[test]
fn late_and_partial_changes() {
    let first = RangeMap::try_complete([entry("0", "", "FF", &[])]).unwrap();
    let split = first
        .apply([entry("1", "", "20", &["0"]), entry("2", "20", "FF", &["0"])])
        .unwrap();
    // The parent does not come back.
    let late = split.apply([entry("0", "", "FF", &[])]).unwrap();
    assert_eq!(ids(&late), ["1", "2"]);
    // A changed value replaces the old one.
    let range = EpkRange::new(epk("20"), epk("FF")).unwrap();
    let renewed = split
        .apply([RangeEntry::new("2", range, "new".to_owned()).with_parents(["0"])])
        .unwrap();
    assert_eq!(renewed.get("2").unwrap().value(), "new");
    assert_eq!(renewed.heirs_of("0").count(), 2);
    // One child alone leaves a gap, and the old map stays usable.
    assert!(matches!(
        first.apply([entry("1", "", "20", &["0"])]),
        Err(RangeMapError::Gap { .. })
    ));
    assert_eq!(ids(&first), ["0"]);
    // Ranges that name each other as parents do not hang.
    assert!(
        first
            .apply([entry("1", "", "20", &["2"]), entry("2", "20", "FF", &["1"])])
            .is_ok()
    );
    let lengths = split.map_values(|value| value.len());
    assert_eq!(lengths.get("1").map(RangeEntry::value), Some(&7));
}

/// A map over the space cut at arbitrary points.
fn map() -> impl Strategy<Value = RangeMap<usize>> {
    prop::collection::btree_set(point(), 0..8).prop_map(|cuts| {
        let mut rest = EpkRange::FULL;
        let mut entries = Vec::new();
        for cut in cuts {
            if let Some((low, high)) = rest.split_at(&cut) {
                entries.push(RangeEntry::new(
                    entries.len().to_string(),
                    low,
                    entries.len(),
                ));
                rest = high;
            }
        }
        entries.push(RangeEntry::new(
            entries.len().to_string(),
            rest,
            entries.len(),
        ));
        entries.reverse();
        RangeMap::try_complete(entries).unwrap()
    })
}

proptest! {
    #[test]
    fn lookup_agrees_with_a_scan(map in map(), at in point(), wanted in range()) {
        let scanned: Vec<&str> =
            map.entries().iter().filter(|entry| entry.range().contains(&at)).map(RangeEntry::id).collect();
        prop_assert_eq!(map.owner_of(&at).map(RangeEntry::id).into_iter().collect::<Vec<_>>(), scanned.clone());
        prop_assert_eq!(scanned.len(), usize::from(at < EffectivePartitionKey::MAX));

        let found: Vec<&str> = map.overlapping(&wanted).iter().map(RangeEntry::id).collect();
        let scanned: Vec<&str> =
            map.entries().iter().filter(|entry| entry.range().overlaps(&wanted)).map(RangeEntry::id).collect();
        prop_assert_eq!(found, scanned);
        for entry in map.entries() {
            prop_assert_eq!(map.get(entry.id()).map(RangeEntry::value), Some(entry.value()));
        }
    }

    #[test]
    fn a_split_changes_only_its_range(map in map(), cut in point(), at in point()) {
        let Some(owner) = map.owner_of(&cut) else { return Ok(()) };
        let Some((low, high)) = owner.range().split_at(&cut) else { return Ok(()) };
        let after = map
            .apply([
                RangeEntry::new("low", low, 100).with_parents([owner.id()]),
                RangeEntry::new("high", high, 101).with_parents([owner.id()]),
            ])
            .unwrap();
        prop_assert_eq!(after.entries().len(), map.entries().len() + 1);
        let before = map.owner_of(&at).map(RangeEntry::id);
        let now = after.owner_of(&at).map(RangeEntry::id);
        if before == Some(owner.id()) {
            prop_assert_eq!(now, Some(if at < cut { "low" } else { "high" }));
        } else {
            prop_assert_eq!(now, before);
        }
        // Merging the halves again gives the old bounds.
        let whole = RangeEntry::new("whole", owner.range().clone(), 102).with_parents(["low", "high"]);
        let merged = after.apply([whole]).unwrap();
        let bounds = |map: &RangeMap<usize>| map.entries().iter().map(|entry| entry.range().clone()).collect::<Vec<_>>();
        prop_assert_eq!(bounds(&merged), bounds(&map));
        prop_assert_eq!(merged.heirs_of(owner.id()).map(RangeEntry::id).collect::<Vec<_>>(), ["whole"]);
    }
}
