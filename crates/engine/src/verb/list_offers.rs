//! List the offers of the account, or what a query asks of them: how clients find the throughput
//! of a container.

use bytes::Bytes;

use super::metadata_answer::{Feed, page};
use crate::{
    account::Call,
    metadata::query::Selection,
    request::{ListOffers, Paging, QueryOffers},
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 200 with a page in the order of creation.
///
/// # Errors
/// 400 for a foreign continuation.
pub(super) fn list_offers(call: &Call<'_>, input: &ListOffers) -> Result<Response, Failure> {
    list(call, &Selection::ALL, &input.paging, MetadataWork::Read)
}

/// 200 with a page of those that pass.
///
/// # Errors
/// 400 for a text that is no query, and for a foreign continuation.
pub(super) fn query_offers(call: &Call<'_>, input: &QueryOffers) -> Result<Response, Failure> {
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
    let now = call.now();
    let rows = catalog
        .offers_for(selection.filter())
        .map(|offer| (offer.rid, Bytes::from(offer.settled(now).document())));
    let feed = Feed {
        parent_rid: "",
        array: "Offers",
        owner: None,
        work,
    };
    Ok(page(feed, selection.page(call, rows, paging)?))
}
