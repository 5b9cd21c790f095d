//! List the containers of a database, or what a query asks of them.

use super::metadata_answer::{Feed, page};
use crate::{
    account::Call,
    metadata::query::Selection,
    refuse,
    request::{DatabaseAddress, ListContainers, Paging, QueryContainers},
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 200 with a page in the order of creation; 404/1003 when the database does not exist.
///
/// # Errors
/// As above; 400 for a foreign continuation.
pub(super) fn list_containers(
    call: &Call<'_>,
    input: &ListContainers,
) -> Result<Response, Failure> {
    list(
        call,
        &input.database,
        &Selection::ALL,
        (&input.paging, MetadataWork::Read),
    )
}

/// 200 with a page of those that pass.
///
/// # Errors
/// As [`list_containers`]; 400 for a text that is no query.
pub(super) fn query_containers(
    call: &Call<'_>,
    input: &QueryContainers,
) -> Result<Response, Failure> {
    let selection = Selection::of(&input.query);
    list(
        call,
        &input.database,
        &selection,
        (&input.paging, MetadataWork::Query),
    )
}

fn list(
    call: &Call<'_>,
    address: &DatabaseAddress,
    selection: &Selection<'_>,
    (paging, work): (&Paging, MetadataWork),
) -> Result<Response, Failure> {
    let catalog = call.state.catalog.load();
    let database = catalog
        .database(address)
        .ok_or_else(|| refuse::owner_not_found(address))?;
    let rows = database
        .containers()
        .map(|(rid, container)| (*rid, container.document.clone()));
    let owner = &database.header.owner;
    let parent_rid = &owner.content_path;
    let feed = Feed {
        parent_rid,
        array: "DocumentCollections",
        owner: Some(owner),
        work,
    };
    Ok(page(feed, selection.page(call, rows, paging)?))
}
