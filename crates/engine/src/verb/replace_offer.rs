//! Replace an offer: change the throughput of a database or container.

use bytes::Bytes;
use cosmokit_protocol::{id::Rid, status::StatusCode};

use super::metadata_answer::{Document, check, facts};
use crate::{
    account::Call,
    metadata::{
        catalog::Catalog,
        offer::{Offer, Pending, Throughput},
    },
    partition::layout::initial_count,
    refuse,
    request::ReplaceOffer,
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 200 with the new document, always with its body, when it is in force; 202 with the old one when
/// the container has to grow first, and 400/3205 for another until it has. 404 when there is no such
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
        let stored = stored.settled(at);
        if stored.pending.is_some() {
            return Err(refuse::offer_pending());
        }
        let wanted = stored.replacement(&input.body, input.migration)?;
        let most_ever = stored.most_ever.max(wanted.maximum());
        let (rid, resource) = (stored.rid, stored.resource);
        require_content(call, catalog, resource)?;
        let pending = pending(call, catalog, (resource, wanted));
        let offer = Offer {
            rid,
            resource,
            throughput: if pending.is_some() {
                stored.throughput
            } else {
                wanted
            },
            pending,
            most_ever,
            etag: call.next_etag(at),
            at,
        };
        catalog.put_offer(offer.clone());
        Ok(offer)
    })?;
    match offer.pending {
        Some(pending) => call.state.scaling.note(pending.until),
        None => call.state.grow(&offer),
    }
    let text = Bytes::from(offer.document());
    let document = Document {
        text: &text,
        etag: &offer.etag,
        owner: None,
    };
    let mut facts = facts(document, MetadataWork::Replace);
    facts.offer = Some(offer.facts());
    let status = match offer.pending {
        Some(_) => StatusCode::ACCEPTED,
        None => StatusCode::OK,
    };
    Ok(Response {
        status,
        body: text,
        facts,
    })
}

/// Has the content of a container in memory, whose partitions may be split.
fn require_content(call: &Call<'_>, catalog: &Catalog, resource: Rid) -> Result<(), Failure> {
    let Some(container) = catalog.container_by_rid(&resource) else {
        return Ok(());
    };
    let layout = container.live.layout();
    let mut partitions = layout.partitions();
    partitions.try_for_each(|partition| call.require_content(container, partition))
}

/// When the account takes its time to scale: what comes into force once a container has as many
/// partitions as it needs.
fn pending(
    call: &Call<'_>,
    catalog: &Catalog,
    (resource, throughput): (Rid, Throughput),
) -> Option<Pending> {
    let time = call.state.settings.scaling_time;
    let container = catalog.container_by_rid(&resource)?;
    let present = container.live.layout().partitions().len();
    let needed = usize::try_from(initial_count(Some(throughput.maximum()))).ok()?;
    (!time.is_zero() && needed > present).then(|| Pending {
        throughput,
        until: call.now().after(time),
    })
}
