//! Delete a named resource.

use super::{
    metadata_answer::{check, deleted},
    resource_target::resource,
};
use crate::{
    account::Call,
    metadata::catalog::Catalog,
    request::DeleteResource,
    response::{Failure, Response},
};

/// 204, with what belongs to it; 404 when it does not exist, 412 when the condition fails.
///
/// # Errors
/// As above; 404/1003 when its parent does not exist.
pub(super) fn delete_resource(
    call: &Call<'_>,
    input: &DeleteResource,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let parent = call.state.catalog.update(|catalog: &mut Catalog| {
        let (parent, found) = resource(catalog, &input.resource)?;
        check(&input.precondition, &found.etag)?;
        catalog.resources_mut().remove(&found);
        Ok(parent)
    })?;
    Ok(deleted(Some(&parent.owner)))
}
