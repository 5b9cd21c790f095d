//! One attempt, as it is remembered.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::id::ActivityId;
use cosmokit_protocol::status::CosmosStatus;
use cosmokit_protocol::wire::charge::RequestCharge;
use cosmokit_protocol::wire::region::Region;

use super::{ExecutionContext, PhaseTimings, RequestSentStatus};
use crate::error::client;
use crate::fault_injection::FaultInjectionEvaluation;
use crate::topology::RegionalEndpoint;

/// One attempt: one HTTP request and what became of it.
#[derive(Clone, Debug)]
pub struct RequestDiagnostics {
    pub(crate) operation: &'static str,
    pub(crate) execution_context: ExecutionContext,
    pub(crate) endpoint: Arc<RegionalEndpoint>,
    pub(crate) status: CosmosStatus,
    pub(crate) request_charge: RequestCharge,
    pub(crate) activity_id: ActivityId,
    pub(crate) started: Duration,
    pub(crate) duration: Duration,
    pub(crate) phases: PhaseTimings,
    pub(crate) request_sent: RequestSentStatus,
    pub(crate) error: Option<Arc<str>>,
    pub(crate) request_body_bytes: u64,
    pub(crate) response_body_bytes: u64,
    pub(crate) server_duration: Option<Duration>,
    pub(crate) fault_evaluations: Box<[FaultInjectionEvaluation]>,
}

impl RequestDiagnostics {
    /// The operation that it was an attempt of, such as `read_item`: the one that the diagnostics are about, or one
    /// that was a part of it, such as the lookup of a container's ranges.
    pub fn operation_name(&self) -> &'static str {
        self.operation
    }

    /// Why the attempt was made.
    pub fn execution_context(&self) -> ExecutionContext {
        self.execution_context
    }

    /// The region that it was sent to; `None` for the account's global endpoint.
    pub fn region(&self) -> Option<&Region> {
        self.endpoint.region()
    }

    /// The endpoint that it was sent to, such as `https://name-eastus.documents.azure.com/`.
    pub fn endpoint(&self) -> &str {
        self.endpoint.text()
    }

    /// What was answered; the client's own status when no answer came.
    pub fn status(&self) -> CosmosStatus {
        self.status
    }

    /// Request units that it cost.
    pub fn request_charge(&self) -> RequestCharge {
        self.request_charge
    }

    /// The id that client and service know it by.
    pub fn activity_id(&self) -> &ActivityId {
        &self.activity_id
    }

    /// When it started, from the start of the operation.
    pub fn started_after(&self) -> Duration {
        self.started
    }

    /// How long it took.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Where the time went.
    pub fn phases(&self) -> PhaseTimings {
        self.phases
    }

    /// Whether the service may have got it.
    pub fn request_sent(&self) -> RequestSentStatus {
        self.request_sent
    }

    /// Why no answer came.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Whether no answer came within the attempt's timeout.
    pub fn timed_out(&self) -> bool {
        self.status == client::ATTEMPT_TIMEOUT
    }

    /// Bytes of the body that was sent.
    pub fn request_body_bytes(&self) -> u64 {
        self.request_body_bytes
    }

    /// Bytes of the body that was answered.
    pub fn response_body_bytes(&self) -> u64 {
        self.response_body_bytes
    }

    /// How long the service says it worked on the request.
    pub fn server_duration(&self) -> Option<Duration> {
        self.server_duration
    }

    /// What came of each fault injection rule; empty without rules.
    pub fn fault_injection_evaluations(&self) -> &[FaultInjectionEvaluation] {
        &self.fault_evaluations
    }
}
