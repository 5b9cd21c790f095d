//! Writes in doubt: an earlier attempt may have been applied and its answer was lost, and a later one was
//! refused in the way that would follow. The item is read back where it was written, and what is found decides:
//! the write's own outcome when the item is as the write would leave it, else the refusal with the doubt.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::Core;
use super::attempt::{Answer, Attempted};
use super::prepare::Prepared;
use super::run::{End, Ended};
use crate::diagnostics::{ExecutionContext, Recorder};
use crate::operation::{CosmosOperation, OperationType, Plane};
use crate::options::{ContentResponseOnWrite, WriteRetryPolicy};

use cosmokit_protocol::status::{CosmosStatus, StatusCode};
use cosmokit_protocol::wire::header;

impl Prepared<'_> {
    /// Whether a write that may have been applied may be sent again.
    pub(super) fn is_repeatable(&self) -> bool {
        match self.settings.write_retry_policy {
            WriteRetryPolicy::Never => false,
            WriteRetryPolicy::Always => true,
            WriteRetryPolicy::IfIdempotent => is_idempotent(self.operation),
        }
    }
}

/// Whether applying an operation twice is applying it once. What scripts do twice is not.
fn is_idempotent(operation: &CosmosOperation) -> bool {
    let triggers = [header::PRE_TRIGGER_INCLUDE, header::POST_TRIGGER_INCLUDE];
    if triggers
        .iter()
        .any(|name| operation.headers().contains_key(name))
    {
        return false;
    }
    match operation.operation_type() {
        OperationType::Create
        | OperationType::Upsert
        | OperationType::Replace
        | OperationType::Delete
        | OperationType::DeleteByPartitionKey => true,
        OperationType::Patch => operation.headers().contains_key(http::header::IF_MATCH),
        read => read.is_read_only(),
    }
}

impl Core {
    /// Resolves the doubt about a write that was refused after an earlier attempt may have been applied.
    pub(super) async fn read_back(
        self: &Arc<Self>,
        prepared: &Prepared<'_>,
        ended: Ended,
        recorder: &mut Recorder,
    ) -> Ended {
        let Attempted::Answered(refusal) = &ended.last else {
            return ended;
        };
        let Some(success) = success_in_doubt(prepared, refusal.status) else {
            return ended;
        };
        let Some(read) = prepared.operation.read_of_item() else {
            return ended;
        };
        let mut reading = Prepared::plain(&read, Arc::clone(&prepared.settings), prepared.deadline);
        // Where it was written.
        reading.access = prepared.access;
        reading.context = ExecutionContext::ReadBack;
        reading.container.clone_from(&prepared.container);
        let found = Box::pin(self.run(&reading, recorder)).await;
        let Attempted::Answered(found) = found.last else {
            return ended;
        };
        let is_own = match prepared.operation.operation_type() {
            OperationType::Delete => found.status.status_code() == StatusCode::NOT_FOUND,
            _ => found.status.is_success() && is_same_item(prepared.operation.body(), &found.body),
        };
        if !is_own {
            return ended;
        }
        tracing::debug!(
            operation = prepared.operation.name(),
            "an earlier attempt was applied, as reading back shows"
        );
        let wants_body =
            prepared.settings.content_response_on_write == ContentResponseOnWrite::Enabled;
        let answer = Answer {
            status: CosmosStatus::new(success),
            body: if wants_body && success != StatusCode::NO_CONTENT {
                found.body
            } else {
                Bytes::new()
            },
            headers: found.headers,
        };
        Ended::of(Attempted::Answered(answer), End::Response)
    }
}

/// What the write would have been answered, if the refusal is one that its own earlier attempt explains.
fn success_in_doubt(prepared: &Prepared<'_>, refusal: CosmosStatus) -> Option<StatusCode> {
    let operation = prepared.operation;
    if operation.verb().plane != Plane::Data {
        return None;
    }
    let is_plain = refusal.sub_status().is_none_or(|sub| sub.value() == 0);
    let conditional = operation.headers().contains_key(http::header::IF_MATCH);
    match (operation.operation_type(), refusal.status_code().as_u16()) {
        (OperationType::Create, 409) => Some(StatusCode::CREATED),
        (OperationType::Delete, 404) if is_plain => Some(StatusCode::NO_CONTENT),
        (OperationType::Replace | OperationType::Upsert, 412) if conditional => {
            Some(StatusCode::OK)
        }
        _ => None,
    }
}

/// Properties that the service adds.
const SYSTEM: [&str; 6] = ["_rid", "_self", "_etag", "_attachments", "_ts", "_lsn"];

/// Whether the item that was found is the one that was sent, apart from what the service adds.
fn is_same_item(sent: &[u8], found: &[u8]) -> bool {
    let item = |bytes: &[u8]| -> Option<Value> {
        let mut item: Value = serde_json::from_slice(bytes).ok()?;
        for name in SYSTEM {
            item.as_object_mut()?.remove(name);
        }
        Some(item)
    };
    item(sent).is_some_and(|sent| Some(sent) == item(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_the_same_apart_from_what_the_service_adds() {
        let check = |sent: &str, found: &str, same| {
            assert_eq!(
                is_same_item(sent.as_bytes(), found.as_bytes()),
                same,
                "{sent} {found}"
            );
        };
        check(
            r#"{"id":"1","n":1}"#,
            r#"{"n":1,"id":"1","_ts":5,"_etag":"e","_rid":"r"}"#,
            true,
        );
        check(r#"{"id":"1","_ts":4}"#, r#"{"id":"1","_ts":5}"#, true);
        check(r#"{"id":"1","n":1}"#, r#"{"id":"1","n":2}"#, false);
        check(r#"{"id":"1"}"#, r#"{"id":"1","n":null}"#, false);
        check("nonsense", "nonsense", false);
        check(r#""text""#, r#""text""#, false);
    }
}
