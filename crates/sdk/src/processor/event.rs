//! What a processor tells about itself while it works.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_driver::CosmosError;

/// What a handler's failure is kept as.
pub type HandlerError = Arc<dyn Error + Send + Sync>;

/// Something that happened to a processor, told to the function that
/// [`with_event_handler`](super::ChangeFeedProcessorBuilder::with_event_handler) names.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ProcessorEvent {
    /// A lease was taken: a free one, one that had expired, or another instance's for an equal share.
    #[non_exhaustive]
    LeaseAcquired {
        /// The lease.
        lease_token: String,
        /// The instance that held it before.
        from: Option<String>,
    },
    /// A lease was given back, when the processor stopped.
    #[non_exhaustive]
    LeaseReleased {
        /// The lease.
        lease_token: String,
    },
    /// A lease belongs to another instance now, is gone, or could not be renewed in time: work on it has ended at once.
    #[non_exhaustive]
    LeaseLost {
        /// The lease.
        lease_token: String,
        /// What became of it.
        why: LeaseLoss,
    },
    /// The partition of a lease was split: leases for its parts, each where this one stood, took its place.
    #[non_exhaustive]
    LeaseSplit {
        /// The lease.
        lease_token: String,
        /// The leases that took its place.
        into: Vec<String>,
    },
    /// The handler refused changes, or panicked; it is given them again from the last checkpoint on.
    #[non_exhaustive]
    HandlerFailed {
        /// The lease.
        lease_token: String,
        /// What the handler said.
        error: HandlerError,
        /// How often in a row.
        failures: u32,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// Changes could not be read; they are asked for again.
    #[non_exhaustive]
    FeedFailed {
        /// The lease.
        lease_token: String,
        /// What the service, or the way to it, said.
        error: CosmosError,
        /// How often in a row.
        failures: u32,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// The lease container could not be read or written; it is tried again. Leases are held on to for as long as they
    /// last.
    #[non_exhaustive]
    LeaseStoreFailed {
        /// The lease that it was about; none when it was about all of them.
        lease_token: Option<String>,
        /// What the service, or the way to it, said.
        error: CosmosError,
    },
    /// A part of the container had no lease, although the processor's leases were complete once: somebody deleted it.
    /// It was made anew from where the processor starts.
    #[non_exhaustive]
    LeaseRestored {
        /// The lease.
        lease_token: String,
    },
    /// The processor has ended: the monitored container is gone, or another has taken its name.
    #[non_exhaustive]
    ContainerGone {
        /// What became of it.
        error: CosmosError,
    },
}

/// What became of a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeaseLoss {
    /// Another instance has it.
    TakenBy(String),
    /// It was given away by somebody else, and nobody has it.
    Released,
    /// There is no such lease any more.
    Deleted,
    /// It could not be written for as long as it lasts, so that others may have it by now.
    Expired,
}

impl ProcessorEvent {
    /// The lease that it is about.
    pub fn lease_token(&self) -> Option<&str> {
        match self {
            Self::LeaseAcquired { lease_token, .. }
            | Self::LeaseReleased { lease_token }
            | Self::LeaseLost { lease_token, .. }
            | Self::LeaseSplit { lease_token, .. }
            | Self::HandlerFailed { lease_token, .. }
            | Self::FeedFailed { lease_token, .. }
            | Self::LeaseRestored { lease_token } => Some(lease_token),
            Self::LeaseStoreFailed { lease_token, .. } => lease_token.as_deref(),
            Self::ContainerGone { .. } => None,
        }
    }

    /// The error, when it tells of one.
    pub fn error(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        match self {
            Self::HandlerFailed { error, .. } => Some(&**error),
            Self::FeedFailed { error, .. }
            | Self::LeaseStoreFailed { error, .. }
            | Self::ContainerGone { error } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for ProcessorEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeaseAcquired {
                lease_token,
                from: Some(from),
            } => write!(f, "the lease {lease_token} was taken from {from}"),
            Self::LeaseAcquired { lease_token, .. } => {
                write!(f, "the lease {lease_token} was taken")
            }
            Self::LeaseReleased { lease_token } => {
                write!(f, "the lease {lease_token} was given back")
            }
            Self::LeaseLost { lease_token, why } => write!(f, "the lease {lease_token} {why}"),
            Self::LeaseSplit { lease_token, into } => {
                write!(
                    f,
                    "the lease {lease_token} was split into {}",
                    into.join(" and ")
                )
            }
            Self::HandlerFailed {
                lease_token,
                error,
                failures,
                retry_in,
            } => write!(
                f,
                "changes of the lease {lease_token} were not handled ({failures} in a row, again in {retry_in:?}): {error}"
            ),
            Self::FeedFailed {
                lease_token,
                error,
                failures,
                retry_in,
            } => write!(
                f,
                "changes of the lease {lease_token} could not be read ({failures} in a row, again in {retry_in:?}): {error}"
            ),
            Self::LeaseStoreFailed {
                lease_token: Some(lease_token),
                error,
            } => write!(f, "the lease {lease_token} could not be written: {error}"),
            Self::LeaseStoreFailed { error, .. } => {
                write!(f, "the leases could not be read: {error}")
            }
            Self::LeaseRestored { lease_token } => {
                write!(f, "the lease {lease_token} was missing, and was made anew")
            }
            Self::ContainerGone { error } => write!(f, "the processor has ended: {error}"),
        }
    }
}

impl fmt::Display for LeaseLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TakenBy(other) => write!(f, "was taken by {other}"),
            Self::Released => f.write_str("was given away by somebody else"),
            Self::Deleted => f.write_str("was deleted"),
            Self::Expired => f.write_str("could not be renewed for as long as it lasts"),
        }
    }
}
