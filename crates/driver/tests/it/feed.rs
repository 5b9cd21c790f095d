//! Pages and the documents in them.

use std::time::Duration;

use cosmokit_driver::options::EndToEndOperationLatencyPolicy;
use cosmokit_driver::{CosmosOperation, ErrorKind, OperationOptions, ResponseBody};

use crate::fake::{Fake, answer, container};

const PAGE: &str = r#"{"_rid":"x","Documents":[{"id":"1"},{"id":"2"}],"_count":2}"#;

#[tokio::test(start_paused = true)]
async fn pages_follow_their_continuation() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([
        answer(200).with("x-ms-continuation", "a").body(PAGE),
        answer(400),
        answer(200).with("x-ms-continuation", "b").body(PAGE),
        answer(200).body(PAGE),
    ]);
    let operation = CosmosOperation::read_all_items(container(), "pk");
    let mut pager = driver
        .execute_feed(operation, &OperationOptions::default())
        .unwrap();
    assert_eq!(
        pager
            .next_page()
            .await
            .unwrap()
            .unwrap()
            .into_body()
            .items()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(pager.continuation(), Some("a"));
    assert!(pager.next_page().await.is_err());
    assert_eq!(
        pager.continuation(),
        Some("a"),
        "a failed page can be asked for again"
    );
    assert!(pager.next_page().await.unwrap().is_some());
    assert!(pager.next_page().await.unwrap().is_some());
    assert!(pager.is_finished());
    assert!(pager.next_page().await.unwrap().is_none());
    let sent: Vec<_> = fake
        .items_seen()
        .iter()
        .map(|seen| seen.header("x-ms-continuation").map(str::to_owned))
        .collect();
    assert_eq!(
        sent,
        [None, Some("a".into()), Some("a".into()), Some("b".into())]
    );
}

#[tokio::test(start_paused = true)]
async fn all_pages_together_have_one_deadline() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let page = answer(200)
        .with("x-ms-continuation", "a")
        .body(PAGE)
        .after(Duration::from_millis(400));
    fake.script([page.clone(), page.clone(), page]);
    let policy = EndToEndOperationLatencyPolicy::new(Duration::from_secs(1));
    let options = OperationOptions::default().with_end_to_end_latency_policy(policy);
    let operation = CosmosOperation::read_all_items_cross_partition(container());
    let mut pager = driver.execute_feed(operation, &options).unwrap();
    assert!(pager.next_page().await.unwrap().is_some());
    assert!(pager.next_page().await.unwrap().is_some());
    assert_eq!(
        pager.next_page().await.unwrap_err().kind(),
        ErrorKind::Deadline
    );
}

#[test]
fn documents_are_slices_of_the_page() {
    let body = bytes::Bytes::from(PAGE);
    let items = ResponseBody::from(body.clone()).items().unwrap();
    assert_eq!(items, [r#"{"id":"1"}"#, r#"{"id":"2"}"#]);
    assert!(
        body.as_ptr_range().contains(&items[0].as_ptr()),
        "not copied"
    );
    let ids: Vec<serde_json::Value> = ResponseBody::from(body).into_items().unwrap();
    assert_eq!(ids[1]["id"], "2");
    assert!(ResponseBody::from_bytes("[]").items().is_err());
    assert!(ResponseBody::from_bytes("{").items().is_err());
    assert!(ResponseBody::empty().items().unwrap().is_empty());
    assert_eq!(
        ResponseBody::empty().single().unwrap_err().kind(),
        ErrorKind::Serialization
    );
    assert!(
        ResponseBody::from_bytes("{}")
            .into_single::<Vec<u8>>()
            .is_err()
    );
}
