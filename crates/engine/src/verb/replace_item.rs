//! Replace an item.

use cosmokit_protocol::status::StatusCode;

use super::{
    item_target::{document_point, locate},
    item_write::{Done, ItemWrite, Present, check_ttl},
    triggered_write::{TriggeredWrite, WriteStep, triggered_write},
};
use crate::{
    account::Call,
    document::Draft,
    partition::version::Version,
    refuse,
    request::{Precondition, ReplaceItem},
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
    if let Some(triggers) = &call.options.triggers {
        let wanted = TriggeredWrite {
            container: &input.item.container,
            key: input.partition_key.as_ref(),
            precondition: &input.precondition,
            step: WriteStep::Replace(&input.item, &input.body),
        };
        return triggered_write(call, triggers, wanted);
    }
    let target = locate(call, &input.item, input.partition_key.as_ref())?;
    let place = &target.place;
    let draft = Draft::read(&input.body).map_err(|error| refuse::document(&error))?;
    document_point(
        &place.container.rules.key,
        input.partition_key.as_ref(),
        &draft,
    )?;
    check_ttl(&place.container, &draft)?;
    let mut write = ItemWrite::begin(call, place)?;
    let Present::Live(present) = write.present(|items| target.find(items)) else {
        return Err(write.refused(refuse::not_found(&input.item)));
    };
    let done = stage(&mut write, draft, &present, &input.precondition)?;
    write.answer(done)
}

/// Stages the replacement of the present version by a document that was checked.
///
/// # Errors
/// 400 for another id, 412; 409 for a unique key.
pub(super) fn stage(
    write: &mut ItemWrite<'_>,
    draft: Draft,
    present: &Version,
    condition: &Precondition,
) -> Result<Done, Failure> {
    if present.name.id() != draft.id() {
        return Err(write.refused(refuse::bad_request(
            "the 'id' of the document is not that of the item to replace; an id cannot change",
        )));
    }
    write.check(condition, present)?;
    let version = write.replace(draft, present)?;
    Ok(Done {
        status: StatusCode::OK,
        work: Work::Overwrite(write.written(&version)),
        version: Some(version),
    })
}
