//! Which account the program runs on: an embedded one by default, else an endpoint with its key or a connection string.

use std::error::Error;

use clap::Args;
use cosmokit::{AccountEndpoint, AccountReference, CosmosClient, RoutingStrategy};
use cosmokit_engine::Account;
use cosmokit_protocol::wire::region::Region;
use cosmokit_protocol::wire::signing::EMULATOR_KEY;
use cosmokit_server::Gateway;

/// How to reach an account.
#[derive(Args, Debug, Default)]
pub(crate) struct AccountArguments {
    /// Endpoint of an account, with --key; without either, an embedded account.
    #[arg(long, value_name = "URL", requires = "key")]
    endpoint: Option<String>,

    /// Key of that account.
    #[arg(long, requires = "endpoint")]
    key: Option<String>,

    /// Connection string of an account (AccountEndpoint=…;AccountKey=…;).
    #[arg(
        long,
        env = "COSMOS_CONNECTION_STRING",
        hide_env_values = true,
        conflicts_with = "endpoint"
    )]
    connection_string: Option<String>,
}

impl AccountArguments {
    /// A client of the account, and what to call it.
    ///
    /// # Errors
    ///
    /// An endpoint or connection string that is none, or an account that does not answer.
    pub(crate) async fn open(&self) -> Result<(CosmosClient, String), Box<dyn Error>> {
        if let (Some(endpoint), Some(key)) = (&self.endpoint, &self.key) {
            let account =
                AccountReference::with_authentication_key(endpoint.parse()?, key.as_str());
            let client = CosmosClient::builder().build(account, nearest()).await?;
            return Ok((client, endpoint.clone()));
        }
        if let Some(text) = &self.connection_string {
            let account = AccountReference::from_connection_string(text)?;
            let client = CosmosClient::builder().build(account, nearest()).await?;
            let endpoint = client.endpoint().to_string();
            return Ok((client, endpoint));
        }
        Ok((embedded().await?, "embedded in this process".to_owned()))
    }
}

fn nearest() -> RoutingStrategy {
    RoutingStrategy::ProximityTo(Region::EAST_US)
}

/// A client over an account in this process: no socket, the same path through the driver.
async fn embedded() -> Result<CosmosClient, Box<dyn Error>> {
    let account = Account::builder().build()?;
    let endpoint: AccountEndpoint = "http://localhost:8081/".parse()?;
    let reference = AccountReference::with_authentication_key(endpoint, EMULATOR_KEY);
    let client = CosmosClient::builder()
        .with_transport(Gateway::new(account)?)
        .build(reference, nearest())
        .await?;
    Ok(client)
}
