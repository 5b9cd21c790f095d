//! An account in three regions whose replication stands still, and clients near each of them.

use std::net::SocketAddr;

use cosmokit::models::{ContainerProperties, PartitionKeyDefinition};
use cosmokit::options::{Region, RoutingStrategy};
use cosmokit::{AccountReference, ContainerClient, CosmosClient, CosmosRuntime};
use cosmokit_engine::{Account, Lag};
use cosmokit_server::Gateway;
use cosmokit_session::seal::KeyRing;
use cosmokit_session::{SessionCarrying, SessionCarryingBuilder, SessionTracing as _};
use http::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const REGIONS: [&str; 3] = ["East US", "West Europe", "Southeast Asia"];

/// What runs as long as a test does.
pub(crate) struct Tier {
    pub(crate) serving: JoinSet<()>,
    /// One traced container client per region; the first region takes the writes.
    pub(crate) notes: Vec<ContainerClient>,
}

impl Tier {
    pub(crate) async fn start() -> Self {
        let account = Account::builder()
            .regions(REGIONS.map(Region::new))
            .build()
            .unwrap();
        let mut notes = Vec::new();
        for (number, region) in REGIONS.into_iter().enumerate() {
            let client = client(&account, region).await;
            if number == 0 {
                client.create_database("shop", None).await.unwrap();
                let definition = PartitionKeyDefinition::from_paths(["/pk"]);
                let properties = ContainerProperties::new("notes", definition);
                let shop = client.database_client("shop");
                shop.create_container(properties, None).await.unwrap();
            }
            let shop = client.traced().database_client("shop");
            notes.push(shop.container_client("notes", None).await.unwrap());
        }
        account.set_all_links(Lag::Paused).unwrap();
        Self {
            serving: JoinSet::new(),
            notes,
        }
    }

    /// Serves an app on a port of its own.
    pub(crate) async fn serve(&mut self, app: ::axum::Router) -> SocketAddr {
        let (listener, address) = listen().await;
        self.serving
            .spawn(async move { ::axum::serve(listener, app).await.unwrap() });
        address
    }
}

pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A client with caches of its own, as in a process of its own.
async fn client(account: &Account, region: &'static str) -> CosmosClient {
    let reference = AccountReference::with_authentication_key(
        "http://localhost:8081/".parse().unwrap(),
        account.keys().primary.clone(),
    );
    let runtime = CosmosRuntime::builder().build().await.unwrap();
    CosmosClient::builder()
        .with_runtime(runtime)
        .with_transport(Gateway::new(account.clone()).unwrap())
        .build(reference, RoutingStrategy::ProximityTo(Region::new(region)))
        .await
        .unwrap()
}

pub(crate) fn carrying() -> SessionCarryingBuilder {
    SessionCarrying::builder(KeyRing::new([7; 32]).unwrap())
}

/// Writes an item.
pub(crate) async fn put(notes: &ContainerClient, id: &str) -> StatusCode {
    let item = json!({"id": id, "pk": id});
    status(notes.upsert_item(id, id, item, None).await.map(drop))
}

/// Reads an item.
pub(crate) async fn get(notes: &ContainerClient, id: &str) -> StatusCode {
    status(notes.read_item(id, id, None).await.map(drop))
}

fn status(done: cosmokit::Result<()>) -> StatusCode {
    match done {
        Ok(()) => StatusCode::OK,
        Err(error) => StatusCode::from_u16(error.status().status_code().into()).unwrap(),
    }
}
