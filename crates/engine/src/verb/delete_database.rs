//! Delete a database.

use std::sync::Arc;

use super::metadata_answer::{check, deleted};
use crate::{
    account::Call,
    metadata::catalog::Catalog,
    refuse,
    request::DeleteDatabase,
    response::{Failure, Response},
};

/// 204, with everything in it; 404 when it does not exist, 412 when the condition fails.
///
/// # Errors
/// As above.
pub(super) fn delete_database(
    call: &Call<'_>,
    input: &DeleteDatabase,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let database = call.state.catalog.update(|catalog: &mut Catalog| {
        let found = catalog.database(&input.database).map(Arc::clone);
        let database = found.ok_or_else(|| refuse::not_found(&input.database))?;
        check(&input.precondition, &database.header.etag)?;
        catalog.remove_database(&database);
        Ok(database)
    })?;
    Ok(deleted(Some(&database.header.owner)))
}
