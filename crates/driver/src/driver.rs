//! The handle of one account: everything that a client does goes through here.

use std::sync::Arc;

use cosmokit_protocol::resource::AccountProperties;
use cosmokit_protocol::session::SessionToken;

use crate::cache::{PartitionKeyRanges, RangeRefresh, ResolvedContainer};
use crate::error::Result;
use crate::feed::FeedPager;
use crate::operation::CosmosOperation;
use crate::options::{DriverOptions, OperationOptions, OperationSettings};
use crate::pipeline::{Core, deadline_of};
use crate::reference::{AccountReference, ContainerReference};
use crate::response::CosmosResponse;
use crate::runtime::CosmosDriverRuntime;
use crate::session::{Session, SessionChoice, SessionSource};

/// The driver of one account: routing, sessions, caches, retries. Shared by all clients of the account.
///
/// Made by [`CosmosDriverRuntime::get_or_create_driver`]. Dropping the last handle ends its connections
/// and everything else it does.
#[derive(Debug)]
pub struct CosmosDriver {
    core: Arc<Core>,
    runtime: Arc<CosmosDriverRuntime>,
    sessions: SessionChoice,
    /// The driver that this handle was made from, kept so that it stays the account's driver.
    origin: Option<Arc<CosmosDriver>>,
}

impl CosmosDriver {
    pub(crate) fn new(core: Arc<Core>, runtime: Arc<CosmosDriverRuntime>) -> Self {
        Self {
            core,
            runtime,
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

    fn with_sessions(self: &Arc<Self>, sessions: SessionChoice) -> Arc<Self> {
        let origin = self.origin.as_ref().unwrap_or(self);
        Arc::new(Self {
            core: Arc::clone(&self.core),
            runtime: Arc::clone(&self.runtime),
            sessions,
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
        let session = settings.session.clone();
        let session = session.or_else(|| self.sessions.current());
        self.core
            .execute_until(&operation, settings, session, deadline)
            .await
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
        self.core.resolve_container(container, &settings).await
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
        self.core
            .resolve_ranges(&container, refresh, &settings)
            .await
    }

    /// All session tokens that answers about a container carried, merged: in the session that is current, or
    /// those of all operations without one. `None` before the first.
    pub fn session_token(&self, container: &ContainerReference) -> Option<SessionToken> {
        let session = self.sessions.current();
        self.core.session_token(container, session.as_ref())
    }
}
