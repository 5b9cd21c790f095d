//! The driver against the local account, over each way that a request can take.

use std::sync::Arc;

use cosmokit_driver::options::{
    ConnectionPoolOptions, ContentResponseOnWrite, Environment, PlainHttpVersion,
    ServerCertificateValidation,
};
use cosmokit_driver::{
    AccountReference, ContainerReference, CosmosDriver, CosmosDriverRuntime,
    CosmosDriverRuntimeBuilder, CosmosOperation, DatabaseReference, DriverOptions, ItemReference,
    MaxItemCountHint, OperationOptions, Precondition, RangeRefresh, Transport,
};
use cosmokit_engine::Account;
use cosmokit_server::{CertificatePlace, Gateway, RunningServer, Server, ServerConfig};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::fake::KEY;

/// A way from the driver to the account.
#[derive(Clone, Copy, Debug)]
enum Way {
    InProcess,
    Http1,
    Http2,
    Https,
}

const CONTAINER: &str = r#"{"id":"c","partitionKey":{"paths":["/pk"],"kind":"Hash","version":2}}"#;

const WAYS: [Way; 4] = [Way::InProcess, Way::Http1, Way::Http2, Way::Https];

/// A local account, the server in front of it where there is one, and a driver.
struct World {
    runtime: CosmosDriverRuntimeBuilder,
    driver: Arc<CosmosDriver>,
    _server: Option<RunningServer>,
}

impl World {
    async fn new(way: Way) -> Self {
        let partitions = 3.try_into().unwrap();
        let account = Account::builder()
            .partitions_per_container(partitions)
            .build()
            .unwrap();
        let gateway = Gateway::new(account).unwrap();
        let builder = CosmosDriverRuntime::builder().with_environment(Environment::empty());
        let (builder, endpoint, server) = match way {
            Way::InProcess => {
                let transport = Transport::from_service(gateway);
                (
                    builder.with_transport(transport),
                    "http://localhost:8081/".to_owned(),
                    None,
                )
            }
            Way::Http1 | Way::Http2 | Way::Https => {
                let config = ServerConfig::new()
                    .with_port(0)
                    .with_certificate(CertificatePlace::Memory);
                let server = Server::bind_gateway(&config, gateway).await.unwrap();
                let pool = match way {
                    Way::Http2 => ConnectionPoolOptions::default()
                        .with_plain_http_version(PlainHttpVersion::Http2),
                    _ => ConnectionPoolOptions::default().with_server_certificate_validation(
                        ServerCertificateValidation::RequiredUnlessEmulator,
                    ),
                };
                let endpoint = match way {
                    Way::Https => server.endpoint().https(),
                    _ => server.endpoint().http(),
                };
                (builder.with_connection_pool(pool), endpoint, Some(server))
            }
        };
        let reference = AccountReference::with_account_key(endpoint.parse().unwrap(), KEY);
        let runtime = builder.clone().build().unwrap();
        let driver = runtime
            .get_or_create_driver(reference, DriverOptions::default())
            .await
            .unwrap();
        let world = Self {
            runtime: builder,
            driver,
            _server: server,
        };
        world
            .run(CosmosOperation::create_database(world.account()).with_body(r#"{"id":"db"}"#))
            .await;
        world
            .run(CosmosOperation::create_container(world.database()).with_body(CONTAINER))
            .await;
        world
    }

    fn account(&self) -> AccountReference {
        self.driver.account().clone()
    }

    fn database(&self) -> DatabaseReference {
        DatabaseReference::from_name(self.account(), "db")
    }

    fn container(&self) -> ContainerReference {
        ContainerReference::from_name(&self.database(), "c")
    }

    fn item(&self, key: &str, id: &str) -> ItemReference {
        ItemReference::from_name(&self.container(), key, id)
    }

    async fn run(&self, operation: CosmosOperation) -> cosmokit_driver::CosmosResponse {
        self.driver
            .execute_operation(operation, &OperationOptions::default())
            .await
            .unwrap()
    }

    async fn fail(&self, operation: CosmosOperation) -> u16 {
        let error = self
            .driver
            .execute_operation(operation, &OperationOptions::default())
            .await
            .unwrap_err();
        assert!(error.is_from_wire(), "{error}");
        error.status().status_code().as_u16()
    }
}

fn document(key: &str, id: &str, n: u32) -> Vec<u8> {
    json!({"id": id, "pk": key, "n": n})
        .to_string()
        .into_bytes()
}

#[tokio::test]
async fn items_live_and_die_over_each_way() {
    for way in WAYS {
        let world = World::new(way).await;
        let created = world
            .run(
                CosmosOperation::create_item(world.item("a", "1")).with_body(document("a", "1", 1)),
            )
            .await;
        assert_eq!(created.status().status_code(), 201, "{way:?}");
        assert!(created.body().is_empty(), "no body unless it is asked for");
        assert!(created.headers().request_charge().unwrap().value() > 0.0);
        let etag = created.headers().etag().unwrap().clone();
        let read = world
            .run(CosmosOperation::read_item(world.item("a", "1")))
            .await;
        assert_eq!(read.headers().etag(), Some(&etag));
        let found: Value = read.into_body().into_single().unwrap();
        assert_eq!(found["n"], 1);
        let condition = Precondition::if_none_match(etag.clone());
        let same = world
            .run(CosmosOperation::read_item(world.item("a", "1")).with_precondition(condition))
            .await;
        assert_eq!(same.status().status_code(), 304);
        let replace = |n| {
            CosmosOperation::replace_item(world.item("a", "1")).with_body(document("a", "1", n))
        };
        let guarded = |n| replace(n).with_precondition(Precondition::if_match(etag.clone()));
        world.run(guarded(2)).await;
        assert_eq!(world.fail(guarded(3)).await, 412, "a lost race");
        world
            .run(
                CosmosOperation::upsert_item(world.item("a", "2")).with_body(document("a", "2", 9)),
            )
            .await;
        assert_eq!(
            world
                .fail(
                    CosmosOperation::create_item(world.item("a", "2"))
                        .with_body(document("a", "2", 9))
                )
                .await,
            409
        );
        let whole = OperationOptions::default()
            .with_content_response_on_write(ContentResponseOnWrite::Enabled);
        let answer = world
            .driver
            .execute_operation(replace(7), &whole)
            .await
            .unwrap();
        let stored: Value = answer.into_body().into_single().unwrap();
        assert_eq!(stored["n"], 7);
        world
            .run(CosmosOperation::delete_item(world.item("a", "1")))
            .await;
        assert_eq!(
            world
                .fail(CosmosOperation::read_item(world.item("a", "1")))
                .await,
            404
        );
    }
}

#[tokio::test]
async fn odd_ids_and_keys_arrive_as_they_are() {
    for way in WAYS {
        let world = World::new(way).await;
        let ids = [
            "a b", "a+b", "größe", "100%", "a&d=e", "日本", "..", "a%2Fb",
        ];
        for (n, id) in ids.into_iter().enumerate() {
            let key = format!("key {id} \u{1F980}");
            let n = u32::try_from(n).unwrap();
            world
                .run(
                    CosmosOperation::upsert_item(world.item(&key, id))
                        .with_body(document(&key, id, n)),
                )
                .await;
            let read = world
                .run(CosmosOperation::read_item(world.item(&key, id)))
                .await;
            let found: Value = read.into_body().into_single().unwrap();
            let found = (found["id"].as_str(), found["n"].as_u64());
            assert_eq!(found, (Some(id), Some(n.into())), "{way:?}");
        }
    }
}

#[tokio::test]
async fn feeds_page_to_their_end() {
    for way in WAYS {
        let world = World::new(way).await;
        let operations = (0..50_u32).map(|n| {
            let (key, id) = (format!("k{}", n % 7), n.to_string());
            let body = document(&key, &id, n);
            world.run(CosmosOperation::create_item(world.item(&key, &id)).with_body(body))
        });
        join_all(operations).await;
        let limit = MaxItemCountHint::Limit(8.try_into().unwrap());
        let all = CosmosOperation::read_all_items_cross_partition(world.container())
            .with_max_item_count(limit);
        let mut pager = world
            .driver
            .execute_feed(all, &OperationOptions::default())
            .unwrap();
        let mut ids = std::collections::BTreeSet::new();
        while let Some(page) = pager.next_page().await.unwrap() {
            let items: Vec<Value> = page.into_body().into_items().unwrap();
            assert!(items.len() <= 8);
            ids.extend(
                items
                    .into_iter()
                    .map(|item| item["id"].as_str().unwrap().to_owned()),
            );
        }
        assert_eq!(ids.len(), 50, "{way:?}");
        let one = CosmosOperation::read_all_items(world.container(), "k3");
        let page: Vec<Value> = world.run(one).await.into_body().into_items().unwrap();
        assert_eq!(page.len(), 7);
        let databases: Vec<Value> = world
            .run(CosmosOperation::read_all_databases(world.account()))
            .await
            .into_body()
            .into_items()
            .unwrap();
        assert_eq!(databases[0]["id"], "db");
        let containers = CosmosOperation::read_all_containers(world.database());
        let containers: Vec<Value> = world
            .run(containers)
            .await
            .into_body()
            .into_items()
            .unwrap();
        assert_eq!(containers[0]["id"], "c");
    }
}

#[tokio::test]
async fn ranges_and_sessions_work_together() {
    let world = World::new(Way::InProcess).await;
    let options = OperationOptions::default();
    let ranges = world
        .driver
        .resolve_partition_key_ranges(&world.container(), RangeRefresh::IfMissing, &options)
        .await
        .unwrap();
    assert_eq!(ranges.entries().len(), 3);
    let again = world
        .driver
        .resolve_partition_key_ranges(&world.container(), RangeRefresh::Always, &options)
        .await;
    assert_eq!(again.unwrap().entries().len(), 3);
    for n in 0..30 {
        let key = format!("k{n}");
        world
            .run(
                CosmosOperation::create_item(world.item(&key, "1"))
                    .with_body(document(&key, "1", n)),
            )
            .await;
        world
            .run(CosmosOperation::read_item(world.item(&key, "1")))
            .await;
    }
    let token = world.driver.session_token(&world.container()).unwrap();
    assert_eq!(token.composite().unwrap().len(), 3, "{token}");
}

#[tokio::test]
async fn a_recreated_container_is_found_again() {
    for way in WAYS {
        let world = World::new(way).await;
        world
            .run(
                CosmosOperation::create_item(world.item("a", "1")).with_body(document("a", "1", 1)),
            )
            .await;
        world
            .run(CosmosOperation::delete_container(world.container()))
            .await;
        assert_eq!(
            world
                .fail(CosmosOperation::read_item(world.item("a", "1")))
                .await,
            404
        );
        let create = || CosmosOperation::create_container(world.database()).with_body(CONTAINER);
        world.run(create()).await;
        assert_eq!(
            world
                .fail(CosmosOperation::read_item(world.item("a", "1")))
                .await,
            404
        );
        world
            .run(
                CosmosOperation::create_item(world.item("a", "1")).with_body(document("a", "1", 1)),
            )
            .await;
        // Another client does it behind this driver's back.
        let other = world.runtime.clone().build().unwrap();
        let other = other
            .get_or_create_driver(world.account(), DriverOptions::default())
            .await
            .unwrap();
        let options = OperationOptions::default();
        other
            .execute_operation(
                CosmosOperation::delete_container(world.container()),
                &options,
            )
            .await
            .unwrap();
        other.execute_operation(create(), &options).await.unwrap();
        assert_eq!(
            world
                .fail(CosmosOperation::read_item(world.item("a", "1")))
                .await,
            404,
            "{way:?}: it is found at once, and is empty"
        );
        assert_eq!(
            world
                .fail(CosmosOperation::read_item(world.item("a", "1")))
                .await,
            404,
            "it is known now"
        );
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused() {
    for way in WAYS {
        let world = World::new(way).await;
        let wrong = AccountReference::with_account_key(world.account().endpoint().clone(), "AAAA");
        let outcome = world
            .driver
            .runtime()
            .get_or_create_driver(wrong, DriverOptions::default())
            .await;
        let error = outcome.unwrap_err();
        assert!(error.status().is_unauthorized(), "{way:?} {error}");
        assert_eq!(error.diagnostics().unwrap().request_count(), 1);
    }
}

#[tokio::test]
async fn many_operations_share_the_connections() {
    for way in WAYS {
        let world = World::new(way).await;
        let operations = (0..500_u32).map(|n| {
            let (key, id) = (format!("k{}", n % 50), n.to_string());
            let body = document(&key, &id, n);
            world.run(CosmosOperation::upsert_item(world.item(&key, &id)).with_body(body))
        });
        let answers = join_all(operations).await;
        assert!(
            answers
                .iter()
                .all(|answer| answer.status().status_code() == 201),
            "{way:?}"
        );
    }
}

#[tokio::test]
async fn offers_are_found_and_changed() {
    let world = World::new(Way::InProcess).await;
    let container = world
        .driver
        .resolve_container(&world.container(), &OperationOptions::default())
        .await
        .unwrap();
    let query = json!({
        "query": "SELECT * FROM c WHERE c.offerResourceId = @rid",
        "parameters": [{"name": "@rid", "value": container.rid()}],
    });
    let query =
        CosmosOperation::query_offers(world.account()).with_body(query.to_string().into_bytes());
    let offers: Vec<Value> = world.run(query).await.into_body().into_items().unwrap();
    let mut offer = offers[0].clone();
    let rid = offer["_rid"].as_str().unwrap().to_owned();
    offer["content"]["offerThroughput"] = json!(500);
    let replace = CosmosOperation::replace_offer(world.account(), &rid)
        .with_body(offer.to_string().into_bytes());
    world.run(replace).await;
    let read: Value = world
        .run(CosmosOperation::read_offer(world.account(), &rid))
        .await
        .into_body()
        .into_single()
        .unwrap();
    assert_eq!(read["content"]["offerThroughput"], 500);
}

#[tokio::test]
async fn dropping_everything_leaves_no_task() {
    for way in WAYS {
        let before = tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks();
        {
            let world = World::new(way).await;
            world
                .run(
                    CosmosOperation::upsert_item(world.item("a", "1"))
                        .with_body(document("a", "1", 1)),
                )
                .await;
        }
        // Aborted tasks are taken down when the runtime comes to them.
        for _ in 0..10_000 {
            if tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks()
                == before
            {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(
            tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks(),
            before,
            "{way:?}"
        );
    }
}
