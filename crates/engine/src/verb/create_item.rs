//! Create an item.

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
    request::CreateItem,
    response::{Failure, Response},
    throughput::charge::Work,
};

/// 201 with the stored document; 409 when the id is taken in its logical partition.
///
/// # Errors
/// As documented on [`CreateItem`], and whatever finding the place refuses.
pub(super) fn create_item(call: &Call<'_>, input: &CreateItem) -> Result<Response, Failure> {
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
        Present::Live(_) => {
            return Err(write.refused(refuse::conflict(format_args!(
                "an item with the id {:?}",
                draft.id()
            ))));
        }
        Present::Expired(slot) => write.create(draft, Some(&slot))?,
        Present::Nothing => write.create(draft, None)?,
    };
    Ok(write.answer(StatusCode::CREATED, &stored, Work::Insert))
}
