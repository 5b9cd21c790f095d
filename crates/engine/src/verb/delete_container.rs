//! Delete a container.

use std::sync::Arc;

use super::metadata_answer::{check, deleted};
use crate::{
    account::Call,
    metadata::{catalog::Catalog, database::Database},
    request::DeleteContainer,
    response::{Failure, Response},
};

/// 204, with its items; 404 when it does not exist, 412 when the condition fails. A container
/// that is created again under the name has another resource id.
///
/// # Errors
/// As above.
pub(super) fn delete_container(
    call: &Call<'_>,
    input: &DeleteContainer,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let container = call.state.catalog.update(|catalog: &mut Catalog| {
        let located = catalog
            .container(&input.container)
            .map_err(|missing| missing.as_target(&input.container))?;
        let container = Arc::clone(located.container);
        let mut database = Database::clone(located.database);
        check(&input.precondition, &container.etag)?;
        database.remove(&container);
        catalog.put_database(database);
        catalog.remove_offer_of(&container.rid);
        catalog.resources_mut().remove_within(&container.rid);
        Ok(container)
    })?;
    Ok(deleted(Some(&container.owner)))
}
