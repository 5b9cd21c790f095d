//! Bulk: a thousand independent writes, packed by partition, and many reads at once.
//!
//! `cargo run -p cosmokit --example bulk`

mod connect;

use std::error::Error;

use cosmokit::models::{
    BatchOperation, BulkItem, ContainerProperties, TransactionalBatchOperationResult,
};
use serde_json::value::to_raw_value;
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

    let mut items = Vec::new();
    for n in 0..1_000 {
        let customer = format!("customer {}", n % 50);
        let order =
            to_raw_value(&json!({"id": format!("o-{n}"), "customer": customer, "total": n}))?;
        items.push(BulkItem::new(customer, BatchOperation::create(order)));
    }
    let outcomes = orders.execute_bulk(items, None).await?;
    let created = outcomes.iter().filter(|outcome| {
        outcome
            .as_ref()
            .is_ok_and(TransactionalBatchOperationResult::is_success)
    });
    println!("{} of {} created", created.count(), outcomes.len());

    let wanted = (0..1_000)
        .step_by(7)
        .map(|n| (format!("customer {}", n % 50), format!("o-{n}")));
    let read = orders.read_many_items(wanted, None).await?;
    let charge = read.request_charge();
    let found = read.into_models::<Value>()?.into_iter().flatten().count();
    println!("{found} read for {charge} RU");

    orders
        .delete_all_items_by_partition_key("customer 7", None)
        .await?;
    println!(
        "without customer 7: {}",
        orders
            .count_items(cosmokit::FeedScope::full_container(), None)
            .await?
    );
    Ok(())
}
