//! Delete a conflict that somebody has settled.

use super::{metadata_answer::deleted, read_conflict::find};
use crate::{
    account::Call,
    refuse,
    request::DeleteConflict,
    response::{Failure, Response},
};

/// 204; 404 when there is no such conflict under the partition key.
///
/// # Errors
/// As above, 403/3 in a region that takes no writes, and whatever finding the place refuses.
pub(super) fn delete_conflict(
    call: &Call<'_>,
    input: &DeleteConflict,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let found = find(call, &input.conflict, input.partition_key.as_ref())?;
    if !found.place.partition.replicas.settle_conflict(found.number) {
        return Err(refuse::not_found(&input.conflict));
    }
    Ok(deleted(Some(&found.place.container.owner)))
}
