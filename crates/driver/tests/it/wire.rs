//! What stands in requests: paths, headers, signatures, and what is refused before anything is sent.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cosmokit_driver::options::{ContentResponseOnWrite, PriorityLevel, ThroughputControlOptions};
use cosmokit_driver::{
    AccountReference, ContainerReference, CosmosOperation, Credential, DatabaseReference,
    DriverOptions, ErrorKind, ItemReference, MaxItemCountHint, NamedResourceFeed, OperationOptions,
    Precondition,
};
use cosmokit_protocol::partition::PartitionKey;
use cosmokit_protocol::wire::consistency::ReadConsistencyStrategy;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderName, HeaderValue, Method};
use sha2::Sha256;

use crate::fake::{Fake, KEY, Seen, account, container, database, item};

fn plain() -> OperationOptions {
    OperationOptions::default()
}

async fn sent(operation: CosmosOperation, options: &OperationOptions) -> Seen {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let _ = driver.execute_operation(operation, options).await;
    fake.set(|state| state.seen.last().cloned().unwrap())
}

/// The `authorization` value, computed with nothing of the driver's.
fn signature(method: &str, kind: &str, link: &str, date: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(KEY).unwrap()).unwrap();
    mac.update(format!("{method}\n{kind}\n{link}\n{}\n\n", date.to_lowercase()).as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let escape = |text: &str| {
        let keep = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
        text.bytes()
            .map(|b| {
                if keep(b) {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect::<String>()
    };
    escape(&format!("type=master&ver=1.0&sig={signature}"))
}

async fn check(operation: CosmosOperation, method: Method, path: &str, kind: &str, link: &str) {
    let name = operation.name();
    let seen = sent(operation, &plain()).await;
    assert_eq!(
        (&seen.method, seen.path.as_str()),
        (&method, path),
        "{name}"
    );
    let date = seen.header("x-ms-date").unwrap();
    assert_eq!(date, "Tue, 14 Nov 2023 22:13:20 GMT");
    let expected = signature(&method.as_str().to_lowercase(), kind, link, date);
    assert_eq!(
        seen.header("authorization"),
        Some(expected.as_str()),
        "{name}"
    );
}

#[tokio::test(start_paused = true)]
async fn every_operation_has_its_path_and_signature() {
    use CosmosOperation as Op;
    let (get, post, put, delete) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    let (db, coll) = ("dbs/db", "dbs/db/colls/c");
    check(Op::read_account(account()), get.clone(), "/", "", "").await;
    check(
        Op::create_database(account()),
        post.clone(),
        "/dbs",
        "dbs",
        "",
    )
    .await;
    check(
        Op::read_all_databases(account()),
        get.clone(),
        "/dbs",
        "dbs",
        "",
    )
    .await;
    check(
        Op::query_databases(account()),
        post.clone(),
        "/dbs",
        "dbs",
        "",
    )
    .await;
    check(
        Op::read_database(database()),
        get.clone(),
        "/dbs/db",
        "dbs",
        db,
    )
    .await;
    check(
        Op::delete_database(database()),
        delete.clone(),
        "/dbs/db",
        "dbs",
        db,
    )
    .await;
    check(
        Op::create_container(database()),
        post.clone(),
        "/dbs/db/colls",
        "colls",
        db,
    )
    .await;
    check(
        Op::read_all_containers(database()),
        get.clone(),
        "/dbs/db/colls",
        "colls",
        db,
    )
    .await;
    check(
        Op::query_containers(database()),
        post.clone(),
        "/dbs/db/colls",
        "colls",
        db,
    )
    .await;
    check(
        Op::read_container(container()),
        get.clone(),
        "/dbs/db/colls/c",
        "colls",
        coll,
    )
    .await;
    check(
        Op::replace_container(container()),
        put.clone(),
        "/dbs/db/colls/c",
        "colls",
        coll,
    )
    .await;
    check(
        Op::delete_container(container()),
        delete.clone(),
        "/dbs/db/colls/c",
        "colls",
        coll,
    )
    .await;
    check(
        Op::read_partition_key_ranges(container()),
        get.clone(),
        "/dbs/db/colls/c/pkranges",
        "pkranges",
        coll,
    )
    .await;
    check(
        Op::read_item(item()),
        get.clone(),
        "/dbs/db/colls/c/docs/1",
        "docs",
        "dbs/db/colls/c/docs/1",
    )
    .await;
    check(
        Op::replace_item(item()),
        put.clone(),
        "/dbs/db/colls/c/docs/1",
        "docs",
        "dbs/db/colls/c/docs/1",
    )
    .await;
    check(
        Op::delete_item(item()),
        delete,
        "/dbs/db/colls/c/docs/1",
        "docs",
        "dbs/db/colls/c/docs/1",
    )
    .await;
    check(
        Op::create_item(item()),
        post.clone(),
        "/dbs/db/colls/c/docs",
        "docs",
        coll,
    )
    .await;
    check(
        Op::upsert_item(item()),
        post.clone(),
        "/dbs/db/colls/c/docs",
        "docs",
        coll,
    )
    .await;
    check(
        Op::read_all_items(container(), "pk"),
        get.clone(),
        "/dbs/db/colls/c/docs",
        "docs",
        coll,
    )
    .await;
    check(
        Op::query_items(container(), None),
        post.clone(),
        "/dbs/db/colls/c/docs",
        "docs",
        coll,
    )
    .await;
    check(Op::query_offers(account()), post, "/offers", "offers", "").await;
    check(
        Op::read_offer(account(), "Xq3K"),
        get,
        "/offers/Xq3K",
        "offers",
        "xq3k",
    )
    .await;
    check(
        Op::replace_offer(account(), "Xq3K"),
        put,
        "/offers/Xq3K",
        "offers",
        "xq3k",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn named_resources_have_the_paths_and_links_of_the_service() {
    use CosmosOperation as Op;
    let (get, post) = (Method::GET, Method::POST);
    let feeds = [
        (
            NamedResourceFeed::users(&database()),
            "/dbs/db/users",
            "users",
        ),
        (
            NamedResourceFeed::permissions(&database(), "an n"),
            "/dbs/db/users/an%20n/permissions",
            "permissions",
        ),
        (
            NamedResourceFeed::client_encryption_keys(&database()),
            "/dbs/db/clientencryptionkeys",
            "clientencryptionkeys",
        ),
        (
            NamedResourceFeed::stored_procedures(&container()),
            "/dbs/db/colls/c/sprocs",
            "sprocs",
        ),
        (
            NamedResourceFeed::triggers(&container()),
            "/dbs/db/colls/c/triggers",
            "triggers",
        ),
        (
            NamedResourceFeed::user_defined_functions(&container()),
            "/dbs/db/colls/c/udfs",
            "udfs",
        ),
    ];
    for (feed, path, kind) in feeds {
        // The link of a feed is that of its parent, unescaped.
        let (parent, _) = path.trim_start_matches('/').rsplit_once('/').unwrap();
        let parent = parent.replace("%20", " ");
        for operation in [
            Op::create_resource(&feed),
            Op::upsert_resource(&feed),
            Op::query_resources(&feed),
        ] {
            check(operation, post.clone(), path, kind, &parent).await;
        }
        check(
            Op::read_all_resources(&feed),
            get.clone(),
            path,
            kind,
            &parent,
        )
        .await;
        let one = feed.resource("ü");
        let (path, link) = (format!("{path}/%C3%BC"), format!("{parent}/{kind}/ü"));
        check(Op::read_resource(&one), get.clone(), &path, kind, &link).await;
        check(Op::replace_resource(&one), Method::PUT, &path, kind, &link).await;
        check(
            Op::delete_resource(&one),
            Method::DELETE,
            &path,
            kind,
            &link,
        )
        .await;
    }
    let execute = Op::execute_stored_procedure(container(), "pk", "p");
    check(
        execute,
        post,
        "/dbs/db/colls/c/sprocs/p",
        "sprocs",
        "dbs/db/colls/c/sprocs/p",
    )
    .await;
    let by_rid = DatabaseReference::from_rid(account(), "AAAAAQ==");
    let user = NamedResourceFeed::users(&by_rid).resource("AAAAAQAAAAE=");
    check(
        Op::read_resource(&user),
        get,
        "/dbs/AAAAAQ==/users/AAAAAQAAAAE=",
        "users",
        "aaaaaqaaaae=",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_runs_scripts_says_so_in_its_headers() {
    let seen = sent(
        CosmosOperation::execute_stored_procedure(container(), "pk", "p"),
        &plain(),
    )
    .await;
    assert_eq!(
        seen.header("x-ms-documentdb-partitionkey"),
        Some("[\"pk\"]")
    );
    let write = CosmosOperation::create_item(item()).with_triggers(&["a", "b"], &["c"]);
    let seen = sent(write, &plain()).await;
    assert_eq!(
        seen.header("x-ms-documentdb-pre-trigger-include"),
        Some("a,b")
    );
    assert_eq!(
        seen.header("x-ms-documentdb-post-trigger-include"),
        Some("c")
    );
    let fake = Fake::default();
    let driver = fake.driver().await;
    let empty = NamedResourceFeed::users(&database()).resource("");
    let refused = driver
        .execute_operation(CosmosOperation::read_resource(&empty), &plain())
        .await;
    assert!(refused.unwrap_err().to_string().contains("user id"));
}

#[tokio::test(start_paused = true)]
async fn names_are_escaped_in_the_path_and_raw_in_the_signature() {
    let database = DatabaseReference::from_name(account(), "My Db");
    let container = ContainerReference::from_name(&database, "größen");
    let item = ItemReference::from_name(&container, "pk", "a+b?c#d");
    assert_eq!(item.name(), Some("a+b?c#d"));
    let fake = Fake::default();
    let driver = fake.driver().await;
    let read = CosmosOperation::read_container(container.clone());
    driver.execute_operation(read, &plain()).await.unwrap();
    let seen = fake.seen("gr%C3%B6%C3%9Fen").pop().unwrap();
    assert_eq!(seen.path, "/dbs/My%20Db/colls/gr%C3%B6%C3%9Fen");
    let date = seen.header("x-ms-date").unwrap();
    let expected = signature("get", "colls", "dbs/My Db/colls/größen", date);
    assert_eq!(seen.header("authorization"), Some(expected.as_str()));
    let plain_container = crate::fake::container();
    let item = ItemReference::from_name(&plain_container, "pk", "a+b?c#d é");
    let seen = sent(CosmosOperation::read_item(item), &plain()).await;
    assert_eq!(seen.path, "/dbs/db/colls/c/docs/a%2Bb%3Fc%23d%20%C3%A9");
    let expected = signature(
        "get",
        "docs",
        "dbs/db/colls/c/docs/a+b?c#d é",
        seen.header("x-ms-date").unwrap(),
    );
    assert_eq!(seen.header("authorization"), Some(expected.as_str()));
}

#[tokio::test(start_paused = true)]
async fn resource_ids_address_and_sign_in_their_own_way() {
    let database = DatabaseReference::from_rid(account(), "AbCdEA==");
    let container = ContainerReference::from_rid(&database, "AbCdEIAAAAE=");
    check(
        CosmosOperation::read_container(container.clone()),
        Method::GET,
        "/dbs/AbCdEA==/colls/AbCdEIAAAAE=",
        "colls",
        "abcdeiaaaae=",
    )
    .await;
    let item = ItemReference::from_rid(&container, "pk", "AbCdEIAAAAEBAAAAAAAAAA==");
    assert_eq!(item.rid(), Some("AbCdEIAAAAEBAAAAAAAAAA=="));
    assert_eq!(item.name(), None);
    assert_eq!(container.rid(), Some("AbCdEIAAAAE="));
}

#[tokio::test(start_paused = true)]
async fn item_requests_carry_what_the_service_wants() {
    let read = sent(CosmosOperation::read_item(item()), &plain()).await;
    let expected = [
        ("x-ms-version", Some("2020-07-15")),
        ("accept", Some("application/json")),
        ("x-ms-noretry-449", Some("true")),
        ("x-ms-documentdb-partitionkey", Some(r#"["pk"]"#)),
        ("x-ms-cosmos-intended-collection-rid", Some("AAAAAIAAAAE=")),
        ("prefer", None),
        ("content-type", None),
        ("x-ms-documentdb-is-upsert", None),
        ("x-ms-session-token", None),
        ("x-ms-cosmos-allow-tentative-writes", None),
        ("x-ms-cosmos-read-consistency-strategy", None),
    ];
    for (name, value) in expected {
        assert_eq!(read.header(name), value, "{name}");
    }
    assert!(read.header("user-agent").unwrap().starts_with("cosmokit/"));
    let upsert = sent(
        CosmosOperation::upsert_item(item()).with_body("{}"),
        &plain(),
    )
    .await;
    assert_eq!(upsert.header("x-ms-documentdb-is-upsert"), Some("true"));
    assert_eq!(upsert.header("content-type"), Some("application/json"));
    assert_eq!(upsert.header("prefer"), Some("return=minimal"));
    assert_eq!(upsert.body, "{}");
    let query = sent(
        CosmosOperation::query_items(container(), None).with_body("{}"),
        &plain(),
    )
    .await;
    assert_eq!(query.header("x-ms-documentdb-isquery"), Some("true"));
    assert_eq!(query.header("content-type"), Some("application/query+json"));
    assert_eq!(
        query.header("x-ms-documentdb-query-enablecrosspartition"),
        Some("true")
    );
    assert_eq!(query.header("x-ms-documentdb-partitionkey"), None);
    let container_read = sent(CosmosOperation::read_container(container()), &plain()).await;
    assert_eq!(
        container_read.header("x-ms-cosmos-intended-collection-rid"),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn options_become_headers() {
    let name = HeaderName::from_static("x-mine");
    let custom = HashMap::from([
        (name, HeaderValue::from_static("yes")),
        (
            http::header::AUTHORIZATION,
            HeaderValue::from_static("stolen"),
        ),
    ]);
    let throughput = ThroughputControlOptions::default()
        .with_throughput_bucket(3_u32)
        .with_priority_level(PriorityLevel::Low);
    let options = plain()
        .with_content_response_on_write(ContentResponseOnWrite::Enabled)
        .with_read_consistency_strategy(ReadConsistencyStrategy::LatestCommitted)
        .with_throughput_control(throughput)
        .with_custom_headers(custom);
    let write = sent(
        CosmosOperation::create_item(item()).with_body("{}"),
        &options,
    )
    .await;
    assert_eq!(write.header("prefer"), None);
    assert_eq!(write.header("x-mine"), Some("yes"));
    assert_eq!(write.header("x-ms-cosmos-throughput-bucket"), Some("3"));
    assert_eq!(write.header("x-ms-cosmos-priority-level"), Some("Low"));
    assert_eq!(
        write.header("x-ms-cosmos-read-consistency-strategy"),
        None,
        "a write has no read strategy"
    );
    assert!(
        write
            .header("authorization")
            .unwrap()
            .starts_with("type%3Dmaster"),
        "signing headers cannot be replaced"
    );
    let read = sent(CosmosOperation::read_item(item()), &options).await;
    assert_eq!(
        read.header("x-ms-cosmos-read-consistency-strategy"),
        Some("LatestCommitted")
    );
}

#[tokio::test(start_paused = true)]
async fn inputs_become_headers() {
    let page = CosmosOperation::read_all_items_cross_partition(container())
        .with_max_item_count(MaxItemCountHint::Limit(7.try_into().unwrap()))
        .with_continuation("token-é".replace('é', "e"))
        .with_session_token("0:1#5")
        .with_request_header(
            HeaderName::from_static("x-once"),
            HeaderValue::from_static("1"),
        );
    let seen = sent(page, &plain()).await;
    assert_eq!(seen.header("x-ms-max-item-count"), Some("7"));
    assert_eq!(seen.header("x-ms-continuation"), Some("token-e"));
    assert_eq!(seen.header("x-ms-session-token"), Some("0:1#5"));
    assert_eq!(seen.header("x-once"), Some("1"));
    let all = CosmosOperation::read_all_items_cross_partition(container())
        .with_max_item_count(MaxItemCountHint::ServerDecides);
    assert_eq!(
        sent(all, &plain()).await.header("x-ms-max-item-count"),
        Some("-1")
    );
    let guarded =
        CosmosOperation::replace_item(item()).with_precondition(Precondition::if_match("\"v1\""));
    assert_eq!(
        sent(guarded, &plain()).await.header("if-match"),
        Some("\"v1\"")
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_refused_before_anything_is() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let id =
        |id: &str| CosmosOperation::read_item(ItemReference::from_name(&container(), "pk", id));
    let mixed =
        ContainerReference::from_name(&DatabaseReference::from_rid(account(), "AAAAAA=="), "c");
    let operations = [
        id(""),
        id("a/b"),
        id("a\\b"),
        id(&"x".repeat(1_024)),
        CosmosOperation::read_item(item()).with_session_token(""),
        CosmosOperation::read_item(item()).with_session_token("0:1#5\r\nx: y"),
        CosmosOperation::read_item(item()).with_continuation("a\nb"),
        CosmosOperation::read_item(item()).with_precondition(Precondition::if_match("a\0b")),
        CosmosOperation::read_container(mixed.clone()),
        CosmosOperation::query_items(mixed, Some(PartitionKey::from("pk"))),
        CosmosOperation::read_offer(account(), "a/b"),
        CosmosOperation::read_database(DatabaseReference::from_name(account(), "a/b")),
        CosmosOperation::read_container(ContainerReference::from_name(&database(), "")),
    ];
    let before = fake.set(|state| state.seen.len());
    for operation in operations {
        let error = driver
            .execute_operation(operation, &plain())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        assert_eq!(error.status().status_code(), 400);
        assert!(error.diagnostics().is_some());
    }
    assert_eq!(fake.set(|state| state.seen.len()), before);
    let bad = plain()
        .with_throughput_control(ThroughputControlOptions::default().with_throughput_bucket(9_u32));
    let error = driver.execute_operation(id("1"), &bad).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("1 to 5"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_fails_marks_nothing_and_is_not_repeated() {
    struct NoToken;
    impl cosmokit_driver::TokenSource for NoToken {
        fn token<'a>(&'a self, _: &'a str) -> cosmokit_driver::TokenFuture<'a> {
            Box::pin(async { Err("the directory is away".into()) })
        }
    }
    let fake = Fake::default();
    let account = AccountReference::with_token_source(
        "http://acct.test".parse().unwrap(),
        std::sync::Arc::new(NoToken),
    );
    let runtime = fake.runtime().build().unwrap();
    let error = runtime
        .get_or_create_driver(account, DriverOptions::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(error.status().status_code(), 401);
    assert!(fake.set(|state| state.seen.is_empty()), "nothing was sent");
    let key = AccountReference::new(
        "http://acct.test".parse().unwrap(),
        Credential::AccountKey("***".into()),
    );
    let error = runtime
        .get_or_create_driver(key, DriverOptions::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
}

#[tokio::test(start_paused = true)]
async fn multi_write_accounts_say_so_on_writes() {
    let fake = Fake::default();
    fake.set(|state| {
        state.regions = vec![
            ("East US", "http://east.test/"),
            ("West US", "http://west.test/"),
        ];
        state.multiple_write_regions = true;
    });
    let options = DriverOptions::builder()
        .with_preferred_regions(["westus".into()])
        .build();
    let driver = fake.driver_with(options).await;
    driver
        .execute_operation(
            CosmosOperation::upsert_item(item()).with_body("{}"),
            &plain(),
        )
        .await
        .unwrap();
    let seen = fake.items_seen().pop().unwrap();
    assert_eq!(
        seen.header("x-ms-cosmos-allow-tentative-writes"),
        Some("true")
    );
    assert_eq!(seen.host, "west.test");
}
