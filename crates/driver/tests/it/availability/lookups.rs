//! What an operation has to look up first, in a region that fails: the attempts of the lookup are shown by the
//! operation that waited for it, and by no other.

use cosmokit_driver::{ChangeFeedRequest, DiagnosticsContext, FeedScope, QueryRequest};
use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom;

use super::world::*;

/// Operation, region, endpoint and status of each attempt.
fn attempts(diagnostics: &DiagnosticsContext) -> Vec<(&'static str, String, String, u16)> {
    let of = |request: &RequestDiagnostics| {
        (
            request.operation_name(),
            request.region().unwrap().to_string(),
            request.endpoint().to_owned(),
            request.status().status_code().as_u16(),
        )
    };
    diagnostics.requests().map(of).collect()
}

fn east(operation: &'static str, status: u16) -> (&'static str, String, String, u16) {
    (
        operation,
        "eastus".into(),
        "http://east.test/".into(),
        status,
    )
}

fn west(operation: &'static str, status: u16) -> (&'static str, String, String, u16) {
    (
        operation,
        "westus".into(),
        "http://west.test/".into(),
        status,
    )
}

fn timed_out() -> Reply {
    answer(408)
}

const PAGE: &str = r#"{"_rid":"r","Documents":[{"id":"1"}],"_count":1}"#;

#[tokio::test(start_paused = true)]
async fn the_container_of_a_point_read_is_looked_up_elsewhere() {
    let (fake, driver) = world(false).await;
    fake.set(|state| state.container.push_back(timed_out()));
    let response = run(&driver, read()).await.unwrap();
    let expected = [
        east("read_container", 408),
        west("read_container", 200),
        east("read_item", 200),
    ];
    let diagnostics = response.diagnostics();
    assert_eq!(attempts(&diagnostics), expected);
    assert_eq!(diagnostics.operation_name(), "read_item");
    assert!(!diagnostics.is_failure());
    let summary = diagnostics.summary();
    assert!(
        summary.contains(r#""operation":"read_container""#),
        "{summary}"
    );
    let again = run(&driver, read()).await.unwrap().diagnostics();
    assert_eq!(attempts(&again), [east("read_item", 200)]);
}

#[tokio::test(start_paused = true)]
async fn the_ranges_of_a_point_read_are_looked_up_elsewhere() {
    let (fake, driver) = world(false).await;
    fake.script([answer(201).with("x-ms-session-token", "0:1#5")]);
    run(&driver, create()).await.unwrap();
    fake.set(|state| state.pkranges.push_back(timed_out()));
    let response = run(&driver, read()).await.unwrap();
    let shown = attempts(&response.diagnostics());
    let expected = [
        east("read_partition_key_ranges", 408),
        west("read_partition_key_ranges", 200),
        east("read_item", 200),
    ];
    assert_eq!(shown, expected);
    let diagnostics = response.diagnostics();
    let starts: Vec<Duration> = diagnostics
        .requests()
        .map(RequestDiagnostics::started_after)
        .collect();
    assert!(starts.is_sorted(), "{starts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_fails_everywhere_says_where_it_was_tried() {
    let (fake, driver) = world(false).await;
    fake.set(|state| state.container.extend(vec![timed_out(); 4]));
    let error = run(&driver, read()).await.unwrap_err();
    let shown = attempts(&error.diagnostics().unwrap());
    assert_eq!(shown.len(), 4);
    assert_eq!(shown[0], east("read_container", 408));
    assert_eq!(shown[1], west("read_container", 408));

    fake.script([answer(201).with("x-ms-session-token", "0:1#5"), answer(200)]);
    run(&driver, create()).await.unwrap();
    fake.set(|state| state.pkranges.extend(vec![timed_out(); 4]));
    let response = run(&driver, read()).await.unwrap();
    let shown = attempts(&response.diagnostics());
    assert_eq!(shown.len(), 5, "the whole session did instead: {shown:?}");
    assert_eq!(shown[4], east("read_item", 200));
}

#[tokio::test(start_paused = true)]
async fn pages_of_queries_and_change_feeds_show_them_once() {
    let (fake, driver) = world(false).await;
    let everything = FeedScope::full_container();
    fake.set(|state| state.pkranges.push_back(timed_out()));
    let request = QueryRequest::new(container(), everything.clone(), "SELECT * FROM c");
    fake.script([answer(200).with("x-ms-continuation", "next").body(PAGE)]);
    fake.script([answer(200).body(PAGE)]);
    let mut pages = driver.query_items(request, &plain()).await.unwrap();
    let first = pages.next_page().await.unwrap().unwrap();
    let expected = [
        east("read_partition_key_ranges", 408),
        west("read_partition_key_ranges", 200),
        east("query_items", 200),
    ];
    assert_eq!(attempts(first.diagnostics()), expected);
    let second = pages.next_page().await.unwrap().unwrap();
    assert_eq!(attempts(second.diagnostics()), [east("query_items", 200)]);

    let (fake, driver) = world(false).await;
    fake.set(|state| state.pkranges.push_back(timed_out()));
    fake.script([answer(200).with("etag", "\"5\"").body(PAGE)]);
    let request = ChangeFeedRequest::new(container(), everything, ChangeFeedStartFrom::Beginning);
    let mut feed = driver.read_change_feed(request, &plain()).await.unwrap();
    let page = feed.next_page().await.unwrap().unwrap();
    let expected = [
        east("read_partition_key_ranges", 408),
        west("read_partition_key_ranges", 200),
        east("read_change_feed", 200),
    ];
    assert_eq!(attempts(page.diagnostics()), expected);
}
