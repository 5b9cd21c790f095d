//! Create a named resource, or create or replace it.

use std::sync::Arc;

use cosmokit_protocol::{
    id::{NamedResourceKind, Rid},
    status::StatusCode,
};

use super::{
    metadata_answer::{Document, check, written},
    resource_target::{Parent, parent, shown, stamp},
};
use crate::{
    account::Call,
    address::ResourceFeed,
    metadata::{
        catalog::Catalog,
        resource::{NamedResource, ResourceDraft},
    },
    refuse,
    request::{CreateResource, TokenLifetime, UpsertResource},
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// How many scripts of a kind a container may have; the service bounds no other kinds.
const LIMITS: [(NamedResourceKind, usize); 3] = [
    (NamedResourceKind::StoredProcedure, 100),
    (NamedResourceKind::Trigger, 25),
    (NamedResourceKind::UserDefinedFunction, 50),
];

/// 201 with the stored document; 409 when the id is taken, 404/1003 when the parent does not
/// exist, 403 when it has as many as it may have.
///
/// # Errors
/// As above; 400 for a document that the service refuses.
pub(super) fn create_resource(
    call: &Call<'_>,
    input: &CreateResource,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let draft = ResourceDraft::read(input.feed.kind, &input.body)?;
    let (parent, created) = call.state.catalog.update(|catalog: &mut Catalog| {
        let parent = parent(catalog, &input.feed)?;
        let taken = catalog
            .resources()
            .by_name(input.feed.kind, parent.rid, &draft.name);
        if taken.is_some() {
            return Err(taken_id(&input.feed, &draft.name));
        }
        let created = create(call, catalog, (&input.feed, parent.rid), draft)?;
        Ok((parent, created))
    })?;
    Ok(answer(
        call,
        StatusCode::CREATED,
        (&parent, &created),
        input.token_lifetime,
    ))
}

/// 201 when the resource is new, 200 when it was there; 412 when it was there and the condition
/// fails.
///
/// # Errors
/// As above, and as [`create_resource`].
pub(super) fn upsert_resource(
    call: &Call<'_>,
    input: &UpsertResource,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let draft = ResourceDraft::read(input.feed.kind, &input.body)?;
    let (status, parent, stored) = call.state.catalog.update(|catalog: &mut Catalog| {
        let parent = parent(catalog, &input.feed)?;
        let present = catalog
            .resources()
            .by_name(input.feed.kind, parent.rid, &draft.name);
        let Some(present) = present.map(Arc::clone) else {
            let created = create(call, catalog, (&input.feed, parent.rid), draft)?;
            return Ok((StatusCode::CREATED, parent, created));
        };
        check(&input.precondition, &present.etag)?;
        let replaced = put(call, catalog, present.rid, draft);
        Ok((StatusCode::OK, parent, replaced))
    })?;
    Ok(answer(
        call,
        status,
        (&parent, &stored),
        input.token_lifetime,
    ))
}

fn create(
    call: &Call<'_>,
    catalog: &mut Catalog,
    (feed, parent): (&ResourceFeed, Rid),
    draft: ResourceDraft,
) -> Result<Arc<NamedResource>, Failure> {
    let kind = feed.kind;
    if let Some((_, limit)) = LIMITS.iter().find(|(limited, _)| *limited == kind)
        && catalog.resources().feed(kind, parent).count() >= *limit
    {
        return Err(refuse::too_many(*limit, kind.name()));
    }
    let rid = catalog.resources_mut().next_rid(kind, parent)?;
    Ok(put(call, catalog, rid, draft))
}

/// Puts a document in its place.
pub(super) fn put(
    call: &Call<'_>,
    catalog: &mut Catalog,
    rid: Rid,
    draft: ResourceDraft,
) -> Arc<NamedResource> {
    let resource = Arc::new(draft.stamped(stamp(call, rid)));
    catalog.resources_mut().put(Arc::clone(&resource));
    resource
}

/// 409: another resource of the feed has the id.
pub(super) fn taken_id(feed: &ResourceFeed, id: &str) -> Failure {
    refuse::conflict(format_args!("a {} with the id {id:?}", feed.kind.name()))
}

/// The answer to a write.
pub(super) fn answer(
    call: &Call<'_>,
    status: StatusCode,
    (parent, resource): (&Parent, &NamedResource),
    lifetime: Option<TokenLifetime>,
) -> Response {
    let text = shown(call, resource, lifetime);
    let document = Document {
        text: &text,
        etag: &resource.etag,
        owner: Some(&parent.owner),
    };
    let work = if status == StatusCode::CREATED {
        MetadataWork::CreateOrDelete
    } else {
        MetadataWork::Replace
    };
    written(call, status, document, work)
}
