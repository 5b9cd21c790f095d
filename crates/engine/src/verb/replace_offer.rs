//! Replace an offer: change the throughput of a database or container.

use bytes::Bytes;
use cosmokit_protocol::status::StatusCode;

use super::metadata_answer::{Document, check, facts};
use crate::{
    account::Call,
    metadata::{catalog::Catalog, offer::Offer},
    refuse,
    request::ReplaceOffer,
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 200 with the new document, always with its body; in force at once. 404 when there is no such
/// offer, 412 when the condition fails.
///
/// # Errors
/// As above; 400 for a throughput that the service refuses.
pub(super) fn replace_offer(call: &Call<'_>, input: &ReplaceOffer) -> Result<Response, Failure> {
    call.require_writable()?;
    let at = call.now();
    let offer = call.state.catalog.update(|catalog: &mut Catalog| {
        let stored = catalog
            .offer(&input.offer)
            .ok_or_else(|| refuse::not_found(format_args!("offers/{:.64}", input.offer.offer)))?;
        check(&input.precondition, &stored.etag)?;
        let throughput = stored.replacement(&input.body, input.migration)?;
        let most_ever = stored.most_ever.max(throughput.maximum());
        let (rid, resource) = (stored.rid, stored.resource);
        let offer = Offer {
            rid,
            resource,
            throughput,
            most_ever,
            etag: call.next_etag(at),
            at,
        };
        catalog.put_offer(offer.clone());
        Ok(offer)
    })?;
    let text = Bytes::from(offer.document());
    let document = Document {
        text: &text,
        etag: &offer.etag,
        owner: None,
    };
    let mut facts = facts(document, MetadataWork::Replace);
    facts.offer = Some(offer.facts());
    Ok(Response {
        status: StatusCode::OK,
        body: text,
        facts,
    })
}
