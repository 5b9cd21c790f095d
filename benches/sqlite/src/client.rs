//! The first page of an ordered query over 20 partitions, each of which answers 20 ms late: one round trip, or twenty?

use std::error::Error;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use cosmokit::models::ContainerProperties;
use cosmokit::{AccountEndpoint, AccountReference, CosmosClient, FeedScope, RoutingStrategy};
use cosmokit_engine::Account;
use cosmokit_protocol::wire::fault::FaultRule;
use cosmokit_server::Gateway;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

const LATE: Duration = Duration::from_millis(20);
const PARTITIONS: u32 = 20;
const TEXT: &str = "SELECT * FROM c ORDER BY c.n";

pub(crate) fn print() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(first_page())
}

async fn first_page() -> Result<(), Box<dyn Error>> {
    let partitions = NonZeroU32::new(PARTITIONS).unwrap_or(NonZeroU32::MIN);
    let account = Account::builder()
        .partitions_per_container(partitions)
        .build()?;
    let rule: FaultRule = serde_json::from_value(json!({
        "id": "late", "condition": {"operation": "QueryItem"}, "effect": {"delayMs": LATE.as_millis()},
    }))?;
    let key = account.keys().primary.clone();
    let gateway = Gateway::builder(account).fault_rule(rule).build()?;
    let endpoint: AccountEndpoint = "http://localhost:8081/".parse()?;
    let reference = AccountReference::with_authentication_key(endpoint, key);
    let client = CosmosClient::builder()
        .with_transport(gateway)
        .build(reference, RoutingStrategy::default())
        .await?;
    client.create_database("db", None).await?;
    let database = client.database_client("db");
    database
        .create_container(ContainerProperties::new("c", "/pk".into()), None)
        .await?;
    let container = database.container_client("c", None).await?;
    for n in 0..400 {
        let (id, pk) = (format!("i{n}"), format!("key {n}"));
        container
            .create_item(&pk, &id, json!({"id": id, "pk": pk, "n": n}), None)
            .await?;
    }
    for _ in 0..2 {
        let begun = Instant::now();
        let rows = container
            .query_items::<Value>(TEXT, FeedScope::full_container(), None)
            .await?;
        let page = rows
            .into_pages()
            .try_next()
            .await?
            .ok_or("there is a page")?;
        let taken = begun.elapsed();
        println!(
            "first page of {} rows of ORDER BY over {PARTITIONS} partitions that answer {} ms late: {:.1} ms, {:.2} round trips",
            page.items().len(),
            LATE.as_millis(),
            taken.as_secs_f64() * 1e3,
            taken.as_secs_f64() / LATE.as_secs_f64(),
        );
    }
    Ok(())
}
