//! Which account a command works with: by default the one that `cosmokit serve` serves on this machine.

use std::error::Error;

use clap::Args;
use cosmokit::{AccountReference, CosmosClient, RoutingStrategy};
use cosmokit_protocol::wire::signing::EMULATOR_KEY;

/// Where `cosmokit serve` listens when nothing else is said.
const LOCAL: &str = "http://localhost:8081/";

/// How to reach an account.
#[derive(Args, Debug)]
pub(crate) struct AccountArguments {
    /// Endpoint of the account.
    #[arg(long, value_name = "URL", env = "COSMOS_ENDPOINT", default_value = LOCAL)]
    endpoint: String,

    /// Key of the account; without it, the key that every local account has.
    #[arg(long, env = "COSMOS_KEY", hide_env_values = true)]
    key: Option<String>,

    /// Connection string of the account (AccountEndpoint=…;AccountKey=…;), instead of endpoint and key.
    #[arg(long, env = "COSMOS_CONNECTION_STRING", hide_env_values = true)]
    connection_string: Option<String>,
}

impl AccountArguments {
    /// A client of the account.
    ///
    /// # Errors
    ///
    /// An endpoint or connection string that is none, or an account that does not answer.
    pub(crate) async fn connect(&self) -> Result<CosmosClient, Box<dyn Error>> {
        let account = if let Some(text) = &self.connection_string {
            AccountReference::from_connection_string(text)?
        } else {
            let key = self.key.as_deref().unwrap_or(EMULATOR_KEY);
            AccountReference::with_authentication_key(self.endpoint.parse()?, key)
        };
        let nearest = RoutingStrategy::default();
        Ok(CosmosClient::builder().build(account, nearest).await?)
    }
}
