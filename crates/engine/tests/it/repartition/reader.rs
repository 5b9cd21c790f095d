//! Readers of the change feed, as clients are: one token for all, or one for each range.

use cosmokit_engine::{
    protocol::{
        id::Etag,
        op::ChangeFeedMode,
        partition::{EpkRange, RangeEntry, RangeMap},
        resource::PartitionKeyRange,
    },
    request::{FeedMode, FeedScope, ListPartitionKeyRanges, Paging, ReadChangeFeed},
};
use serde_json::Value;

use super::judge::{Chain, Change, Key, Page, Seen};
use crate::{
    asking::{entries, latest},
    world::{Answer, World, container},
};

/// What a client knows of the ranges, brought up to date by the incremental feed.
pub(crate) struct Ranges {
    map: RangeMap<()>,
    etag: Option<Etag>,
}

impl Ranges {
    pub(crate) fn new() -> Self {
        let all = RangeEntry::new("unknown", EpkRange::FULL, ());
        Self {
            map: RangeMap::try_complete([all]).unwrap(),
            etag: None,
        }
    }

    /// Reads what is new until 304.
    pub(crate) fn refresh(&mut self, world: &World) {
        loop {
            let answer = world.run(ListPartitionKeyRanges {
                container: container(),
                mode: FeedMode::Incremental,
                if_none_match: self.etag.clone(),
                paging: Paging::default(),
            });
            let etag = answer.etag();
            if answer.status == 304 {
                return;
            }
            let rows = answer.body["PartitionKeyRanges"].clone();
            let rows: Vec<PartitionKeyRange> = serde_json::from_value(rows).unwrap();
            let new = rows.into_iter().map(|row| {
                let parents = row.parents().to_vec();
                let range = EpkRange::new(row.min_inclusive, row.max_exclusive).unwrap();
                RangeEntry::new(row.id, range, ()).with_parents(parents)
            });
            self.map = match self.etag {
                None => RangeMap::try_complete(new).unwrap(),
                Some(_) => self.map.apply(new).unwrap(),
            };
            self.etag = Some(etag);
        }
    }

    /// The parts of a range by the partition that owns them, as far as the client knows.
    fn owners(&self, range: &EpkRange) -> Vec<(String, EpkRange)> {
        let owners = self.map.overlapping(range).iter();
        owners
            .filter_map(|owner| Some((owner.id().to_owned(), owner.range().intersect(range)?)))
            .collect()
    }
}

/// A reader: its tokens, and what it saw.
pub(crate) struct Reader {
    mode: ChangeFeedMode,
    /// Ranges with a token each; one of everything for the reader with one token.
    left: Vec<(EpkRange, Option<Etag>)>,
    by_range: Option<Ranges>,
    pub(crate) chain: Chain,
    pub(crate) retargeted: u64,
}

/// What became of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    Something,
    Nothing,
    TurnedAway,
}

impl Reader {
    pub(crate) fn new(mode: ChangeFeedMode, by_range: bool) -> Self {
        let all_versions = mode == ChangeFeedMode::AllVersionsAndDeletes;
        Self {
            mode,
            left: vec![(EpkRange::FULL, all_versions.then(Etag::any))],
            by_range: by_range.then(Ranges::new),
            chain: Chain::default(),
            retargeted: 0,
        }
    }

    /// Reads a page at the token of one range; `pick` chooses which.
    pub(crate) fn look(&mut self, world: &World, pick: usize, size: i64) -> Looked {
        let at = pick % self.left.len();
        let (range, token) = self.left[at].clone();
        let mut scope = FeedScope::default();
        if let Some(ranges) = &self.by_range {
            let owners = ranges.owners(&range);
            let [(id, inside)] = owners.as_slice() else {
                self.retarget(at);
                return Looked::Something;
            };
            scope.partition_key_range_id = Some(id.clone());
            scope.epk_range = Some(inside.clone());
        }
        let answer = world.run(ReadChangeFeed {
            scope,
            mode: self.mode,
            if_none_match: token,
            max_item_count: Some(size),
            ..latest()
        });
        match (answer.status, answer.substatus) {
            (410, 1002) => {
                let ranges = self
                    .by_range
                    .as_mut()
                    .expect("a reader of everything names no range");
                ranges.refresh(world);
                self.retarget(at);
                Looked::Something
            }
            (410, 1007) => Looked::TurnedAway,
            _ => {
                self.left[at].1 = Some(answer.etag());
                self.take(&answer)
            }
        }
    }

    /// Gives each heir of a range the token of it.
    fn retarget(&mut self, at: usize) {
        let (range, token) = self.left.remove(at);
        let ranges = self
            .by_range
            .as_ref()
            .expect("only a reader by range has ranges");
        let owners = ranges.owners(&range).into_iter();
        self.left
            .extend(owners.map(|(_, inside)| (inside, token.clone())));
        self.retargeted += 1;
    }

    fn take(&mut self, answer: &Answer) -> Looked {
        let seen: Vec<Seen> = entries(answer)
            .iter()
            .map(|entry| self.seen(entry))
            .collect();
        if seen.is_empty() {
            return Looked::Nothing;
        }
        self.chain.pages.push(Page {
            of_one_log: self.by_range.is_some(),
            entries: seen,
        });
        Looked::Something
    }

    fn seen(&self, entry: &Value) -> Seen {
        if self.mode == ChangeFeedMode::LatestVersion {
            let lsn = entry["_lsn"].as_u64().unwrap();
            let (key, after) = version(entry).unwrap();
            let change = Change {
                key,
                before: None,
                after: Some(after),
            };
            return Seen { change, lsn };
        }
        let (before, after) = (version(&entry["previous"]), version(&entry["current"]));
        let (key, _) = before
            .or(after)
            .expect("a change has a version before or after");
        Seen {
            change: Change {
                key,
                before: before.map(|(_, n)| n),
                after: after.map(|(_, n)| n),
            },
            lsn: entry["metadata"]["lsn"].as_u64().unwrap(),
        }
    }

    /// Reads all that is left.
    pub(crate) fn finish(&mut self, world: &World) {
        let mut at = 0;
        while at < self.left.len() {
            match self.look(world, at, -1) {
                Looked::Nothing => at += 1,
                Looked::Something => {}
                Looked::TurnedAway => panic!("nothing moves any more"),
            }
        }
    }
}

/// The key and the number of a document; `None` for the empty one.
pub(crate) fn version(document: &Value) -> Option<(Key, u64)> {
    let number = |text: &Value| text.as_str()?.parse().ok();
    Some((
        (number(&document["pk"])?, number(&document["id"])?),
        document["n"].as_u64()?,
    ))
}
