//! Every refusal of the engine, one constructor per row of protocol.md §21 that it emits.

use std::{fmt::Display, time::Duration};

use cosmokit_protocol::status::{StatusCode, SubStatusCode};

use crate::{document::DocumentError, durable::StoreError, feature::Feature, response::Failure};

/// The partitions cannot be cut or put together like this.
const TOPOLOGY_CHANGE_INVALID: u16 = 1105;
/// Partition key in header and body differ, or have the wrong number of values.
const KEY_MISMATCH: u16 = 1001;
/// No replica of the region has what the session token asks for; or, with 410, an unknown range.
const SESSION_OR_RANGE: u16 = 1002;
/// The database or container above the resource does not exist.
const OWNER_NOT_FOUND: u16 = 1003;
/// A query whose answers the client has to merge.
const NOT_SERVED_BY_THE_GATEWAY: u16 = 1004;
/// A container needs a partition key definition.
const KEY_DEFINITION_MISSING: u16 = 1013;
/// The client means an earlier container of this name.
const CONTAINER_RECREATED: u16 = 1024;
/// The partition is being split or merged.
const PARTITION_MOVING: u16 = 1007;
/// Writes go to another region.
const WRITE_FORBIDDEN: u16 = 3;
/// The account is not in this region.
const ACCOUNT_NOT_IN_REGION: u16 = 1008;
/// The throughput of the resource is being changed.
const OFFER_PENDING: u16 = 3205;
/// The partition has used up its request units.
const BUDGET_EXCEEDED: u16 = 3200;
/// Other regions cannot keep up.
const REPLICATION_BACK_PRESSURE: u16 = 3096;
/// A link between replicas is full.
const REPLICATION_QUEUE_FULL: u16 = 3075;
/// Longest wait that a write which other regions hold back is told to take before it tries again.
const LONGEST_BACK_PRESSURE: Duration = Duration::from_secs(1);
/// The condition of a patch does not hold.
const PATCH_CONDITION_FAILED: u16 = 1110;
/// The answer to a batch would be too large.
const ANSWER_TOO_LARGE: u16 = 3402;

fn with(status: StatusCode, substatus: u16, message: impl Into<String>) -> Failure {
    Failure::new(status, message).with_substatus(SubStatusCode::new(substatus))
}

/// 400 without substatus.
pub(crate) fn bad_request(reason: impl Display) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, reason.to_string())
}

/// 400/1001.
pub(crate) fn key_mismatch(reason: impl Display) -> Failure {
    with(StatusCode::BAD_REQUEST, KEY_MISMATCH, reason.to_string())
}

/// 400: an item operation without a partition key.
pub(crate) fn key_missing() -> Failure {
    bad_request(
        "the partition key must be given for this operation (header x-ms-documentdb-partitionkey)",
    )
}

/// 400: a query over several partitions without leave; clients look for the beginning of the text.
pub(crate) fn cross_partition_disabled() -> Failure {
    bad_request(
        "Cross partition query is required but disabled: send \
         x-ms-documentdb-query-enablecrosspartition: true, or x-ms-documentdb-partitionkey, or \
         name the whole partition key in the filter",
    )
}

/// 400/1004: a query that clients merge themselves, with its plan.
pub(crate) fn left_to_the_client(plan: String) -> Failure {
    with(
        StatusCode::BAD_REQUEST,
        NOT_SERVED_BY_THE_GATEWAY,
        "The provided cross partition query can not be directly served by the gateway: the client \
         has to merge the answers of the partitions by the plan in 'additionalErrorInfo'",
    )
    .with_additional(plan)
}

/// 400/1013.
pub(crate) fn key_definition_missing() -> Failure {
    with(
        StatusCode::BAD_REQUEST,
        KEY_DEFINITION_MISSING,
        "the container has no 'partitionKey', which is required",
    )
}

/// 400/1105: a split or merge that cannot be.
pub(crate) fn repartition_invalid(reason: impl Display) -> Failure {
    with(
        StatusCode::BAD_REQUEST,
        TOPOLOGY_CHANGE_INVALID,
        reason.to_string(),
    )
}

/// 400/1024.
pub(crate) fn container_recreated(intended: &str, actual: &str) -> Failure {
    with(
        StatusCode::BAD_REQUEST,
        CONTAINER_RECREATED,
        format!(
            "the request means the container {intended:.64}, and the container of this name is now {actual}"
        ),
    )
}

/// 404: the addressed resource does not exist.
pub(crate) fn not_found(what: impl Display) -> Failure {
    Failure::new(StatusCode::NOT_FOUND, format!("{what} does not exist"))
}

/// 404/1003.
pub(crate) fn owner_not_found(what: impl Display) -> Failure {
    with(
        StatusCode::NOT_FOUND,
        OWNER_NOT_FOUND,
        format!("the owner resource {what} does not exist"),
    )
}

/// 404/1002.
pub(crate) fn session_not_available() -> Failure {
    with(
        StatusCode::NOT_FOUND,
        SESSION_OR_RANGE,
        "the read session is not available for the session token that was given",
    )
}

/// 403/3.
pub(crate) fn write_forbidden(region: impl Display) -> Failure {
    with(
        StatusCode::FORBIDDEN,
        WRITE_FORBIDDEN,
        format!("region {region} takes no writes"),
    )
}

/// 403: a container has as many scripts of a kind as it may have.
pub(crate) fn too_many(limit: usize, what: impl Display) -> Failure {
    Failure::new(
        StatusCode::FORBIDDEN,
        format!("the container has {limit} {what}s, which is the limit"),
    )
}

/// 403/1008.
pub(crate) fn account_not_in_region(region: impl Display) -> Failure {
    with(
        StatusCode::FORBIDDEN,
        ACCOUNT_NOT_IN_REGION,
        format!("the account is not in region {region}"),
    )
}

/// 500: the store of a durable account did not take what the request did, and memory is as if it
/// had not been.
pub(crate) fn not_stored(error: &StoreError) -> Failure {
    Failure::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        format!("the request was undone because it could not be stored: {error}"),
    )
}

/// The content of a partition is being read from disk. No client sees it: the request is run again.
pub(crate) fn not_read_yet() -> Failure {
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "the partition is being read from disk",
    )
}

/// 500: what the store of a durable account holds cannot be read.
pub(crate) fn unreadable(error: &StoreError) -> Failure {
    Failure::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        format!("the partition cannot be read: {error}"),
    )
}

/// 409: the id is taken.
pub(crate) fn conflict(what: impl Display) -> Failure {
    Failure::new(StatusCode::CONFLICT, format!("{what} exists already"))
}

/// 400/3205: the throughput is being changed already.
pub(crate) fn offer_pending() -> Failure {
    with(
        StatusCode::BAD_REQUEST,
        OFFER_PENDING,
        "an earlier replacement of this offer is still being carried out",
    )
}

/// 400: a reader of all versions comes too late.
pub(crate) fn beyond_retention(window: Duration) -> Failure {
    bad_request(format!(
        "changes after this position are older than the {} minutes for which the container keeps \
         all versions and deletes, and may be gone; start anew from now",
        window.as_secs() / 60
    ))
}

/// 429/3200.
pub(crate) fn throttled(wait: Duration) -> Failure {
    with(
        StatusCode::TOO_MANY_REQUESTS,
        BUDGET_EXCEEDED,
        "the request rate is too large: the throughput of the partition is used up for now",
    )
    .with_retry_after(wait)
}

/// 429/3096: bounded staleness holds a write back until another region has come closer.
pub(crate) fn region_behind(wait: Duration) -> Failure {
    let wait = wait.clamp(Duration::from_millis(1), LONGEST_BACK_PRESSURE);
    with(
        StatusCode::TOO_MANY_REQUESTS,
        REPLICATION_BACK_PRESSURE,
        "another region is as far behind as bounded staleness allows; the write has to wait for it",
    )
    .with_retry_after(wait)
}

/// 429/3075: a link between regions or replicas holds as much as it can.
pub(crate) fn replication_queue_full() -> Failure {
    with(
        StatusCode::TOO_MANY_REQUESTS,
        REPLICATION_QUEUE_FULL,
        "a link between replicas holds as many changes as it can; let some of them arrive",
    )
    .with_retry_after(LONGEST_BACK_PRESSURE)
}

/// 503: no replica of the region is as recent as the consistency level asks.
pub(crate) fn region_too_far_behind() -> Failure {
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "no replica of the region is as recent as the consistency level asks; try another region",
    )
}

/// 408: a script took more time than it may.
pub(crate) fn script_timeout() -> Failure {
    Failure::new(
        StatusCode::REQUEST_TIMEOUT,
        "the script did not end within the steps that it may take; what it did was undone",
    )
    .out_of_steps()
}

/// 408: a write was not acknowledged in time.
pub(crate) fn not_acknowledged() -> Failure {
    Failure::new(
        StatusCode::REQUEST_TIMEOUT,
        "a majority in every region did not confirm the request in time; what it wrote is in the \
         log of the write region and may have been, or still be, applied",
    )
}

/// 503: a failover discarded a write while it waited to be acknowledged.
pub(crate) fn lost_in_failover() -> Failure {
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "the write was discarded by a failover before it was acknowledged; it was not applied",
    )
}

/// 503: the region is offline.
pub(crate) fn region_offline(region: impl Display) -> Failure {
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        format!("region {region} is offline"),
    )
}

/// 413/3402: the answer to a batch would be too large.
pub(crate) fn answer_too_large() -> Failure {
    with(
        StatusCode::PAYLOAD_TOO_LARGE,
        ANSWER_TOO_LARGE,
        "the documents of the answer are too large together; send fewer operations, or ask for a \
         minimal answer",
    )
}

/// 409: another item of the logical partition holds a unique key.
pub(crate) fn unique_key_taken() -> Failure {
    Failure::new(
        StatusCode::CONFLICT,
        "another item of the logical partition has the same values under a unique key of the container",
    )
}

/// 410/1002.
pub(crate) fn range_gone(range: &str) -> Failure {
    with(
        StatusCode::GONE,
        SESSION_OR_RANGE,
        format!("the partition key range {range:.64} does not exist; read the ranges again"),
    )
}

/// 410/1007.
pub(crate) fn partition_moving(range: &str) -> Failure {
    with(
        StatusCode::GONE,
        PARTITION_MOVING,
        format!("the partition key range {range:.64} is being split or merged; try again shortly"),
    )
}

/// 412.
pub(crate) fn precondition_failed() -> Failure {
    Failure::new(
        StatusCode::PRECONDITION_FAILED,
        "one of the specified pre-conditions is not met; read the resource again for its etag",
    )
}

/// 412/1110: the condition of a patch does not hold.
pub(crate) fn patch_condition_failed() -> Failure {
    with(
        StatusCode::PRECONDITION_FAILED,
        PATCH_CONDITION_FAILED,
        "the condition of the patch does not hold for the item",
    )
}

/// 413 for size, else 400.
pub(crate) fn document(error: &DocumentError) -> Failure {
    let status = match error {
        DocumentError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    };
    Failure::new(status, error.to_string())
}

/// 413: a batch and the expired items in its way are more changes than one LSN can take.
pub(crate) fn too_many_changes() -> Failure {
    Failure::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the batch would end too many expired items at once; send fewer operations",
    )
}

/// 413: scripts asked for more operations than one transaction can take.
pub(crate) fn too_many_operations() -> Failure {
    Failure::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the script asks for more operations than one transaction can take; let it end when an \
         operation is not accepted, and execute it again for the rest",
    )
}

/// 413: what a stored procedure answers is too large.
pub(crate) fn script_answer_too_large(limit: usize) -> Failure {
    Failure::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the response of the stored procedure is larger than {limit} bytes"),
    )
}

/// 500: the log of a partition has used all its numbers.
pub(crate) fn log_full() -> Failure {
    Failure::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the partition's log has no numbers left",
    )
}

/// 501.
pub(crate) fn not_implemented(feature: Feature) -> Failure {
    Failure::new(
        StatusCode::NOT_IMPLEMENTED,
        format!("{feature}: not implemented by this version of cosmokit"),
    )
}
