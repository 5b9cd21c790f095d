//! Pages of partition key ranges from anywhere: reading never panics, and ranges that are taken for complete
//! give every point exactly one owner.

use bytes::Bytes;
use cosmokit_protocol::op::FeedEnvelope;
use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, RangeEntry, RangeMap};
use cosmokit_protocol::resource::PartitionKeyRange;

const POINTS: [&str; 6] = ["", "00", "05C1DFFFFFFFFC", "7F", "80", "FE"];

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let Ok(page) = FeedEnvelope::parse(&Bytes::copy_from_slice(data)) else {
        return;
    };
    let Ok(ranges) = page.models::<PartitionKeyRange>() else {
        return;
    };
    let entries: Option<Vec<_>> = ranges.into_iter().map(entry).collect();
    let Some(Ok(map)) = entries.map(RangeMap::try_complete) else {
        return;
    };
    for point in POINTS {
        let Ok(point) = point.parse::<EffectivePartitionKey>() else {
            continue;
        };
        let owner = map.owner_of(&point).expect("complete ranges own every point");
        let owners = map.entries().iter().filter(|other| other.id() == owner.id());
        assert_eq!(owners.count(), 1, "ids are unique");
    }
    let same = map.apply(map.entries().to_vec());
    assert_eq!(same.map(|map| map.entries().len()), Ok(map.entries().len()));
}

fn entry(range: PartitionKeyRange) -> Option<RangeEntry<PartitionKeyRange>> {
    let bounds = EpkRange::new(range.min_inclusive.clone(), range.max_exclusive.clone()).ok()?;
    let parents = range.parents().to_vec();
    Some(RangeEntry::new(range.id.clone(), bounds, range).with_parents(parents))
}
