//! A walk over the items of parts of a container, in order, until whoever takes them has enough.

use std::sync::Arc;

use cosmokit_protocol::{partition::EpkRange, resource::TimeToLive, status::StatusCode};

use super::{
    feed_scope::feed_facts, feed_token::Part, item_target::is_visible, ordinal_merge::InOrder,
};
use crate::{
    account::Call,
    consistency::read::EffectiveRead,
    metadata::{container::Container, envelope::envelope},
    partition::{
        partition::Partition, read_ahead::ReadAhead, standpoint::Standpoint, state::State,
        version::Version,
    },
    response::{Facts, Failure, Response},
    throughput::charge::{Work, charge},
};

/// Items of a narrow scope that are sorted for a walk; above that the partition is walked.
pub(super) const MAX_SORTED: usize = 10_000;

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was taken.
    Yes,
    /// It was not, and the walk ends before it.
    Full,
}

/// Takes items.
type Take<'t> = dyn FnMut(&Arc<Version>) -> Result<Taken, Failure> + 't;

/// A part of a partition as of one position, to be read.
#[derive(Debug)]
pub(super) struct Opened {
    /// The partition.
    pub(super) partition: Arc<Partition>,
    /// Its content.
    pub(super) state: State,
    /// The part.
    pub(super) part: Part,
}

impl Opened {
    /// Whether a version lies in the part's range, wherever its item stands in the order.
    pub(super) fn has(&self, version: &Version) -> bool {
        self.is_whole() || {
            let point = version.name.effective_partition_key();
            self.part.range.contains(&point)
        }
    }

    /// Whether the part is all of the partition.
    pub(super) fn is_whole(&self) -> bool {
        self.part.range == self.partition.range
    }
}

/// Finds the items of a part that may matter, in the order of insertion.
pub(super) trait ItemSource {
    /// The items.
    fn items<'s>(&'s self, opened: &'s Opened) -> InOrder<'s>;
}

/// Every item.
#[derive(Debug)]
pub(super) struct EveryItem;

impl ItemSource for EveryItem {
    fn items<'s>(&'s self, opened: &'s Opened) -> InOrder<'s> {
        let behind = ReadAhead::of(opened.state.items().after(opened.part.after));
        if opened.is_whole() {
            return Box::new(behind);
        }
        if let Some(sorted) = few(&opened.state, &opened.part) {
            return Box::new(sorted.into_iter());
        }
        Box::new(behind.filter(|version| opened.has(version)))
    }
}

/// A walk, and what was looked at on the way.
pub(super) struct FeedWalk<'w, 'c> {
    call: &'w Call<'c>,
    container: &'w Container,
    read: EffectiveRead,
    looked_at: Vec<(Arc<Partition>, Standpoint)>,
}

impl<'w, 'c> FeedWalk<'w, 'c> {
    /// A walk under the call's consistency.
    ///
    /// # Errors
    /// 400 for a session token or a level that cannot be.
    pub(super) fn new(call: &'w Call<'c>, container: &'w Container) -> Result<Self, Failure> {
        Ok(Self {
            read: call.effective_read()?,
            call,
            container,
            looked_at: Vec::new(),
        })
    }

    /// Partitions that were looked at.
    pub(super) fn partitions(&self) -> usize {
        self.looked_at.len()
    }

    /// Hands out the items of parts in order, as `source` finds them; returns what is left.
    ///
    /// # Errors
    /// 429 when a partition's throughput is used up, 404/1002 when no replica has what the session
    /// token asks for, and what `take` refuses.
    pub(super) fn through(
        &mut self,
        left: Vec<Part>,
        source: &dyn ItemSource,
        take: &mut Take<'_>,
    ) -> Result<Vec<Part>, Failure> {
        let mut work: Vec<(Arc<Partition>, Part)> = Vec::new();
        for part in left {
            work.extend(self.cut(&part));
        }
        let visible = self.visibility();
        let mut work = work.into_iter();
        while let Some((partition, part)) = work.next() {
            let opened = self.open_one(partition, part)?;
            if let Some(stopped) = through_part(&opened, source, &visible, take)? {
                let rest = work.map(|(_, part)| part);
                return Ok(std::iter::once(stopped).chain(rest).collect());
            }
        }
        Ok(Vec::new())
    }

    /// Opens all partitions that have points of a range, to be read side by side.
    ///
    /// # Errors
    /// As [`through`](Self::through).
    pub(super) fn open(&mut self, range: &EpkRange) -> Result<Vec<Opened>, Failure> {
        let part = Part {
            range: range.clone(),
            after: None,
        };
        let cut = self.cut(&part).into_iter();
        cut.map(|(partition, part)| self.open_one(partition, part))
            .collect()
    }

    /// Whether clients can see a version now.
    pub(super) fn visibility(&self) -> impl Fn(&Version) -> bool + use<'w, 'c> {
        let container = self.container;
        let now = (container.rules.ttl != TimeToLive::Forever).then(|| self.call.now());
        move |version| now.is_none_or(|now| is_visible(container, version, now))
    }

    /// The partitions that a part lies in now, each with its piece.
    fn cut(&self, part: &Part) -> Vec<(Arc<Partition>, Part)> {
        let layout = self.container.live.layout();
        let pieces = layout.overlapping(&part.range).filter_map(|partition| {
            let range = partition.range.intersect(&part.range)?;
            let after = part.after;
            Some((Arc::clone(partition), Part { range, after }))
        });
        pieces.collect()
    }

    /// A state to read at leisure, from a replica that may answer.
    fn open_one(&mut self, partition: Arc<Partition>, part: Part) -> Result<Opened, Failure> {
        self.call.admit(self.container, &partition)?;
        let look = |standpoint, state: &State| (standpoint, state.clone());
        let (standpoint, state) = self
            .call
            .serve(self.container, &partition, self.read, look)?;
        self.looked_at.push((Arc::clone(&partition), standpoint));
        Ok(Opened {
            partition,
            state,
            part,
        })
    }

    /// 200 with a page of the feed.
    pub(super) fn answer<B: AsRef<[u8]>>(
        self,
        rows: impl ExactSizeIterator<Item = B> + Clone,
        continuation: Option<String>,
        work: Work,
    ) -> Response {
        let container = self.container;
        let charge = charge(work, self.read.level);
        let facts = Facts {
            item_count: u64::try_from(rows.len()).ok(),
            continuation,
            ..feed_facts(container, &self.looked_at, charge)
        };
        Response {
            status: StatusCode::OK,
            body: envelope(&container.rid_text, "Documents", rows),
            facts,
        }
    }
}

/// Reads one part of one partition; returns where the walk ended, if it did.
fn through_part(
    opened: &Opened,
    source: &dyn ItemSource,
    visible: &dyn Fn(&Version) -> bool,
    take: &mut Take<'_>,
) -> Result<Option<Part>, Failure> {
    let mut after = opened.part.after;
    for version in source.items(opened) {
        if !visible(version) {
            continue;
        }
        if take(version)? == Taken::Full {
            let range = opened.part.range.clone();
            return Ok(Some(Part { range, after }));
        }
        after = Some(version.ordinal);
    }
    Ok(None)
}

/// The items of a narrow part in the order of insertion, when they are few enough to sort.
fn few<'s>(state: &'s State, part: &Part) -> Option<Vec<&'s Arc<Version>>> {
    let inside = state
        .items()
        .in_range(&part.range)
        .map(|slot| &slot.version);
    let mut found: Vec<_> = inside.take(MAX_SORTED + 1).collect();
    if found.len() > MAX_SORTED {
        return None;
    }
    found.retain(|version| part.after.is_none_or(|after| version.ordinal > after));
    found.sort_unstable_by_key(|version| version.ordinal);
    Some(found)
}
