//! What a call did: every attempt with its region, status, charge and timing, and why there was more than one.
//!
//! Every response and every error of an operation carries a [`DiagnosticsContext`]. A [`DiagnosticsHandler`] given to
//! a client or a runtime is told about each operation when it ends; [`DiagnosticsThresholds`] say which ones are worth
//! a line in the log.

#[cfg(feature = "otel")]
pub use cosmokit_driver::OpenTelemetry;
pub use cosmokit_driver::{
    DiagnosticsContext, DiagnosticsHandler, DiagnosticsHandlerChain, DiagnosticsThresholds,
    ExecutionContext, OmittedRequests, PhaseTimings, RateLimiterConfig, RequestDiagnostics,
    RequestSentStatus, SamplingLogHandler, ThresholdBreach, TracingLogHandler, TransportKind,
};
