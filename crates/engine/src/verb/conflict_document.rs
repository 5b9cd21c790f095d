//! A version that lost, as a document; and the number that an address of one stands for.

use bytes::Bytes;
use cosmokit_protocol::{
    id::{Rid, RidKind},
    resource::{Conflict, SystemProperties},
};
use uuid::Uuid;

use crate::{
    conflict::feed::ConflictRecord,
    metadata::{catalog::Addressing, container::Container, database::seconds},
    partition::version::{Change, VersionTag},
    refuse,
    request::ConflictAddress,
    response::Failure,
};

/// The document, and its resource id.
///
/// # Errors
/// 500 after 2^60 writes.
pub(super) fn document(
    container: &Container,
    number: u64,
    record: &ConflictRecord,
) -> Result<(Rid, Bytes), Failure> {
    let version = &record.version;
    let rid = Rid::conflict(container.rid, number).map_err(|_| refuse::log_full())?;
    let item = Rid::document(container.rid, version.ordinal).map_err(|_| refuse::log_full())?;
    let mut conflict = Conflict::default();
    conflict.id = version.tag.to_string();
    let operation = match version.change {
        Change::Create => "create",
        Change::Replace => "replace",
        Change::Delete | Change::Expire => "delete",
    };
    conflict.operation_type = Some(operation.to_owned());
    conflict.resource_type = Some("document".to_owned());
    conflict.resource_id = Some(item.to_string());
    conflict.content = Some(String::from_utf8_lossy(&version.body).into_owned());
    conflict.conflict_lsn = Some(record.lsn.value());
    conflict.system_properties = SystemProperties::new(
        rid.to_string(),
        rid.self_link(),
        version.tag.etag(),
        seconds(record.at),
    );
    let text = serde_json::to_vec(&conflict).expect("a conflict is plain JSON");
    Ok((rid, text.into()))
}

/// The number of the write that an address means; `None` when it cannot be one.
///
/// # Errors
/// 400 for a resource id of something else.
pub(super) fn number(
    container: &Container,
    addressing: Addressing,
    address: &ConflictAddress,
) -> Result<Option<u64>, Failure> {
    let text = &address.conflict;
    if addressing == Addressing::Name {
        let tag = Uuid::parse_str(text).ok();
        return Ok(tag.map(|tag| VersionTag::from_bits(tag.as_u128()).counter()));
    }
    let rid: Option<Rid> = text.parse().ok();
    let rid = rid.filter(|rid| rid.kind() == RidKind::Conflict);
    let rid = rid.ok_or_else(|| {
        refuse::bad_request(format!("{text:.64} is not the resource id of a conflict"))
    })?;
    let is_ours = rid.container_rid() == Some(container.rid);
    Ok(rid.ordinal().filter(|_| is_ours))
}
