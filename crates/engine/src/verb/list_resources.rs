//! List named resources, or what a query asks of them.

use super::{
    metadata_answer::{Feed, page},
    resource_target::{parent, shown},
};
use crate::{
    account::Call,
    address::ResourceFeed,
    metadata::query::Selection,
    request::{ListResources, Paging, QueryResources, TokenLifetime},
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 200 with a page in the order of creation; 404/1003 when the parent does not exist.
///
/// # Errors
/// As above; 400 for a foreign continuation.
pub(super) fn list_resources(call: &Call<'_>, input: &ListResources) -> Result<Response, Failure> {
    list(
        call,
        (&input.feed, input.token_lifetime),
        &Selection::ALL,
        (&input.paging, MetadataWork::Read),
    )
}

/// 200 with a page of those that pass.
///
/// # Errors
/// As [`list_resources`]; 400 for a text that is no query.
pub(super) fn query_resources(
    call: &Call<'_>,
    input: &QueryResources,
) -> Result<Response, Failure> {
    let selection = Selection::of(&input.query);
    list(
        call,
        (&input.feed, None),
        &selection,
        (&input.paging, MetadataWork::Query),
    )
}

fn list(
    call: &Call<'_>,
    (feed, lifetime): (&ResourceFeed, Option<TokenLifetime>),
    selection: &Selection<'_>,
    (paging, work): (&Paging, MetadataWork),
) -> Result<Response, Failure> {
    let catalog = call.state.catalog.load();
    let parent = parent(&catalog, feed)?;
    let rows = catalog.resources().feed(feed.kind, parent.rid);
    let rows = rows.map(|resource| (resource.rid, shown(call, resource, lifetime)));
    let feed = Feed {
        parent_rid: &parent.owner.content_path,
        array: feed.kind.resource_type().feed_name(),
        owner: Some(&parent.owner),
        work,
    };
    Ok(page(feed, selection.page(call, rows, paging)?))
}
