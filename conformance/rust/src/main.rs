//! Databases, containers, items and paged feeds through `azure_data_cosmos`, against a running account.
//!
//! usage: official-rust-client ENDPOINT KEY
//!
//! The same source is built twice: with the official crate, and with `package = "cosmokit"` in its place.
//! Each check is one function; the last line counts them.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use azure_core::http::Etag;
use azure_data_cosmos::clients::{ContainerClient, DatabaseClient};
use azure_data_cosmos::models::{ContainerProperties, ThroughputProperties, TimeToLive};
use azure_data_cosmos::options::{
    ContentResponseOnWrite, CreateContainerOptions, ItemReadOptions, ItemWriteOptions,
    OperationOptions, Precondition, Region,
};
use azure_data_cosmos::{
    AccountEndpoint, AccountReference, CosmosClient, PartitionKey, Query, RoutingStrategy,
};
use futures::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

type Outcome = Result<(), Box<dyn Error>>;
type Check = for<'a> fn(&'a World) -> Pin<Box<dyn Future<Output = Outcome> + 'a>>;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Order {
    id: String,
    customer: String,
    total: f64,
    note: String,
}

fn order(id: &str, customer: &str, total: f64) -> Order {
    Order {
        id: id.to_owned(),
        customer: customer.to_owned(),
        total,
        note: "zażółć gęślą jaźń 日本 😀".to_owned(),
    }
}

struct World {
    client: CosmosClient,
    database: DatabaseClient,
    stamp: String,
}

impl World {
    async fn open(endpoint: &str, key: &str) -> Result<Self, Box<dyn Error>> {
        let endpoint: AccountEndpoint = endpoint.parse()?;
        let account = AccountReference::with_authentication_key(
            endpoint,
            azure_core::credentials::Secret::from(key.to_owned()),
        );
        let client = CosmosClient::builder()
            .build(account, RoutingStrategy::ProximityTo(Region::EAST_US))
            .await?;
        let stamp = format!("{:x}", std::process::id());
        let name = format!("rs-{stamp}");
        client.create_database(&name, None).await?;
        let database = client.database_client(&name);
        Ok(Self {
            client,
            database,
            stamp,
        })
    }

    async fn container(&self, name: &str, path: &'static str) -> Result<ContainerClient, Box<dyn Error>> {
        let properties = ContainerProperties::new(name.to_owned(), path.into());
        self.database.create_container(properties, None).await?;
        Ok(self.database.container_client(name, None).await?)
    }
}

fn ensure(truth: bool, what: impl Into<String>) -> Outcome {
    if truth { Ok(()) } else { Err(what.into().into()) }
}

/// More databases than the account puts on one page: the iterator asks for the next one by its continuation.
async fn databases_page(world: &World) -> Outcome {
    let mut expected = Vec::new();
    for n in 0..120 {
        let name = format!("rs-page-{}-{n}", world.stamp);
        world.client.create_database(&name, None).await?;
        expected.push(name);
    }
    let mut pages = world
        .client
        .query_databases("SELECT * FROM c", None)
        .await?
        .into_pages();
    let (mut seen, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.next().await {
        let page = page?;
        count += 1;
        seen.extend(page.into_items().into_iter().filter_map(|database| database.id));
    }
    for name in &expected {
        ensure(seen.contains(name), format!("{name} is missing from the pages"))?;
        world.client.database_client(name).delete(None).await?;
    }
    ensure(count > 1, format!("{count} pages for {} databases", seen.len()))
}

async fn a_database_is_found_by_its_id(world: &World) -> Outcome {
    let name = format!("rs-{}", world.stamp);
    let query = Query::from("SELECT * FROM c WHERE c.id = @id").with_parameter("@id", &name)?;
    let found: Vec<_> = world.client.query_databases(query, None).await?.try_collect().await?;
    ensure(found.len() == 1, format!("{} databases called {name}", found.len()))?;
    ensure(world.database.read(None).await?.into_model()?.id == Some(name), "read by id")
}

async fn containers_round_trip(world: &World) -> Outcome {
    let properties = ContainerProperties::new("round", "/customer".into())
        .with_default_ttl(TimeToLive::Seconds(3600));
    let created = world.database.create_container(properties, None).await?.into_model()?;
    let container = world.database.container_client("round", None).await?;
    let mut read = container.read(None).await?.into_model()?;
    ensure(created == read, "what create answers is what read answers")?;
    read.default_ttl = TimeToLive::Forever;
    container.replace(read, None).await?;
    let replaced = container.read(None).await?.into_model()?;
    ensure(
        replaced.default_ttl == TimeToLive::Forever,
        "the replaced time to live",
    )?;
    container.delete(None).await?;
    match container.read(None).await {
        Err(error) if error.status().is_not_found() => Ok(()),
        other => Err(format!("a deleted container answered {other:?}").into()),
    }
}

async fn every_item_operation_answers(world: &World) -> Outcome {
    let items = world.container("items", "/customer").await?;
    let first = order("1", "contoso", 42.5);
    let created = items.create_item("contoso", "1", &first, None).await?;
    let charge = created.headers().request_charge().map(|charge| charge.value());
    ensure(charge.is_some_and(|charge| charge > 0.0), "a create has a charge")?;
    ensure(created.into_body().is_empty(), "a write answers without a body by default")?;
    let read: Order = items.read_item("contoso", "1", None).await?.into_model()?;
    ensure(read == first, format!("read {read:?}"))?;
    let second = order("1", "contoso", 99.99);
    items.replace_item("contoso", "1", &second, None).await?;
    items.upsert_item("contoso", "2", &order("2", "contoso", 1.0), None).await?;
    let read: Order = items.read_item("contoso", "1", None).await?.into_model()?;
    ensure(read == second, format!("read {read:?}"))?;
    items.delete_item("contoso", "1", None).await?;
    match items.read_item("contoso", "1", None).await {
        Err(error) if error.status().is_not_found() => {}
        other => return Err(format!("a deleted item answered {other:?}").into()),
    }
    match items.create_item("contoso", "2", &order("2", "contoso", 1.0), None).await {
        Err(error) if error.status().is_conflict() => Ok(()),
        other => Err(format!("a second create answered {other:?}").into()),
    }
}

async fn writes_answer_with_a_body_when_asked(world: &World) -> Outcome {
    let items = world.container("bodies", "/customer").await?;
    let mut operation = OperationOptions::default();
    operation.content_response_on_write = Some(ContentResponseOnWrite::Enabled);
    let options = ItemWriteOptions::default().with_operation_options(operation);
    let first = order("1", "contoso", 1.0);
    let response = items.create_item("contoso", "1", &first, Some(options)).await?;
    let answered: Order = response.into_model()?;
    ensure(answered == first, format!("answered {answered:?}"))
}

async fn etags_guard_writes_and_reads(world: &World) -> Outcome {
    let items = world.container("etags", "/customer").await?;
    items.create_item("c", "1", &order("1", "c", 1.0), None).await?;
    let read = items.read_item("c", "1", None).await?;
    let etag: Etag = read.headers().etag().ok_or("a read has an etag")?.clone();
    let unless_changed = |etag: &Etag| {
        Some(ItemWriteOptions::default().with_precondition(Precondition::if_match(etag.clone())))
    };
    items.replace_item("c", "1", &order("1", "c", 2.0), unless_changed(&etag)).await?;
    match items.replace_item("c", "1", &order("1", "c", 3.0), unless_changed(&etag)).await {
        Err(error) if error.status().is_precondition_failed() => {}
        other => return Err(format!("a lost race answered {other:?}").into()),
    }
    let read = items.read_item("c", "1", None).await?;
    let etag = read.headers().etag().ok_or("a read has an etag")?.clone();
    let unchanged = ItemReadOptions::default().with_precondition(Precondition::if_none_match(etag));
    let again = items.read_item("c", "1", Some(unchanged)).await;
    let status = match &again {
        Ok(response) => u16::from(response.status().status_code()),
        Err(error) => u16::from(error.status().status_code()),
    };
    ensure(status == 304, format!("an unchanged read answered {status}"))
}

async fn keys_of_every_type_reach_their_item(world: &World) -> Outcome {
    let items = world.container("keys", "/pk").await?;
    let cases: Vec<(&str, PartitionKey, serde_json::Value)> = vec![
        ("string", PartitionKey::from("żółć"), serde_json::json!("żółć")),
        ("integer", PartitionKey::from(42), serde_json::json!(42)),
        ("negative", PartitionKey::from(-7), serde_json::json!(-7)),
        ("boolean", PartitionKey::from(true), serde_json::json!(true)),
        ("null", PartitionKey::from(PartitionKey::NULL), serde_json::Value::Null),
    ];
    for (id, key, value) in cases {
        let item = serde_json::json!({"id": id, "pk": value});
        items.create_item(key.clone(), id, &item, None).await?;
        let read: serde_json::Value = items.read_item(key, id, None).await?.into_model()?;
        ensure(read["pk"] == value, format!("{id}: {read}"))?;
    }
    let undefined = PartitionKey::from(PartitionKey::UNDEFINED);
    items
        .create_item(undefined.clone(), "undefined", serde_json::json!({"id": "undefined"}), None)
        .await?;
    items.read_item(undefined, "undefined", None).await?;
    Ok(())
}

async fn hierarchical_keys_work(world: &World) -> Outcome {
    let properties = ContainerProperties::new("levels", ("/tenant", "/user").into());
    world.database.create_container(properties, None).await?;
    let items = world.database.container_client("levels", None).await?;
    let item = serde_json::json!({"id": "1", "tenant": "t", "user": "u"});
    items.create_item(("t", "u"), "1", &item, None).await?;
    items.read_item(("t", "u"), "1", None).await?;
    match items.read_item(("t", "other"), "1", None).await {
        Err(error) if error.status().is_not_found() => Ok(()),
        other => Err(format!("another key answered {other:?}").into()),
    }
}

async fn unusual_ids_are_addressed(world: &World) -> Outcome {
    let items = world.container("ids", "/customer").await?;
    for id in ["with space", "żółć", "a+b", "a=b&c", "日本", "~!@$^*()", "100"] {
        items.create_item("c", id, &order(id, "c", 1.0), None).await?;
        let read: Order = items.read_item("c", id, None).await?.into_model()?;
        ensure(read.id == id, format!("{id}: {read:?}"))?;
    }
    Ok(())
}

async fn throughput_is_read(world: &World) -> Outcome {
    let properties = ContainerProperties::new("paid", "/customer".into());
    let options = CreateContainerOptions::default().with_throughput(ThroughputProperties::manual(500));
    world.database.create_container(properties, Some(options)).await?;
    let container = world.database.container_client("paid", None).await?;
    let throughput = container.read_throughput(None).await?.ok_or("a container has throughput")?;
    ensure(throughput.throughput() == Some(500), format!("{throughput:?}"))
}

#[cfg(feature = "replace_throughput")]
async fn throughput_is_replaced(world: &World) -> Outcome {
    let properties = ContainerProperties::new("repaid", "/customer".into());
    world.database.create_container(properties, None).await?;
    let container = world.database.container_client("repaid", None).await?;
    let poller = container.begin_replace_throughput(ThroughputProperties::manual(800), None).await?;
    let replaced = poller.await?.into_model()?;
    ensure(replaced.throughput() == Some(800), format!("{replaced:?}"))
}

async fn feed_ranges_tile_the_container(world: &World) -> Outcome {
    let items = world.container("ranges", "/customer").await?;
    let ranges = items.read_feed_ranges(None).await?;
    ensure(!ranges.is_empty(), "a container has ranges")?;
    let of_key = items.feed_range_from_partition_key("contoso", None).await?;
    ensure(of_key.len() == 1, format!("{} ranges for one key", of_key.len()))
}

const CHECKS: &[(&str, Check)] = &[
    ("databases page", |world| Box::pin(databases_page(world))),
    ("a database is found by its id", |world| Box::pin(a_database_is_found_by_its_id(world))),
    ("containers round trip", |world| Box::pin(containers_round_trip(world))),
    ("every item operation answers", |world| Box::pin(every_item_operation_answers(world))),
    ("writes answer with a body when asked", |world| Box::pin(writes_answer_with_a_body_when_asked(world))),
    ("etags guard writes and reads", |world| Box::pin(etags_guard_writes_and_reads(world))),
    ("keys of every type reach their item", |world| Box::pin(keys_of_every_type_reach_their_item(world))),
    ("hierarchical keys work", |world| Box::pin(hierarchical_keys_work(world))),
    ("unusual ids are addressed", |world| Box::pin(unusual_ids_are_addressed(world))),
    ("throughput is read", |world| Box::pin(throughput_is_read(world))),
    #[cfg(feature = "replace_throughput")]
    ("throughput is replaced", |world| Box::pin(throughput_is_replaced(world))),
    ("feed ranges tile the container", |world| Box::pin(feed_ranges_tile_the_container(world))),
];

#[tokio::main]
async fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let endpoint = arguments.next().ok_or("usage: official-rust-client ENDPOINT KEY")?;
    let key = arguments.next().ok_or("usage: official-rust-client ENDPOINT KEY")?;
    let world = World::open(&endpoint, &key).await?;
    let mut failed = 0;
    for (name, check) in CHECKS {
        match check(&world).await {
            Ok(()) => println!("  ok      {name}"),
            Err(problem) => {
                failed += 1;
                println!("  FAILED  {name}: {problem}");
            }
        }
    }
    world.database.delete(None).await?;
    println!("{} passed, {failed} failed", CHECKS.len() - failed);
    if failed > 0 {
        return Err(format!("{failed} checks failed").into());
    }
    Ok(())
}
