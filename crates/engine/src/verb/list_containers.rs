//! List the containers of a database, or those that pass a filter.

use super::metadata_answer::{Feed, page};
use crate::{
    account::Call,
    metadata::{filter::Filter, page::cut},
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
        &Filter::All,
        (&input.paging, MetadataWork::Read),
    )
}

/// 200 with a page of those that pass.
///
/// # Errors
/// As [`list_containers`]; 501 for a query that is not `property = value`.
pub(super) fn query_containers(
    call: &Call<'_>,
    input: &QueryContainers,
) -> Result<Response, Failure> {
    let filter = Filter::read(&input.query)?;
    list(
        call,
        &input.database,
        &filter,
        (&input.paging, MetadataWork::Query),
    )
}

fn list(
    call: &Call<'_>,
    address: &DatabaseAddress,
    filter: &Filter,
    (paging, work): (&Paging, MetadataWork),
) -> Result<Response, Failure> {
    let catalog = call.state.catalog.load();
    let database = catalog
        .database(address)
        .ok_or_else(|| refuse::owner_not_found(address))?;
    let rows = database
        .containers()
        .filter(|(_, container)| filter.passes(&container.document))
        .map(|(rid, container)| (*rid, container.document.clone()));
    let owner = &database.header.owner;
    let parent_rid = &owner.content_path;
    let feed = Feed {
        parent_rid,
        array: "DocumentCollections",
        owner: Some(owner),
        work,
    };
    Ok(page(feed, cut(rows, paging)?))
}
