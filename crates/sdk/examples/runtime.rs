//! What clients share: the runtime that all share without being told, one of one's own, and one for two accounts.
//!
//! `cargo run -p cosmokit --example runtime` starts two local accounts behind sockets and connects to them.

use std::error::Error;
use std::time::Duration;

use cosmokit::options::{
    ConnectionPoolOptions, ContentResponseOnWrite, OperationOptions, Region,
    ServerCertificateValidation, UserAgentSuffix,
};
use cosmokit::{CosmosClient, CosmosRuntime, RoutingStrategy};
use cosmokit_testkit::{LocalAccount, Wire};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let plain = LocalAccount::builder().over(Wire::Http1).start().await?;
    let encrypted = LocalAccount::builder().over(Wire::Https).start().await?;

    // Without a runtime, a client takes the one that all clients share. This is what most programs want.
    let client = CosmosClient::builder()
        .build(
            plain.reference().clone(),
            RoutingStrategy::ProximityTo(Region::EAST_US),
        )
        .await?;
    client.create_database("samples", None).await?;
    println!("the shared runtime: {}", client.endpoint());

    // A local account has a certificate that nobody signed. Away from this machine it would be refused.
    let pool = ConnectionPoolOptions::builder()
        .with_server_certificate_validation(ServerCertificateValidation::RequiredUnlessEmulator)
        .with_max_connect_timeout(Duration::from_secs(2))
        .build()?;
    let mut defaults = OperationOptions::default();
    defaults.content_response_on_write = Some(ContentResponseOnWrite::Enabled);
    let runtime = CosmosRuntime::builder()
        .with_connection_pool(pool)
        .with_default_operation_options(defaults)
        .with_user_agent_suffix(UserAgentSuffix::try_from("samples")?)
        .build()
        .await?;

    // Two accounts, one set of connections, one set of defaults.
    let mut clients = Vec::new();
    for account in [plain.reference(), encrypted.reference()] {
        let client = CosmosClient::builder()
            .with_runtime(runtime.clone())
            .build(
                account.clone(),
                RoutingStrategy::PreferredRegions(vec![Region::EAST_US]),
            )
            .await?;
        println!("a runtime of one's own: {}", client.endpoint());
        clients.push(client);
    }
    drop(clients);
    Ok(())
}
