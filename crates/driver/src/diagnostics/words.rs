//! The words in which attempts are described.

use std::fmt;

/// Why an attempt was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExecutionContext {
    /// The first attempt.
    Initial,
    /// The service asked to try again (429, 449).
    OperationRetry,
    /// An attempt got no answer; the same region is tried again.
    TransportRetry,
    /// A replica was behind the session.
    SessionRetry,
    /// Another region is tried.
    RegionFailover,
    /// Another region is asked beside the first, which is slow.
    Hedging,
    /// A partition that was passed over is tried again.
    CircuitBreakerProbe,
    /// The item of a write in doubt is read back.
    ReadBack,
}

impl ExecutionContext {
    /// The word in summaries, traces and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::OperationRetry => "operation_retry",
            Self::TransportRetry => "transport_retry",
            Self::SessionRetry => "session_retry",
            Self::RegionFailover => "region_failover",
            Self::Hedging => "hedging",
            Self::CircuitBreakerProbe => "circuit_breaker_probe",
            Self::ReadBack => "read_back",
        }
    }
}

impl fmt::Display for ExecutionContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kind of service front end that a request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportKind {
    /// The gateway, over HTTP: the only one that this client speaks to.
    Gateway,
    /// The thin-client gateway.
    GatewayV2,
}

impl TransportKind {
    /// The word in summaries and traces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::GatewayV2 => "gateway_v2",
        }
    }
}

impl fmt::Display for TransportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether the service may have got a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestSentStatus {
    /// It left, or an answer came.
    Sent,
    /// It did not leave: no name, no connection, refused by the peer before it was looked at.
    NotSent,
    /// Nobody can tell.
    Unknown,
}

impl RequestSentStatus {
    /// Whether the service may have got it.
    pub const fn may_have_been_sent(self) -> bool {
        !matches!(self, Self::NotSent)
    }

    /// The word in summaries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for RequestSentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
