//! What happened: every attempt of an operation, kept whole up to a limit and always counted, and a JSON
//! summary that begins with the reason. Recording allocates nothing for an operation that needs one
//! attempt.

mod context;
mod phases;
mod recorder;
mod request;
mod summary;
#[cfg(test)]
mod tests;
mod words;

pub use self::context::{DiagnosticsContext, OmittedRequests};
pub use self::phases::PhaseTimings;
pub(crate) use self::recorder::{Conclusion, Recorder};
pub use self::request::RequestDiagnostics;
pub use self::words::{ExecutionContext, RequestSentStatus, TransportKind};
