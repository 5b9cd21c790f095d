//! The account that an example works with: the one that the environment names, else a local one in this process.

use cosmokit::{CosmosClient, Result};

/// A client of the account in `COSMOS_CONNECTION_STRING`, or `COSMOS_ENDPOINT` and `COSMOS_KEY`; else of a new local
/// account.
pub(crate) async fn connect() -> Result<CosmosClient> {
    let named = |variable: &str| std::env::var_os(variable).is_some();
    if named("COSMOS_CONNECTION_STRING") || named("COSMOS_ENDPOINT") {
        return CosmosClient::from_env().await;
    }
    println!("no account in the environment: working with a local one");
    cosmokit_testkit::local_client().await
}
