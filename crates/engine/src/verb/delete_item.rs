//! Delete an item.

use cosmokit_protocol::status::StatusCode;

use super::{
    item_target::locate,
    item_write::{Done, ItemWrite, Present},
    triggered_write::{TriggeredWrite, WriteStep, triggered_write},
};
use crate::{
    account::Call,
    partition::version::Version,
    refuse,
    request::{DeleteItem, Precondition},
    response::{Failure, Response},
    throughput::charge::Work,
};

/// 204; 404 when there is no such item, 412 when the condition fails.
///
/// # Errors
/// As above, and whatever finding the place refuses.
pub(super) fn delete_item(call: &Call<'_>, input: &DeleteItem) -> Result<Response, Failure> {
    call.require_writable()?;
    if let Some(triggers) = &call.options.triggers {
        let wanted = TriggeredWrite {
            container: &input.item.container,
            key: input.partition_key.as_ref(),
            precondition: &input.precondition,
            step: WriteStep::Delete(&input.item),
        };
        return triggered_write(call, triggers, wanted);
    }
    let target = locate(call, &input.item, input.partition_key.as_ref())?;
    let mut write = ItemWrite::begin(call, &target.place)?;
    let Present::Live(present) = write.present(|items| target.find(items)) else {
        return Err(write.refused(refuse::not_found(&input.item)));
    };
    let done = stage(&mut write, &present, &input.precondition)?;
    write.answer(done)
}

/// Stages the deletion of the present version.
///
/// # Errors
/// 412.
pub(super) fn stage(
    write: &mut ItemWrite<'_>,
    present: &Version,
    condition: &Precondition,
) -> Result<Done, Failure> {
    write.check(condition, present)?;
    write.delete(present);
    Ok(Done {
        status: StatusCode::NO_CONTENT,
        work: Work::Insert(write.written(present)),
        version: None,
    })
}
