//! Choices about a local account before it starts.

use std::num::NonZeroU32;

use cosmokit::{AccountEndpoint, AccountReference, CosmosError};
use cosmokit_engine::AccountBuilder;
use cosmokit_server::{Gateway, Server, ServerConfig};

use crate::local::connect;
use crate::{LocalAccount, Wire};

/// The endpoint of accounts that are reached inside the process; nothing listens there.
const IN_PROCESS: &str = "http://localhost:8081/";

/// Builds a [`LocalAccount`].
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use std::num::NonZeroU32;
/// use cosmokit_testkit::{LocalAccount, Wire};
///
/// let local = LocalAccount::builder()
///     .over(Wire::Http2)
///     .partitions_per_container(NonZeroU32::new(4).expect("4 is not 0"))
///     .start()
///     .await?;
/// # let _ = local;
/// # Ok::<(), cosmokit::CosmosError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Default)]
#[must_use]
pub struct LocalAccountBuilder {
    account: AccountBuilder,
    wire: Wire,
}

impl LocalAccountBuilder {
    /// What lies between clients and the account. Default: nothing, requests stay in the process.
    pub fn over(mut self, wire: Wire) -> Self {
        self.wire = wire;
        self
    }

    /// Seed of everything random inside the account: the same seed gives the same etags and resource ids. Default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.account = self.account.seed(seed);
        self
    }

    /// How many partitions every new container has, at most 1,000. Default: one for each started 10,000 RU/s.
    pub fn partitions_per_container(mut self, partitions: NonZeroU32) -> Self {
        self.account = self.account.partitions_per_container(partitions);
        self
    }

    /// Everything else that the account itself can be told: regions, consistency, keys, clock.
    pub fn account(mut self, account: AccountBuilder) -> Self {
        self.account = account;
        self
    }

    /// Starts the account and a client over it.
    ///
    /// # Errors
    /// When a choice is not allowed (status 400), or, behind a socket, no port is free.
    ///
    /// # Cancel safety
    /// May be dropped at any point; nothing is left behind.
    pub async fn start(self) -> cosmokit::Result<LocalAccount> {
        let account = self.account.build().map_err(unstartable)?;
        let key = account.keys().primary.clone();
        let gateway = Gateway::new(account.clone()).map_err(unstartable)?;
        let server = match self.wire {
            Wire::InProcess => None,
            Wire::Http1 | Wire::Http2 | Wire::Https => {
                let config = ServerConfig::new().with_port(0);
                Some(
                    Server::bind_gateway(&config, gateway.clone())
                        .await
                        .map_err(unstartable)?,
                )
            }
        };
        let endpoint: AccountEndpoint = match &server {
            Some(server) => self.wire.endpoint(server.endpoint()).parse()?,
            None => IN_PROCESS.parse()?,
        };
        let reference = AccountReference::with_authentication_key(endpoint, key);
        let client = connect(self.wire, &gateway, reference.clone()).await?;
        Ok(LocalAccount {
            account,
            wire: self.wire,
            gateway,
            server,
            reference,
            client,
        })
    }
}

pub(crate) fn unstartable(why: impl std::error::Error + Send + Sync + 'static) -> CosmosError {
    CosmosError::builder()
        .with_message("the local account cannot be started")
        .with_source(why)
        .build()
}
