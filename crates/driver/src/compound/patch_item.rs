//! Patches an item: in the service, or, when the list is longer than the service takes, by reading, applying and
//! replacing under the etag that was read.

use std::num::NonZeroU8;

use bytes::Bytes;
use cosmokit_protocol::op::PatchRequest;
use cosmokit_protocol::op::patch::{MAX_PATCH_OPERATIONS, PatchError, apply, check_targets};
use cosmokit_protocol::session::SessionToken;

use crate::error::{CosmosError, Result};
use crate::operation::{CosmosOperation, Precondition};
use crate::pipeline::Terms;
use crate::reference::ItemReference;
use crate::response::CosmosResponse;

/// How often an item that others change meanwhile is read and replaced, unless said otherwise.
const ATTEMPTS: NonZeroU8 = NonZeroU8::new(5).expect("5 is not 0");

/// Where a patch is applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PatchStrategy {
    /// In the service when it takes the list (at most 10 operations), else here.
    #[default]
    Auto,
    /// Here: the item is read, changed and replaced under the etag that was read.
    ClientSide,
    /// In the service, in one request.
    ServerSide,
}

/// A patch of one item.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PatchCall {
    /// The item.
    pub item: ItemReference,
    /// The operations, and perhaps a condition, which only the service can check.
    pub request: PatchRequest,
    /// Where the patch is applied.
    pub strategy: PatchStrategy,
    /// A condition on the item's etag.
    pub precondition: Option<Precondition>,
    /// A session token of another process, instead of what this driver has seen itself.
    pub session_token: Option<SessionToken>,
    /// How often an item that others change meanwhile is read and replaced. Default: 5.
    pub max_attempts: NonZeroU8,
}

impl PatchCall {
    /// A patch with nothing else said.
    pub fn new(item: ItemReference, request: PatchRequest) -> Self {
        Self {
            item,
            request,
            strategy: PatchStrategy::Auto,
            precondition: None,
            session_token: None,
            max_attempts: ATTEMPTS,
        }
    }

    fn is_for_the_service(&self) -> bool {
        match self.strategy {
            PatchStrategy::ServerSide => true,
            PatchStrategy::ClientSide => false,
            PatchStrategy::Auto => {
                self.request.condition.is_some()
                    || self.request.operations.len() <= MAX_PATCH_OPERATIONS
            }
        }
    }

    fn with_session(&self, operation: CosmosOperation) -> CosmosOperation {
        match &self.session_token {
            Some(token) => operation.with_session_token(token.clone()),
            None => operation,
        }
    }

    /// Runs the patch.
    pub(crate) async fn run(self, terms: Terms) -> Result<CosmosResponse> {
        if self.request.operations.is_empty() {
            return Err(refused(PatchError::NoOperations));
        }
        if self.is_for_the_service() {
            let operation =
                CosmosOperation::patch_item(self.item.clone()).with_body(self.request.to_bytes());
            let operation = match self.precondition.clone() {
                Some(precondition) => operation.with_precondition(precondition),
                None => operation,
            };
            let operation = self.with_session(operation);
            return terms.execute(&operation).await;
        }
        if self.request.condition.is_some() {
            return Err(CosmosError::builder()
                .with_message("a patch with a condition can only be applied by the service")
                .build());
        }
        self.replace(&terms).await
    }

    /// Reads, applies, replaces, and does so again while others are faster.
    async fn replace(self, terms: &Terms) -> Result<CosmosResponse> {
        let container = terms.container(self.item.container()).await?;
        let operations = &self.request.operations;
        check_targets(operations, container.partition_key_definition()).map_err(refused)?;
        let mut attempts = self.max_attempts.get();
        loop {
            let read = self.with_session(CosmosOperation::read_item(self.item.clone()));
            let read = terms.execute(&read).await?;
            let guard = match (&self.precondition, read.headers().etag()) {
                (Some(precondition), _) => precondition.clone(),
                (None, Some(etag)) => Precondition::if_match(etag.clone()),
                (None, None) => return Err(without_etag()),
            };
            let document = read.into_body().single()?;
            let patched = apply(operations, &document).map_err(refused)?;
            let replace = CosmosOperation::replace_item(self.item.clone())
                .with_body(Bytes::from(patched))
                .with_precondition(guard);
            let replace = self.with_session(replace);
            let replaced = terms.execute(&replace).await;
            attempts -= 1;
            match replaced {
                Err(error)
                    if error.status().is_precondition_failed()
                        && self.precondition.is_none()
                        && attempts > 0 => {}
                ended => return ended,
            }
        }
    }
}

fn refused(error: PatchError) -> CosmosError {
    CosmosError::builder()
        .with_message(error.to_string())
        .with_source(error)
        .build()
}

fn without_etag() -> CosmosError {
    CosmosError::builder()
        .with_kind(crate::error::ErrorKind::Contract)
        .with_status(crate::error::client::CONTRACT)
        .with_message("the service sent an item without an etag")
        .build()
}
