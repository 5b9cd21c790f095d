//! Splitting a partition, and merging two neighbours: in steps between which a test can look.
//!
//! | phase | requests to the points | after [`Repartition::step`] |
//! |---|---|---|
//! | [`Begun`](RepartitionPhase::Begun) | 410/1007 | the content is cut or joined, in every region: `Copied` |
//! | [`Copied`](RepartitionPhase::Copied) | 410/1007 | the new ranges are published: `Completed` |
//! | [`Completed`](RepartitionPhase::Completed) | served by the new ranges; 410/1002 for an old id | no change |
//! | [`Aborted`](RepartitionPhase::Aborted) | served as before | no change |
//!
//! Requests that were under way when it begins come to their end first. Items keep their etags,
//! resource ids, timestamps, deadlines and unique keys; log positions go on; session tokens,
//! continuations and change-feed etags of the old ranges stay valid for the new ones. Request
//! units that are left, or owed, are handed over in equal parts.
//!
//! Bodies, names and log entries are shared with the old partitions; indexes are built anew, which
//! takes as long as there are items. Nothing is locked meanwhile.

use std::sync::{Arc, Mutex, PoisonError};

use cosmokit_protocol::{
    partition::{EffectivePartitionKey, EpkRange},
    session::RangeId,
    status::StatusCode,
};

use tokio::sync::Notify;

use super::{Account, AccountState};
use crate::{
    metadata::container::{Container, LiveContainer},
    partition::{
        layout::{Layout, MAX_PARTITIONS},
        partition::{Partition, ancestors},
        replica_sets::ReplicaSets,
        replicas::Replicas,
        split_point,
        state::State,
    },
    refuse,
    request::ContainerAddress,
    response::{Failure, PartitionFacts},
};

/// Where a partition is cut in two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SplitPoint {
    /// In the middle of its hash values, as the service does.
    #[default]
    Middle,
    /// Before this point.
    At(EffectivePartitionKey),
    /// Where about half of the stored bytes lie on either side.
    Storage,
}

/// How far a split or merge has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepartitionPhase {
    /// The partitions turn requests away; nothing has moved.
    Begun,
    /// The content has been cut or joined; nobody sees it yet.
    Copied,
    /// The new ranges serve.
    Completed,
    /// The old ranges serve again.
    Aborted,
}

/// A split or merge under way. Dropping it before it has completed gives it up.
///
/// ```
/// # use cosmokit_engine::{Account, RepartitionPhase, SplitPoint, request::ContainerAddress};
/// # fn example(account: &Account) -> Result<(), cosmokit_engine::response::Failure> {
/// let container = ContainerAddress::new("db", "c");
/// let mut split = account.begin_split(&container, "0", &SplitPoint::Middle)?;
/// // Requests to range 0 get 410/1007 here, and until the split completes.
/// while split.step() != RepartitionPhase::Completed {}
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropping it gives the split or merge up"]
pub struct Repartition {
    live: Arc<LiveContainer>,
    phase: RepartitionPhase,
    /// The partitions that are replaced: one, or two neighbours.
    old: Vec<Arc<Partition>>,
    /// What replaces them: two parts, or one.
    new: Vec<Child>,
    /// The content of the new ones.
    copies: Vec<ReplicaSets>,
    /// Held while the new ones are published: regions must not change meanwhile.
    regions_changing: Arc<Mutex<()>>,
    /// Told when it has completed: writes may wait for positions of the old ones.
    changed: Arc<Notify>,
}

/// A range that comes out of a split or merge.
#[derive(Debug)]
struct Child {
    id: RangeId,
    range: EpkRange,
    internal_id: String,
    /// Of what is drawn for its replicas.
    seed: u64,
}

impl Account {
    /// Begins to split a partition in two.
    ///
    /// # Errors
    /// 404 or 404/1003 for the container, 410/1002 for an unknown range, 400/1105 for a point at which
    /// the range cannot be cut and for a container with 10,000 partitions, 409 while the range is
    /// being split or merged already.
    pub fn begin_split(
        &self,
        container: &ContainerAddress,
        range_id: &str,
        at: &SplitPoint,
    ) -> Result<Repartition, Failure> {
        let container = self.find_container(container)?;
        Repartition::split(self.state(), &container, range_id, at)
    }

    /// Begins to merge two partitions that are neighbours, named in any order.
    ///
    /// # Errors
    /// 404 or 404/1003 for the container, 410/1002 for an unknown range, 400/1105 for ranges that are
    /// no neighbours, 409 while one is being split or merged already.
    pub fn begin_merge(
        &self,
        container: &ContainerAddress,
        range_ids: [&str; 2],
    ) -> Result<Repartition, Failure> {
        let container = self.find_container(container)?;
        Repartition::merge(self.state(), &container, range_ids)
    }

    /// Splits a partition in two, and returns the ids of the new ranges, the lower first.
    ///
    /// # Errors
    /// As [`begin_split`](Self::begin_split).
    ///
    /// # Panics
    /// Never: a split has two parts.
    pub fn split(
        &self,
        container: &ContainerAddress,
        range_id: &str,
        at: &SplitPoint,
    ) -> Result<[RangeId; 2], Failure> {
        let split = self.begin_split(container, range_id, at)?;
        let children = split.complete();
        Ok(children.try_into().expect("a split has two parts"))
    }

    /// Merges two partitions that are neighbours, and returns the id of the new range.
    ///
    /// # Errors
    /// As [`begin_merge`](Self::begin_merge).
    ///
    /// # Panics
    /// Never: a merge has one result.
    pub fn merge(
        &self,
        container: &ContainerAddress,
        range_ids: [&str; 2],
    ) -> Result<RangeId, Failure> {
        let merge = self.begin_merge(container, range_ids)?;
        let [merged] = merge.complete().try_into().expect("a merge has one result");
        Ok(merged)
    }
}

impl Repartition {
    /// Begins a split.
    pub(super) fn split(
        state: &AccountState,
        container: &Container,
        range_id: &str,
        at: &SplitPoint,
    ) -> Result<Self, Failure> {
        let layout = container.live.layout().clone();
        let parent = find(&layout, range_id)?;
        if layout.partitions().len() >= MAX_PARTITIONS {
            return Err(refuse::repartition_invalid(format!(
                "the container has {MAX_PARTITIONS} partitions, which is the limit"
            )));
        }
        let parts = split_at(container, &parent, at)?;
        let new = vec![
            Child::new(state, container, parts.0)?,
            Child::new(state, container, parts.1)?,
        ];
        Self::begin(state, container, vec![parent], new)
    }

    /// Begins a merge.
    pub(super) fn merge(
        state: &AccountState,
        container: &Container,
        range_ids: [&str; 2],
    ) -> Result<Self, Failure> {
        let layout = container.live.layout().clone();
        let [one, other] = range_ids;
        let mut old = [find(&layout, one)?, find(&layout, other)?];
        old.sort_by(|a, b| a.range.min().cmp(b.range.min()));
        let [low, high] = &old;
        let neighbours = low.range.max() == high.range.min();
        let whole = EpkRange::new(low.range.min().clone(), high.range.max().clone());
        let Some(whole) = whole.ok().filter(|_| neighbours) else {
            return Err(refuse::repartition_invalid(format!(
                "the ranges {one:.16} and {other:.16} are not neighbours"
            )));
        };
        let new = vec![Child::new(state, container, whole)?];
        Self::begin(state, container, old.into(), new)
    }

    fn begin(
        state: &AccountState,
        container: &Container,
        old: Vec<Arc<Partition>>,
        new: Vec<Child>,
    ) -> Result<Self, Failure> {
        for (number, partition) in old.iter().enumerate() {
            if !partition.close() {
                let closed = old.iter().take(number);
                closed.for_each(|partition| partition.phase.reopen());
                return Err(Failure::new(
                    StatusCode::CONFLICT,
                    format!("range {} is being split or merged already", partition.id),
                ));
            }
        }
        Ok(Self {
            live: Arc::clone(&container.live),
            phase: RepartitionPhase::Begun,
            old,
            new,
            copies: Vec::new(),
            regions_changing: Arc::clone(&state.changing),
            changed: Arc::clone(&state.changed),
        })
    }

    /// How far it has come.
    pub fn phase(&self) -> RepartitionPhase {
        self.phase
    }

    /// The ranges that are split or merged.
    pub fn parents(&self) -> impl ExactSizeIterator<Item = RangeId> {
        self.old.iter().map(|partition| partition.id)
    }

    /// The ranges that come out of it, in the order of their points.
    pub fn children(&self) -> impl ExactSizeIterator<Item = RangeId> {
        self.new.iter().map(|child| child.id)
    }

    /// Goes one phase on, and returns it; a split or merge that has ended stays as it is.
    pub fn step(&mut self) -> RepartitionPhase {
        self.phase = match self.phase {
            RepartitionPhase::Begun => {
                self.copies = copies(&self.old, &self.new);
                RepartitionPhase::Copied
            }
            RepartitionPhase::Copied => {
                self.publish();
                RepartitionPhase::Completed
            }
            ended => ended,
        };
        self.phase
    }

    /// Goes on to the end, and returns the ids of the new ranges in the order of their points.
    pub fn complete(mut self) -> Vec<RangeId> {
        while self.step() != RepartitionPhase::Completed {}
        self.children().collect()
    }

    /// Gives it up: the old ranges serve again. Nothing happens when it has completed.
    pub fn abort(mut self) {
        self.give_up();
    }

    fn give_up(&mut self) {
        if matches!(
            self.phase,
            RepartitionPhase::Begun | RepartitionPhase::Copied
        ) {
            self.old.iter().for_each(|old| old.phase.reopen());
            self.phase = RepartitionPhase::Aborted;
        }
    }

    fn publish(&mut self) {
        let live = Arc::clone(&self.live);
        let regions_changing = Arc::clone(&self.regions_changing);
        let _turn = regions_changing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        live.change_layout(|layout| {
            self.follow();
            let since = layout.version() + 1;
            let copies = std::mem::take(&mut self.copies);
            let new = self.new.iter().zip(copies).map(|(child, sets)| {
                let partition = child.partition(sets);
                for old in &self.old {
                    let indexes = &partition.replicas.indexes;
                    indexes.begin_after(&old.replicas.indexes);
                }
                Arc::new(partition.descended(ancestors(&self.old), since))
            });
            let new: Vec<Arc<Partition>> = new.collect();
            let heir = new.first().expect("something comes out of it");
            for old in &self.old {
                old.replicas.succeeded_by(Arc::clone(&heir.replicas));
            }
            let old: Vec<RangeId> = self.parents().collect();
            layout.with(&old, new)
        });
        self.old.iter().for_each(|old| old.phase.leave());
        let (old, new): (Vec<_>, Vec<_>) = (self.parents().collect(), self.children().collect());
        self.live.budgets.hand_over(&old, &new);
        self.changed.notify_waiters();
    }

    /// Copies again when something has happened to regions or links since.
    fn follow(&mut self) {
        let revision = self.old.iter().map(|old| old.replicas.revision()).max();
        let copied = self.copies.iter().map(ReplicaSets::revision).min();
        if revision > copied {
            self.copies = copies(&self.old, &self.new);
        }
    }
}

impl Child {
    fn new(state: &AccountState, container: &Container, range: EpkRange) -> Result<Self, Failure> {
        Ok(Self {
            id: container.live.next_range()?,
            range,
            internal_id: state.entropy.guid(),
            seed: state.entropy.next(),
        })
    }

    fn partition(&self, sets: ReplicaSets) -> Partition {
        let facts = PartitionFacts {
            range_id: self.id.to_string(),
            internal_id: self.internal_id.clone(),
            physical_id: self.id.to_string(),
        };
        let replicas = Arc::new(Replicas::from_sets(sets, self.seed));
        Partition::new(self.id, self.range.clone(), facts, replicas)
    }
}

/// The live partition with this range id.
fn find(layout: &Layout, range_id: &str) -> Result<Arc<Partition>, Failure> {
    let found = layout.by_id(range_id).map(Arc::clone);
    let found = found.ok_or_else(|| refuse::range_gone(range_id))?;
    let loaded = found.replicas.load();
    loaded.map_err(|error| refuse::unreadable(&error))?;
    Ok(found)
}

/// The two parts of a partition.
fn split_at(
    container: &Container,
    partition: &Partition,
    at: &SplitPoint,
) -> Result<(EpkRange, EpkRange), Failure> {
    let range = &partition.range;
    let point = match at {
        SplitPoint::Middle => split_point::middle(range, &container.rules.key),
        SplitPoint::At(point) => Some(point.clone()),
        SplitPoint::Storage => {
            let state = partition.replicas.at_first_head(State::clone);
            split_point::by_storage(state.items(), range)
        }
    };
    let parts = point.as_ref().and_then(|point| range.split_at(point));
    parts.ok_or_else(|| {
        let why = match at {
            SplitPoint::Middle => "it is too narrow".to_owned(),
            SplitPoint::At(point) => format!("the point {:.128} is not inside", point.to_hex()),
            SplitPoint::Storage => "its items have fewer than two partition keys".to_owned(),
        };
        refuse::repartition_invalid(format!("range {} cannot be split: {why}", partition.id))
    })
}

/// The content of each new range in every region. What is on the way between regions is cut too;
/// a merge has all of it arrive.
fn copies(old: &[Arc<Partition>], new: &[Child]) -> Vec<ReplicaSets> {
    // A copy of the state costs nothing, and nobody waits while it is cut or joined.
    let sets: Vec<ReplicaSets> = old.iter().map(|old| old.replicas.copy()).collect();
    if let ([low, high], [low_sets, high_sets]) = (old, sets.as_slice()) {
        let joined = ReplicaSets::join((&low.range, low_sets), (&high.range, high_sets));
        return vec![joined];
    }
    let cut = |sets: &ReplicaSets| -> Vec<_> {
        let parts = new.iter().map(|child| sets.cut(&child.range));
        parts.collect()
    };
    sets.first().map(cut).unwrap_or_default()
}

impl Drop for Repartition {
    fn drop(&mut self) {
        self.give_up();
    }
}
