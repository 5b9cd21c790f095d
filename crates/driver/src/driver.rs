//! The handle of one account: everything that a client does goes through here.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::resource::AccountProperties;
use cosmokit_protocol::session::SessionToken;

use crate::cache::{PartitionKeyRanges, RangeRefresh, ResolvedContainer};
use crate::compound::{BulkOutcome, BulkRequest, PatchCall, ReadManyAnswer, ReadManyRequest};
use crate::dataflow::{
    ChangeFeedPager, ChangeFeedRequest, QueryExplanation, QueryPager, QueryRequest,
};
use crate::error::Result;
use crate::feed::{FeedPager, OfferPoller};
use crate::operation::CosmosOperation;
use crate::options::{DriverOptions, OperationOptions, OperationSettings};
use crate::pipeline::{Call, Core, Terms, deadline_of};
use crate::reference::{AccountReference, ContainerReference};
use crate::response::CosmosResponse;
use crate::runtime::{CosmosDriverRuntime, Registration};
use crate::session::{Session, SessionChoice, SessionSource};

/// The driver of one account: routing, sessions, caches, retries. Shared by all clients of the account.
///
/// Made by [`CosmosDriverRuntime::get_or_create_driver`]. Dropping the last handle ends its connections, the
/// refresh of its account and everything else it does.
#[derive(Debug)]
pub struct CosmosDriver {
    core: Arc<Core>,
    runtime: Arc<CosmosDriverRuntime>,
    sessions: SessionChoice,
    /// Keeps the account fresh; absent in handles that were made from another.
    _registration: Option<Registration>,
    /// The driver that this handle was made from, kept so that it stays the account's driver.
    origin: Option<Arc<CosmosDriver>>,
}

impl CosmosDriver {
    pub(crate) fn new(
        core: Arc<Core>,
        runtime: Arc<CosmosDriverRuntime>,
        registration: Registration,
    ) -> Self {
        Self {
            core,
            runtime,
            _registration: Some(registration),
            sessions: SessionChoice::Shared,
            origin: None,
        }
    }

    /// The same driver, whose operations are in `session` unless their options name another: they send what
    /// that session has seen and add to it, and to nothing else.
    pub fn in_session(self: &Arc<Self>, session: &Session) -> Arc<Self> {
        self.with_sessions(SessionChoice::Fixed(session.clone()))
    }

    /// The same driver, whose operations ask `source` for their session when they start, unless their options
    /// name one. Feeds ask once for all their pages.
    pub fn with_session_source(self: &Arc<Self>, source: Arc<dyn SessionSource>) -> Arc<Self> {
        self.with_sessions(SessionChoice::Ambient(source))
    }

    /// The same driver, whose operations are in no session unless their options name one.
    pub fn without_session(self: &Arc<Self>) -> Arc<Self> {
        self.with_sessions(SessionChoice::Shared)
    }

    fn with_sessions(self: &Arc<Self>, sessions: SessionChoice) -> Arc<Self> {
        let origin = self.origin.as_ref().unwrap_or(self);
        Arc::new(Self {
            core: Arc::clone(&self.core),
            runtime: Arc::clone(&self.runtime),
            sessions,
            _registration: None,
            origin: Some(Arc::clone(origin)),
        })
    }

    /// The account.
    pub fn account(&self) -> &AccountReference {
        self.core.account()
    }

    /// The runtime that the driver belongs to.
    pub fn runtime(&self) -> &Arc<CosmosDriverRuntime> {
        &self.runtime
    }

    /// The options that the driver was made with.
    pub fn options(&self) -> &DriverOptions {
        self.core.options()
    }

    /// The account document, as it was read last.
    pub fn account_properties(&self) -> Arc<AccountProperties> {
        self.core.account_properties()
    }

    /// Reads the account document again and routes by it from now on.
    ///
    /// # Errors
    /// When it cannot be read; what was known stays in force.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn refresh_account(&self) -> Result<Arc<AccountProperties>> {
        self.core.refresh_account().await
    }

    /// What holds for an operation with these options, of all four layers.
    ///
    /// # Errors
    /// When one of `options` is outside its bounds.
    pub fn resolve_options(&self, options: &OperationOptions) -> Result<Arc<OperationSettings>> {
        self.core.layers().resolve(options)
    }

    /// Runs one operation: a point operation, or one page of a feed.
    ///
    /// # Errors
    /// What the service answered when it is not a success or 304, after the retries that apply; or what
    /// kept the operation from getting an answer. The error carries all attempts and says whether a write
    /// may have been applied.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the operation; a write that was sent may still be applied.
    pub async fn execute_operation(
        &self,
        operation: CosmosOperation,
        options: &OperationOptions,
    ) -> Result<CosmosResponse> {
        let settings = self.core.layers().resolve(options)?;
        let deadline = deadline_of(&settings, self.core.clock());
        let session = self.sessions.of(&settings, &operation)?;
        let mut call = Call::new(settings, session, deadline);
        self.core.execute_under(&operation, &mut call).await
    }

    /// Reads a feed page by page, from the operation's continuation on.
    ///
    /// # Errors
    /// When one of `options` is outside its bounds.
    pub fn execute_feed(
        &self,
        operation: CosmosOperation,
        options: &OperationOptions,
    ) -> Result<FeedPager> {
        FeedPager::new(Arc::clone(&self.core), operation, options, &self.sessions)
    }

    /// Patches an item, in the service or here.
    ///
    /// # Errors
    /// As [`execute_operation`](Self::execute_operation); 400 when an operation cannot be applied to the document,
    /// 412 when the condition does not hold or others were faster on every attempt.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the item may have been patched.
    pub async fn patch_item(
        &self,
        call: PatchCall,
        options: &OperationOptions,
    ) -> Result<CosmosResponse> {
        Box::pin(call.run(self.terms(options)?)).await
    }

    /// Runs many independent operations; the outcomes stand in the order of the operations.
    ///
    /// # Errors
    /// When one of `options` is outside its bounds, or the container or its ranges cannot be read. What becomes of
    /// each operation is in its outcome.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; any of the operations may have been applied.
    pub async fn execute_bulk(
        &self,
        request: BulkRequest,
        options: &OperationOptions,
    ) -> Result<Vec<BulkOutcome>> {
        Box::pin(request.run(self.terms(options)?)).await
    }

    /// Reads many items by id and partition key, in the order that is asked for.
    ///
    /// # Errors
    /// 400 when a key does not fit the container; or what kept a part from being read. An item that is not there is
    /// no error.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read_many_items(
        &self,
        request: ReadManyRequest,
        options: &OperationOptions,
    ) -> Result<ReadManyAnswer> {
        Box::pin(request.run(self.terms(options)?)).await
    }

    /// Replaces an offer (throughput document) and follows the change until it is in force; `rid` is the resource
    /// id of the offer, `replace` a [`replace_offer`](CosmosOperation::replace_offer) of it, `pause` the time between
    /// two looks.
    ///
    /// # Errors
    /// What the service refuses.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the change may have been accepted.
    pub async fn begin_replace_offer(
        &self,
        rid: String,
        replace: CosmosOperation,
        pause: Duration,
        options: &OperationOptions,
    ) -> Result<OfferPoller> {
        OfferPoller::begin(self.terms(options)?, rid, replace, pause).await
    }

    /// Queries the items of a container, or of a part of it: plans the query, asks the partitions side by side, and
    /// merges what they answer.
    ///
    /// # Errors
    /// 400 when the text is no query, the scope or the continuation does not fit, or the query needs more partitions
    /// than it may; or what kept the container, its ranges or the plan from being read.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn query_items(
        &self,
        request: QueryRequest,
        options: &OperationOptions,
    ) -> Result<QueryPager> {
        Box::pin(QueryPager::open(self.terms(options)?, request)).await
    }

    /// Tells how a query is run, and reads its first page for that.
    ///
    /// # Errors
    /// As [`query_items`](Self::query_items).
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn explain_query(
        &self,
        request: QueryRequest,
        options: &OperationOptions,
    ) -> Result<QueryExplanation> {
        Box::pin(QueryExplanation::of(self.terms(options)?, request)).await
    }

    /// Reads the change feed of a container, or of a part of it, from where `request` says. "Now" is the moment of
    /// this call: each partition is asked for its present end.
    ///
    /// # Errors
    /// When one of `options` is outside its bounds, the scope or the continuation does not fit the container, or
    /// the container cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read_change_feed(
        &self,
        request: ChangeFeedRequest,
        options: &OperationOptions,
    ) -> Result<ChangeFeedPager> {
        ChangeFeedPager::open(self.terms(options)?, request).await
    }

    /// What is known about a container: its resource id and partition key definition. Read at most once
    /// and kept until the service says that it changed.
    ///
    /// # Errors
    /// When the container cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point; others that wait for the same read go on.
    pub async fn resolve_container(
        &self,
        container: &ContainerReference,
        options: &OperationOptions,
    ) -> Result<Arc<ResolvedContainer>> {
        let settings = self.core.layers().resolve(options)?;
        let resolved = self.core.resolve_container(container, &settings).await?;
        Ok(resolved.value)
    }

    /// The partition key ranges of a container: cached, or read again from where the cache stands.
    ///
    /// # Errors
    /// When the container or its ranges cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point; others that wait for the same read go on.
    pub async fn resolve_partition_key_ranges(
        &self,
        container: &ContainerReference,
        refresh: RangeRefresh,
        options: &OperationOptions,
    ) -> Result<Arc<PartitionKeyRanges>> {
        let settings = self.core.layers().resolve(options)?;
        let container = self.core.resolve_container(container, &settings).await?;
        let ranges = self
            .core
            .resolve_ranges(&container.value, refresh, &settings)
            .await?;
        Ok(ranges.value)
    }

    /// All session tokens that answers about a container carried, merged: in the session that is current, or
    /// those of all operations without one. `None` before the first.
    pub fn session_token(&self, container: &ContainerReference) -> Option<SessionToken> {
        let session = self.sessions.current();
        self.core.session_token(container, session.as_ref())
    }

    /// What the operations of one call have in common.
    fn terms(&self, options: &OperationOptions) -> Result<Terms> {
        Terms::new(&self.core, options, &self.sessions)
    }
}
