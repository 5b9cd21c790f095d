//! The measured programs: one text, compiled once for each client, since both have the same calls.

/// A module that does the work with the client crate `$krate`.
macro_rules! client {
    ($name:ident, $krate:ident) => {
        pub mod $name {
            use std::error::Error;
            use std::time::Instant;

            use $krate::clients::ContainerClient;
            use $krate::{AccountReference, CosmosClient, RoutingStrategy, TransactionalBatch};

            use crate::measure::Work;
            use crate::world::{self, Item};

            /// Connects, and says how long that took.
            pub async fn connect(port: u16) -> Result<(ContainerClient, f64), Box<dyn Error>> {
                let begun = Instant::now();
                let endpoint = format!("http://127.0.0.1:{port}/").parse()?;
                let account =
                    AccountReference::with_authentication_key(endpoint, world::KEY.to_owned());
                let routing = RoutingStrategy::PreferredRegions(Vec::new());
                let client = CosmosClient::builder().build(account, routing).await?;
                let connected = begun.elapsed().as_secs_f64() * 1e3;
                let database = client.database_client(world::DATABASE);
                Ok((
                    database.container_client(world::CONTAINER, None).await?,
                    connected,
                ))
            }

            /// One operation.
            pub async fn operate(
                items: &ContainerClient,
                work: Work,
                id: String,
            ) -> Result<(), Box<dyn Error>> {
                match work {
                    Work::Read => {
                        let read = items.read_item(world::PARTITION, world::ID, None).await?;
                        let item: Item = read.into_model()?;
                        if item.id != world::ID {
                            return Err("another item came back".into());
                        }
                    }
                    Work::Create => {
                        let item = world::item(id.clone());
                        items
                            .create_item(world::PARTITION, &id, &item, None)
                            .await?;
                    }
                    Work::Batch => {
                        let mut batch = TransactionalBatch::new(world::PARTITION);
                        for at in 0..world::BATCH {
                            batch = batch.create_item(world::item(format!("{id}-{at}")))?;
                        }
                        items.execute_transactional_batch(batch, None).await?;
                    }
                }
                Ok(())
            }
        }
    };
}

client!(published, azure_data_cosmos);
client!(cosmokit, cosmokit);
