//! Read a conflict.

use std::sync::Arc;

use super::{
    conflict_document::{document, number},
    item_target::header_point,
    metadata_answer::{Document, read},
};
use crate::{
    account::{Call, Place},
    conflict::feed::ConflictRecord,
    refuse,
    request::{ConflictAddress, Precondition, ReadConflict},
    response::{Failure, Response},
};

use cosmokit_protocol::partition::PartitionKey;

/// 200 with the document; 404 when there is no such conflict under the partition key.
///
/// # Errors
/// As above, and whatever finding the place refuses.
pub(super) fn read_conflict(call: &Call<'_>, input: &ReadConflict) -> Result<Response, Failure> {
    let found = find(call, &input.conflict, input.partition_key.as_ref())?;
    let container = &found.place.container;
    let (_, text) = document(container, found.number, &found.record)?;
    let etag = found.record.version.tag.etag();
    let document = Document {
        text: &text,
        etag: &etag,
        owner: Some(&container.owner),
    };
    read(document, &Precondition::default())
}

/// A conflict that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) number: u64,
    pub(super) record: Arc<ConflictRecord>,
}

/// Finds the conflict at an address.
///
/// # Errors
/// 404; whatever finding the place refuses.
pub(super) fn find(
    call: &Call<'_>,
    address: &ConflictAddress,
    key: Option<&PartitionKey>,
) -> Result<Found, Failure> {
    let target = call.target(&address.container)?;
    let point = header_point(&target.container.rules.key, key)?;
    let number = number(&target.container, target.addressing, address)?;
    let place = call.place(target.container, point)?;
    let record = number.and_then(|number| {
        let look = |view: crate::partition::replica_sets::View<'_>| {
            view.conflicts().get(number).map(Arc::clone)
        };
        let region = call.region.id;
        let seen = place.partition.replicas.view(region, || call.now(), look);
        Some((number, seen.flatten()?))
    });
    let record = record.filter(|(_, record)| {
        let at = record.version.name.effective_partition_key();
        at == place.point
    });
    match record {
        Some((number, record)) => Ok(Found {
            place,
            number,
            record,
        }),
        None => Err(refuse::not_found(address)),
    }
}
