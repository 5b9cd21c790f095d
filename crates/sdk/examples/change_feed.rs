//! The change feed: from the beginning, resumed from a token, and by workers that share the container.
//!
//! `cargo run -p cosmokit --example change_feed`

mod connect;

use std::error::Error;

use cosmokit::FeedScope;
use cosmokit::feed::ChangeFeedStartFrom;
use cosmokit::models::ContainerProperties;
use cosmokit::options::ChangeFeedOptions;
use futures_util::TryStreamExt;
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = connect::connect().await?;
    client.create_database("samples", None).await?;
    let samples = client.database_client("samples");
    samples
        .create_container(ContainerProperties::new("orders", "/customer".into()), None)
        .await?;
    let orders = samples.container_client("orders", None).await?;
    let write = async |n: u32| {
        let order = json!({"id": format!("o-{n}"), "customer": "contoso", "total": n});
        orders
            .upsert_item("contoso", &format!("o-{n}"), order, None)
            .await
    };
    write(1).await?;
    write(2).await?;

    let (everything, start) = (FeedScope::full_container(), ChangeFeedStartFrom::Beginning);
    let mut pages = orders
        .query_change_feed::<Value>(everything, start, None)
        .await?;
    while let Some(page) = pages.try_next().await? {
        for change in page.items() {
            println!("changed: {:?}", change.current());
        }
        // The feed has no end: an empty page says that nothing is new.
        if page.items().is_empty() {
            break;
        }
    }

    // Later, in this process or another one.
    let token = pages.to_continuation_token()?;
    write(3).await?;
    let options = ChangeFeedOptions::default().with_continuation_token(token);
    let everything = FeedScope::full_container();
    let mut pages = orders
        .query_change_feed::<Value>(everything, start, Some(options))
        .await?;
    if let Some(page) = pages.try_next().await? {
        println!("since then: {} change", page.items().len());
    }

    // One worker for each part of the container.
    for range in orders.read_feed_ranges(None).await? {
        let part = FeedScope::range(range);
        let mut pages = orders.query_change_feed::<Value>(part, start, None).await?;
        if let Some(page) = pages.try_next().await? {
            println!("a worker reads {} changes", page.items().len());
        }
    }
    Ok(())
}
