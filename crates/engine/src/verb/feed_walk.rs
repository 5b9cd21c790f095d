//! A walk over the items of parts of a container, in order, until whoever takes them has enough.

use std::sync::Arc;

use cosmokit_protocol::{partition::EpkRange, resource::TimeToLive, status::StatusCode};

use super::{
    feed_scope::feed_facts,
    feed_token::Part,
    item_target::is_visible,
    ordinal_merge::{InOrder, OrdinalMerge},
};
use crate::{
    account::Call,
    consistency::read::EffectiveRead,
    metadata::{container::Container, envelope::envelope},
    partition::{partition::Partition, standpoint::Standpoint, state::State, version::Version},
    response::{Facts, Failure, Response},
    throughput::charge::{Work, charge},
};

/// Items of a narrow scope that are sorted for a walk; above that the partition is walked.
const MAX_SORTED: usize = 10_000;

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

    /// Hands out the items of parts in order; returns what is left.
    ///
    /// # Errors
    /// 429 when a partition's throughput is used up, 404/1002 when no replica has what the session
    /// token asks for, and what `take` refuses.
    pub(super) fn through(
        &mut self,
        left: Vec<Part>,
        take: &mut Take<'_>,
    ) -> Result<Vec<Part>, Failure> {
        let layout = self.container.live.layout();
        let mut work: Vec<(Arc<Partition>, Part)> = Vec::new();
        for Part { range, after } in left {
            for partition in layout.overlapping(&range) {
                if let Some(range) = partition.range.intersect(&range) {
                    work.push((Arc::clone(partition), Part { range, after }));
                }
            }
        }
        let mut work = work.into_iter();
        while let Some((partition, part)) = work.next() {
            self.call.admit(self.container, &partition)?;
            let state = self.snapshot(&partition)?;
            if let Some(stopped) = self.through_part(&state, (&partition, part), take)? {
                let rest = work.map(|(_, part)| part);
                return Ok(std::iter::once(stopped).chain(rest).collect());
            }
        }
        Ok(Vec::new())
    }

    /// Hands out the items of a range in the order of insertion, whatever partitions they are in.
    ///
    /// # Errors
    /// As [`through`](Self::through).
    pub(super) fn in_order(
        &mut self,
        range: &EpkRange,
        take: &mut Take<'_>,
    ) -> Result<(), Failure> {
        let layout = self.container.live.layout().clone();
        let mut looked_at = Vec::new();
        for partition in layout.overlapping(range) {
            let Some(range) = partition.range.intersect(range) else {
                continue;
            };
            self.call.admit(self.container, partition)?;
            let part = Part { range, after: None };
            looked_at.push((self.snapshot(partition)?, part, &partition.range));
        }
        let items = looked_at
            .iter()
            .map(|(state, part, range)| items_of(state, part, range));
        let visible = self.visibility();
        for version in OrdinalMerge::new(items) {
            if visible(version) && take(version)? == Taken::Full {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether clients can see a version now.
    fn visibility(&self) -> impl Fn(&Version) -> bool + use<'w, 'c> {
        let container = self.container;
        let now = (container.rules.ttl != TimeToLive::Forever).then(|| self.call.now());
        move |version| now.is_none_or(|now| is_visible(container, version, now))
    }

    /// A state to read at leisure, from a replica that may answer.
    fn snapshot(&mut self, partition: &Arc<Partition>) -> Result<State, Failure> {
        let look = |standpoint, state: &State| (standpoint, state.clone());
        let (standpoint, state) = self
            .call
            .serve(self.container, partition, self.read, look)?;
        self.looked_at.push((Arc::clone(partition), standpoint));
        Ok(state)
    }

    /// Reads one part of one partition; returns where the walk ended, if it did.
    fn through_part(
        &self,
        state: &State,
        (partition, part): (&Partition, Part),
        take: &mut Take<'_>,
    ) -> Result<Option<Part>, Failure> {
        let visible = self.visibility();
        let mut after = part.after;
        for version in items_of(state, &part, &partition.range) {
            if !visible(version) {
                continue;
            }
            if take(version)? == Taken::Full {
                let range = part.range.clone();
                return Ok(Some(Part { range, after }));
            }
            after = Some(version.ordinal);
        }
        Ok(None)
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

/// The items of a part of a partition, whose points are `all`, in the order of insertion.
fn items_of<'s>(state: &'s State, part: &'s Part, all: &EpkRange) -> InOrder<'s> {
    let behind = state.items().after(part.after);
    if part.range == *all {
        return Box::new(behind);
    }
    if let Some(sorted) = few(state, part) {
        return Box::new(sorted.into_iter());
    }
    Box::new(behind.filter(|version| {
        let point = version.name.effective_partition_key();
        part.range.contains(&point)
    }))
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
