//! How one change is written: the document with its `_lsn`, or an envelope around it.

use std::time::Duration;

use cosmokit_protocol::{
    op::{
        ChangeFeedMetadata, ChangeFeedOperationType,
        change_feed::{LogicalSequenceNumber, write_entry},
    },
    partition::PartitionKeyDefinition,
    session::Lsn,
};
use serde_json::Value;

use crate::partition::{
    log::Entry,
    version::{Change, Version},
};

/// The document of a version with its `_lsn`.
pub(super) fn document(version: &Version, lsn: Lsn) -> Vec<u8> {
    let mut text = Vec::with_capacity(version.body.len() + 28);
    text.extend_from_slice(&version.body);
    text.pop();
    text.extend_from_slice(format!(",\"_lsn\":{}}}", lsn.value()).as_bytes());
    text
}

/// The latest version in its envelope.
pub(super) fn latest(version: &Version, lsn: Lsn) -> Vec<u8> {
    write_entry(Some(&document(version, lsn)), None, &metadata(version, lsn))
}

/// A change in its envelope: what came out of it, what was there before, and what it was.
pub(super) fn change(entry: &Entry, lsn: Lsn, key: &PartitionKeyDefinition) -> Vec<u8> {
    let version = &*entry.version;
    let previous = entry.previous.as_deref();
    let mut metadata = metadata(version, lsn).with_operation_type(match version.change {
        Change::Create => ChangeFeedOperationType::Create,
        Change::Replace => ChangeFeedOperationType::Replace,
        Change::Delete | Change::Expire => ChangeFeedOperationType::Delete,
    });
    if let Some(previous) = previous {
        metadata = metadata.with_previous_image_lsn(number(previous.lsn));
    }
    if version.change == Change::Expire {
        metadata = metadata.with_time_to_live_expired();
    }
    let previous = previous.map(|previous| &previous.version.body);
    if version.change.removes() {
        let values = previous.map_or(Value::Null, |body| key_values(body, key));
        metadata = metadata.with_deleted_item(version.name.id(), values);
        return write_entry(None, previous.map(AsRef::as_ref), &metadata);
    }
    let current = document(version, lsn);
    write_entry(Some(&current), previous.map(AsRef::as_ref), &metadata)
}

fn metadata(version: &Version, lsn: Lsn) -> ChangeFeedMetadata {
    ChangeFeedMetadata::new(number(lsn), Duration::from_secs(version.at.secs()))
}

fn number(lsn: Lsn) -> LogicalSequenceNumber {
    LogicalSequenceNumber::from(i64::try_from(lsn.value()).unwrap_or(i64::MAX))
}

/// The values of the partition key in a document, as an array.
fn key_values(document: &[u8], key: &PartitionKeyDefinition) -> Value {
    key.extract(document)
        .ok()
        .and_then(|key| serde_json::from_str(&key.to_header()).ok())
        .unwrap_or_default()
}
