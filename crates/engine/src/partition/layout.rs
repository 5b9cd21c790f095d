//! How a container's hash space is cut into partitions.
//!
//! A layout is a value: split, merge and region changes publish the next one. Requests look at
//! one layout from beginning to end.

use std::sync::Arc;

use cosmokit_protocol::{
    id::Etag,
    partition::{
        EffectivePartitionKey, EpkRange, PartitionKeyDefinition, PartitionKeyKind,
        PartitionKeyVersion, RangeEntry, RangeMap,
    },
    session::RangeId,
};

use super::{partition::Partition, split_point::point_v1};

/// Request units per second that one partition can serve.
pub(crate) const PARTITION_THROUGHPUT: u64 = 10_000;
/// Most partitions that a container may be created with.
pub(crate) const MAX_INITIAL_PARTITIONS: u32 = 1_000;
/// Most partitions that splits may give a container.
pub(crate) const MAX_PARTITIONS: usize = 10_000;

/// Points of version 2 have their two top bits clear.
const SPACE_V2: u128 = 1 << 126;
/// Points of version 1 begin with 32 bits.
const SPACE_V1: u64 = 1 << 32;

/// The live partitions of a container.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Counts the changes; 1 at creation.
    version: u64,
    map: RangeMap<Arc<Partition>>,
}

impl Layout {
    /// The layout of a new container.
    ///
    /// # Panics
    /// When the partitions do not tile the hash space; [`initial_ranges`] does.
    pub(crate) fn first(partitions: Vec<Arc<Partition>>) -> Self {
        let entries = partitions.into_iter().map(|partition| {
            RangeEntry::new(partition.id.to_string(), partition.range.clone(), partition)
        });
        let map = RangeMap::try_complete(entries).expect("the first ranges tile the hash space");
        Self { version: 1, map }
    }

    /// A layout that was kept; `None` when the partitions do not tile the hash space.
    pub(crate) fn restored(version: u64, partitions: Vec<Arc<Partition>>) -> Option<Self> {
        let entries = partitions.into_iter().map(|partition| {
            RangeEntry::new(partition.id.to_string(), partition.range.clone(), partition)
        });
        let map = RangeMap::try_complete(entries).ok()?;
        Some(Self { version, map })
    }

    /// The partition that owns a point.
    pub(crate) fn owner_of(&self, point: &EffectivePartitionKey) -> Option<&Arc<Partition>> {
        self.map.owner_of(point).map(RangeEntry::value)
    }

    /// The partition with this range id.
    pub(crate) fn by_id(&self, id: &str) -> Option<&Arc<Partition>> {
        self.map.get(id).map(RangeEntry::value)
    }

    /// The partitions that share points with `range`, in order.
    pub(crate) fn overlapping(&self, range: &EpkRange) -> impl Iterator<Item = &Arc<Partition>> {
        self.map.overlapping(range).iter().map(RangeEntry::value)
    }

    /// All partitions, in order.
    pub(crate) fn partitions(&self) -> impl ExactSizeIterator<Item = &Arc<Partition>> {
        self.map.entries().iter().map(RangeEntry::value)
    }

    /// The layout in which `new` partitions stand where `old` ones stood. Both own the same points.
    ///
    /// # Panics
    /// When they do not.
    pub(crate) fn with(&self, old: &[RangeId], new: Vec<Arc<Partition>>) -> Self {
        let kept = self
            .partitions()
            .filter(|partition| !old.contains(&partition.id));
        let partitions = kept.map(Arc::clone).chain(new);
        Self {
            version: self.version + 1,
            ..Self::first(partitions.collect())
        }
    }

    /// Counts the changes of the layout; 1 at creation.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Partitions that appeared after the layout of version `known`; all of them when the client
    /// knows none, or one that has not been.
    pub(crate) fn changed_since(
        &self,
        known: Option<u64>,
    ) -> impl Iterator<Item = &Arc<Partition>> {
        let known = known
            .filter(|known| *known < self.version)
            .unwrap_or_default();
        self.partitions()
            .filter(move |partition| partition.since > known)
    }

    /// The etag of the pkranges feed; differs between layouts and between containers.
    pub(crate) fn etag(&self, container_rid: &str) -> Etag {
        Etag::from(format!("\"{container_rid}.{}\"", self.version))
    }

    /// The layout version that an etag of this container's feed stands for.
    pub(crate) fn version_of(etag: &str, container_rid: &str) -> Option<u64> {
        let inner = etag.strip_prefix('"')?.strip_suffix('"')?;
        inner
            .strip_prefix(container_rid)?
            .strip_prefix('.')?
            .parse()
            .ok()
    }
}

/// How many partitions a new container gets: one per started 10,000 RU/s.
pub(crate) fn initial_count(throughput: Option<u64>) -> u32 {
    let wanted = throughput
        .unwrap_or_default()
        .div_ceil(PARTITION_THROUGHPUT);
    u32::try_from(wanted)
        .unwrap_or(u32::MAX)
        .clamp(1, MAX_INITIAL_PARTITIONS)
}

/// Cuts the hash space of a definition into `count` equal parts, as the service does.
pub(crate) fn initial_ranges(count: u32, definition: &PartitionKeyDefinition) -> Vec<EpkRange> {
    let count = count.clamp(1, MAX_INITIAL_PARTITIONS);
    let mut ranges = Vec::new();
    let mut rest = EpkRange::FULL;
    for part in 1..count {
        let bound = even_bound(part, count, definition);
        let Some((low, high)) = rest.split_at(&bound) else {
            continue;
        };
        ranges.push(low);
        rest = high;
    }
    ranges.push(rest);
    ranges
}

/// The upper bound of part `part` of `count`: one below an equal share of the hash values.
fn even_bound(part: u32, count: u32, definition: &PartitionKeyDefinition) -> EffectivePartitionKey {
    let is_v1 = definition.kind() == PartitionKeyKind::Hash
        && definition.version() == PartitionKeyVersion::V1;
    if is_v1 {
        return point_v1(SPACE_V1 / u64::from(count) * u64::from(part) - 1);
    }
    let bound = SPACE_V2 / u128::from(count) * u128::from(part) - 1;
    EffectivePartitionKey::from_bytes(&bound.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use cosmokit_protocol::wire::{consistency::ConsistencyLevel, region::Region};

    use super::{
        super::{replica_sets::ReplicaSets, replicas::Replicas, state::State},
        *,
    };
    use crate::{
        account::{Topology, WriteMode},
        response::PartitionFacts,
    };

    #[test]
    fn one_partition_per_started_ten_thousand() {
        let check = |throughput: Option<u64>, expected: u32| {
            assert_eq!(initial_count(throughput), expected, "{throughput:?}");
        };
        check(None, 1);
        check(Some(400), 1);
        check(Some(10_000), 1);
        check(Some(10_100), 2);
        check(Some(100_000), 10);
        check(Some(u64::MAX), MAX_INITIAL_PARTITIONS);
    }

    #[test]
    fn bounds_are_those_of_the_service() {
        let check = |count: u32, definition: PartitionKeyDefinition, expected: &[&str]| {
            let bounds: Vec<String> = initial_ranges(count, &definition)
                .iter()
                .skip(1)
                .map(|range| range.min().to_hex())
                .collect();
            assert_eq!(bounds, expected);
        };
        let v2 = || PartitionKeyDefinition::from_paths(["/pk"]);
        let v1 = || v2().with_version(PartitionKeyVersion::V1);
        check(1, v2(), &[]);
        check(2, v2(), &["1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"]);
        check(
            4,
            v2(),
            &[
                "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
                "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
                "2FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
            ],
        );
        check(2, v1(), &["05C1DFFFFFFFFC"]);
    }

    #[test]
    fn ranges_tile_for_every_count() {
        for version in [PartitionKeyVersion::V1, PartitionKeyVersion::V2] {
            let definition = PartitionKeyDefinition::from_paths(["/pk"]).with_version(version);
            for count in [1, 2, 3, 7, 10, 100, MAX_INITIAL_PARTITIONS] {
                let ranges = initial_ranges(count, &definition);
                assert_eq!(ranges.len(), usize::try_from(count).unwrap());
                let entries = ranges
                    .into_iter()
                    .enumerate()
                    .map(|(number, range)| RangeEntry::new(number.to_string(), range, ()));
                assert!(RangeMap::try_complete(entries).is_ok(), "{count}");
            }
        }
    }

    #[test]
    fn an_incremental_read_shows_what_appeared() {
        let part = |number: u32, min: &str, max: &str, since: u64| {
            let point = |hex| EffectivePartitionKey::from_hex(hex).unwrap();
            let id = RangeId::from(number);
            let facts = PartitionFacts {
                range_id: id.to_string(),
                internal_id: String::new(),
                physical_id: String::new(),
            };
            let range = EpkRange::new(point(min), point(max)).unwrap();
            let topology = Arc::new(Topology::new(
                vec![Region::EAST_US],
                WriteMode::Single,
                ConsistencyLevel::Session,
            ));
            let replicas = Arc::new(Replicas::from_sets(
                ReplicaSets::new(&topology, State::default()),
                0,
            ));
            let mut partition = Partition::new(id, range, facts, replicas);
            partition.since = since;
            Arc::new(partition)
        };
        let first = vec![
            part(0, "", "1F", 1),
            part(3, "1F", "2F", 3),
            part(4, "2F", "FF", 3),
        ];
        let layout = Layout {
            version: 3,
            ..Layout::first(first)
        };
        let check = |known: Option<u64>, expected: &[&str]| {
            let ids: Vec<String> = layout
                .changed_since(known)
                .map(|partition| partition.id.to_string())
                .collect();
            assert_eq!(ids, expected, "{known:?}");
        };
        check(None, &["0", "3", "4"]);
        check(Some(1), &["3", "4"]);
        check(Some(2), &["3", "4"]);
        check(Some(9), &["0", "3", "4"]);
    }

    #[test]
    fn an_etag_stands_for_one_version_of_one_container() {
        let check = |etag: &str, expected: Option<u64>| {
            assert_eq!(Layout::version_of(etag, "AAAAAIAAAAE="), expected, "{etag}");
        };
        check("\"AAAAAIAAAAE=.7\"", Some(7));
        check("\"AAAAAIAAAAI=.7\"", None);
        check("AAAAAIAAAAE=.7", None);
        check("\"AAAAAIAAAAE=.-7\"", None);
        check("\"\"", None);
        check("\"é\"", None);
    }
}
