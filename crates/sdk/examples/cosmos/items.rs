//! Items: written, queried, written together.

use clap::Args;
use cosmokit::models::ItemResponse;
use cosmokit::options::{ContentResponseOnWrite, ItemWriteOptions, OperationOptions};
use cosmokit::{ContainerClient, CosmosClient, FeedScope, TransactionalBatch};
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::Outcome;

/// Where items are.
#[derive(Args)]
pub(crate) struct Place {
    database: String,
    container: String,
}

impl Place {
    pub(crate) async fn open(&self, client: &CosmosClient) -> cosmokit::Result<ContainerClient> {
        let database = client.database_client(&self.database);
        database.container_client(&self.container, None).await
    }
}

/// An item to write.
#[derive(Args)]
pub(crate) struct Write {
    #[command(flatten)]
    place: Place,
    /// The value of its partition key.
    partition_key: String,
    /// The item, as JSON with an `id`.
    json: String,
}

impl Write {
    /// The item and its id.
    fn item(&self) -> Result<(Value, String), Box<dyn std::error::Error>> {
        let item: Value = serde_json::from_str(&self.json)?;
        let id = item
            .get("id")
            .and_then(Value::as_str)
            .ok_or("the item has no `id`")?;
        let id = id.to_owned();
        Ok((item, id))
    }

    pub(crate) async fn create(&self, client: &CosmosClient) -> Outcome {
        let (items, (item, id)) = (self.place.open(client).await?, self.item()?);
        let written = items.create_item(&self.partition_key, &id, item, Some(talkative()));
        show(written.await?)
    }

    pub(crate) async fn replace(&self, client: &CosmosClient) -> Outcome {
        let (items, (item, id)) = (self.place.open(client).await?, self.item()?);
        let written = items.replace_item(&self.partition_key, &id, item, Some(talkative()));
        show(written.await?)
    }

    pub(crate) async fn upsert(&self, client: &CosmosClient) -> Outcome {
        let (items, (item, id)) = (self.place.open(client).await?, self.item()?);
        let written = items.upsert_item(&self.partition_key, &id, item, Some(talkative()));
        show(written.await?)
    }
}

/// Asks for the item as it was stored.
fn talkative() -> ItemWriteOptions {
    let mut operation = OperationOptions::default();
    operation.content_response_on_write = Some(ContentResponseOnWrite::Enabled);
    ItemWriteOptions::default().with_operation_options(operation)
}

/// Prints what came back, and what it cost.
pub(crate) fn show(response: ItemResponse) -> Outcome {
    let charge = response.headers().request_charge().copied();
    println!("status {}", response.status());
    if !response.body().is_empty() {
        let item: Value = response.into_model()?;
        println!("{item:#}");
    }
    if let Some(charge) = charge {
        println!("{charge} RU");
    }
    Ok(())
}

/// A query.
#[derive(Args)]
pub(crate) struct Query {
    #[command(flatten)]
    place: Place,
    text: String,
    /// Reads only under this partition key.
    #[arg(long)]
    partition_key: Option<String>,
}

impl Query {
    pub(crate) async fn run(&self, client: &CosmosClient) -> Outcome {
        let scope = match &self.partition_key {
            Some(key) => FeedScope::partition(key.as_str()),
            None => FeedScope::full_container(),
        };
        let items = self.place.open(client).await?;
        let query = items.query_items::<Value>(self.text.as_str(), scope, None);
        let mut pages = query.await?.into_pages();
        while let Some(page) = pages.try_next().await? {
            let charge = page.headers().request_charge().copied();
            println!(
                "{} rows, {} RU",
                page.items().len(),
                charge.unwrap_or_default()
            );
            for row in page.into_items() {
                println!("{row}");
            }
        }
        Ok(())
    }
}

/// Several items under one key.
#[derive(Args)]
pub(crate) struct Batch {
    #[command(flatten)]
    place: Place,
    partition_key: String,
    /// The items, each as JSON with an `id`.
    #[arg(required = true)]
    items: Vec<String>,
}

impl Batch {
    pub(crate) async fn run(&self, client: &CosmosClient) -> Outcome {
        let mut batch = TransactionalBatch::new(&self.partition_key);
        for item in &self.items {
            let item: Value = serde_json::from_str(item)?;
            batch = batch.upsert_item(item, None)?;
        }
        let items = self.place.open(client).await?;
        let response = items.execute_transactional_batch(batch, None).await?;
        println!("status {}", response.status());
        for result in response.into_model()?.results() {
            println!("  {}", result.status_code());
        }
        Ok(())
    }
}
