//! Conflicts on an account that takes writes in both regions, through the client: listed, queried, read, settled.

use cosmokit::models::{
    Conflict, ConflictResolutionMode, ConflictResolutionPolicy, ContainerProperties,
};
use cosmokit::{ContainerClient, CosmosClient, Result, RoutingStrategy};
use cosmokit_engine::{Account, Lag, WriteMode};
use cosmokit_protocol::wire::region::Region;
use cosmokit_testkit::{LocalAccount, Wire};
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::scene::{HUB, SATELLITE, number, read, settings, upsert, world};

/// A container whose conflicts wait for their reader.
async fn create_container(client: &CosmosClient) {
    let policy = ConflictResolutionPolicy::new(ConflictResolutionMode::Custom);
    let properties =
        ContainerProperties::new("contested", "/pk".into()).with_conflict_resolution_policy(policy);
    let database = client.database_client("db");
    database.create_container(properties, None).await.unwrap();
}

async fn contested(client: &CosmosClient) -> ContainerClient {
    let database = client.database_client("db");
    database.container_client("contested", None).await.unwrap()
}

async fn list(items: &ContainerClient) -> Vec<Conflict> {
    let listed = items.list_conflicts(None).unwrap();
    listed.try_collect().await.unwrap()
}

fn losing_number(conflict: &Conflict) -> i64 {
    let content: Value = serde_json::from_str(conflict.content.as_ref().unwrap()).unwrap();
    content["number"].as_i64().unwrap()
}

/// Both regions write one item while nothing passes between them; then everything does.
async fn play(account: &Account, east: &CosmosClient, west: &CosmosClient) -> Result<()> {
    create_container(east).await;
    let (east, west) = (contested(east).await, contested(west).await);
    upsert(&east, "1", 1).await?;
    read(&west, "1").await?;
    account.set_all_links(Lag::Paused).unwrap();
    for (items, number) in [(&east, 2), (&west, 3)] {
        let item = super::scene::document("1", number);
        Box::pin(items.replace_item("p", "1", item, None)).await?;
    }
    assert!(list(&east).await.is_empty(), "nobody knows yet");
    account.set_all_links(Lag::None).unwrap();

    let stands = number(read(&east, "1").await);
    assert_eq!(number(read(&west, "1").await), stands);
    let conflicts = list(&west).await;
    assert_eq!(conflicts, list(&east).await, "one record in all regions");
    let [conflict] = conflicts.as_slice() else {
        panic!("one write lost: {conflicts:?}");
    };
    assert_eq!(conflict.operation_type.as_deref(), Some("replace"));
    assert_eq!(conflict.resource_type.as_deref(), Some("document"));
    assert_eq!(losing_number(conflict), 5 - stands);

    for (operation, found) in [("replace", 1), ("create", 0)] {
        let text = format!("SELECT * FROM c WHERE c.operationType = '{operation}'");
        let queried = east.query_conflicts(text, None)?;
        let queried: Vec<Conflict> = queried.try_collect().await?;
        assert_eq!(queried.len(), found, "{operation}");
    }
    let same = east.read_conflict("p", &conflict.id, None).await?;
    assert_eq!(losing_number(&same.into_model()?), 5 - stands);

    // The reader lets the loser stand after all.
    upsert(&west, "1", losing_number(conflict)).await?;
    west.delete_conflict("p", &conflict.id, None).await?;
    for items in [&east, &west] {
        assert!(list(items).await.is_empty());
        assert_eq!(number(read(items, "1").await), 5 - stands);
        let gone = items.read_conflict("p", &conflict.id, None).await;
        assert!(gone.unwrap_err().status().is_not_found());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn in_process() {
    let world = world(WriteMode::Multi).await;
    let east = world.connect(&settings(1, &HUB)).await.unwrap();
    let west = world.connect(&settings(2, &SATELLITE)).await.unwrap();
    play(world.account(), &east, &west).await.unwrap();
}

#[tokio::test]
async fn over_http() {
    let account = Account::builder()
        .regions([Region::from("East US"), Region::from("West Europe")])
        .write_mode(WriteMode::Multi);
    let local = LocalAccount::builder().account(account).over(Wire::Http1);
    let local = local.start().await.unwrap();
    let client = async |home: Region| {
        let routing = RoutingStrategy::PreferredRegions(vec![home]);
        CosmosClient::builder()
            .build(local.reference().clone(), routing)
            .await
            .unwrap()
    };
    let (east, west) = (client(HUB).await, client(SATELLITE).await);
    east.create_database("db", None).await.unwrap();
    play(local.account(), &east, &west).await.unwrap();
}
