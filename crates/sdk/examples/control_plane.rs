//! Databases, containers with their policies, and throughput: made, found, changed, deleted.
//!
//! `cargo run -p cosmokit --example control_plane` needs nothing; see `connect` for other accounts.

mod connect;

use std::error::Error;

use cosmokit::Query;
use cosmokit::models::{
    CompositeIndex, CompositeIndexOrder, CompositeIndexProperty, ContainerProperties,
    IndexingPolicy, ThroughputProperties, TimeToLive, UniqueKey, UniqueKeyPolicy,
};
use cosmokit::options::CreateContainerOptions;
use futures_util::TryStreamExt as _;

const DATABASE: &str = "samples-control-plane";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = connect::connect().await?;
    let database = client.create_database(DATABASE, None).await?.into_model()?;
    println!(
        "created {:?} with the resource id {:?}",
        database.id, database.system_properties.resource_id
    );
    let database = client.database_client(DATABASE);

    let by_time = CompositeIndex::default()
        .with_property(CompositeIndexProperty::new(
            "/user",
            CompositeIndexOrder::Ascending,
        ))
        .with_property(CompositeIndexProperty::new(
            "/at",
            CompositeIndexOrder::Descending,
        ));
    let events = ContainerProperties::new("events", ("/tenant", "/user").into())
        .with_indexing_policy(
            IndexingPolicy::default()
                .with_included_path("/*")
                .with_excluded_path("/payload/*")
                .with_composite_index(by_time),
        )
        .with_default_ttl(TimeToLive::Seconds(30 * 24 * 60 * 60));
    let autoscale = CreateContainerOptions::default()
        .with_throughput(ThroughputProperties::autoscale(4000, None));
    database.create_container(events, Some(autoscale)).await?;

    let people = ContainerProperties::new("people", "/country".into()).with_unique_key_policy(
        UniqueKeyPolicy::default().with_unique_key(UniqueKey::default().with_path("/mail")),
    );
    let manual =
        CreateContainerOptions::default().with_throughput(ThroughputProperties::manual(400));
    database.create_container(people, Some(manual)).await?;

    let mut containers = database.list_containers(None)?;
    while let Some(found) = containers.try_next().await? {
        let container = database.container_client(found.id.as_ref(), None).await?;
        let throughput = container.read_throughput(None).await?;
        println!(
            "{} by {:?}: {:?} RU/s, at most {:?}",
            found.id,
            found.partition_key.paths(),
            throughput
                .as_ref()
                .and_then(ThroughputProperties::throughput),
            throughput
                .as_ref()
                .and_then(ThroughputProperties::autoscale_maximum),
        );
    }

    let query =
        Query::from("SELECT * FROM root r WHERE r.id = @id").with_parameter("@id", "events")?;
    let found: Vec<_> = database
        .query_containers(query, None)
        .await?
        .try_collect()
        .await?;
    println!("the query finds {} of them", found.len());

    let events = database.container_client("events", None).await?;
    let properties = events.read(None).await?.into_model()?;
    let replaced = events
        .replace(properties.with_default_ttl(TimeToLive::Seconds(60)), None)
        .await?
        .into_model()?;
    println!("events now live for {:?}", replaced.default_ttl);

    events.delete(None).await?;
    database.delete(None).await?;
    println!("deleted {DATABASE}");
    Ok(())
}
