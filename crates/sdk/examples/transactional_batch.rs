//! A transactional batch: several operations under one partition key, all or none.
//!
//! `cargo run -p cosmokit --example transactional_batch`

mod connect;

use std::error::Error;

use cosmokit::TransactionalBatch;
use cosmokit::models::ContainerProperties;
use cosmokit::options::{BatchOptions, ContentResponseOnWrite, OperationOptionsBuilder};
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

    let batch = TransactionalBatch::new("contoso")
        .create_item(json!({"id": "o-300", "customer": "contoso", "total": 10}))?
        .upsert_item(
            json!({"id": "o-301", "customer": "contoso", "total": 20}),
            None,
        )?
        .read_item("o-300", None)
        .delete_item("o-301", None);
    // Documents come back only when they are asked for, those of reads too.
    let options = OperationOptionsBuilder::new()
        .with_content_response_on_write(ContentResponseOnWrite::Enabled)
        .build();
    let options = BatchOptions::default().with_operation_options(options);
    let response = orders
        .execute_transactional_batch(batch, Some(options))
        .await?;
    let results = response.into_model()?;
    for (number, result) in results.results().iter().enumerate() {
        let document: Option<Value> = result.into_model()?;
        println!("{number}: {} {document:?}", result.status_code());
    }

    // One operation fails, and nothing is applied.
    let batch = TransactionalBatch::new("contoso")
        .create_item(json!({"id": "o-302", "customer": "contoso"}))?
        .create_item(json!({"id": "o-300", "customer": "contoso"}))?;
    let results = orders
        .execute_transactional_batch(batch, None)
        .await?
        .into_model()?;
    if let Some(failure) = results.first_failure() {
        println!(
            "nothing was applied, because of a {}",
            failure.status_code()
        );
    }
    Ok(())
}
