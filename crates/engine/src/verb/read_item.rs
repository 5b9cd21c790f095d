//! Read an item.

use bytes::Bytes;
use cosmokit_protocol::{resource::TimeToLive, status::StatusCode};

use super::{
    answer::{item_facts, with_item},
    item_target::{is_visible, locate},
};
use crate::{
    account::{Call, Place},
    partition::{items::Slot, state::State},
    precondition::{ReadVerdict, on_read},
    refuse,
    request::{Precondition, ReadItem},
    response::{Failure, Response},
    throughput::charge::{Work, charge},
};

/// 200 with the document, 304 when the condition says "unchanged"; 404 when there is no such
/// item, 404/1002 when no replica has what the session token asks for.
///
/// # Errors
/// As above, and whatever finding the place refuses.
pub(super) fn read_item(call: &Call<'_>, input: &ReadItem) -> Result<Response, Failure> {
    let target = locate(call, &input.item, input.partition_key.as_ref())?;
    let read = call.effective_read()?;
    let place = &target.place;
    let look = |standpoint, state: &State| (standpoint, target.find(state.items()).cloned());
    let (standpoint, slot) = call.serve(&place.container, &place.partition, read, look)?;
    let Some(slot) = slot.filter(|slot| is_there(call, place, slot)) else {
        let facts = item_facts(place, &standpoint, None, charge(Work::Miss, read.level));
        return Err(refuse::not_found(&input.item).with_facts(facts));
    };
    let (lsn, version) = (Some(slot.index.lsn()), &slot.version);
    let facts = |work| item_facts(place, &standpoint, lsn, charge(work, read.level));
    match verdict(&input.precondition, &slot) {
        ReadVerdict::Serve => {
            let facts = facts(Work::Read {
                bytes: version.body.len(),
            });
            Ok(with_item(
                StatusCode::OK,
                version,
                version.body.clone(),
                facts,
            ))
        }
        ReadVerdict::NotModified => Ok(with_item(
            StatusCode::NOT_MODIFIED,
            version,
            Bytes::new(),
            facts(Work::Miss),
        )),
        ReadVerdict::Failed => Err(refuse::precondition_failed().with_facts(facts(Work::Miss))),
    }
}

/// Whether the item has not expired; asks for the time only where expiry is on.
fn is_there(call: &Call<'_>, place: &Place, slot: &Slot) -> bool {
    place.container.rules.ttl == TimeToLive::Forever
        || is_visible(&place.container, &slot.version, call.now())
}

fn verdict(condition: &Precondition, slot: &Slot) -> ReadVerdict {
    if *condition == Precondition::default() {
        return ReadVerdict::Serve;
    }
    on_read(condition, slot.version.tag.etag().as_str())
}
