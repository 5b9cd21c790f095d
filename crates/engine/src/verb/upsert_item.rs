//! Create or replace an item.

use cosmokit_protocol::status::StatusCode;

use super::{
    item_target::document_point,
    item_write::{ItemWrite, Present, check_ttl},
};
use crate::{
    account::Call,
    document::Draft,
    partition::item_key::KeyProbe,
    refuse,
    request::UpsertItem,
    response::{Failure, Response},
    throughput::charge::Work,
};

/// 201 when the item is new, 200 when it was there; 412 when it was there and the condition
/// fails.
///
/// # Errors
/// As documented on [`UpsertItem`], and whatever finding the place refuses.
pub(super) fn upsert_item(call: &Call<'_>, input: &UpsertItem) -> Result<Response, Failure> {
    call.require_writable()?;
    let target = call.target(&input.container)?;
    let draft = Draft::read(&input.body).map_err(|error| refuse::document(&error))?;
    let key = &target.container.rules.key;
    let point = document_point(key, input.partition_key.as_ref(), &draft)?;
    check_ttl(&target.container, &draft)?;
    let place = call.place(target.container, point)?;
    let write = ItemWrite::begin(call, &place);
    let present = write.present(|items| items.get(&KeyProbe::new(&place.point, draft.id())));
    let stored = match present {
        Present::Live(slot) => {
            write.check(&input.precondition, &slot)?;
            let stored = write.replace(draft, &slot)?;
            return Ok(write.answer(StatusCode::OK, &stored, Work::Overwrite));
        }
        Present::Expired(slot) => write.create(draft, Some(&slot))?,
        Present::Nothing => write.create(draft, None)?,
    };
    Ok(write.answer(StatusCode::CREATED, &stored, Work::Insert))
}
