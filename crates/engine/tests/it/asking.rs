//! Short ways to ask for the verbs that touch many items.

use cosmokit_engine::{
    clock::Timestamp,
    protocol::{id::Etag, op::ChangeFeedMode, partition::PartitionKey},
    request::{
        Batch, BatchMode, ChangeFeedFormat, DeleteByPartitionKey, FeedScope, PatchItem,
        Precondition, ReadChangeFeed,
    },
};
use serde_json::{Value, json};

use crate::world::{Answer, World, container, item};

pub(crate) fn patch(pk: &str, id: &str, body: &Value) -> PatchItem {
    PatchItem {
        item: item(id),
        partition_key: Some(PartitionKey::from(pk)),
        body: body.to_string().into(),
        precondition: Precondition::default(),
    }
}

pub(crate) fn batch(pk: &str, operations: &[Value]) -> Batch {
    Batch {
        container: container(),
        partition_key: Some(PartitionKey::from(pk)),
        partition_key_range_id: None,
        body: json!(operations).to_string().into(),
        mode: BatchMode::Atomic,
    }
}

pub(crate) fn key_delete(key: impl Into<PartitionKey>) -> DeleteByPartitionKey {
    DeleteByPartitionKey {
        container: container(),
        partition_key: Some(key.into()),
    }
}

/// The latest versions, from the beginning, as documents.
pub(crate) fn latest() -> ReadChangeFeed {
    ReadChangeFeed {
        container: container(),
        scope: FeedScope::default(),
        mode: ChangeFeedMode::LatestVersion,
        if_none_match: None,
        if_modified_since: None,
        max_item_count: None,
        format: ChangeFeedFormat::Documents,
    }
}

/// All versions and deletes, from now.
pub(crate) fn all_versions() -> ReadChangeFeed {
    ReadChangeFeed {
        mode: ChangeFeedMode::AllVersionsAndDeletes,
        if_none_match: Some(Etag::any()),
        format: ChangeFeedFormat::Envelopes,
        ..latest()
    }
}

pub(crate) fn of_range(feed: ReadChangeFeed, id: &str) -> ReadChangeFeed {
    ReadChangeFeed {
        scope: FeedScope {
            partition_key_range_id: Some(id.to_owned()),
            ..FeedScope::default()
        },
        ..feed
    }
}

pub(crate) fn behind(feed: ReadChangeFeed, etag: &Etag) -> ReadChangeFeed {
    ReadChangeFeed {
        if_none_match: Some(etag.clone()),
        ..feed
    }
}

pub(crate) fn since(feed: ReadChangeFeed, at: Timestamp) -> ReadChangeFeed {
    ReadChangeFeed {
        if_modified_since: Some(at),
        ..feed
    }
}

/// The entries of a page; none of a 304.
pub(crate) fn entries(answer: &Answer) -> Vec<Value> {
    assert!(matches!(answer.status, 200 | 304), "{answer:?}");
    let entries = answer.body["Documents"].as_array().cloned();
    assert_eq!(answer.status == 200, entries.is_some());
    let entries = entries.unwrap_or_default();
    let count = (answer.status == 200).then_some(entries.len() as u64);
    assert_eq!(answer.facts.item_count, count);
    entries
}

/// Reads pages until 304; returns them and the last etag.
pub(crate) fn drain(world: &World, mut feed: ReadChangeFeed) -> (Vec<Vec<Value>>, Etag) {
    let mut pages = Vec::new();
    loop {
        let answer = world.run(feed.clone());
        let etag = answer.etag();
        if answer.status == 304 {
            return (pages, etag);
        }
        pages.push(entries(&answer));
        feed.if_none_match = Some(etag);
    }
}

/// The status codes of the results of a batch.
pub(crate) fn statuses(answer: &Answer) -> Vec<u64> {
    let results = answer.body.as_array().unwrap();
    let status = |result: &Value| result["statusCode"].as_u64().unwrap();
    results.iter().map(status).collect()
}
