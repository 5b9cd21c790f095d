//! Queries that would take forever, or all memory: each ends with the service's error or with its answer, through the
//! client and over HTTP, and others are served meanwhile.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cosmokit::models::ContainerProperties;
use cosmokit::options::{QueryOptions, QueryPlanMode};
use cosmokit::{ContainerClient, FeedScope};
use cosmokit_testkit::{LocalAccount, Wire};
use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Elements of the list that bombs join with itself.
const ELEMENTS: usize = 1_000;
/// Elements of a list whose pairs take more steps than a query may take where it arrives.
const FEW: usize = 400;

async fn container(wire: Wire) -> (LocalAccount, ContainerClient) {
    let four = NonZeroU32::new(4).unwrap();
    let local = LocalAccount::builder()
        .over(wire)
        .partitions_per_container(four)
        .start()
        .await
        .unwrap();
    local.client().create_database("db", None).await.unwrap();
    let database = local.client().database_client("db");
    database
        .create_container(ContainerProperties::new("c", "/pk".into()), None)
        .await
        .unwrap();
    let container = database.container_client("c", None).await.unwrap();
    let list: Vec<usize> = (0..ELEMENTS).collect();
    let few: Vec<usize> = (0..FEW).collect();
    let item = json!({"id": "1", "pk": "a", "list": list, "few": few, "text": "a".repeat(100_000)});
    container.create_item("a", "1", &item, None).await.unwrap();
    (local, container)
}

/// What a query comes to: rows, or a status and what it says.
async fn ask(
    container: &ContainerClient,
    text: &str,
    mode: QueryPlanMode,
) -> Result<Vec<Value>, (u16, String)> {
    let options = QueryOptions::default().with_query_plan_mode(mode);
    let scope = FeedScope::full_container();
    let read = async {
        let rows = Box::pin(container.query_items::<Value>(text, scope, Some(options))).await?;
        rows.try_collect().await
    };
    let outcome: cosmokit::Result<Vec<Value>> = read.await;
    outcome.map_err(|error| (error.status().status_code().as_u16(), error.to_string()))
}

/// Bombs that are refused, with what the refusal says.
fn refused() -> Vec<(&'static str, String, &'static str)> {
    let parentheses = |depth: usize| {
        format!(
            "SELECT VALUE {}1{} FROM c",
            "(".repeat(depth),
            ")".repeat(depth)
        )
    };
    let nested = |depth: usize| {
        format!(
            "{}SELECT VALUE 1{}",
            "SELECT VALUE (".repeat(depth),
            ")".repeat(depth)
        )
    };
    let numbers = |count: usize| {
        (0..count)
            .map(|n| n.to_string())
            .collect::<Vec<_>>()
            .join(",")
    };
    // Each doubles what the one inside of it gives.
    let lists = (0..12).fold("c.list".to_owned(), |inner, n| {
        format!("(SELECT VALUE ARRAY_CONCAT(v{n}, v{n}) FROM (SELECT VALUE {inner}) AS v{n})")
    });
    vec![
        ("deep parentheses", parentheses(100_000), "nest"),
        ("deep subqueries", nested(5_000), "nest"),
        (
            "a huge IN",
            format!("SELECT * FROM c WHERE c.n IN ({})", numbers(16_001)),
            "IN",
        ),
        (
            "a text beyond 256 KiB",
            format!("SELECT * FROM c WHERE c.a = '{}'", "a".repeat(300_000)),
            "",
        ),
        (
            "too many joins",
            format!(
                "SELECT VALUE 1 FROM c {}",
                (0..11)
                    .map(|n| format!("JOIN j{n} IN c.list"))
                    .collect::<Vec<_>>()
                    .join(" ")
            ),
            "joins",
        ),
        (
            "too many conditions",
            format!(
                "SELECT * FROM c WHERE {}",
                vec!["c.a = 1"; 2_001].join(" OR ")
            ),
            "",
        ),
        (
            "lists that double",
            format!("SELECT VALUE ARRAY_LENGTH({lists}) FROM c"),
            "maximum size",
        ),
    ]
}

/// Bombs that are answered, with their rows.
fn answered() -> Vec<(&'static str, String, Vec<Value>)> {
    vec![
        (
            "a LIKE of many wildcards",
            format!("SELECT VALUE c.text LIKE '{}b' FROM c", "%a".repeat(200)),
            vec![json!(false)],
        ),
        (
            "a regular expression that backtracks",
            "SELECT VALUE RegexMatch(c.text, '(a+)+$x') FROM c".to_owned(),
            vec![json!(false)],
        ),
        (
            "a regular expression that is too large",
            "SELECT VALUE RegexMatch(c.text, '((a{1000}){1000}){1000}') FROM c".to_owned(),
            vec![],
        ),
        (
            "a text that is repeated",
            "SELECT VALUE REPLICATE(c.text, 1e9) FROM c".to_owned(),
            vec![],
        ),
    ]
}

async fn bombs_end(wire: Wire) {
    let (_local, container) = container(wire).await;
    for mode in [QueryPlanMode::default(), QueryPlanMode::GatewayOnly] {
        for (what, text, says) in refused() {
            let outcome = Box::pin(ask(&container, &text, mode)).await;
            let (status, message) = outcome.expect_err(what);
            assert_eq!(status, 400, "{what}: {message}");
            assert!(message.contains(says), "{what}: {message}");
        }
        for (what, text, rows) in answered() {
            assert_eq!(
                Box::pin(ask(&container, &text, mode)).await,
                Ok(rows),
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn bombs_end_in_process() {
    bombs_end(Wire::InProcess).await;
}

#[tokio::test]
async fn bombs_end_over_http() {
    bombs_end(Wire::Http1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::disallowed_methods,
    reason = "heavy queries run beside the reads that this is about"
)]
async fn others_are_served_while_heavy_queries_run() {
    const HEAVY: usize = 4;
    let (_local, container) = container(Wire::Http1).await;
    let done = Arc::new(AtomicUsize::new(0));
    let heavy = (0..HEAVY).map(|n| {
        let (container, done) = (container.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            let text = format!(
                "SELECT VALUE COUNT(1) FROM c JOIN a IN c.few JOIN b IN c.few WHERE a + b > {n}"
            );
            let rows = Box::pin(ask(&container, &text, QueryPlanMode::default())).await;
            done.fetch_add(1, Ordering::SeqCst);
            rows
        })
    });
    let heavy: Vec<_> = heavy.collect();
    for _ in 0..10 {
        container.read_item("a", "1", None).await.unwrap();
    }
    let done_before = done.load(Ordering::SeqCst);
    for rows in join_all(heavy).await {
        let rows = rows.unwrap();
        assert!(
            matches!(rows.as_deref(), Ok([Value::Number(_)])),
            "{rows:?}"
        );
    }
    assert!(done_before < HEAVY, "reads waited for every heavy query");
}
