//! Replace an item.

use cosmokit_protocol::status::StatusCode;

use super::{
    item_target::{document_point, locate},
    item_write::{ItemWrite, Present, check_ttl},
};
use crate::{
    account::Call,
    document::Draft,
    refuse,
    request::ReplaceItem,
    response::{Failure, Response},
    throughput::charge::Work,
};

/// 200 with the stored document; 404 when there is no such item, 412 when the condition fails,
/// 400 when the document has another id or partition key.
///
/// # Errors
/// As above, and whatever finding the place refuses.
pub(super) fn replace_item(call: &Call<'_>, input: &ReplaceItem) -> Result<Response, Failure> {
    call.require_writable()?;
    let target = locate(call, &input.item, input.partition_key.as_ref())?;
    let place = &target.place;
    let draft = Draft::read(&input.body).map_err(|error| refuse::document(&error))?;
    document_point(
        &place.container.rules.key,
        input.partition_key.as_ref(),
        &draft,
    )?;
    check_ttl(&place.container, &draft)?;
    let write = ItemWrite::begin(call, place);
    let Present::Live(slot) = write.present(|items| target.find(items)) else {
        return Err(write.refused(refuse::not_found(&input.item)));
    };
    if slot.version.name.id() != draft.id() {
        return Err(write.refused(refuse::bad_request(
            "the 'id' of the document is not that of the item to replace; an id cannot change",
        )));
    }
    write.check(&input.precondition, &slot)?;
    let stored = write.replace(draft, &slot)?;
    Ok(write.answer(StatusCode::OK, &stored, Work::Overwrite))
}
