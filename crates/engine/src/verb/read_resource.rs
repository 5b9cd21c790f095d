//! Read a named resource.

use super::{
    metadata_answer::{Document, read},
    resource_target::{resource, shown},
};
use crate::{
    account::Call,
    request::ReadResource,
    response::{Failure, Response},
};

/// 200 with the document, or 304; 404 when it does not exist.
///
/// # Errors
/// As above; 404/1003 when its parent does not exist.
pub(super) fn read_resource(call: &Call<'_>, input: &ReadResource) -> Result<Response, Failure> {
    let catalog = call.state.catalog.load();
    let (parent, found) = resource(&catalog, &input.resource)?;
    let text = shown(call, &found, input.token_lifetime);
    let document = Document {
        text: &text,
        etag: &found.etag,
        owner: Some(&parent.owner),
    };
    read(document, &input.precondition)
}
