//! Patches: one of every operation, and a condition on the item's content.
//!
//! `cargo run -p cosmokit --example patch`

mod connect;

use std::error::Error;

use cosmokit::models::{ContainerProperties, CosmosNumber, PatchInstructions, PatchOperation};
use cosmokit::options::PatchItemOptions;
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
    let order = json!({"id": "o-200", "customer": "contoso", "status": "open", "total": 100.0,
        "visits": 0, "tags": ["preferred"], "legacy": 75});
    orders.create_item("contoso", "o-200", &order, None).await?;

    let patch = PatchInstructions::new()
        .with_operation(PatchOperation::set("/tier", json!("gold")))
        .with_operation(PatchOperation::add("/tags/-", json!("vip")))
        .with_operation(PatchOperation::replace("/total", json!(125.0)))
        .with_operation(PatchOperation::remove("/legacy"))
        .with_operation(PatchOperation::increment(
            "/visits",
            CosmosNumber::from(1_i64),
        ))
        .with_operation(PatchOperation::move_value("/tags/0", "/headline"));
    let response = orders.patch_item("contoso", "o-200", patch, None).await?;
    println!("{:?}", response.headers().request_charge());
    println!("{:#}", response.into_model::<Value>()?);

    // Only while the order is closed; it is not.
    let close =
        PatchInstructions::new().with_operation(PatchOperation::set("/status", json!("paid")));
    let closed =
        PatchItemOptions::default().with_filter_predicate("from c where c.status = 'closed'");
    match orders
        .patch_item("contoso", "o-200", close, Some(closed))
        .await
    {
        Err(error) if error.status().is_precondition_failed() => {
            println!("not closed: nothing changed");
        }
        Err(error) => return Err(error.into()),
        Ok(_) => println!("paid"),
    }
    Ok(())
}
