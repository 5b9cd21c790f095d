//! A partition follows a change of the account's regions: who leads, who follows, what is lost.
//!
//! Every change of the topology reaches every partition in order, under the closed door.

use std::sync::Arc;

use cosmokit_protocol::session::{Lsn, RegionId};

use super::{
    inbound::{Court, OwnLine},
    record::{LogRecord, Shipment, Step},
    trail::{Apart, LinkTerms, Trail},
};
use crate::{
    account::{Handover, Topology, WriteMode},
    clock::Timestamp,
    partition::{
        log::Retention,
        replica_set::{Line, ReplicaSet},
        replica_sets::{Horizon, ReplicaSets},
    },
};

/// Failovers whose losses are remembered, the latest first: as long as an answer can wait.
const MAX_LOST: usize = 64;

impl ReplicaSets {
    /// Goes on under another topology; does nothing under one that is not newer.
    pub(crate) fn conform(&mut self, topology: &Arc<Topology>, now: Timestamp, seed: u64) {
        if topology.revision() <= self.topology.revision() {
            return;
        }
        self.settle(now, seed);
        let before = std::mem::replace(&mut self.topology, Arc::clone(topology));
        let in_account = |set: &ReplicaSet| {
            let mut regions = topology.all_regions().iter();
            regions.any(|entry| entry.id == set.region)
        };
        self.sets.retain(in_account);
        let (was, is) = (before.write_mode(), topology.write_mode());
        if was == WriteMode::Single && topology.hub() != before.hub() {
            match topology.handover() {
                Handover::Whole => self.hand_over(topology.hub(), now, seed),
                Handover::Cut => self.cut_over(topology.hub(), now, seed),
            }
        }
        self.admit_regions();
        if was != is {
            match is {
                WriteMode::Multi => self.part_logs(now, seed),
                WriteMode::Single => self.join_logs(now),
            }
        }
        if topology.version() != before.version() {
            self.horizon = self.reach();
        }
        self.set_terms(now, seed);
        self.settle(now, seed);
    }

    /// Everything that was written and is not lost.
    pub(crate) fn reach(&self) -> Horizon {
        let heads = self.sets.iter().map(|set| set.head(&self.log));
        heads.fold(Horizon::default(), |reached, head| Horizon {
            lsn: reached.lsn.max(head.lsn()),
            progress: reached.progress.join(head.progress()),
        })
    }

    /// Every region takes writes from now on: everything that is on the way arrives, and each
    /// goes on with a log of its own.
    fn part_logs(&mut self, now: Timestamp, seed: u64) {
        for set in &mut self.sets {
            set.receive_all(self.apart, now, seed);
        }
        self.give_logs();
    }

    /// Has each region go on with a log of its own, where it stands.
    pub(crate) fn give_logs(&mut self) {
        let Self { log, sets, .. } = self;
        for set in sets.iter_mut() {
            let state = set.head(log).clone();
            set.line = Line::Own(Box::new(OwnLine::new(state)));
        }
        self.connect();
    }

    /// A link between any two regions that write.
    pub(crate) fn connect(&mut self) {
        let regions: Vec<RegionId> = self.sets.iter().map(|set| set.region).collect();
        for set in &mut self.sets {
            if let Line::Own(own) = &mut set.line {
                for from in regions.iter().filter(|from| **from != set.region) {
                    let terms = self.topology.link_terms(*from, set.region);
                    own.connect(*from, terms);
                }
            }
        }
    }

    /// One region takes writes from now on: everything that is on the way arrives, and the others
    /// follow. What each has of the past stays in its own order.
    fn join_logs(&mut self, now: Timestamp) {
        self.take_in_all(now);
        let hub = self.topology.hub();
        for set in &mut self.sets {
            let Line::Own(own) = &set.line else {
                continue;
            };
            if set.region == hub {
                self.log = own.state.clone();
                set.line = Line::Hub;
            } else {
                let trail = Trail::apart(LinkTerms::default(), own.state.clone());
                set.line = Line::Follows(trail);
            }
        }
        self.apart = Apart::Yes;
    }

    /// Has every write of every region arrive now; followers are where their leaders are.
    fn take_in_all(&mut self, now: Timestamp) {
        let Self {
            sets,
            policy,
            conflicts,
            ..
        } = self;
        let mut court = Court {
            policy,
            feed: conflicts,
        };
        for set in sets {
            if let Line::Own(own) = &mut set.line {
                own.settle_all(now, &mut court, |_, _| {});
                set.catch_up_followers();
            }
        }
    }

    /// The same with everything arrived that was on the way between regions, as if it had arrived
    /// when it was written.
    pub(crate) fn all_here(&self) -> Self {
        let mut here = self.clone();
        here.take_in_all(Timestamp::default());
        let apart = here.apart;
        for set in &mut here.sets {
            if let Line::Follows(trail) = &mut set.line {
                trail.advance_to(Lsn::MAX, apart, |_, _| {});
                set.catch_up_followers();
            }
        }
        here.conflicts.all_arrived();
        here
    }

    /// Makes a region the write region, once all of the log has reached it.
    fn hand_over(&mut self, hub: RegionId, now: Timestamp, seed: u64) {
        let Self {
            log, sets, apart, ..
        } = self;
        let Some(set) = sets.iter_mut().find(|set| set.region == hub) else {
            return;
        };
        set.receive_all(*apart, now, seed);
        let state = set.head(log).clone();
        set.line = Line::Hub;
        let old = std::mem::replace(log, state);
        for set in sets.iter_mut().filter(|set| set.region != hub) {
            if matches!(set.line, Line::Hub) {
                let terms = LinkTerms::default();
                set.line = Line::Follows(match apart {
                    Apart::No => Trail::new(terms),
                    Apart::Yes => Trail::apart(terms, old.clone()),
                });
            }
        }
    }

    /// Makes a region the write region with what has reached it. What the others have beyond
    /// that is discarded, and its positions are never given out again.
    fn cut_over(&mut self, hub: RegionId, now: Timestamp, seed: u64) {
        let Some(set) = self.sets.iter().find(|set| set.region == hub) else {
            return;
        };
        let cut = set.head(&self.log).clone();
        let reached = self.sets.iter().map(|set| set.head(&self.log));
        let (given_out, counts) = reached.fold(
            (self.log.lsn(), self.log.progress().clone()),
            |(lsn, counts), head| (lsn.max(head.lsn()), counts.join(head.progress())),
        );
        for set in &mut self.sets {
            match &mut set.line {
                line if set.region == hub => *line = Line::Hub,
                Line::Follows(trail) => trail.cut_to(&cut),
                line => *line = Line::Follows(Trail::default()),
            }
            for follower in &mut set.followers {
                follower.cut_to(&cut);
            }
        }
        self.commit.cut_to(&cut);
        self.log = cut.clone();
        if given_out > cut.lsn() {
            self.lost.truncate(MAX_LOST - 1);
            self.lost.insert(0, (cut.lsn(), given_out));
            let jump = Arc::new(LogRecord {
                lsn: given_out,
                origin: hub,
                at: now,
                step: Step::Jump(counts),
                retention: Retention::LatestOnly,
                held_back: None,
            });
            self.log.follow(&jump);
            self.ship(&cut, &jump, now, seed);
        }
    }
}

impl ReplicaSet {
    /// Has everything that is on the way arrive now.
    pub(crate) fn receive_all(&mut self, apart: Apart, now: Timestamp, seed: u64) {
        let Self {
            region,
            line,
            followers,
            ..
        } = self;
        if let Line::Follows(trail) = line {
            trail.advance_to(Lsn::MAX, apart, |before, shipment| {
                let at_once = Shipment {
                    arrival: now,
                    record: Arc::clone(&shipment.record),
                };
                crate::partition::replica_set::pass_on(followers, *region, before, &at_once, seed);
            });
        }
    }
}
