//! What these scenarios begin with: an account whose hub is East US and whose satellite is West Europe, a container
//! with four partitions, clients in either region.

use std::num::NonZeroU32;
use std::sync::Arc;

use cosmokit::fault_injection::FaultInjectionRule;
use cosmokit::models::{ContainerProperties, ItemResponse};
use cosmokit::options::OperationOptions;
use cosmokit::{ContainerClient, CosmosClient, Result};
use cosmokit_engine::{Lag, WriteMode};
use cosmokit_protocol::wire::region::Region;
use cosmokit_testkit::world::{ClientSettings, World, WorldSettings};
use serde_json::{Value, json};

pub(super) const HUB: Region = Region::EAST_US;
pub(super) const SATELLITE: Region = Region::WEST_EUROPE;

/// The regions, as diagnostics name them.
pub(super) const EAST: &str = "eastus";
pub(super) const WEST: &str = "westeurope";

pub(super) const BOTH: [WriteMode; 2] = [WriteMode::Single, WriteMode::Multi];

/// A world with the container in it.
pub(super) async fn world(writes: WriteMode) -> World {
    let four = NonZeroU32::new(4).unwrap();
    let settings = WorldSettings::new(7)
        .regions(&["East US", "West Europe"])
        .write_mode(writes)
        .account(|account| account.partitions_per_container(four));
    let world = World::start(settings).unwrap();
    let client = world.connect(&ClientSettings::new(0, HUB)).await.unwrap();
    client.create_database("db", None).await.unwrap();
    let properties = ContainerProperties::new("items", "/pk".into());
    let database = client.database_client("db");
    database.create_container(properties, None).await.unwrap();
    world
}

/// Without hedging: a hedge may be quicker than the retry that a scenario is about.
pub(super) fn settings(number: u64, home: &Region) -> ClientSettings {
    let plain = OperationOptions::default().with_hedging_enabled(false);
    ClientSettings::new(number, home.clone()).with_operation_options(plain)
}

/// The container, for somebody in this region.
pub(super) async fn enter(world: &World, settings: &ClientSettings) -> ContainerClient {
    items_of(&world.connect(settings).await.unwrap()).await
}

/// The same with a rule for the client's requests.
pub(super) async fn enter_with_fault(
    world: &World,
    home: &Region,
    rule: &FaultInjectionRule,
) -> ContainerClient {
    let rules = vec![Arc::new(rule.clone())];
    let settings = settings(1, home).with_fault_injection_rules(rules);
    enter(world, &settings).await
}

pub(super) async fn items_of(client: &CosmosClient) -> ContainerClient {
    let database = client.database_client("db");
    database.container_client("items", None).await.unwrap()
}

/// No write reaches another region from now on.
pub(super) fn pause(world: &World) {
    world.account().set_all_links(Lag::Paused).unwrap();
}

pub(super) fn document(id: &str, number: i64) -> Value {
    json!({ "id": id, "pk": "p", "number": number })
}

pub(super) async fn upsert(items: &ContainerClient, id: &str, number: i64) -> Result<ItemResponse> {
    Box::pin(items.upsert_item("p", id, document(id, number), None)).await
}

pub(super) async fn read(items: &ContainerClient, id: &str) -> Result<ItemResponse> {
    Box::pin(items.read_item("p", id, None)).await
}

/// The number of an item that was read.
pub(super) fn number(read: Result<ItemResponse>) -> i64 {
    let item: Value = read.unwrap().into_model().unwrap();
    item["number"].as_i64().unwrap()
}
