//! Options of transactional batches, of their operations, and of bulk requests.

use std::num::NonZeroU32;

use cosmokit_driver::Precondition;
use cosmokit_driver::options::OperationOptions;
use cosmokit_protocol::session::SessionToken;

/// Options of
/// [`ContainerClient::execute_transactional_batch`](crate::ContainerClient::execute_transactional_batch).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BatchOptions {
    /// The settings of this call that every operation knows.
    pub operation: OperationOptions,
    /// A session token of another process, instead of what this client has seen itself.
    pub session_token: Option<SessionToken>,
}

impl BatchOptions {
    /// Uses a session token of another process, instead of what this client has seen itself.
    pub fn with_session_token(mut self, session_token: impl Into<SessionToken>) -> Self {
        self.session_token = Some(session_token.into());
        self
    }

    /// Sets the settings that every operation knows.
    pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
        self.operation = operation;
        self
    }
}

/// Declares the options of one kind of operation in a batch.
macro_rules! batch_operation_options {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default)]
            #[non_exhaustive]
            pub struct $name {
                /// The condition on the item's etag.
                pub precondition: Option<Precondition>,
            }

            impl $name {
                /// Sets the condition on the item's etag.
                pub fn with_precondition(mut self, precondition: Precondition) -> Self {
                    self.precondition = Some(precondition);
                    self
                }
            }
        )+
    };
}

batch_operation_options! {
    /// Options of [`TransactionalBatch::upsert_item`](crate::TransactionalBatch::upsert_item).
    BatchUpsertOptions;
    /// Options of [`TransactionalBatch::replace_item`](crate::TransactionalBatch::replace_item).
    BatchReplaceOptions;
    /// Options of [`TransactionalBatch::read_item`](crate::TransactionalBatch::read_item).
    BatchReadOptions;
    /// Options of [`TransactionalBatch::delete_item`](crate::TransactionalBatch::delete_item).
    BatchDeleteOptions;
}

/// Options of [`TransactionalBatch::patch_item`](crate::TransactionalBatch::patch_item).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BatchPatchOptions {
    /// The condition on the item's etag.
    pub precondition: Option<Precondition>,
    /// A condition on the item's content, as SQL from `FROM` on.
    pub filter_predicate: Option<String>,
}

impl BatchPatchOptions {
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
}

/// Options of [`ContainerClient::execute_bulk`](crate::ContainerClient::execute_bulk).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BulkOptions {
    /// The settings of this call that every operation knows. A deadline is one for all operations together.
    pub operation: OperationOptions,
    /// How many requests may be on their way at the same time. Default: 8.
    pub max_concurrency: Option<NonZeroU32>,
}

impl BulkOptions {
    /// Sets how many requests may be on their way at the same time.
    pub fn with_max_concurrency(mut self, max_concurrency: NonZeroU32) -> Self {
        self.max_concurrency = Some(max_concurrency);
        self
    }

    /// Sets the settings that every operation knows.
    pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
        self.operation = operation;
        self
    }
}
