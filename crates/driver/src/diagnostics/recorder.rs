//! Collects attempts while an operation runs. The first attempt is kept inline; when there are more than
//! the limit, the first and the latest half are kept whole and those between are counted by status.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::status::CosmosStatus;
use cosmokit_protocol::wire::charge::RequestCharge;

use super::RequestDiagnostics;
use super::context::{DiagnosticsContext, OmittedRequests, OperationSubject};
use crate::clock::{Clock, Instant};

/// Kinds of status that omitted attempts are told apart by; further kinds are counted under the last.
const OMITTED_KINDS: usize = 16;

/// Collects the attempts of one operation.
#[derive(Debug)]
pub(crate) struct Recorder {
    subject: OperationSubject,
    started: Instant,
    limit: usize,
    charge: RequestCharge,
    throughput_wait: Duration,
    returned_rows: Option<u32>,
    count: u32,
    first: Option<RequestDiagnostics>,
    head: Vec<RequestDiagnostics>,
    tail: VecDeque<RequestDiagnostics>,
    omitted: Vec<OmittedRequests>,
}

/// How an operation ended.
#[derive(Clone, Debug)]
pub(crate) struct Conclusion {
    pub(crate) status: CosmosStatus,
    /// Why it failed; `None` when it did not.
    pub(crate) reason: Option<Arc<str>>,
    pub(crate) may_have_been_applied: bool,
    pub(crate) summary_limit: usize,
}

impl Recorder {
    pub(crate) fn new(subject: OperationSubject, clock: Clock, limit: usize) -> Self {
        Self {
            subject,
            started: clock.now(),
            limit: limit.max(4),
            charge: RequestCharge::ZERO,
            throughput_wait: Duration::ZERO,
            returned_rows: None,
            count: 0,
            first: None,
            head: Vec::new(),
            tail: VecDeque::new(),
            omitted: Vec::new(),
        }
    }

    /// A page has so many items, as the service counts them.
    pub(crate) fn returned(&mut self, rows: Option<u32>) {
        self.returned_rows = rows;
    }

    /// Whether the operation is about one item.
    pub(crate) fn is_point(&self) -> bool {
        self.subject.is_point
    }

    /// What all attempts so far cost.
    pub(crate) fn charge(&self) -> RequestCharge {
        self.charge
    }

    /// The operation waited for its throughput control group.
    pub(crate) fn waited_for_throughput(&mut self, wait: Duration) {
        self.throughput_wait = wait;
    }

    /// When the operation started.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    pub(crate) fn record(&mut self, request: RequestDiagnostics) {
        self.count = self.count.saturating_add(1);
        self.charge += request.request_charge;
        if self.first.is_none() {
            self.first = Some(request);
        } else if 1 + self.head.len() < self.limit / 2 {
            self.head.push(request);
        } else {
            if self.tail.len() + 1 > self.limit - self.limit / 2
                && let Some(oldest) = self.tail.pop_front()
            {
                self.omit(&oldest);
            }
            self.tail.push_back(request);
        }
    }

    /// Takes in the attempts of an operation that was a part of this one.
    pub(crate) fn absorb(&mut self, part: &DiagnosticsContext) {
        let (charge, count) = (self.charge, self.count);
        let began = part.completed_at.checked_sub(part.duration);
        let later = began.map_or(Duration::ZERO, |began| {
            began.saturating_duration_since(self.started)
        });
        for request in part.requests() {
            let mut request = request.clone();
            request.started += later;
            self.record(request);
        }
        // What the part has counted and not kept counts here, too.
        self.charge = charge + part.charge;
        self.count = count.saturating_add(part.count);
        for omitted in &part.omitted {
            self.count_omitted(*omitted);
        }
    }

    /// Records an attempt, if one was made.
    pub(crate) fn record_if(&mut self, request: Option<RequestDiagnostics>) {
        if let Some(request) = request {
            self.record(request);
        }
    }

    fn omit(&mut self, request: &RequestDiagnostics) {
        self.count_omitted(OmittedRequests {
            status: request.status,
            count: 1,
        });
    }

    fn count_omitted(&mut self, omitted: OmittedRequests) {
        let full = self.omitted.len() >= OMITTED_KINDS;
        let same = self
            .omitted
            .iter_mut()
            .find(|kind| kind.status == omitted.status);
        match same {
            Some(kind) => kind.count = kind.count.saturating_add(omitted.count),
            None if full => {
                if let Some(last) = self.omitted.last_mut() {
                    last.count = last.count.saturating_add(omitted.count);
                }
            }
            None => self.omitted.push(omitted),
        }
    }

    pub(crate) fn conclude(self, clock: Clock, conclusion: Conclusion) -> Arc<DiagnosticsContext> {
        let completed_at = clock.now();
        let duration: Duration = completed_at.saturating_duration_since(self.started);
        let mut rest = self.head;
        rest.extend(self.tail);
        Arc::new(DiagnosticsContext {
            subject: self.subject,
            completed_at,
            duration,
            charge: self.charge,
            throughput_wait: self.throughput_wait,
            returned_rows: self.returned_rows,
            count: self.count,
            first: self.first,
            rest,
            omitted: self.omitted,
            conclusion,
        })
    }
}
