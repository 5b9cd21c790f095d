//! Delete an item.

use super::{
    item_target::locate,
    item_write::{ItemWrite, Present},
};
use crate::{
    account::Call,
    refuse,
    request::DeleteItem,
    response::{Failure, Response},
};

/// 204; 404 when there is no such item, 412 when the condition fails.
///
/// # Errors
/// As above, and whatever finding the place refuses.
pub(super) fn delete_item(call: &Call<'_>, input: &DeleteItem) -> Result<Response, Failure> {
    call.require_writable()?;
    let target = locate(call, &input.item, input.partition_key.as_ref())?;
    let write = ItemWrite::begin(call, &target.place);
    let Present::Live(slot) = write.present(|items| target.find(items)) else {
        return Err(write.refused(refuse::not_found(&input.item)));
    };
    write.check(&input.precondition, &slot)?;
    let stored = write.delete(&slot)?;
    Ok(write.answer_deleted(&stored, &slot))
}
