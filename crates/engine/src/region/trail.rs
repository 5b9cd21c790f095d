//! A position that follows a log through a link.
//!
//! No task moves it: records get their instant of arrival when they are sent, and whoever looks
//! first [settles](Trail::settle) what is due by then. A trail that has caught up keeps nothing
//! of its own and stands for the head of the log itself.

use std::{collections::VecDeque, sync::Arc};

use cosmokit_protocol::session::Lsn;

use super::{
    lag::Lag,
    record::{LogRecord, Shipment},
};
use crate::{clock::Timestamp, partition::state::State};

/// Most records that one trail may have on the way. Beyond it writes of the partition are
/// refused until some arrive: a link that is paused for ever costs bounded memory.
pub(crate) const MAX_ON_THE_WAY: usize = 1_000_000;

/// What a link is like at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkTerms {
    /// How long records take.
    pub(crate) lag: Lag,
    /// Whether an end of the link is out of reach: nothing arrives until it is back.
    pub(crate) cut: bool,
}

impl LinkTerms {
    /// The instant at which what is sent at `at` arrives, not before `last`.
    fn arrival(self, at: Timestamp, last: Timestamp, random: u64) -> Timestamp {
        match self.lag.drawn(random) {
            Some(lag) if !self.cut => at.after(lag).max(last),
            _ => Timestamp::MAX,
        }
    }

    /// Whether nothing arrives.
    pub(crate) fn holds(self) -> bool {
        self.cut || self.lag == Lag::Paused
    }

    fn is_instant(self) -> bool {
        !self.cut && self.lag.is_none()
    }
}

/// Records on the way over one link, in the order in which they were sent and will arrive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transit {
    pub(crate) terms: LinkTerms,
    pending: VecDeque<Shipment>,
    /// The latest arrival that was given out.
    last: Timestamp,
}

impl Transit {
    /// A link that nothing is on yet.
    pub(crate) fn new(terms: LinkTerms) -> Self {
        Self {
            terms,
            ..Self::default()
        }
    }

    /// Sends a record off at `at`.
    pub(crate) fn ship(&mut self, record: &Arc<LogRecord>, at: Timestamp, random: u64) {
        let arrival = self.terms.arrival(at, self.last, random);
        if arrival < Timestamp::MAX {
            self.last = arrival;
        }
        self.pending.push_back(Shipment {
            arrival,
            record: Arc::clone(record),
        });
    }

    /// Takes out the first record if it has arrived at `now`.
    pub(crate) fn arrived(&mut self, now: Timestamp) -> Option<Shipment> {
        let is_due = self.pending.front()?.arrival <= now;
        is_due.then(|| self.pending.pop_front()).flatten()
    }

    /// Takes out the first record if it is at or before `lsn`.
    fn covered(&mut self, lsn: Lsn) -> Option<Shipment> {
        let is_covered = self.pending.front()?.record.lsn <= lsn;
        is_covered.then(|| self.pending.pop_front()).flatten()
    }

    /// Takes out everything, whether it has arrived or not.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Shipment> + '_ {
        self.pending.drain(..)
    }

    /// When the first record arrives; [`Timestamp::MAX`] when none will.
    pub(crate) fn next_due(&self) -> Timestamp {
        self.pending
            .front()
            .map_or(Timestamp::MAX, |shipment| shipment.arrival)
    }

    /// The records on the way.
    pub(crate) fn pending(&self) -> impl ExactSizeIterator<Item = &Shipment> {
        self.pending.iter()
    }

    /// Forgets the records for which `keep` does not hold.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Shipment) -> bool) {
        self.pending.retain(keep);
    }

    /// Replaces each record on the way.
    pub(crate) fn map_records(&mut self, change: impl Fn(&LogRecord) -> LogRecord) {
        for shipment in &mut self.pending {
            shipment.record = Arc::new(change(&shipment.record));
        }
    }

    /// Goes on under other terms. What is under way keeps its instant, unless the link now holds
    /// everything, or has no lag any more and delivers everything at once; what was held gets its
    /// instant now.
    pub(crate) fn conform(
        &mut self,
        terms: LinkTerms,
        now: Timestamp,
        random: impl Fn(Lsn) -> u64,
    ) {
        if self.terms == terms {
            return;
        }
        self.terms = terms;
        self.last = Timestamp::default();
        for Shipment { arrival, record } in &mut self.pending {
            let is_held = *arrival == Timestamp::MAX;
            if terms.holds() || terms.is_instant() || is_held {
                *arrival = terms.arrival(now, self.last, random(record.lsn));
            }
            if *arrival < Timestamp::MAX {
                *arrival = (*arrival).max(self.last);
                self.last = *arrival;
            }
        }
    }
}

/// A position that follows a log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    transit: Transit,
    /// Where it stands while it is not at the head.
    behind: Option<Box<State>>,
}

impl Trail {
    /// A trail at the head of its log.
    pub(crate) fn new(terms: LinkTerms) -> Self {
        Self {
            transit: Transit::new(terms),
            behind: None,
        }
    }

    /// A trail with a state of its own that has everything its log has.
    pub(crate) fn apart(terms: LinkTerms, state: State) -> Self {
        Self {
            behind: Some(Box::new(state)),
            ..Self::new(terms)
        }
    }

    /// The state it stands at; `head` is that of the log it follows.
    pub(crate) fn state<'s>(&'s self, head: &'s State) -> &'s State {
        self.behind.as_deref().unwrap_or(head)
    }

    /// Whether it stands at the head, and will when the log goes on.
    pub(crate) fn keeps_up(&self) -> bool {
        self.behind.is_none() && self.transit.terms.is_instant()
    }

    /// The records on the way to it.
    pub(crate) fn transit(&self) -> &Transit {
        &self.transit
    }

    /// Sends the record that was appended at `at` when the log stood at `before`; not for a trail
    /// that keeps up.
    pub(crate) fn ship(
        &mut self,
        before: &State,
        record: &Arc<LogRecord>,
        at: Timestamp,
        random: u64,
    ) {
        self.behind.get_or_insert_with(|| Box::new(before.clone()));
        self.transit.ship(record, at, random);
    }

    /// Applies what has arrived at `now`. `received` sees each record with the state that it
    /// meets. A trail that has caught up lets go of its own state, unless it is `apart`.
    pub(crate) fn settle(
        &mut self,
        now: Timestamp,
        apart: Apart,
        mut received: impl FnMut(&State, &Shipment),
    ) {
        let Some(state) = &mut self.behind else {
            return;
        };
        while let Some(shipment) = self.transit.arrived(now) {
            received(state, &shipment);
            state.follow(&shipment.record);
        }
        self.rejoin(apart);
    }

    /// Applies everything up to `lsn`, whether it has arrived or not; `received` as in
    /// [`settle`](Self::settle).
    pub(crate) fn advance_to(
        &mut self,
        lsn: Lsn,
        apart: Apart,
        mut received: impl FnMut(&State, &Shipment),
    ) {
        let Some(state) = &mut self.behind else {
            return;
        };
        while let Some(shipment) = self.transit.covered(lsn) {
            received(state, &shipment);
            state.follow(&shipment.record);
        }
        self.rejoin(apart);
    }

    fn rejoin(&mut self, apart: Apart) {
        if self.transit.pending.is_empty() && apart == Apart::No {
            self.behind = None;
        }
    }

    /// Goes on under other terms; see [`Transit::conform`].
    pub(crate) fn conform(
        &mut self,
        terms: LinkTerms,
        now: Timestamp,
        random: impl Fn(Lsn) -> u64,
    ) {
        self.transit.conform(terms, now, random);
    }

    /// Goes back to `state`, which the log was cut to: what is on the way beyond it is forgotten.
    pub(crate) fn cut_to(&mut self, state: &State) {
        let end = state.lsn();
        self.transit.retain(|shipment| shipment.record.lsn <= end);
        if self.behind.as_ref().is_some_and(|own| own.lsn() > end) {
            self.behind = Some(Box::new(state.clone()));
        }
    }

    /// Replaces its own state and what is on the way by parts of them.
    pub(crate) fn map(
        &mut self,
        state: impl FnOnce(&State) -> State,
        record: impl Fn(&LogRecord) -> LogRecord,
    ) {
        if let Some(own) = &mut self.behind {
            **own = state(own);
        }
        self.transit.map_records(record);
    }

    /// When the first record that is on the way was written: everything older is here.
    pub(crate) fn missing_since(&self) -> Option<Timestamp> {
        let first = self.transit.pending.front()?;
        Some(first.record.at)
    }
}

/// Whether positions of a partition have histories of their own: after several regions took
/// writes, each has its own order of the past, and nobody can stand for another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Apart {
    /// One history.
    #[default]
    No,
    /// Each its own.
    Yes,
}
