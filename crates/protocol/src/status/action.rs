//! What a client does about an answer, and who gives it.

/// The next step of a client that received a status.
///
/// This is the rule of the table; budgets, idempotency and the state of the account decide
/// whether a retry happens at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientAction {
    /// Hand the result to the caller: it is a success, or a 304.
    Finish,
    /// Hand the error to the caller; trying again cannot help.
    Surface,
    /// Try again in the same region after a few milliseconds, growing.
    RetryHere,
    /// Wait in the same region for as long as `x-ms-retry-after-ms` says, or exponentially longer
    /// each time, then try again.
    RetryWithBackoff,
    /// Try the next region.
    RetryOtherRegion,
    /// Read the partition key ranges again, aim anew.
    RefreshRanges,
    /// Read the container again; when its resource id changed, forget its sessions and ranges;
    /// try once more.
    RefreshContainer,
    /// Read the account again, then try at the new write region.
    RefreshAccount,
    /// Ask for the query plan and run the query range by range.
    PlanQuery,
}

impl ClientAction {
    /// Whether the request is sent again.
    pub fn is_retry(self) -> bool {
        !matches!(self, Self::Finish | Self::Surface)
    }
}

/// Who makes up a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Emitter {
    /// The service: gateway or backend.
    Service,
    /// A client, for something that happened on its side; never on the wire.
    Client,
}
