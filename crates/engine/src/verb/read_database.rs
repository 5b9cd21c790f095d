//! Read a database.

use super::metadata_answer::{Document, read};
use crate::{
    account::Call,
    refuse,
    request::ReadDatabase,
    response::{Failure, Response},
};

/// 200 with the document, or 304; 404 when it does not exist.
///
/// # Errors
/// As above.
pub(super) fn read_database(call: &Call<'_>, input: &ReadDatabase) -> Result<Response, Failure> {
    let catalog = call.state.catalog.load();
    let database = catalog
        .database(&input.database)
        .ok_or_else(|| refuse::not_found(&input.database))?;
    let header = &database.header;
    let document = Document {
        text: &header.document,
        etag: &header.etag,
        owner: Some(&header.owner),
    };
    read(document, &input.precondition)
}
