//! What is kept of requests that were answered: the last of them, and what they add up to.

mod exposition;
mod histogram;
mod metrics;
mod note;
mod record;
mod redaction;
mod request_log;

pub(crate) use exposition::{Exposition, Kind};
pub(crate) use metrics::{ConnectionGauge, Metrics};
pub(crate) use note::{Ended, Note};
pub(crate) use record::{Identity, RequestLine, RequestRecord};
pub(crate) use request_log::RequestLog;
