//! Pages that are slow in one region: each is asked of the next as well, and diagnostics show the region and endpoint of
//! the one that answered first, and of the one that was given up.

use cosmokit_driver::{ChangeFeedRequest, DiagnosticsContext, FeedPage, FeedScope, QueryRequest};
use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom;

use super::world::*;
use crate::fake::range;

const PAGE: &str = r#"{"_rid":"r","Documents":[{"id":"1","n":1}],"_count":1}"#;
const HEDGE_LOST: u16 = 20_009;

fn page(after_ms: u64) -> Reply {
    answer(200)
        .with("x-ms-request-charge", "2")
        .with("etag", "\"5\"")
        .body(PAGE)
        .after(Duration::from_millis(after_ms))
}

/// A world whose container has two partitions, all of it known.
async fn two_partitions() -> (Fake, std::sync::Arc<CosmosDriver>) {
    let (fake, driver) = world(false).await;
    fake.set(|state| {
        state.ranges = vec![range("0", "", "1F", &[]), range("1", "1F", "FF", &[])];
    });
    driver
        .resolve_partition_key_ranges(&container(), RangeRefresh::IfMissing, &plain())
        .await
        .unwrap();
    (fake, driver)
}

/// Each pair of attempts: the first region was given up, and the second answered.
fn hedged_elsewhere(diagnostics: &DiagnosticsContext, races: usize, what: &str) {
    let attempts: Vec<_> = diagnostics.requests().collect();
    assert_eq!(attempts.len(), 2 * races, "{what}: {diagnostics}");
    for race in attempts.chunks(2) {
        let [loser, winner] = race else { panic!() };
        assert_eq!(loser.region().unwrap().as_str(), "eastus", "{what}");
        assert_eq!(loser.endpoint(), "http://east.test/", "{what}");
        assert_eq!(loser.execution_context(), ExecutionContext::Initial);
        let substatus = loser.status().sub_status().unwrap().value();
        assert_eq!(substatus, HEDGE_LOST, "{what}");
        assert!(loser.error().unwrap().contains("another region"), "{what}");
        assert_eq!(winner.region().unwrap().as_str(), "westus", "{what}");
        assert_eq!(winner.endpoint(), "http://west.test/", "{what}");
        assert_eq!(winner.execution_context(), ExecutionContext::Hedging);
        assert_eq!(winner.status().status_code(), 200, "{what}");
    }
    assert!(!diagnostics.is_failure(), "{what}");
    assert_eq!(diagnostics.regions_contacted().len(), 2, "{what}");
}

async fn first_of_query(driver: &CosmosDriver, request: QueryRequest) -> FeedPage {
    let mut pages = driver.query_items(request, &plain()).await.unwrap();
    pages.next_page().await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn of_a_query_under_one_key() {
    for text in [Some("SELECT * FROM c"), None] {
        let (fake, driver) = two_partitions().await;
        let scope = FeedScope::partition("pk");
        let request = match text {
            Some(text) => QueryRequest::new(container(), scope, text),
            None => QueryRequest::items(container(), scope),
        };
        fake.script([page(9_000), page(10)]);
        let started = Instant::now();
        let page = first_of_query(&driver, request).await;
        assert_eq!(started.elapsed(), Duration::from_millis(1_010));
        hedged_elsewhere(page.diagnostics(), 1, text.unwrap_or("items"));
        assert_eq!(page.items().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_query_over_partitions() {
    for text in [
        "SELECT VALUE COUNT(1) FROM c",
        "SELECT * FROM c ORDER BY c.n",
        "SELECT * FROM c",
    ] {
        let (fake, driver) = two_partitions().await;
        let request = QueryRequest::new(container(), FeedScope::full_container(), text);
        let (aggregate, ordered) = (
            r#"{"_rid":"r","Documents":[[{"item":1}]],"_count":1}"#,
            r#"{"_rid":"r","Documents":[{"_rid":"AAAAAIAAAAEBAAAAAAAAAA==","orderByItems":[{"item":1}],"payload":{"n":1}}],"_count":1}"#,
        );
        let body = match text {
            text if text.contains("COUNT") => aggregate,
            text if text.contains("ORDER") => ordered,
            _ => PAGE,
        };
        let reply = |after_ms| {
            let answer = answer(200).with("x-ms-request-charge", "2").body(body);
            answer.after(Duration::from_millis(after_ms))
        };
        // Both partitions are asked side by side, and both are slow in the first region.
        fake.script([reply(9_000), reply(9_000), reply(10), reply(10)]);
        let started = Instant::now();
        let page = first_of_query(&driver, request).await;
        assert_eq!(started.elapsed(), Duration::from_millis(1_010), "{text}");
        let races = page.diagnostics().request_count() / 2;
        assert!((1..=2).contains(&races), "{text}");
        hedged_elsewhere(page.diagnostics(), races, text);
        let hosts = fake.hosts();
        assert_eq!(hosts[..2], ["east.test", "east.test"], "{text}");
        assert_eq!(hosts[2..4], ["west.test", "west.test"], "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_change_feed() {
    let (fake, driver) = two_partitions().await;
    let request = ChangeFeedRequest::new(
        container(),
        FeedScope::full_container(),
        ChangeFeedStartFrom::Beginning,
    );
    let mut feed = driver.read_change_feed(request, &plain()).await.unwrap();
    fake.script([page(9_000), page(9_000), page(10), page(20)]);
    let started = Instant::now();
    for after in [1_010, 1_020] {
        let page = feed.next_page().await.unwrap().unwrap();
        assert_eq!(started.elapsed(), Duration::from_millis(after));
        hedged_elsewhere(page.diagnostics(), 1, "change feed");
        assert_eq!(page.items().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_region_may_answer_a_page_after_all() {
    let (fake, driver) = two_partitions().await;
    let request = QueryRequest::new(container(), FeedScope::partition("pk"), "SELECT * FROM c");
    fake.script([page(1_050), page(9_000)]);
    let page = first_of_query(&driver, request).await;
    let diagnostics = page.diagnostics();
    let told: Vec<_> = diagnostics
        .requests()
        .map(|request| (request.endpoint(), request.execution_context()))
        .collect();
    assert_eq!(
        told,
        [
            ("http://west.test/", ExecutionContext::Hedging),
            ("http://east.test/", ExecutionContext::Initial)
        ]
    );
    let lost = diagnostics.requests().next().unwrap().status();
    assert_eq!(lost.sub_status().unwrap().value(), HEDGE_LOST);
}

#[tokio::test(start_paused = true)]
async fn pages_share_the_budget_of_hedges() {
    let fake = Fake::default();
    three_regions(&fake, false);
    fake.set(|state| {
        state.ranges = vec![range("0", "", "1F", &[]), range("1", "1F", "FF", &[])];
    });
    let one = HedgingOptions::default().with_max_concurrent_hedges(1_usize);
    let options = DriverOptions::builder().with_hedging_options(one).build();
    let driver = fake.driver_with(options).await;
    let request = QueryRequest::new(
        container(),
        FeedScope::full_container(),
        "SELECT VALUE COUNT(1) FROM c",
    );
    let reply = |after_ms| {
        answer(200)
            .body(r#"{"_rid":"r","Documents":[[{"item":1}]],"_count":1}"#)
            .after(Duration::from_millis(after_ms))
    };
    fake.script([reply(3_000), reply(3_000), reply(2_500)]);
    first_of_query(&driver, request).await;
    let hosts = fake.hosts();
    assert_eq!(hosts, ["east.test", "east.test", "west.test"]);
}
