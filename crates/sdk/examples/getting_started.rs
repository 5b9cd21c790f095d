//! The first steps: a database, a container, and the life of an item.
//!
//! `cargo run -p cosmokit --example getting_started` needs nothing; see `connect` for other accounts.

mod connect;

use std::error::Error;

use cosmokit::CosmosClient;
use cosmokit::models::ContainerProperties;
use cosmokit::options::{ContentResponseOnWrite, ItemWriteOptions, OperationOptions};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    id: String,
    customer: String,
    total: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client: CosmosClient = connect::connect().await?;

    // Whoever comes second finds what is there.
    for created in [
        client.create_database("samples", None).await.map(drop),
        client
            .database_client("samples")
            .create_container(ContainerProperties::new("orders", "/customer".into()), None)
            .await
            .map(drop),
    ] {
        match created {
            Err(error) if !error.status().is_conflict() => return Err(error.into()),
            _ => {}
        }
    }
    let orders = client
        .database_client("samples")
        .container_client("orders", None)
        .await?;

    // The key is given as well as written in the document; the two must agree.
    let order = Order {
        id: "o-100".into(),
        customer: "contoso".into(),
        total: 42.5,
    };
    let created = orders
        .upsert_item(&order.customer, &order.id, &order, None)
        .await?;
    println!(
        "written   {:?} for {:?} RU",
        created.status(),
        created.headers().request_charge()
    );

    let read: Order = orders
        .read_item("contoso", "o-100", None)
        .await?
        .into_model()?;
    println!("read      {read:?}");

    // A write answers with the stored document only when it is asked to.
    let mut operation = OperationOptions::default();
    operation.content_response_on_write = Some(ContentResponseOnWrite::Enabled);
    let dearer = Order {
        total: 99.99,
        ..read
    };
    let options = ItemWriteOptions::default().with_operation_options(operation);
    let replaced = orders
        .replace_item("contoso", "o-100", &dearer, Some(options))
        .await?;
    let stored: Order = replaced.into_body().into_single()?;
    println!("replaced  {stored:?}");

    orders.delete_item("contoso", "o-100", None).await?;
    match orders.read_item("contoso", "o-100", None).await {
        Err(error) if error.status().is_not_found() => println!("deleted   o-100"),
        Err(error) => return Err(error.into()),
        Ok(_) => println!("someone else has written it again"),
    }
    Ok(())
}
