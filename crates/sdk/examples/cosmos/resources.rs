//! Databases and containers: made, read, deleted, looked into.

use std::borrow::Cow;

use clap::{Args, Subcommand};
use cosmokit::CosmosClient;
use cosmokit::models::{ContainerProperties, PartitionKeyDefinition, ThroughputProperties};
use cosmokit::options::CreateContainerOptions;

use super::Outcome;
use super::items::{Place, Write, show};

/// What to create.
#[derive(Subcommand)]
pub(crate) enum Create {
    Database {
        database: String,
    },
    Container {
        database: String,
        container: String,
        /// The paths of the partition key: one, or up to three levels.
        #[arg(required = true, num_args = 1..=3)]
        paths: Vec<String>,
        /// Manual throughput in RU/s.
        #[arg(long)]
        throughput: Option<u32>,
    },
    Item(Write),
}

impl Create {
    pub(crate) async fn run(self, client: &CosmosClient) -> Outcome {
        match self {
            Self::Database { database } => {
                let created = client.create_database(&database, None).await?;
                println!("{:#?}", created.into_model()?);
            }
            Self::Container {
                database,
                container,
                paths,
                throughput,
            } => {
                let paths = paths.into_iter().map(Cow::Owned).collect();
                let definition = PartitionKeyDefinition::new(paths);
                let properties = ContainerProperties::new(container, definition);
                let options = throughput.map(|manual| {
                    let manual = ThroughputProperties::manual(manual.into());
                    CreateContainerOptions::default().with_throughput(manual)
                });
                let database = client.database_client(&database);
                let created = database.create_container(properties, options).await?;
                println!("{:#?}", created.into_model()?);
            }
            Self::Item(write) => write.create(client).await?,
        }
        Ok(())
    }
}

/// What to read, or to delete.
#[derive(Subcommand)]
pub(crate) enum Target {
    Database {
        database: String,
    },
    Container {
        #[command(flatten)]
        place: Place,
    },
    Item {
        #[command(flatten)]
        place: Place,
        partition_key: String,
        id: String,
    },
}

impl Target {
    pub(crate) async fn read(self, client: &CosmosClient) -> Outcome {
        match self {
            Self::Database { database } => {
                let read = client.database_client(&database).read(None).await?;
                println!("{:#?}", read.into_model()?);
            }
            Self::Container { place } => {
                let read = place.open(client).await?.read(None).await?;
                println!("{:#?}", read.into_model()?);
            }
            Self::Item {
                place,
                partition_key,
                id,
            } => {
                let items = place.open(client).await?;
                match items.read_item(&partition_key, &id, None).await {
                    Err(error) if error.status().is_not_found() => println!("not there"),
                    read => show(read?)?,
                }
            }
        }
        Ok(())
    }

    pub(crate) async fn delete(self, client: &CosmosClient) -> Outcome {
        match self {
            Self::Database { database } => {
                client.database_client(&database).delete(None).await?;
            }
            Self::Container { place } => {
                place.open(client).await?.delete(None).await?;
            }
            Self::Item {
                place,
                partition_key,
                id,
            } => {
                let items = place.open(client).await?;
                items.delete_item(&partition_key, &id, None).await?;
            }
        }
        println!("deleted");
        Ok(())
    }
}

/// A container to look into.
#[derive(Args)]
pub(crate) struct Metadata {
    #[command(flatten)]
    place: Place,
}

impl Metadata {
    pub(crate) async fn run(&self, client: &CosmosClient) -> Outcome {
        let container = self.place.open(client).await?;
        for range in container.read_feed_ranges(None).await? {
            println!(
                "from {:?} to {:?}",
                range.min_inclusive(),
                range.max_exclusive()
            );
        }
        match container.read_throughput(None).await? {
            Some(throughput) => println!("throughput: {:?} RU/s", throughput.throughput()),
            None => println!("no throughput of its own"),
        }
        let properties = container.read(None).await?.into_model()?;
        println!("{:#?}", properties.indexing_policy);
        Ok(())
    }
}
