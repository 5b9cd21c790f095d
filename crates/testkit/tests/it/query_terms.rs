//! The terms of a query over several partitions: how many are asked at a time, how far it reads ahead, what becomes of a
//! page that is throttled, one deadline for all pages, and what `explain_query` tells.

use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use cosmokit::models::ContainerProperties;
use cosmokit::options::{
    EndToEndOperationLatencyPolicy, MaxItemCountHint, OperationOptions, QueryLimits, QueryOptions,
};
use cosmokit::{ContainerClient, CosmosClient, FeedScope, RoutingStrategy};
use cosmokit_server::Gateway;
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;
use http::{Request, Response};
use serde_json::{Value, json};
use tower::{Service, ServiceExt as _};

const PARTITIONS: u32 = 20;
const ITEMS: usize = 64;

/// The account behind a network that counts requests for pages, takes its time, and throttles some.
#[derive(Clone)]
struct Network {
    gateway: Gateway,
    counts: Arc<Counts>,
    delay: Duration,
    /// Every so many-th page is answered 429 first; none when 0.
    throttled: usize,
}

#[derive(Default)]
struct Counts {
    pages: AtomicUsize,
    under_way: AtomicUsize,
    peak: AtomicUsize,
    refused: AtomicUsize,
}

impl Service<Request<Bytes>> for Network {
    type Response = Response<Bytes>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = std::io::Result<Response<Bytes>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let Self {
            gateway,
            counts,
            delay,
            throttled,
        } = self.clone();
        Box::pin(async move {
            if !request.headers().contains_key("x-ms-documentdb-isquery") {
                return gateway.oneshot(request).await;
            }
            let number = counts.pages.fetch_add(1, Ordering::SeqCst);
            let now = counts.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            counts.peak.fetch_max(now, Ordering::SeqCst);
            #[expect(
                clippy::disallowed_methods,
                reason = "the clock of these tests is paused"
            )]
            tokio::time::sleep(delay).await;
            counts.under_way.fetch_sub(1, Ordering::SeqCst);
            if throttled > 0 && number.is_multiple_of(throttled) {
                counts.refused.fetch_add(1, Ordering::SeqCst);
                let busy = Response::builder()
                    .status(429)
                    .header("x-ms-retry-after-ms", "5");
                return Ok(busy
                    .body(Bytes::from_static(br#"{"code":"429","message":"busy"}"#))
                    .unwrap());
            }
            gateway.oneshot(request).await
        })
    }
}

/// A container over partitions, seen through a network.
async fn container(
    delay: Duration,
    throttled: usize,
) -> (LocalAccount, ContainerClient, Arc<Counts>) {
    let partitions = NonZeroU32::new(PARTITIONS).unwrap();
    let local = LocalAccount::builder()
        .partitions_per_container(partitions)
        .start()
        .await
        .unwrap();
    local.client().create_database("db", None).await.unwrap();
    let database = local.client().database_client("db");
    database
        .create_container(ContainerProperties::new("c", "/pk".into()), None)
        .await
        .unwrap();
    let items = database.container_client("c", None).await.unwrap();
    for n in 0..ITEMS {
        let (id, pk) = (format!("i{n}"), format!("key {n}"));
        items
            .create_item(&pk, &id, json!({"id": id, "pk": pk, "n": n}), None)
            .await
            .unwrap();
    }
    let counts = Arc::<Counts>::default();
    let network = Network {
        gateway: local.gateway().clone(),
        counts: Arc::clone(&counts),
        delay,
        throttled,
    };
    let client = CosmosClient::builder()
        .with_transport(network)
        .build(local.reference().clone(), RoutingStrategy::default())
        .await
        .unwrap();
    let container = client
        .database_client("db")
        .container_client("c", None)
        .await
        .unwrap();
    (local, container, counts)
}

fn pages_of(rows: u32) -> QueryOptions {
    QueryOptions::default()
        .with_max_item_count(MaxItemCountHint::Limit(NonZeroU32::new(rows).unwrap()))
}

async fn all(
    container: &ContainerClient,
    text: &str,
    options: QueryOptions,
) -> cosmokit::Result<Vec<Value>> {
    let rows = container
        .query_items::<Value>(text, FeedScope::full_container(), Some(options))
        .await?;
    rows.try_collect().await
}

#[tokio::test(start_paused = true)]
async fn partitions_are_asked_side_by_side_up_to_a_limit() {
    for (limit, peak) in [(1, 1), (3, 3), (32, 20)] {
        let (_local, container, counts) = container(Duration::from_millis(10), 0).await;
        let options = pages_of(100).with_max_concurrency(NonZeroU32::new(limit).unwrap());
        let rows = all(&container, "SELECT VALUE c.n FROM c ORDER BY c.n", options)
            .await
            .unwrap();
        assert_eq!(rows, (0..ITEMS).map(Value::from).collect::<Vec<_>>());
        assert_eq!(counts.peak.load(Ordering::SeqCst), peak, "limit {limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_page_of_an_order_takes_one_round_trip() {
    let late = Duration::from_millis(20);
    let (_local, container, _) = container(late, 0).await;
    // Container and ranges are known after the first query of any kind.
    all(&container, "SELECT VALUE 1", pages_of(1))
        .await
        .unwrap();
    let begun = tokio::time::Instant::now();
    let text = "SELECT * FROM c ORDER BY c.n";
    let rows = container
        .query_items::<Value>(text, FeedScope::full_container(), Some(pages_of(10)))
        .await
        .unwrap();
    let page = rows.into_pages().try_next().await.unwrap().unwrap();
    assert_eq!(page.items().len(), 10);
    let taken = begun.elapsed();
    assert!(
        taken < late * 2,
        "{taken:?} for {PARTITIONS} partitions that answer {late:?} late"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_that_nobody_asks_for() {
    for ahead in [0, 4] {
        let (_local, container, counts) = container(Duration::ZERO, 0).await;
        let mut limits = QueryLimits::default();
        limits.max_pages_ahead = ahead;
        let options = pages_of(2).with_limits(limits);
        let scope = FeedScope::full_container();
        let rows = container
            .query_items::<Value>("SELECT * FROM c", scope, Some(options))
            .await
            .unwrap();
        let mut pages = rows.into_pages();
        assert!(pages.try_next().await.unwrap().is_some());
        // However long it is left alone: what is ahead is bounded, and far from everything.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let read = counts.pages.load(Ordering::SeqCst);
        assert!(
            (1..=2 + ahead as usize).contains(&read),
            "{read} pages with {ahead} ahead"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_throttled_is_asked_for_again() {
    let (_local, container, counts) = container(Duration::ZERO, 3).await;
    for text in [
        "SELECT VALUE c.n FROM c ORDER BY c.n",
        "SELECT DISTINCT VALUE c.n FROM c",
        "SELECT VALUE c.n FROM c",
    ] {
        let mut rows = all(&container, text, pages_of(3)).await.unwrap();
        rows.sort_by_key(Value::as_u64);
        assert_eq!(
            rows,
            (0..ITEMS).map(Value::from).collect::<Vec<_>>(),
            "{text}"
        );
    }
    assert!(counts.refused.load(Ordering::SeqCst) > 10);
}

#[tokio::test(start_paused = true)]
async fn all_pages_of_a_merge_have_one_deadline() {
    let (_local, container, _) = container(Duration::from_millis(300), 0).await;
    let policy = EndToEndOperationLatencyPolicy::new(Duration::from_secs(1));
    let operation = OperationOptions::default().with_end_to_end_latency_policy(policy);
    let mut limits = QueryLimits::default();
    limits.max_pages_ahead = 0;
    let options = pages_of(1)
        .with_operation_options(operation)
        .with_limits(limits);
    let scope = FeedScope::full_container();
    let rows = container
        .query_items::<Value>("SELECT * FROM c", scope, Some(options))
        .await
        .unwrap();
    let mut pages = rows.into_pages();
    let mut given = 0;
    let error = loop {
        match pages.try_next().await {
            Ok(page) => assert!(page.is_some(), "the query ended within its deadline"),
            Err(error) => break error,
        }
        given += 1;
    };
    assert!(
        (1..=3).contains(&given),
        "{given} pages of 300 ms within a second"
    );
    assert_eq!(
        error.kind(),
        cosmokit_driver::ErrorKind::Deadline,
        "{error}"
    );
}

#[tokio::test]
async fn an_explanation_says_how_a_query_is_run() {
    let (_local, container, _) = container(Duration::ZERO, 0).await;
    let text = "SELECT TOP 5 c.n FROM c WHERE c.n > 3 ORDER BY c.n DESC";
    let told = container
        .explain_query(text, FeedScope::full_container(), None)
        .await
        .unwrap();
    assert_eq!((told.partitions.len(), told.partition_count), (20, 20));
    assert_eq!(told.features, ["OrderBy", "Top"]);
    assert!(told.is_complete && told.first_page_rows == 5, "{told:?}");
    assert!(
        told.first_page_charge.value() > 0.0 && told.predicted_charge == told.first_page_charge
    );
    let indexes = told
        .indexes
        .as_ref()
        .expect("the account says which indexes it used");
    assert!(
        indexes
            .utilized_single
            .iter()
            .any(|path| path.contains("/n/")),
        "{indexes:?}"
    );
    let metrics = told.metrics.as_ref().expect("the account says what it did");
    assert!(metrics.output_document_count() >= 5);
    let tree = told.to_string();
    let mut below = tree.lines().skip(1);
    assert!(
        below.all(|line| line.starts_with(['├', '│', '└', ' '])),
        "{tree}"
    );
    for line in [
        "planned by this client: OrderBy, Top",
        "ordered merge by c.n descending",
        "at most 5",
        "partitions: 20 of 20",
        "used: /n/",
        "└─ first page: 5 rows",
    ] {
        assert!(tree.contains(line), "{line}: {tree}");
    }
    // One key: nothing is planned, and one partition is read.
    let one = container
        .explain_query("SELECT * FROM c", FeedScope::partition("key 3"), None)
        .await
        .unwrap();
    assert_eq!(one.partitions.len(), 1);
    assert!(one.to_string().contains("under one partition key"), "{one}");
    // A key in the filter is found by the plan.
    let by_filter = container.explain_query(
        "SELECT * FROM c WHERE c.pk = 'key 3'",
        FeedScope::full_container(),
        None,
    );
    assert_eq!(by_filter.await.unwrap().partitions.len(), 1);
}
