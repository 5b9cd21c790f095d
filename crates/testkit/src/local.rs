//! A local account that is running, and its clients.

use std::fmt;

use cosmokit::{AccountReference, CosmosClient, CosmosRuntime, RoutingStrategy};
use cosmokit_engine::Account;
use cosmokit_server::{Gateway, RunningServer};

use crate::{LocalAccountBuilder, Wire};

/// A local account in this process and a client over it.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use cosmokit_testkit::LocalAccount;
///
/// let local = LocalAccount::start().await?;
/// local.client().create_database("shop", None).await?;
/// # Ok::<(), cosmokit::CosmosError>(())
/// # }).unwrap();
/// ```
///
/// What it holds is freed with the last client of it. Behind a socket, dropping this ends the server at once.
pub struct LocalAccount {
    pub(crate) account: Account,
    pub(crate) wire: Wire,
    pub(crate) gateway: Gateway,
    pub(crate) server: Option<RunningServer>,
    pub(crate) reference: AccountReference,
    pub(crate) client: CosmosClient,
}

/// A client over a new local account that lives as long as the client and its clones.
///
/// # Errors
/// When the account cannot be started.
///
/// # Cancel safety
/// May be dropped at any point; nothing is left behind.
pub async fn local_client() -> cosmokit::Result<CosmosClient> {
    LocalAccount::start().await.map(|local| local.client)
}

impl LocalAccount {
    /// Starts an account with one region, session consistency and the emulator's well-known key, in process.
    ///
    /// # Errors
    /// When the account cannot be started.
    ///
    /// # Cancel safety
    /// May be dropped at any point; nothing is left behind.
    pub async fn start() -> cosmokit::Result<Self> {
        Self::builder().start().await
    }

    /// Starts with all choices.
    pub fn builder() -> LocalAccountBuilder {
        LocalAccountBuilder::default()
    }

    /// The client. Its clones share connections, caches and session state.
    pub fn client(&self) -> &CosmosClient {
        &self.client
    }

    /// Another client, which shares nothing with the others: a second process as far as the account can tell.
    ///
    /// # Errors
    /// When the account cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point; nothing is left behind.
    pub async fn new_client(&self) -> cosmokit::Result<CosmosClient> {
        self.connect(self.reference.clone()).await
    }

    /// A client of this account with another credential, which shares nothing with the others.
    ///
    /// # Errors
    /// 401 when the credential is not the account's; or when the account cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point; nothing is left behind.
    pub async fn connect(&self, account: AccountReference) -> cosmokit::Result<CosmosClient> {
        connect(self.wire, &self.gateway, account).await
    }

    /// Endpoint and key, to build a client of one's own. In process they lead nowhere but through
    /// [`gateway`](Self::gateway).
    pub fn reference(&self) -> &AccountReference {
        &self.reference
    }

    /// The account itself, without HTTP.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The account as an HTTP service in this process, for
    /// [`CosmosClientBuilder::with_transport`](cosmokit::CosmosClientBuilder::with_transport).
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Stops serving, after the requests that are under way. Without a socket there is nothing to stop.
    ///
    /// # Cancel safety
    /// Dropping the future ends the server at once.
    pub async fn shutdown(self) {
        if let Some(server) = self.server {
            server.shutdown().await;
        }
    }
}

/// A client with a runtime and a driver of its own.
pub(crate) async fn connect(
    wire: Wire,
    gateway: &Gateway,
    account: AccountReference,
) -> cosmokit::Result<CosmosClient> {
    let runtime = CosmosRuntime::builder()
        .with_connection_pool(wire.connection_pool())
        .build()
        .await?;
    let mut builder = CosmosClient::builder().with_runtime(runtime);
    if wire == Wire::InProcess {
        builder = builder.with_transport(gateway.clone());
    }
    builder.build(account, RoutingStrategy::default()).await
}

impl fmt::Debug for LocalAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalAccount")
            .field("wire", &self.wire)
            .field("endpoint", self.reference.endpoint())
            .finish_non_exhaustive()
    }
}
