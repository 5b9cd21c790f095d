//! Entries in all the shapes that servers send.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;

fn read(entry: &Value) -> ChangeFeedItem<Value> {
    let item: ChangeFeedItem<Value> = serde_json::from_str(&entry.to_string()).unwrap();
    let from_tree: ChangeFeedItem<Value> = serde_json::from_value(entry.clone()).unwrap();
    assert_eq!(item, from_tree);
    item
}

#[test]
fn envelopes() {
    let item = read(&json!({
        "current": {"id": "1"}, "previous": {"id": "0"},
        "metadata": {"operationType": "replace", "lsn": 15, "crts": 1_720_322_460, "previousImageLSN": 12}
    }));
    assert_eq!(item.current(), Some(&json!({"id": "1"})));
    assert_eq!(item.previous(), Some(&json!({"id": "0"})));
    assert_eq!(
        item.operation_type(),
        Some(ChangeFeedOperationType::Replace)
    );
    let metadata = item.metadata().unwrap();
    assert_eq!(metadata.lsn().map(LogicalSequenceNumber::value), Some(15));
    assert_eq!(
        metadata.conflict_resolution_timestamp(),
        Some(Duration::from_secs(1_720_322_460))
    );
    assert_eq!(
        metadata.previous_image_lsn(),
        Some(LogicalSequenceNumber::from(12))
    );
}

#[test]
fn bare_documents_are_current() {
    for document in [
        json!({"id": "1", "current": {"x": 1}}),
        json!({"id": "1", "metadata": 1}),
        json!({}),
        json!([1]),
        json!(7),
        json!(null),
    ] {
        let item = read(&document);
        assert_eq!(item.current(), Some(&document));
        assert!(item.previous().is_none() && item.metadata().is_none());
    }
}

#[test]
fn deletes_have_no_current() {
    for entry in [
        json!({"current": {}, "previous": {"id": "1"}, "metadata": {"operationType": "delete"}}),
        json!({"current": null, "previous": {"id": "1"}, "metadata": {"operationType": "delete"}}),
        json!({"previous": {"id": "1"}, "metadata": {"operationType": "delete"}}),
    ] {
        let item = read(&entry);
        assert_eq!(item.current(), None, "{entry}");
        assert_eq!(item.previous(), Some(&json!({"id": "1"})));
        assert_eq!(item.operation_type(), Some(ChangeFeedOperationType::Delete));
    }
    let item =
        read(&json!({"current": {"id": "1"}, "metadata": {"operationType": "shred", "crts": -5}}));
    assert_eq!(
        item.operation_type(),
        Some(ChangeFeedOperationType::Unknown)
    );
    assert_eq!(
        item.metadata().unwrap().conflict_resolution_timestamp(),
        Some(Duration::ZERO)
    );
    let item = read(&json!({"current": {"id": "1"}, "metadata": null}));
    assert_eq!(item.metadata(), None);
}

#[test]
fn keys_of_deleted_items_come_in_two_shapes() {
    let check = |key: Value, expected: &[Value]| {
        let item = read(&json!({"current": {}, "metadata": {"id": "x", "partitionKey": key}}));
        let metadata = item.metadata().unwrap();
        assert_eq!(metadata.id(), Some("x"));
        let values = metadata.partition_key_values(&["/tenant", "/user/id"]);
        assert_eq!(values, expected.iter().collect::<Vec<_>>(), "{key}");
    };
    check(json!(["t", 5]), &[json!("t"), json!(5)]);
    check(
        json!({"user/id": 5, "tenant": "t"}),
        &[json!("t"), json!(5)],
    );
    check(
        json!({"/user/id": 5, "/tenant": "t"}),
        &[json!("t"), json!(5)],
    );
    check(json!({"tenant": "t"}), &[json!("t")]);
    check(json!("t"), &[json!("t")]);
    check(json!([]), &[]);
}

#[test]
fn writes_what_it_reads_and_keeps_the_text_of_documents() {
    let metadata = ChangeFeedMetadata::new(15.into(), Duration::from_millis(1_720_322_460_900))
        .with_operation_type(ChangeFeedOperationType::Delete)
        .with_previous_image_lsn(12.into())
        .with_time_to_live_expired()
        .with_deleted_item("x", json!(["pk"]));
    let entry = write_entry(None, Some(br#"{"id":"x", "n":1.0}"#), &metadata);
    let expected = concat!(
        r#"{"current":{},"previous":{"id":"x", "n":1.0},"metadata":{"operationType":"delete","lsn":15,"#,
        r#""crts":1720322460,"previousImageLSN":12,"timeToLiveExpired":true,"id":"x","partitionKey":["pk"]}}"#,
    );
    assert_eq!(String::from_utf8(entry).unwrap(), expected);
    let item: ChangeFeedItem<Value> = serde_json::from_str(expected).unwrap();
    assert_eq!(item.current(), None);
    let latest = write_entry(
        Some(b"{\"id\":\"1\"}"),
        None,
        &ChangeFeedMetadata::new(1.into(), Duration::ZERO),
    );
    assert_eq!(
        latest,
        br#"{"current":{"id":"1"},"metadata":{"lsn":1,"crts":0}}"#
    );
}

#[test]
fn integers_of_a_document_stay_exact() {
    #[derive(serde::Deserialize)]
    struct Document {
        n: u64,
    }
    let item: ChangeFeedItem<Document> =
        serde_json::from_str(r#"{"current":{"n":18446744073709551615},"metadata":{"lsn":1}}"#)
            .unwrap();
    assert_eq!(item.current().unwrap().n, u64::MAX);
}

#[test]
fn modes_by_header() {
    for mode in [
        ChangeFeedMode::LatestVersion,
        ChangeFeedMode::AllVersionsAndDeletes,
    ] {
        assert_eq!(
            ChangeFeedMode::from_a_im(&mode.a_im().to_lowercase()),
            Some(mode)
        );
    }
    assert_eq!(ChangeFeedMode::from_a_im("Full Feed"), None);
}
