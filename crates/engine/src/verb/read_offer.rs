//! Read an offer.

use bytes::Bytes;

use super::metadata_answer::{Document, read};
use crate::{
    account::Call,
    refuse,
    request::{Precondition, ReadOffer},
    response::{Failure, Response},
};

/// 200 with the document; 404 when there is no such offer.
///
/// # Errors
/// As above.
pub(super) fn read_offer(call: &Call<'_>, input: &ReadOffer) -> Result<Response, Failure> {
    let catalog = call.state.catalog.load();
    let offer = catalog
        .offer(&input.offer)
        .ok_or_else(|| refuse::not_found(format_args!("offers/{:.64}", input.offer.offer)))?;
    let offer = offer.settled(call.now());
    let text = Bytes::from(offer.document());
    let document = Document {
        text: &text,
        etag: &offer.etag,
        owner: None,
    };
    let mut response = read(document, &Precondition::default())?;
    response.facts.offer = Some(offer.facts());
    Ok(response)
}
