//! The diagnostics of one operation, complete and immutable.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::id::ActivityId;
use cosmokit_protocol::status::CosmosStatus;
use cosmokit_protocol::wire::charge::RequestCharge;
use cosmokit_protocol::wire::region::Region;
use http::uri::PathAndQuery;
use percent_encoding::percent_decode_str;

use super::recorder::Conclusion;
use super::{
    DiagnosticsThresholds, ExecutionContext, RequestDiagnostics, ThresholdBreach, summary,
};
use crate::clock::Instant;

/// Everything that one operation did: each attempt with its region, status, charge and timings.
///
/// Attempts are kept whole up to `DiagnosticsOptions::max_request_diagnostics`; beyond it the first and
/// the latest are kept and those between are counted. Counts and charges are always true.
#[derive(Clone)]
pub struct DiagnosticsContext {
    pub(super) subject: OperationSubject,
    pub(super) completed_at: Instant,
    pub(super) duration: Duration,
    pub(super) charge: RequestCharge,
    pub(super) throughput_wait: Duration,
    pub(super) returned_rows: Option<u32>,
    pub(super) count: u32,
    pub(super) first: Option<RequestDiagnostics>,
    pub(super) rest: Vec<RequestDiagnostics>,
    pub(super) omitted: Vec<OmittedRequests>,
    pub(super) conclusion: Conclusion,
}

/// What an operation was, as far as diagnostics tell.
#[derive(Clone, Debug)]
pub(crate) struct OperationSubject {
    pub(crate) name: &'static str,
    pub(crate) path: PathAndQuery,
    /// Whether it is about one item.
    pub(crate) is_point: bool,
}

/// Attempts that were counted and not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OmittedRequests {
    /// What they were answered.
    pub status: CosmosStatus,
    /// How many there were.
    pub count: u32,
}

impl DiagnosticsContext {
    /// Diagnostics of nothing, for an answer whose operation has not ended yet.
    pub(crate) fn empty(status: CosmosStatus, at: Instant) -> Arc<Self> {
        let conclusion = Conclusion {
            status,
            reason: None,
            may_have_been_applied: false,
            summary_limit: 0,
        };
        Arc::new(Self {
            subject: OperationSubject {
                name: "",
                path: PathAndQuery::from_static("/"),
                is_point: false,
            },
            completed_at: at,
            duration: Duration::ZERO,
            charge: RequestCharge::ZERO,
            throughput_wait: Duration::ZERO,
            returned_rows: None,
            count: 0,
            first: None,
            rest: Vec::new(),
            omitted: Vec::new(),
            conclusion,
        })
    }

    /// The operation, such as `read_item`.
    pub fn operation_name(&self) -> &'static str {
        self.subject.name
    }

    /// The name or resource id of the database that the operation is about or works in.
    pub fn database_name(&self) -> Option<Cow<'_, str>> {
        self.named("dbs", 0)
    }

    /// The name or resource id of the container that the operation is about or works in.
    pub fn container_name(&self) -> Option<Cow<'_, str>> {
        self.named("colls", 2)
    }

    /// The segment after `kind`, which stands at `place` of the path.
    fn named(&self, kind: &str, place: usize) -> Option<Cow<'_, str>> {
        let mut segments = self.subject.path.path().trim_start_matches('/').split('/');
        if segments.nth(place)? != kind {
            return None;
        }
        let name = segments.next().filter(|name| !name.is_empty())?;
        Some(percent_decode_str(name).decode_utf8_lossy())
    }

    /// Whether the operation is about one item.
    pub fn is_point_operation(&self) -> bool {
        self.subject.is_point
    }

    /// When the operation ended, by the runtime's clock.
    pub fn completed_at(&self) -> Instant {
        self.completed_at
    }

    /// The id of the last attempt.
    pub fn activity_id(&self) -> Option<&ActivityId> {
        self.requests().last().map(RequestDiagnostics::activity_id)
    }

    /// How long the operation took, waits included.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// What the operation ended with.
    pub fn status(&self) -> CosmosStatus {
        self.conclusion.status
    }

    /// Whether the operation failed.
    pub fn is_failure(&self) -> bool {
        self.conclusion.reason.is_some()
    }

    /// Why it failed.
    pub fn reason(&self) -> Option<&str> {
        self.conclusion.reason.as_deref()
    }

    /// Whether the operation changes something and may have done so although its end says otherwise.
    pub fn may_have_been_applied(&self) -> bool {
        self.conclusion.may_have_been_applied
    }

    /// How many items the page has, as the service counts them; `None` when it does not say or this is no page.
    pub fn returned_rows(&self) -> Option<u32> {
        self.returned_rows
    }

    /// Request units of all attempts together.
    pub fn total_request_charge(&self) -> RequestCharge {
        self.charge
    }

    /// How long the operation waited for its throughput control group before the first attempt.
    pub fn throughput_wait(&self) -> Duration {
        self.throughput_wait
    }

    /// How many attempts there were.
    pub fn request_count(&self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX)
    }

    /// How many attempts are kept whole.
    pub fn retained_request_count(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    /// The attempts that are kept whole, in order.
    pub fn requests(&self) -> impl DoubleEndedIterator<Item = &RequestDiagnostics> {
        self.first.iter().chain(&self.rest)
    }

    /// The attempts that are not kept, counted by status.
    pub fn omitted_requests(&self) -> &[OmittedRequests] {
        &self.omitted
    }

    /// The regions that attempts were sent to, in order of the first attempt, each once.
    pub fn regions_contacted(&self) -> Vec<Region> {
        let mut regions: Vec<Region> = Vec::new();
        for region in self.requests().filter_map(RequestDiagnostics::region) {
            if !regions.contains(region) {
                regions.push(region.clone());
            }
        }
        regions
    }

    /// The regions that an answer came from, in order of the first one, each once.
    pub fn responded_regions(&self) -> Vec<&Region> {
        let mut regions: Vec<&Region> = Vec::new();
        let answered = self.requests().filter(|request| request.error().is_none());
        for region in answered.filter_map(RequestDiagnostics::region) {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        regions
    }

    /// Whether another region was asked beside the first.
    pub fn hedging_started(&self) -> bool {
        self.requests()
            .any(|request| request.execution_context() == ExecutionContext::Hedging)
    }

    /// The bytes of the biggest body that an attempt sent or received.
    pub fn largest_payload_bytes(&self) -> u64 {
        let bodies = self
            .requests()
            .flat_map(|request| [request.request_body_bytes(), request.response_body_bytes()]);
        bodies.max().unwrap_or(0)
    }

    /// The first threshold that the operation crossed.
    pub fn threshold_breach_for(
        &self,
        thresholds: &DiagnosticsThresholds,
    ) -> Option<ThresholdBreach> {
        thresholds.breach(self)
    }

    /// Whether the operation was slow, costly or big.
    pub fn is_threshold_violated(&self, thresholds: &DiagnosticsThresholds) -> bool {
        self.threshold_breach_for(thresholds).is_some()
    }

    /// A JSON object of at most `DiagnosticsOptions::max_summary_size_bytes` that begins with the reason;
    /// attempts that do not fit are counted.
    pub fn summary(&self) -> String {
        summary::write(self, self.conclusion.summary_limit)
    }
}

impl fmt::Display for DiagnosticsContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary())
    }
}

impl fmt::Debug for DiagnosticsContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary())
    }
}
