//! Hedged reads: a read that one region is slow to answer is sent to the next as well, and the first final
//! answer counts. At most one hedge per operation, and so many at a time per driver.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};

use super::Core;
use super::attempt::{Attempted, Leg, Start};
use super::prepare::Prepared;
use crate::clock::Instant;
use crate::diagnostics::{ExecutionContext, Recorder};
use crate::operation::OperationType;
use crate::retry::settles;
use crate::routing::{Access, Route, usable};
use crate::topology::Snapshot;

/// How many hedges are running.
#[derive(Debug, Default)]
pub(super) struct HedgesRunning(AtomicUsize);

/// A place among them.
struct Permit<'a>(&'a HedgesRunning);

impl Core {
    /// When to hedge this attempt, if at all: the first of a read that has another region to go to.
    pub(super) fn hedge_of(
        &self,
        prepared: &Prepared<'_>,
        snapshot: &Snapshot,
        leg: &Leg,
    ) -> Option<Instant> {
        if prepared.access != Access::Read || leg.context != ExecutionContext::Initial {
            return None;
        }
        let (settings, operation) = (&prepared.settings, prepared.operation);
        let is_on = self.hedging_override.unwrap_or(settings.hedging_enabled);
        if !is_on
            || snapshot.forbids_hedging()
            || operation.operation_type() == OperationType::QueryPlan
            || usable(Self::candidates(prepared, snapshot)) < 2
        {
            return None;
        }
        let end_to_end = settings
            .end_to_end_latency_policy
            .map(|policy| policy.timeout());
        let after: Duration = settings.availability_strategy.threshold(end_to_end)?;
        Some(self.clock.now() + after)
    }

    /// Attempts, and at `hedge_at` attempts in the next region as well. Both are recorded; the leg is the hedge's
    /// when its outcome is the one that counts.
    pub(super) async fn race(
        &self,
        prepared: &Prepared<'_>,
        snapshot: &Snapshot,
        leg: &Leg,
        hedge_at: Instant,
        recorder: &mut Recorder,
    ) -> (Attempted, Option<Leg>) {
        // Both attempts borrow what lives as long as the longer one.
        let (other, second);
        let first = Start::now(self, prepared, recorder);
        let mut primary = Box::pin(self.carry(prepared, snapshot, leg, &first));
        if let Some((ended, note)) = self.clock.until(hedge_at, &mut primary).await {
            recorder.record_if(note);
            return (ended, None);
        }
        let choice = self.route(prepared, snapshot, Route::After(&leg.endpoint));
        let permit = self.hedges.enter(self.hedging.max_concurrent_hedges);
        if permit.is_none() || choice.endpoint.is_at(&leg.endpoint) {
            let (ended, note) = primary.await;
            recorder.record_if(note);
            return (ended, None);
        }
        other = Leg {
            endpoint: choice.endpoint,
            context: ExecutionContext::Hedging,
            ..leg.clone()
        };
        second = Start::now(self, prepared, recorder);
        let (ended, is_hedge) = {
            let hedge = Box::pin(self.carry(prepared, snapshot, &other, &second));
            let (sooner, later) = match select(primary, hedge).await {
                Either::Left((ended, hedge)) => ((ended, false), hedge),
                Either::Right((ended, primary)) => ((ended, true), primary),
            };
            let ((ended, note), was_hedge) = sooner;
            if ended.outcome().is_none_or(settles) {
                drop(later);
                let (lost, start) = if was_hedge {
                    (leg, &first)
                } else {
                    (&other, &second)
                };
                recorder.record(self.note_lost(lost, start));
                // The one that counts comes last: its activity id is the operation's.
                recorder.record_if(note);
                (ended, was_hedge)
            } else {
                recorder.record_if(note);
                let (last, note) = later.await;
                recorder.record_if(note);
                // Of two that settle nothing, the first region's is gone on from.
                match (last.outcome().is_some_and(settles), was_hedge) {
                    (true, _) => (last, !was_hedge),
                    (false, true) => (last, false),
                    (false, false) => (ended, false),
                }
            }
        };
        if is_hedge {
            self.lost(prepared, &leg.endpoint);
        }
        (ended, is_hedge.then_some(other))
    }
}

impl HedgesRunning {
    fn enter(&self, limit: usize) -> Option<Permit<'_>> {
        let running = self.0.fetch_add(1, Ordering::AcqRel);
        let permit = Permit(self);
        (running < limit).then_some(permit)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}
