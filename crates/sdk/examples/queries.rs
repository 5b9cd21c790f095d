//! Queries: one partition key, the whole container page by page, and a page gone on with from a token.
//!
//! `cargo run -p cosmokit --example queries`

mod connect;

use std::error::Error;
use std::num::NonZeroU32;

use cosmokit::models::ContainerProperties;
use cosmokit::options::{MaxItemCountHint, QueryOptions};
use cosmokit::{FeedScope, Query};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Order {
    id: String,
    customer: String,
    total: f64,
}

#[derive(Debug, Deserialize)]
struct Sum {
    customer: String,
    orders: u64,
    total: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = connect::connect().await?;
    client.create_database("samples", None).await?;
    let samples = client.database_client("samples");
    samples
        .create_container(ContainerProperties::new("orders", "/customer".into()), None)
        .await?;
    let orders = samples.container_client("orders", None).await?;
    for (n, customer) in ["contoso", "fabrikam", "contoso", "tailspin"]
        .into_iter()
        .enumerate()
    {
        let order = Order {
            id: format!("o-{n}"),
            customer: customer.to_owned(),
            total: 10.0 + f64::from(u8::try_from(n)?),
        };
        orders
            .create_item(customer, &order.id, &order, None)
            .await?;
    }

    // One partition key: the service runs the query as it is.
    let query = Query::from("SELECT * FROM c WHERE c.total > @min").with_parameter("@min", 10.5)?;
    let contoso: Vec<Order> = orders
        .query_items(query, FeedScope::partition("contoso"), None)
        .await?
        .try_collect()
        .await?;
    println!("orders of contoso above 10.5: {contoso:?}");

    // Everything: groups are put together by the client.
    let text =
        "SELECT c.customer, COUNT(1) AS orders, SUM(c.total) AS total FROM c GROUP BY c.customer";
    let options = QueryOptions::default().with_populate_query_metrics(true);
    let mut pages = orders
        .query_items::<Sum>(text, FeedScope::full_container(), Some(options))
        .await?
        .into_pages();
    while let Some(page) = pages.try_next().await? {
        println!(
            "{:?} RU",
            page.headers().request_charge().map(|charge| charge.value())
        );
        for sum in page.items() {
            println!("  {}: {} orders, {}", sum.customer, sum.orders, sum.total);
        }
    }

    // One row, a token, and the rest: in this process or another one.
    let text = "SELECT * FROM c ORDER BY c.total DESC";
    let one = MaxItemCountHint::Limit(NonZeroU32::MIN);
    let options = QueryOptions::default().with_max_item_count(one);
    let mut pages = orders
        .query_items::<Order>(text, FeedScope::full_container(), Some(options.clone()))
        .await?
        .into_pages();
    if let Some(page) = pages.try_next().await? {
        println!("largest: {:?}", page.items());
    }
    let token = pages.to_continuation_token()?;
    let rest: Vec<Order> = orders
        .query_items(
            text,
            FeedScope::full_container(),
            Some(options.with_continuation_token(token)),
        )
        .await?
        .try_collect()
        .await?;
    println!("behind it: {} more", rest.len());

    println!(
        "\n{}",
        orders
            .explain_query(text, FeedScope::full_container(), None)
            .await?
    );
    Ok(())
}
