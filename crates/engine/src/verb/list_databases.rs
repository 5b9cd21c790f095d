//! List the databases of the account, or those that pass a filter.

use super::metadata_answer::{Feed, page};
use crate::{
    account::Call,
    metadata::{filter::Filter, page::cut},
    request::{ListDatabases, Paging, QueryDatabases},
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 200 with a page in the order of creation.
///
/// # Errors
/// 400 for a foreign continuation.
pub(super) fn list_databases(call: &Call<'_>, input: &ListDatabases) -> Result<Response, Failure> {
    list(call, &Filter::All, &input.paging, MetadataWork::Read)
}

/// 200 with a page of those that pass.
///
/// # Errors
/// 400 for a foreign continuation; 501 for a query that is not `property = value`.
pub(super) fn query_databases(
    call: &Call<'_>,
    input: &QueryDatabases,
) -> Result<Response, Failure> {
    list(
        call,
        &Filter::read(&input.query)?,
        &input.paging,
        MetadataWork::Query,
    )
}

fn list(
    call: &Call<'_>,
    filter: &Filter,
    paging: &Paging,
    work: MetadataWork,
) -> Result<Response, Failure> {
    let catalog = call.state.catalog.load();
    let rows = catalog
        .databases()
        .filter(|(_, database)| filter.passes(&database.header.document))
        .map(|(rid, database)| (*rid, database.header.document.clone()));
    let feed = Feed {
        parent_rid: "",
        array: "Databases",
        owner: None,
        work,
    };
    Ok(page(feed, cut(rows, paging)?))
}
