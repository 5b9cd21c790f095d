//! What happened: every attempt of an operation, kept whole up to a limit and always counted, and a JSON
//! summary that begins with the reason. Recording allocates nothing for an operation that needs one
//! attempt.

mod context;
mod handler;
mod logging;
mod lookups;
mod phases;
mod rate_limit;
mod recorder;
mod request;
mod summary;
#[cfg(test)]
mod tests;
mod thresholds;
mod words;

pub(crate) use self::context::OperationSubject;
pub use self::context::{DiagnosticsContext, OmittedRequests};
pub use self::handler::{DiagnosticsHandler, DiagnosticsHandlerChain};
pub use self::logging::{SamplingLogHandler, TracingLogHandler};
pub(crate) use self::lookups::{Looked, Lookups, PendingLookups};
pub use self::phases::PhaseTimings;
pub use self::rate_limit::RateLimiterConfig;
pub(crate) use self::recorder::{Conclusion, Recorder};
pub use self::request::RequestDiagnostics;
pub use self::thresholds::{DiagnosticsThresholds, ThresholdBreach};
pub use self::words::{ExecutionContext, RequestSentStatus, TransportKind};
