//! List the offers of the account, or those that pass a filter: how clients find the throughput
//! of a container.

use bytes::Bytes;

use super::metadata_answer::{Feed, page};
use crate::{
    account::Call,
    metadata::{filter::Filter, page::cut},
    request::{ListOffers, Paging, QueryOffers},
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 200 with a page in the order of creation.
///
/// # Errors
/// 400 for a foreign continuation.
pub(super) fn list_offers(call: &Call<'_>, input: &ListOffers) -> Result<Response, Failure> {
    list(call, &Filter::All, &input.paging, MetadataWork::Read)
}

/// 200 with a page of those that pass.
///
/// # Errors
/// 400 for a foreign continuation; 501 for a query that is not `property = value`.
pub(super) fn query_offers(call: &Call<'_>, input: &QueryOffers) -> Result<Response, Failure> {
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
    let now = call.now();
    let rows = catalog
        .offers_for(filter)
        .map(|offer| (offer.rid, Bytes::from(offer.settled(now).document())))
        .filter(|(_, document)| filter.passes(document));
    let feed = Feed {
        parent_rid: "",
        array: "Offers",
        owner: None,
        work,
    };
    Ok(page(feed, cut(rows, paging)?))
}
