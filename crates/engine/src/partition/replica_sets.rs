//! What the lock of a partition guards: its log, its replicas, and the position that is committed.

use std::sync::Arc;

use cosmokit_protocol::{
    partition::EpkRange,
    session::{Lsn, RegionId},
    wire::consistency::ConsistencyLevel,
};

use super::{
    appender::AppendRefusal,
    replica_set::{Line, REPLICAS, ReplicaId, ReplicaSet, draw, draw_seed},
    state::State,
};
use crate::{
    account::{Topology, WriteMode},
    clock::Timestamp,
    conflict::{feed::ConflictFeed, policy::ConflictPolicy},
    consistency::token::TokenClock,
    region::{
        inbound::Court,
        progress::Progress,
        record::LogRecord,
        trail::{Apart, LinkTerms, MAX_ON_THE_WAY, Trail},
    },
};

/// A partition in all regions, as of one moment.
#[derive(Clone, Debug)]
pub(crate) struct ReplicaSets {
    /// The regions as this partition knows them.
    pub(crate) topology: Arc<Topology>,
    /// The head of the log that the write region appends to and the others follow. Unused while
    /// every region has a log of its own.
    pub(crate) log: State,
    pub(crate) sets: Vec<ReplicaSet>,
    /// What is committed under strong consistency.
    pub(crate) commit: Trail,
    /// Where the present version of session tokens began: tokens of earlier versions ask for no
    /// more than this.
    pub(crate) horizon: Horizon,
    /// How often the partition and its ancestors were merged: each makes positions mean something
    /// else.
    pub(crate) merges: u32,
    /// Positions that were given out and lost, as the last before and the last of them.
    pub(crate) lost: Vec<(Lsn, Lsn)>,
    /// How writes of several regions are settled that do not know of each other.
    pub(crate) policy: Arc<ConflictPolicy>,
    /// The versions that lost and wait for somebody.
    pub(crate) conflicts: ConflictFeed,
    /// Whether the regions have different pasts.
    pub(crate) apart: Apart,
    /// When the next record arrives anywhere.
    next_due: Timestamp,
    /// Nothing lags and nothing will: an append is an append and nothing else.
    quiet: bool,
}

/// A position that contains everything which tokens of earlier versions can honestly ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Horizon {
    pub(crate) lsn: Lsn,
    pub(crate) progress: Progress,
}

/// One region of a partition, to look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'s> {
    sets: &'s ReplicaSets,
    set: &'s ReplicaSet,
}

impl ReplicaSets {
    /// Replicas that all begin at `state`.
    pub(crate) fn new(topology: &Arc<Topology>, state: State) -> Self {
        let hub = topology.hub();
        let mut sets = Self {
            topology: Arc::clone(topology),
            log: state,
            sets: vec![ReplicaSet::new(hub, Line::Hub)],
            commit: Trail::new(LinkTerms::default()),
            horizon: Horizon::default(),
            merges: 0,
            lost: Vec::new(),
            policy: Arc::default(),
            conflicts: ConflictFeed::default(),
            apart: Apart::No,
            next_due: Timestamp::MAX,
            quiet: true,
        };
        sets.admit_regions();
        if topology.write_mode() == WriteMode::Multi {
            sets.give_logs();
        }
        sets.set_terms(Timestamp::default(), 0);
        sets.refresh();
        sets
    }

    /// The same replicas under this policy for conflicts.
    pub(crate) fn with_policy(self, policy: &Arc<ConflictPolicy>) -> Self {
        Self {
            policy: Arc::clone(policy),
            ..self
        }
    }

    /// The same replicas at the same positions with other content: `state` changes each state, and
    /// `record` everything that is on the way. For partitions that take over a part.
    pub(crate) fn map(
        &self,
        state: impl Fn(&State) -> State,
        record: impl Fn(&LogRecord) -> LogRecord,
    ) -> Self {
        let mut mapped = self.clone();
        mapped.log = state(&self.log);
        mapped.commit.map(&state, &record);
        for set in &mut mapped.sets {
            match &mut set.line {
                Line::Hub => {}
                Line::Follows(trail) => trail.map(&state, &record),
                Line::Own(own) => {
                    own.state = state(&own.state);
                    for (_, transit) in &mut own.inbound {
                        transit.map_records(&record);
                    }
                }
            }
            for follower in &mut set.followers {
                follower.map(&state, &record);
            }
        }
        mapped
    }

    /// Replicas of the points in `range` alone, each at the position where its original stands, and
    /// with the same on its way.
    pub(crate) fn cut(&self, range: &EpkRange) -> Self {
        let mut cut = self.map(|state| state.cut(range), |record| record.cut(range));
        cut.conflicts = self
            .conflicts
            .cut(|version| range.contains(&version.name.effective_partition_key()));
        cut
    }

    /// Replicas of two partitions in one. All of them stand at the head of the joined log: what
    /// was on the way has arrived. Positions of either partition say nothing about the other, so
    /// the version of session tokens is a new one, and earlier tokens ask for nothing.
    pub(crate) fn join(low: (&EpkRange, &Self), high: (&EpkRange, &Self)) -> Self {
        let (low_sets, high_sets) = (low.1.all_here(), high.1.all_here());
        let join = |a: &State, b: &State| State::join((low.0, a), (high.0, b));
        let mut joined = low_sets.clone();
        joined.log = join(&low_sets.log, &high_sets.log);
        joined.commit = Trail::default();
        joined.lost = [low_sets.lost.as_slice(), &high_sets.lost].concat();
        joined.merges = low_sets.merges.max(high_sets.merges) + 1;
        joined.horizon = Horizon::default();
        joined.conflicts = low_sets.conflicts.joined(&high_sets.conflicts);
        for set in &mut joined.sets {
            set.catch_up_followers();
            let other = high_sets.view(set.region);
            match (&mut set.line, other) {
                (Line::Own(own), Some(other)) => own.state = join(&own.state, other.head()),
                // Whoever has a past of its own gives it up: positions begin anew.
                (Line::Follows(trail), _) => *trail = Trail::new(trail.transit().terms),
                _ => {}
            }
        }
        joined.apart = Apart::No;
        joined.refresh();
        joined
    }

    /// Which snapshot of the regions it has followed.
    pub(crate) fn revision(&self) -> u64 {
        self.topology.revision()
    }

    /// Looks at a region.
    pub(crate) fn view(&self, region: RegionId) -> Option<View<'_>> {
        let set = self.sets.iter().find(|set| set.region == region)?;
        Some(View { sets: self, set })
    }

    /// Looks at a set by its place, which stays what it is while the door is closed.
    pub(crate) fn view_at(&self, place: usize) -> View<'_> {
        let set = self.sets.get(place);
        View {
            sets: self,
            set: set.expect("regions change only behind the closed door"),
        }
    }

    /// The region of a set.
    pub(crate) fn region_at(&self, place: usize) -> RegionId {
        self.view_at(place).set.region
    }

    /// Whether writes are acknowledged by majorities.
    pub(crate) fn is_strong(&self) -> bool {
        self.topology.consistency() == ConsistencyLevel::Strong
    }

    /// When the next record arrives anywhere; [`Timestamp::MAX`] when none will.
    pub(crate) fn next_due(&self) -> Timestamp {
        self.next_due
    }

    /// Whether an append concerns nobody but the log.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Applies what has arrived at `now`.
    pub(crate) fn settle(&mut self, now: Timestamp, seed: u64) {
        let Self {
            log,
            sets,
            apart,
            policy,
            conflicts,
            ..
        } = self;
        let mut court = Court {
            policy,
            feed: conflicts,
        };
        for set in sets {
            set.settle_writes(now, &mut court, seed);
            set.settle(log, now, *apart, seed);
        }
        self.advance_commit();
        self.all_arrived();
        self.refresh();
    }

    /// When nothing is on the way between regions that write, everybody knows everything.
    fn all_arrived(&mut self) {
        let is_idle = |set: &ReplicaSet| match &set.line {
            Line::Own(own) => own.on_the_way() == 0,
            _ => true,
        };
        if self.sets.iter().all(is_idle) {
            for set in &mut self.sets {
                if let Line::Own(own) = &mut set.line {
                    own.contests.clear();
                }
            }
            self.conflicts.all_arrived();
        }
    }

    /// Finds out anew whether anything is on the way.
    pub(crate) fn refresh(&mut self) {
        let due = self.sets.iter().map(ReplicaSet::next_due);
        self.next_due = due.fold(Timestamp::MAX, Timestamp::min);
        self.quiet = self.sets.iter().all(ReplicaSet::keeps_up)
            && self.commit.transit().pending().len() == 0;
    }

    /// The place of a region that may append at `now`.
    pub(crate) fn place_for_write(
        &self,
        region: RegionId,
        now: Timestamp,
    ) -> Result<usize, AppendRefusal> {
        let place = self.sets.iter().position(|set| set.region == region);
        let place = place.ok_or(AppendRefusal::NotWritable)?;
        if self.quiet && self.sets.len() == 1 {
            return Ok(place);
        }
        if !self.topology.is_writable(region) {
            return Err(AppendRefusal::NotWritable);
        }
        let is_full = |set: &ReplicaSet| set.on_the_way() >= MAX_ON_THE_WAY;
        if self.sets.iter().any(is_full) {
            return Err(AppendRefusal::QueueFull);
        }
        if self.topology.consistency() == ConsistencyLevel::BoundedStaleness {
            self.check_staleness(now)?;
        }
        Ok(place)
    }

    /// Whether a write would leave a region that can be reached too far behind.
    fn check_staleness(&self, now: Timestamp) -> Result<(), AppendRefusal> {
        let bound = self.topology.staleness();
        let members = self.sets.iter().filter(|set| {
            self.topology.is_member(set.region) && !self.topology.is_offline(set.region)
        });
        for set in members {
            let view = View { sets: self, set };
            let (versions, since) = view.behind(ReplicaId::LEADER);
            let is_old = since.is_some_and(|since| since.after(bound.interval) <= now);
            if versions >= bound.versions || is_old {
                return Err(AppendRefusal::RegionBehind {
                    until: self.next_due,
                });
            }
        }
        Ok(())
    }

    /// What is on the way from one region's leader to another's, and when the oldest of it was
    /// written.
    pub(crate) fn on_the_way(&self, (from, to): (RegionId, RegionId)) -> (u64, Option<Timestamp>) {
        let set = self.sets.iter().find(|set| set.region == to);
        let transit = set.and_then(|set| match &set.line {
            Line::Hub => None,
            Line::Follows(trail) => (from == self.topology.hub()).then(|| trail.transit()),
            Line::Own(own) => own.transit_from(from),
        });
        let Some(transit) = transit else {
            return (0, None);
        };
        let mut pending = transit.pending();
        let count = u64::try_from(pending.len()).unwrap_or(u64::MAX);
        (count, pending.next().map(|first| first.record.at))
    }

    /// The position that strong consistency has acknowledged, or would.
    pub(crate) fn committed_lsn(&self) -> Lsn {
        self.commit.state(&self.log).lsn()
    }

    /// Whether a position was given out and lost in a failover.
    pub(crate) fn has_lost(&self, lsn: Lsn) -> bool {
        let mut lost = self.lost.iter();
        lost.any(|(before, last)| *before < lsn && lsn <= *last)
    }

    /// Moves the committed position to where a majority in every region that counts has come.
    pub(crate) fn advance_commit(&mut self) {
        if !self.is_strong() {
            self.commit.advance_to(Lsn::MAX, Apart::No, |_, _| {});
            return;
        }
        let committed = self.committed_lsn();
        for set in &mut self.sets {
            if self.topology.is_offline(set.region) {
                set.lapsed = true;
            } else if set.lapsed && set.quorum_lsn(&self.log) >= committed {
                set.lapsed = false;
            }
        }
        let members = || {
            let sets = self.sets.iter();
            sets.filter(|set| self.topology.is_member(set.region))
        };
        let counting = || members().filter(|set| !set.lapsed);
        if counting().count() * 2 > members().count() {
            let reached = counting().map(|set| set.quorum_lsn(&self.log)).min();
            let reached = reached.unwrap_or(committed);
            self.commit.advance_to(reached, Apart::No, |_, _| {});
        }
    }

    /// A set for each region of the topology that has none, at the head of the log.
    pub(crate) fn admit_regions(&mut self) {
        let topology = Arc::clone(&self.topology);
        if topology.all_regions().len() > 1 {
            self.count_progress(topology.hub());
        }
        for entry in topology.all_regions() {
            if !self.sets.iter().any(|set| set.region == entry.id) {
                let line = self.line_of_a_new_region(entry.id);
                self.sets.push(ReplicaSet::new(entry.id, line));
            }
        }
        self.connect();
    }

    fn line_of_a_new_region(&self, region: RegionId) -> Line {
        // A copy of the first region, with what is on the way to that.
        if let Some(Line::Own(own)) = self.sets.first().map(|set| &set.line) {
            return Line::Own(own.clone());
        }
        let terms = self.topology.link_terms(self.topology.hub(), region);
        Line::Follows(match self.apart {
            Apart::No => Trail::new(terms),
            Apart::Yes => Trail::apart(terms, self.log.clone()),
        })
    }

    /// Begins to count whose writes there are, where that was not necessary before.
    fn count_progress(&mut self, writer: RegionId) {
        let begin = |state: &mut State| {
            if !state.progress().is_kept() {
                let progress = Progress::begin(writer, state.lsn());
                state.set_progress(progress);
            }
        };
        begin(&mut self.log);
        for set in &mut self.sets {
            if let Line::Own(own) = &mut set.line {
                begin(&mut own.state);
            }
        }
    }

    /// Brings lags, outages and the write mode up to date with the topology.
    pub(crate) fn set_terms(&mut self, now: Timestamp, seed: u64) {
        let topology = Arc::clone(&self.topology);
        let hub = topology.hub();
        for set in &mut self.sets {
            let region_seed = draw_seed(seed, set.region);
            let random = |lsn: Lsn| draw(region_seed, lsn);
            match &mut set.line {
                Line::Hub => {}
                Line::Follows(trail) => {
                    trail.conform(topology.link_terms(hub, set.region), now, random);
                }
                Line::Own(own) => {
                    for (from, transit) in &mut own.inbound {
                        let terms = topology.link_terms(*from, set.region);
                        let seed = draw_seed(region_seed, *from);
                        transit.conform(terms, now, |lsn| draw(seed, lsn));
                    }
                }
            }
            for (number, trail) in (1_u8..).zip(&mut set.followers) {
                let terms = LinkTerms {
                    lag: topology.replica_lag(set.region, number),
                    cut: false,
                };
                let seed = crate::entropy::mix(region_seed, number.into());
                let random = |lsn: Lsn| draw(seed, lsn);
                trail.conform(terms, now, random);
            }
        }
    }
}

impl<'s> View<'s> {
    /// The regions as the partition knows them.
    pub(crate) fn topology(self) -> &'s Topology {
        &self.sets.topology
    }

    /// How session tokens are written.
    pub(crate) fn token_clock(self) -> TokenClock {
        TokenClock::of(&self.sets.topology, self.sets.merges)
    }

    /// The version of session tokens.
    pub(crate) fn token_version(self) -> i64 {
        self.sets.topology.token_version(self.sets.merges)
    }

    /// The state of the region's leader.
    pub(crate) fn head(self) -> &'s State {
        self.set.head(&self.sets.log)
    }

    /// The states of all replicas, the leader's first.
    pub(crate) fn states(self) -> [&'s State; REPLICAS] {
        self.set.states(&self.sets.log)
    }

    /// The state of one replica.
    pub(crate) fn replica(self, replica: ReplicaId) -> &'s State {
        self.set.replica(replica, &self.sets.log)
    }

    /// What strong consistency may show; `None` in a region that has not got it yet.
    pub(crate) fn committed(self) -> Option<&'s State> {
        let committed = self.sets.commit.state(&self.sets.log);
        (self.set.quorum_lsn(&self.sets.log) >= committed.lsn()).then_some(committed)
    }

    /// The position that a write quorum of the region has passed.
    pub(crate) fn quorum_lsn(self) -> Lsn {
        self.set.quorum_lsn(&self.sets.log)
    }

    /// The position that a write quorum of every region has passed; `None` where each region has
    /// positions of its own.
    pub(crate) fn global_committed_lsn(self) -> Option<Lsn> {
        let is_single = self.sets.topology.write_mode() == WriteMode::Single;
        if self.sets.topology.consistency() == ConsistencyLevel::Strong {
            return Some(self.sets.committed_lsn());
        }
        let all = self.sets.sets.iter();
        let all = all.map(|set| set.quorum_lsn(&self.sets.log));
        is_single.then(|| all.min()).flatten()
    }

    /// By how many versions a replica is behind everything that was written, and since when.
    pub(crate) fn behind(self, replica: ReplicaId) -> (u64, Option<Timestamp>) {
        let (head, on_the_way) = match &self.set.line {
            Line::Own(own) => (&own.state, own.all_on_the_way()),
            Line::Hub | Line::Follows(_) => (&self.sets.log, 0),
        };
        let position = self.replica(replica).lsn().value();
        let behind = head.lsn().value().saturating_sub(position);
        (behind + on_the_way, self.set.missing_since(replica))
    }

    /// The versions that lost and wait for somebody.
    pub(crate) fn conflicts(self) -> &'s ConflictFeed {
        &self.sets.conflicts
    }

    /// Where the present version of session tokens began.
    pub(crate) fn horizon(self) -> &'s Horizon {
        &self.sets.horizon
    }
}
