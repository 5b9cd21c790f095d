//! The story from beginning to end: an account, a database, a container, the chapters, the table, and nothing left behind.

use std::error::Error;

use cosmokit::clients::{ContainerClient, DatabaseClient};
use cosmokit::models::{ContainerProperties, ThroughputProperties};
use cosmokit::options::CreateContainerOptions;
use cosmokit::{CosmosClient, CosmosError};

use super::tally::Tally;
use super::{QuickstartArguments, city, load, queries, regions, tour};

const DATABASE: &str = "cosmokit-quickstart";

/// Tells the story.
///
/// # Errors
///
/// Whatever the account refuses; the container is deleted all the same.
pub(super) async fn story(arguments: &QuickstartArguments) -> Result<(), Box<dyn Error>> {
    println!("Cosmokit quickstart\n");
    let (client, what) = arguments.account.open().await?;
    println!("  account    {what}");
    let database = open_database(&client).await?;
    let name = format!("cities-{:x}", std::process::id());
    let container = create_container(&database, &name, arguments.throughput).await?;
    let ranges = container.read_feed_ranges(None).await?.len();
    println!("  container  {DATABASE}/{name}, partitioned by /country, {ranges} partitions\n");

    let mut tally = Tally::default();
    let told = chapters(&container, arguments, &mut tally).await;
    if arguments.keep {
        println!("  kept       {DATABASE}/{name}\n");
    } else {
        container.delete(None).await?;
    }
    told?;
    println!("{tally}");
    if arguments.no_regions {
        return Ok(());
    }
    regions::regions().await
}

async fn chapters(
    container: &ContainerClient,
    arguments: &QuickstartArguments,
    tally: &mut Tally,
) -> Result<(), Box<dyn Error>> {
    let mut cities = city::read_all()?;
    cities.truncate(arguments.cities.unwrap_or(usize::MAX));
    let concurrency = usize::from(arguments.concurrency);
    load::load(container, &cities, concurrency, tally).await?;
    tour::point_reads(container, &cities, concurrency, tally).await?;
    tour::one_city(container, &cities, tally).await?;
    queries::queries(container, tally).await
}

async fn open_database(client: &CosmosClient) -> Result<DatabaseClient, CosmosError> {
    match client.create_database(DATABASE, None).await {
        Ok(_) => {}
        Err(error) if error.status().is_conflict() => {} // a run before this one made it
        Err(error) => return Err(error),
    }
    Ok(client.database_client(DATABASE))
}

async fn create_container(
    database: &DatabaseClient,
    name: &str,
    throughput: u64,
) -> Result<ContainerClient, CosmosError> {
    let properties = ContainerProperties::new(name.to_owned(), "/country".into());
    let throughput = ThroughputProperties::manual(throughput);
    let options = CreateContainerOptions::default().with_throughput(throughput);
    database.create_container(properties, Some(options)).await?;
    database.container_client(name, None).await
}
