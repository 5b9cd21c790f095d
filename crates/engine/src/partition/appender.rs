//! The right to append to a partition's log, and what an append sets off.

use std::sync::{Arc, MutexGuard, PoisonError};

use cosmokit_protocol::{resource::TimeToLive, session::Lsn};

use super::{
    log::Retention,
    replica_set::{Line, ReplicaSet, draw, draw_seed, pass_on},
    replica_sets::{ReplicaSets, View},
    replicas::Replicas,
    standpoint::Standpoint,
    state::{LogFull, State},
    sweep::{self, SweepCursor},
    version::Version,
};
use crate::{
    clock::Timestamp,
    region::record::{HeldBack, LogRecord, Shipment, Step},
};

/// Why a region may not append now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AppendRefusal {
    /// Another region takes writes, or none does for the moment.
    NotWritable,
    /// Under bounded staleness: a region is as far behind as it may be.
    RegionBehind {
        /// When it may come closer; the end of time while a link is paused.
        until: Timestamp,
    },
    /// A link holds as much as it can.
    QueueFull,
}

/// The right to append, held while a write is decided.
#[derive(Debug)]
pub(crate) struct Appender<'a> {
    replicas: &'a Replicas,
    turn: MutexGuard<'a, SweepCursor>,
    /// Which of the sets appends.
    place: usize,
    now: Timestamp,
    /// Where what is appended arrives later, on purpose.
    held_back: Option<HeldBack>,
}

impl<'a> Appender<'a> {
    pub(super) fn new(
        replicas: &'a Replicas,
        turn: MutexGuard<'a, SweepCursor>,
        place: usize,
        now: Timestamp,
    ) -> Self {
        Self {
            replicas,
            turn,
            place,
            now,
            held_back: None,
        }
    }

    /// What is appended arrives somewhere later.
    pub(crate) fn holding_back(mut self, held_back: Option<HeldBack>) -> Self {
        self.held_back = held_back;
        self
    }

    /// Looks at the region that appends. Nothing can change its head while the appender lives.
    pub(crate) fn view<T>(&self, look: impl FnOnce(View<'_>) -> T) -> T {
        let sets = self.replicas.sets.read();
        let sets = sets.unwrap_or_else(PoisonError::into_inner);
        look(sets.view_at(self.place))
    }

    /// Where the region's leader stands.
    pub(crate) fn standpoint(&self) -> Standpoint {
        let sets = self.replicas.sets.read();
        let sets = sets.unwrap_or_else(PoisonError::into_inner);
        sets.view_at(self.place).leader()
    }

    /// Looks at the head of the region's log.
    pub(crate) fn at_head<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.view(|view| look(view.head()))
    }

    /// Appends changes under one LSN and makes them visible at once; says where they stand.
    ///
    /// # Errors
    /// [`LogFull`] when the log has no number left.
    pub(crate) fn append(
        &self,
        changes: impl IntoIterator<Item = Arc<Version>>,
        retention: Retention,
    ) -> Result<Standpoint, LogFull> {
        self.write(|sets| {
            self.append_one(sets, changes, retention)?;
            Ok(sets.view_at(self.place).leader())
        })
    }

    /// Appends changes one after another, each under an LSN of its own; readers see all of them
    /// or none.
    ///
    /// # Errors
    /// [`LogFull`] when the log has no number left; what came before that stays.
    pub(crate) fn append_each(
        &self,
        changes: impl IntoIterator<Item = Arc<Version>>,
        retention: Retention,
    ) -> Result<Standpoint, LogFull> {
        self.write(|sets| {
            for change in changes {
                self.append_one(sets, [change], retention)?;
            }
            Ok(sets.view_at(self.place).leader())
        })
    }

    /// At most `limit` items that have expired at `now` and are still in the state.
    pub(crate) fn expired(
        &mut self,
        default: TimeToLive,
        now: Timestamp,
        limit: usize,
    ) -> Vec<Arc<Version>> {
        let sets = self.replicas.sets.read();
        let sets = sets.unwrap_or_else(PoisonError::into_inner);
        let head = sets.view_at(self.place).head();
        sweep::expired(head, default, now, limit, &mut self.turn)
    }

    fn write<T>(&self, change: impl FnOnce(&mut ReplicaSets) -> T) -> T {
        let sets = self.replicas.sets.write();
        let mut sets = sets.unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut sets);
        let Replicas {
            indexes, columns, ..
        } = self.replicas;
        let head = sets.view_at(self.place).head();
        let stale = (indexes.written(head), columns.written(head));
        drop(sets);
        drop(stale);
        changed
    }

    fn append_one(
        &self,
        sets: &mut ReplicaSets,
        changes: impl IntoIterator<Item = Arc<Version>>,
        retention: Retention,
    ) -> Result<(), LogFull> {
        let origin = sets.region_at(self.place);
        if sets.is_quiet() && self.held_back.is_none() {
            sets.log.append(changes, retention)?;
            sets.log.count_write_of(origin);
            return Ok(());
        }
        let changes: Box<[_]> = changes.into_iter().collect();
        let record = |lsn| LogRecord {
            lsn,
            origin,
            at: self.now,
            step: Step::Changes(changes),
            retention,
            held_back: self.held_back,
        };
        sets.append_and_ship(self.place, record, self.now, self.replicas.seed)
    }
}

impl ReplicaSets {
    /// Appends a record to the log of a set and sends it to whoever follows.
    ///
    /// # Errors
    /// [`LogFull`] when the log has no number left; nothing is changed then.
    pub(crate) fn append_and_ship(
        &mut self,
        place: usize,
        record: impl FnOnce(Lsn) -> LogRecord,
        now: Timestamp,
        seed: u64,
    ) -> Result<(), LogFull> {
        let before = self.view_at(place).head().clone();
        let record = record(before.lsn().next().ok_or(LogFull)?);
        if self.writes_alone(place) {
            self.log.follow(&record);
            self.ship(&before, &Arc::new(record), now, seed);
        } else {
            self.write_among_others(place, &record, now, seed);
        }
        self.settle(now, seed);
        Ok(())
    }

    /// Whether the log that a set appends to is the one that all others follow.
    fn writes_alone(&self, place: usize) -> bool {
        let set = self.sets.get(place);
        set.is_none_or(|set| matches!(set.line, Line::Hub))
    }

    /// Takes a record into the region's own log and sends it to the other regions.
    fn write_among_others(&mut self, place: usize, record: &LogRecord, now: Timestamp, seed: u64) {
        let record = match self.sets.get(place).map(|set| &set.line) {
            Some(Line::Own(own)) => Arc::new(own.stamped(record)),
            _ => return,
        };
        let origin = record.origin;
        for (number, set) in self.sets.iter_mut().enumerate() {
            let ReplicaSet {
                region,
                line,
                followers,
                ..
            } = set;
            let Line::Own(own) = line else {
                continue;
            };
            if number == place {
                let before = own.state.clone();
                own.write(&record);
                let at_once = Shipment {
                    arrival: now,
                    record: Arc::clone(&record),
                };
                pass_on(followers, *region, &before, &at_once, seed);
            } else {
                let seed = draw_seed(draw_seed(seed, *region), origin);
                let random = draw(seed, record.lsn);
                let at = now.after(record.delay_to_region(*region));
                own.link_from(origin).ship(&record, at, random);
            }
        }
    }

    /// Sends a record that the log has just taken in to everyone who follows it.
    pub(crate) fn ship(
        &mut self,
        before: &State,
        record: &Arc<LogRecord>,
        now: Timestamp,
        seed: u64,
    ) {
        let at_once = Shipment {
            arrival: now,
            record: Arc::clone(record),
        };
        for set in &mut self.sets {
            let ReplicaSet { region, line, .. } = set;
            match line {
                Line::Follows(trail) => {
                    let delay = record.delay_to_region(*region);
                    if trail.keeps_up() && delay.is_zero() {
                        set.pass_on(before, &at_once, seed);
                        continue;
                    }
                    let random = draw(draw_seed(seed, *region), record.lsn);
                    trail.ship(before, record, now.after(delay), random);
                }
                _ => set.pass_on(before, &at_once, seed),
            }
        }
        if self.is_strong() {
            self.commit.ship(before, record, Timestamp::MAX, 0);
        }
    }
}
