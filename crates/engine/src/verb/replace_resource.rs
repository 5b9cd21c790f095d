//! Replace a named resource.

use cosmokit_protocol::status::StatusCode;

use super::{
    create_resource::{answer, put, taken_id},
    metadata_answer::check,
    resource_target::resource,
};
use crate::{
    account::Call,
    metadata::{catalog::Catalog, resource::ResourceDraft},
    request::ReplaceResource,
    response::{Failure, Response},
};

/// 200 with the stored document; 404 when it does not exist, 412 when the condition fails, 409
/// when the document has the id of another resource. Its resource id stays, also with a new id.
///
/// # Errors
/// As above; 400 for a document that the service refuses.
pub(super) fn replace_resource(
    call: &Call<'_>,
    input: &ReplaceResource,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let feed = &input.resource.feed;
    let draft = ResourceDraft::read(feed.kind, &input.body)?;
    let (parent, replaced) = call.state.catalog.update(|catalog: &mut Catalog| {
        let (parent, present) = resource(catalog, &input.resource)?;
        check(&input.precondition, &present.etag)?;
        let namesake = catalog
            .resources()
            .by_name(feed.kind, parent.rid, &draft.name);
        if namesake.is_some_and(|other| other.rid != present.rid) {
            return Err(taken_id(feed, &draft.name));
        }
        let replaced = put(call, catalog, present.rid, draft);
        Ok((parent, replaced))
    })?;
    Ok(answer(
        call,
        StatusCode::OK,
        (&parent, &replaced),
        input.token_lifetime,
    ))
}
