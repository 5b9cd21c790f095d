//! What is told to `tracing`, always, and to OpenTelemetry, with the feature `otel`. Spans are made here and
//! nowhere else. Without a subscriber or an OpenTelemetry that was given, an operation pays one check for each.

mod follow;
#[cfg(feature = "otel")]
mod otel;
#[cfg(not(feature = "otel"))]
mod silent;
mod spans;

pub(crate) use self::follow::inside;
#[cfg(feature = "otel")]
pub use self::otel::OpenTelemetry;
#[cfg(feature = "otel")]
pub(crate) use self::otel::{Instance, Scope};
#[cfg(not(feature = "otel"))]
pub(crate) use self::silent::{Instance, OpenTelemetry, Scope};
pub(crate) use self::spans::{attempt_ended, operation_ended, operation_span};
