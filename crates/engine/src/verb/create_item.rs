//! Create an item.

use cosmokit_protocol::status::StatusCode;

use super::{
    item_target::document_point,
    item_write::{Done, ItemWrite, Present, check_ttl},
    triggered_write::{TriggeredWrite, WriteStep, triggered_write},
};
use crate::{
    account::Call,
    document::Draft,
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
    if let Some(triggers) = &call.options.triggers {
        let wanted = TriggeredWrite {
            container: &input.container,
            key: input.partition_key.as_ref(),
            precondition: &input.precondition,
            step: WriteStep::Create(&input.body),
        };
        return triggered_write(call, triggers, wanted);
    }
    let target = call.target(&input.container)?;
    let draft = Draft::read(&input.body).map_err(|error| refuse::document(&error))?;
    let key = &target.container.rules.key;
    let point = document_point(key, input.partition_key.as_ref(), &draft)?;
    check_ttl(&target.container, &draft)?;
    let place = call.place(target.container, point)?;
    let mut write = ItemWrite::begin(call, &place)?;
    let done = stage(&mut write, draft)?;
    write.answer(done)
}

/// Stages the creation of a document that was checked.
///
/// # Errors
/// 409.
pub(super) fn stage(write: &mut ItemWrite<'_>, draft: Draft) -> Result<Done, Failure> {
    let version = match write.present_id(draft.id()) {
        Present::Live(_) => {
            return Err(write.refused(refuse::conflict(format_args!(
                "an item with the id {:?}",
                draft.id()
            ))));
        }
        Present::Expired(expired) => write.create(draft, Some(&expired))?,
        Present::Nothing => write.create(draft, None)?,
    };
    Ok(Done {
        status: StatusCode::CREATED,
        work: Work::Insert(write.written(&version)),
        version: Some(version),
    })
}
