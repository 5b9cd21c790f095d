//! The testkit itself: what it gives, how long it lives, what it costs.

use cosmokit::models::ContainerProperties;
use cosmokit::{CosmosClient, RoutingStrategy};
use cosmokit_testkit::{LocalAccount, Wire, local_client};
use serde_json::json;
use tokio::time::Instant;

#[tokio::test]
async fn a_client_keeps_its_account_alive() {
    let client = local_client().await.unwrap();
    client.create_database("db", None).await.unwrap();
    client
        .clone()
        .database_client("db")
        .read(None)
        .await
        .unwrap();
}

#[tokio::test]
async fn accounts_share_nothing() {
    let (first, second) = (local_client().await.unwrap(), local_client().await.unwrap());
    first.create_database("db", None).await.unwrap();
    assert!(
        second
            .database_client("db")
            .read(None)
            .await
            .unwrap_err()
            .status()
            .is_not_found()
    );
}

#[tokio::test]
async fn clients_of_one_account_see_the_same_items() {
    for wire in Wire::ALL {
        let local = LocalAccount::builder().over(wire).start().await.unwrap();
        let other = local.new_client().await.unwrap();
        assert!(
            !std::sync::Arc::ptr_eq(local.client().driver(), other.driver()),
            "{wire:?}"
        );
        local.client().create_database("db", None).await.unwrap();
        other.database_client("db").read(None).await.unwrap();
    }
}

#[tokio::test]
async fn a_driver_and_a_transport_make_a_client_too() {
    let local = LocalAccount::start().await.unwrap();
    local.client().create_database("db", None).await.unwrap();

    let over_driver = CosmosClient::builder()
        .with_driver(local.client().driver().clone())
        .build(local.reference().clone(), RoutingStrategy::default())
        .await
        .unwrap();
    over_driver.database_client("db").read(None).await.unwrap();
    assert_eq!(over_driver.endpoint(), local.client().endpoint());

    let over_transport = CosmosClient::builder()
        .with_transport(local.gateway().clone())
        .build(local.reference().clone(), RoutingStrategy::default())
        .await
        .unwrap();
    over_transport
        .database_client("db")
        .read(None)
        .await
        .unwrap();

    let foreign = local_client().await.unwrap();
    let endpoint = "http://localhost:9999/".parse().unwrap();
    let other = cosmokit::AccountReference::with_authentication_key(endpoint, "a2V5");
    let refused = CosmosClient::builder()
        .with_driver(foreign.driver().clone())
        .build(other, RoutingStrategy::default())
        .await;
    assert!(refused.unwrap_err().status().is_bad_request());
}

#[tokio::test]
async fn the_same_seed_gives_the_same_account() {
    let etag = async |seed: u64| {
        let local = LocalAccount::builder().seed(seed).start().await.unwrap();
        let database = local
            .client()
            .create_database("db", None)
            .await
            .unwrap()
            .into_model()
            .unwrap();
        database.system_properties.resource_id.unwrap()
    };
    assert_eq!(etag(7).await, etag(7).await);
}

#[tokio::test]
async fn a_server_that_ended_is_a_transport_error() {
    for wire in [Wire::Http1, Wire::Http2, Wire::Https] {
        let local = LocalAccount::builder().over(wire).start().await.unwrap();
        let client = local.client().clone();
        client.create_database("db", None).await.unwrap();
        local.shutdown().await;
        let error = client.database_client("db").read(None).await.unwrap_err();
        assert!(error.status().is_service_unavailable(), "{wire:?}: {error}");
        assert!(!error.is_from_wire(), "{wire:?}");
    }
}

#[tokio::test]
async fn dropping_everything_ends_everything() {
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = tasks();
    for wire in Wire::ALL {
        let local = LocalAccount::builder().over(wire).start().await.unwrap();
        local.client().create_database("db", None).await.unwrap();
        let (driver, runtime) = {
            let driver = local.client().driver();
            (
                std::sync::Arc::downgrade(driver),
                std::sync::Arc::downgrade(driver.runtime()),
            )
        };
        drop(local);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            (driver.strong_count(), runtime.strong_count()),
            (0, 0),
            "{wire:?}"
        );
        assert_eq!(tasks(), before, "{wire:?}: tasks that outlived their owner");
    }
}

/// A bound that only a mistake of another order can cross (a certificate, a socket, a wait on the way); what a start
/// really costs is measured by the benches.
#[tokio::test]
async fn a_start_is_cheap_enough_for_every_test() {
    const STARTS: u32 = 200;
    let begin = Instant::now();
    for _ in 0..STARTS {
        let client = local_client().await.unwrap();
        client.create_database("db", None).await.unwrap();
        let database = client.database_client("db");
        database
            .create_container(ContainerProperties::new("c", "/pk".into()), None)
            .await
            .unwrap();
        let container = database.container_client("c", None).await.unwrap();
        container
            .create_item("p", "1", json!({"id": "1", "pk": "p"}), None)
            .await
            .unwrap();
    }
    let each = begin.elapsed() / STARTS;
    assert!(
        each.as_millis() < 50,
        "{each:?} for a start and four operations"
    );
}
