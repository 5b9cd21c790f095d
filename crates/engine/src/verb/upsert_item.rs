//! Create or replace an item.

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
    request::{Precondition, UpsertItem},
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
    if let Some(triggers) = &call.options.triggers {
        let wanted = TriggeredWrite {
            container: &input.container,
            key: input.partition_key.as_ref(),
            precondition: &input.precondition,
            step: WriteStep::Upsert(&input.body),
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
    let done = stage(&mut write, draft, &input.precondition)?;
    write.answer(done)
}

/// Stages the upsert of a document that was checked.
///
/// # Errors
/// 412; 409 for a unique key.
pub(super) fn stage(
    write: &mut ItemWrite<'_>,
    draft: Draft,
    condition: &Precondition,
) -> Result<Done, Failure> {
    let version = match write.present_id(draft.id()) {
        Present::Live(present) => {
            write.check(condition, &present)?;
            let version = write.replace(draft, &present)?;
            return Ok(Done {
                status: StatusCode::OK,
                work: Work::Overwrite(write.written(&version)),
                version: Some(version),
            });
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
