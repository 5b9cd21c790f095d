//! What a call did: every attempt with its region, status, charge and timing, and why there was more than one.
//!
//! Every response and every error of an operation carries a [`DiagnosticsContext`].

pub use cosmokit_driver::{
    DiagnosticsContext, ExecutionContext, OmittedRequests, PhaseTimings, RequestDiagnostics,
    RequestSentStatus, TransportKind,
};
