//! Options of the calls about one item.

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{CosmosOperation, Precondition};
use cosmokit_protocol::session::SessionToken;

/// Declares the options of a point operation on an item.
macro_rules! item_options {
    (
        $(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident, $with:ident;)* }
        $extend:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        #[non_exhaustive]
        pub struct $name {
            /// The settings of this call that every operation knows.
            pub operation: OperationOptions,
            /// A session token of another process, instead of what this client has seen itself.
            pub session_token: Option<SessionToken>,
            /// The condition on the item's etag.
            pub precondition: Option<Precondition>,
            $($(#[$field_doc])* pub $field: Vec<String>,)*
        }

        impl $name {
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

            $(
                $(#[$field_doc])*
                pub fn $with<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
                    self.$field = ids.into_iter().map(Into::into).collect();
                    self
                }
            )*

            /// Sets the settings that every operation knows.
            pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
                self.operation = operation;
                self
            }

            /// The operation with these wishes, and what the driver is told besides it.
            pub(crate) fn apply(self, operation: CosmosOperation) -> (CosmosOperation, OperationOptions) {
                let extend: fn(CosmosOperation, &Self) -> CosmosOperation = $extend;
                let operation = extend(operation, &self);
                let operation = match self.session_token {
                    Some(token) => operation.with_session_token(token),
                    None => operation,
                };
                let operation = match self.precondition {
                    Some(precondition) => operation.with_precondition(precondition),
                    None => operation,
                };
                (operation, self.operation)
            }
        }
    };
}

item_options! {
    /// Options of [`ContainerClient::read_item`](crate::ContainerClient::read_item).
    ///
    /// ```
    /// use cosmokit::options::{ItemReadOptions, Precondition};
    ///
    /// // Answers with status 304 and no body while the item is the one of this etag.
    /// let options = ItemReadOptions::default().with_precondition(Precondition::if_none_match("\"e7\""));
    /// # let _ = options;
    /// ```
    ItemReadOptions {}
    |operation, _| operation
}

item_options! {
    /// Options of the calls that write one item.
    ///
    /// ```
    /// use cosmokit::options::{ContentResponseOnWrite, ItemWriteOptions, OperationOptions, Precondition};
    ///
    /// // Fails with status 412 when someone else has changed the item since; else answers with the new document.
    /// let mut operation = OperationOptions::default();
    /// operation.content_response_on_write = Some(ContentResponseOnWrite::Enabled);
    /// let options = ItemWriteOptions::default()
    ///     .with_precondition(Precondition::if_match("\"e7\""))
    ///     .with_operation_options(operation);
    /// # let _ = options;
    /// ```
    ItemWriteOptions {
        /// Triggers that run before the write, by id, in this order. A write with triggers is sent again only when it
        /// provably did nothing.
        pre_triggers, with_pre_triggers;
        /// Triggers that run after the write, by id, in this order, in its transaction. A write with triggers is sent
        /// again only when it provably did nothing.
        post_triggers, with_post_triggers;
    }
    |operation, options| operation.with_triggers(&options.pre_triggers, &options.post_triggers)
}
