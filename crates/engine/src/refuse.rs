//! Every refusal of the engine, one constructor per row of protocol.md §21 that it emits.

use std::fmt::Display;

use cosmokit_protocol::status::{StatusCode, SubStatusCode};

use crate::{document::DocumentError, feature::Feature, response::Failure};

/// Partition key in header and body differ, or have the wrong number of values.
const KEY_MISMATCH: u16 = 1001;
/// No replica of the region has what the session token asks for; or, with 410, an unknown range.
const SESSION_OR_RANGE: u16 = 1002;
/// The database or container above the resource does not exist.
const OWNER_NOT_FOUND: u16 = 1003;
/// A container needs a partition key definition.
const KEY_DEFINITION_MISSING: u16 = 1013;
/// The client means an earlier container of this name.
const CONTAINER_RECREATED: u16 = 1024;
/// Writes go to another region.
const WRITE_FORBIDDEN: u16 = 3;
/// The account is not in this region.
const ACCOUNT_NOT_IN_REGION: u16 = 1008;

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

/// 400/1013.
pub(crate) fn key_definition_missing() -> Failure {
    with(
        StatusCode::BAD_REQUEST,
        KEY_DEFINITION_MISSING,
        "the container has no 'partitionKey', which is required",
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

/// 403/1008.
pub(crate) fn account_not_in_region(region: impl Display) -> Failure {
    with(
        StatusCode::FORBIDDEN,
        ACCOUNT_NOT_IN_REGION,
        format!("the account is not in region {region}"),
    )
}

/// 409: the id is taken.
pub(crate) fn conflict(what: impl Display) -> Failure {
    Failure::new(StatusCode::CONFLICT, format!("{what} exists already"))
}

/// 410/1002.
pub(crate) fn range_gone(range: &str) -> Failure {
    with(
        StatusCode::GONE,
        SESSION_OR_RANGE,
        format!("the partition key range {range:.64} does not exist; read the ranges again"),
    )
}

/// 412.
pub(crate) fn precondition_failed() -> Failure {
    Failure::new(
        StatusCode::PRECONDITION_FAILED,
        "one of the specified pre-conditions is not met; read the resource again for its etag",
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
