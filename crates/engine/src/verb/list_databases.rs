//! List the databases of the account, or what a query asks of them.

use super::metadata_answer::{Feed, page};
use crate::{
    account::Call,
    metadata::query::Selection,
    request::{ListDatabases, Paging, QueryDatabases},
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 200 with a page in the order of creation.
///
/// # Errors
/// 400 for a foreign continuation.
pub(super) fn list_databases(call: &Call<'_>, input: &ListDatabases) -> Result<Response, Failure> {
    list(call, &Selection::ALL, &input.paging, MetadataWork::Read)
}

/// 200 with a page of those that pass.
///
/// # Errors
/// 400 for a text that is no query, and for a foreign continuation.
pub(super) fn query_databases(
    call: &Call<'_>,
    input: &QueryDatabases,
) -> Result<Response, Failure> {
    list(
        call,
        &Selection::of(&input.query),
        &input.paging,
        MetadataWork::Query,
    )
}

fn list(
    call: &Call<'_>,
    selection: &Selection<'_>,
    paging: &Paging,
    work: MetadataWork,
) -> Result<Response, Failure> {
    let catalog = call.state.catalog.load();
    let rows = catalog
        .databases()
        .map(|(rid, database)| (*rid, database.header.document.clone()));
    let feed = Feed {
        parent_rid: "",
        array: "Databases",
        owner: None,
        work,
    };
    Ok(page(feed, selection.page(call, rows, paging)?))
}
