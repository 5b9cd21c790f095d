//! The handle of an account, and the ways to come by one.

use std::fmt;
use std::sync::Arc;

use cosmokit_driver::CosmosDriver;
use url::Url;

use super::CosmosClientBuilder;
use crate::account::{AccountEndpoint, AccountReference, account_from_env};
use crate::options::RoutingStrategy;
use crate::{DatabaseClient, ResourceIdentity};

/// The client of an account, from which all others come. Cheap to clone; make one and share it.
///
/// ```no_run
/// # async fn f() -> cosmokit::Result<()> {
/// use cosmokit::CosmosClient;
///
/// let client = CosmosClient::from_env().await?;
/// let orders = client.database_client("shop").container_client("orders", None).await?;
/// # let _ = orders;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CosmosClient {
    pub(crate) driver: Arc<CosmosDriver>,
    endpoint: Arc<Url>,
}

impl CosmosClient {
    /// Starts a client with all choices.
    pub fn builder() -> CosmosClientBuilder {
        CosmosClientBuilder::new()
    }

    /// The client of the account that a connection string names: `AccountEndpoint=https://…;AccountKey=…;`.
    ///
    /// ```no_run
    /// # async fn f(text: String) -> cosmokit::Result<()> {
    /// let client = cosmokit::CosmosClient::from_connection_string(&text).await?;
    /// # let _ = client;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the text cannot be used (status 400), or the account cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn from_connection_string(text: &str) -> crate::Result<Self> {
        let account = AccountReference::from_connection_string(text)?;
        Self::builder()
            .build(account, RoutingStrategy::default())
            .await
    }

    /// The client of the account that the environment names: by `COSMOS_CONNECTION_STRING`, else by
    /// `COSMOS_ENDPOINT` and `COSMOS_KEY`.
    ///
    /// ```no_run
    /// # async fn f() -> cosmokit::Result<()> {
    /// let client = cosmokit::CosmosClient::from_env().await?;
    /// # let _ = client;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When these variables are absent or cannot be used (status 400), or the account cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn from_env() -> crate::Result<Self> {
        Self::builder()
            .build(account_from_env()?, RoutingStrategy::default())
            .await
    }

    /// A client over a driver that exists. Several clients may share one; the driver's options hold for all of them.
    ///
    /// # Errors
    /// When the driver's endpoint cannot be written as a URL.
    pub fn from_driver(driver: Arc<CosmosDriver>) -> crate::Result<Self> {
        let endpoint: AccountEndpoint = driver.account().endpoint().to_string().parse()?;
        Ok(Self {
            driver,
            endpoint: Arc::new(endpoint.into_url()),
        })
    }

    /// The driver that does the work.
    pub fn driver(&self) -> &Arc<CosmosDriver> {
        &self.driver
    }

    /// The endpoint of the account.
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// The client of a database, by name or by resource id. Reads nothing: whether the database exists shows at the
    /// first operation.
    pub fn database_client(&self, database: impl Into<ResourceIdentity>) -> DatabaseClient {
        DatabaseClient::new(Arc::clone(&self.driver), database.into())
    }
}

impl fmt::Debug for CosmosClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosmosClient")
            .field("endpoint", &self.endpoint.as_str())
            .finish_non_exhaustive()
    }
}
