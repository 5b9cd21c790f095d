//! One operation of a batch: the same steps as the verb of its name, and the place in the array of
//! results.

use std::sync::Arc;

use cosmokit_protocol::{
    op::{
        BatchOperation, BatchOperationType, TransactionalBatchOperationResult as OperationResult,
    },
    partition::PartitionKey,
    status::StatusCode,
    wire::charge::RequestCharge,
};
use serde_json::value::RawValue;

use super::{
    create_item, delete_item,
    item_target::document_point,
    item_write::{Done, ItemWrite, Present, check_ttl},
    patch_item, replace_item, upsert_item,
};
use crate::{
    document::Draft,
    partition::version::Version,
    precondition::{ReadVerdict, on_read},
    refuse,
    request::{ContentResponse, Precondition},
    response::Failure,
    throughput::charge::Work,
};

/// Stages one operation on the logical partition of `key`.
///
/// # Errors
/// What the verb of that name refuses.
pub(super) fn stage(
    write: &mut ItemWrite<'_>,
    operation: &BatchOperation,
    key: &PartitionKey,
) -> Result<Done, Failure> {
    let condition = Precondition {
        if_match: operation.if_match.clone(),
        if_none_match: operation.if_none_match.clone(),
    };
    match operation.operation_type {
        BatchOperationType::Create => {
            let draft = draft(write, operation, key)?;
            create_item::stage(write, draft)
        }
        BatchOperationType::Upsert => {
            let draft = draft(write, operation, key)?;
            upsert_item::stage(write, draft, &condition)
        }
        BatchOperationType::Replace => {
            let draft = draft(write, operation, key)?;
            let present = live(write, operation)?;
            replace_item::stage(write, draft, &present, &condition)
        }
        BatchOperationType::Delete => {
            let present = live(write, operation)?;
            delete_item::stage(write, &present, &condition)
        }
        BatchOperationType::Patch => {
            let patch = patch_item::Patch::read(write.container(), operation.body().as_bytes())?;
            let present = live(write, operation)?;
            patch_item::stage(write, &patch, &present, &condition)
        }
        BatchOperationType::Read => read(write, &live(write, operation)?, &condition),
    }
}

/// The document of an operation, checked against the operation's id and the partition key.
fn draft(
    write: &ItemWrite<'_>,
    operation: &BatchOperation,
    key: &PartitionKey,
) -> Result<Draft, Failure> {
    let container = write.container();
    let draft =
        Draft::read(operation.body().as_bytes()).map_err(|error| refuse::document(&error))?;
    if operation.id.as_deref().is_some_and(|id| id != draft.id()) {
        return Err(refuse::bad_request(
            "the 'id' of the operation is not that of its document",
        ));
    }
    document_point(&container.rules.key, Some(key), &draft)?;
    check_ttl(container, &draft)?;
    Ok(draft)
}

fn live(write: &ItemWrite<'_>, operation: &BatchOperation) -> Result<Arc<Version>, Failure> {
    let id = operation.id.as_deref().unwrap_or_default();
    match write.present_id(id) {
        Present::Live(version) => Ok(version),
        _ => Err(refuse::not_found(format_args!("the item {id:?}"))),
    }
}

fn read(
    write: &ItemWrite<'_>,
    present: &Arc<Version>,
    condition: &Precondition,
) -> Result<Done, Failure> {
    let bytes = present.body.len();
    let (status, version, work) = match on_read(condition, present.tag.etag().as_str()) {
        ReadVerdict::Serve => (StatusCode::OK, Some(present), Work::Read { bytes }),
        ReadVerdict::NotModified => (StatusCode::NOT_MODIFIED, None, Work::Miss),
        ReadVerdict::Failed => return Err(write.refused(refuse::precondition_failed())),
    };
    Ok(Done {
        status,
        version: version.map(Arc::clone),
        work,
    })
}

/// The result of an operation that was carried out.
pub(super) fn result(
    done: &Done,
    content: ContentResponse,
    charge: RequestCharge,
) -> OperationResult {
    let mut result = OperationResult::new(done.status.as_u16()).with_request_charge(charge.value());
    if let Some(version) = &done.version {
        result = result.with_etag(version.tag.etag());
        if content == ContentResponse::Full
            && let Some(body) = raw(version)
        {
            result = result.with_resource_body(body);
        }
    }
    result
}

fn raw(version: &Version) -> Option<Box<RawValue>> {
    let text = std::str::from_utf8(&version.body).ok()?;
    RawValue::from_string(text.to_owned()).ok()
}

/// The result of an operation that was refused.
pub(super) fn refused(failure: &Failure) -> OperationResult {
    let mut result = OperationResult::new(failure.status().as_u16())
        .with_request_charge(failure.facts().charge.value());
    if let Some(substatus) = failure.substatus() {
        result = result.with_substatus_code(substatus.value().into());
    }
    if let Some(wait) = failure.retry_after() {
        result = result.with_retry_after(wait);
    }
    result
}

/// The result of an operation that was not carried out because another one failed.
pub(super) fn dependent() -> OperationResult {
    OperationResult::new(OperationResult::FAILED_DEPENDENCY).with_request_charge(0.0)
}
