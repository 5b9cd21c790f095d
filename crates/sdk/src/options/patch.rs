//! Options of patches.

use std::num::NonZeroU8;

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{PatchStrategy, Precondition};
use cosmokit_protocol::session::SessionToken;

/// Options of [`ContainerClient::patch_item`](crate::ContainerClient::patch_item).
///
/// ```
/// use cosmokit::options::PatchItemOptions;
///
/// // Answers 412 and changes nothing when the order is not open any more.
/// let options = PatchItemOptions::default().with_filter_predicate("from c where c.status = 'open'");
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PatchItemOptions {
    /// The settings of this call that every operation knows.
    pub operation: OperationOptions,
    /// Where the patch is applied. Default: in the service when it takes the list.
    pub strategy: Option<PatchStrategy>,
    /// A session token of another process, instead of what this client has seen itself.
    pub session_token: Option<SessionToken>,
    /// The condition on the item's etag.
    pub precondition: Option<Precondition>,
    /// A condition on the item's content, as SQL from `FROM` on; only the service can check it.
    pub filter_predicate: Option<String>,
    /// How often an item that others change meanwhile is read and replaced, when the patch is applied by the client.
    /// Default: 5.
    pub max_attempts: Option<NonZeroU8>,
}

impl PatchItemOptions {
    /// Sets where the patch is applied.
    pub fn with_strategy(mut self, strategy: PatchStrategy) -> Self {
        self.strategy = Some(strategy);
        self
    }

    /// Uses a session token of another process, instead of what this client has seen itself.
    pub fn with_session_token(mut self, session_token: impl Into<SessionToken>) -> Self {
        self.session_token = Some(session_token.into());
        self
    }

    /// Sets the condition on the item's etag.
    pub fn with_precondition(mut self, precondition: Precondition) -> Self {
        self.precondition = Some(precondition);
        self
    }

    /// Sets the condition on the item's content: SQL from `FROM` on.
    pub fn with_filter_predicate(mut self, condition: impl Into<String>) -> Self {
        self.filter_predicate = Some(condition.into());
        self
    }

    /// Sets how often an item that others change meanwhile is read and replaced.
    pub fn with_max_attempts(mut self, max_attempts: NonZeroU8) -> Self {
        self.max_attempts = Some(max_attempts);
        self
    }

    /// Sets the settings that every operation knows.
    pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
        self.operation = operation;
        self
    }
}
