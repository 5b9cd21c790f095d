//! The deadline of a whole operation.

use std::time::Duration;

use crate::clock::{Clock, Instant};
use crate::error::{CosmosError, ErrorKind, client};
use crate::options::OperationSettings;

/// When an operation that starts now must have ended.
pub(crate) fn of(settings: &OperationSettings, clock: Clock) -> Option<Instant> {
    let policy = settings.end_to_end_latency_policy?;
    clock.now().checked_add(policy.timeout())
}

/// What is left until the deadline.
pub(super) fn remaining(deadline: Option<Instant>, clock: Clock) -> Option<Duration> {
    deadline.map(|deadline| deadline.saturating_duration_since(clock.now()))
}

/// The error of an operation whose deadline passed; `last` is what its last attempt met.
pub(super) fn passed(operation: &str, last: Option<CosmosError>) -> CosmosError {
    let message = match &last {
        Some(last) => format!(
            "{operation} did not end within its end-to-end timeout; at last {}",
            last.message()
        ),
        None => format!("{operation} did not end within its end-to-end timeout"),
    };
    let error = CosmosError::builder()
        .with_kind(ErrorKind::Deadline)
        .with_status(client::DEADLINE)
        .with_message(message);
    match last {
        Some(last) => error.with_source(last).build(),
        None => error.build(),
    }
}
