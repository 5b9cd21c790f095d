//! Patch an item.

use cosmokit_protocol::{
    op::{PatchOperation, PatchRequest, patch},
    status::StatusCode,
};

use super::{
    item_target::locate,
    item_write::{Done, ItemWrite, Present, check_ttl},
    patch_condition::PatchCondition,
};
use crate::{
    account::Call,
    document::{DocumentError, Draft, MAX_ITEM_BYTES, unstamped},
    metadata::container::Container,
    partition::version::Version,
    refuse,
    request::{PatchItem, Precondition},
    response::{Failure, Response},
    throughput::charge::Work,
};

/// 200 with the stored document; 404 when there is no such item, 412 when the etag or the
/// condition fails (1110 for the condition), 400 for what cannot be done to the document.
///
/// # Errors
/// As above, 409 for a unique key, and whatever finding the place refuses.
pub(super) fn patch_item(call: &Call<'_>, input: &PatchItem) -> Result<Response, Failure> {
    call.require_writable()?;
    let target = locate(call, &input.item, input.partition_key.as_ref())?;
    let patch = Patch::read(&target.place.container, &input.body)?;
    let mut write = ItemWrite::begin(call, &target.place)?;
    let Present::Live(present) = write.present(|items| target.find(items)) else {
        return Err(write.refused(refuse::not_found(&input.item)));
    };
    let done = stage(&mut write, &patch, &present, &input.precondition)?;
    write.answer(done)
}

/// A patch that was read.
#[derive(Debug)]
pub(super) struct Patch {
    operations: Vec<PatchOperation>,
    condition: Option<PatchCondition>,
}

impl Patch {
    /// Reads the text of a patch, and checks what does not depend on the item.
    ///
    /// # Errors
    /// 400, or 413 for its size.
    pub(super) fn read(container: &Container, body: &[u8]) -> Result<Self, Failure> {
        if body.len() > MAX_ITEM_BYTES {
            return Err(refuse::document(&DocumentError::TooLarge(body.len())));
        }
        let request = PatchRequest::parse(body).map_err(refuse::bad_request)?;
        request
            .validate(&container.rules.key)
            .map_err(refuse::bad_request)?;
        let condition = request.condition.as_deref();
        let condition = condition.map(|text| PatchCondition::read(text, container));
        Ok(Self {
            operations: request.operations,
            condition: condition.transpose()?,
        })
    }

    /// What it makes of an item.
    fn applied(&self, container: &Container, present: &Version) -> Result<Draft, Failure> {
        let document = unstamped(&present.body);
        let text = patch::apply(&self.operations, &document).map_err(refuse::bad_request)?;
        let draft = Draft::read(&text).map_err(|error| refuse::document(&error))?;
        check_ttl(container, &draft)?;
        Ok(draft)
    }
}

/// Stages the patch of the present version.
///
/// # Errors
/// 412, 400; 409 for a unique key.
pub(super) fn stage(
    write: &mut ItemWrite<'_>,
    patch: &Patch,
    present: &Version,
    condition: &Precondition,
) -> Result<Done, Failure> {
    write.check(condition, present)?;
    let holds = patch.condition.as_ref();
    let draft = holds
        .map_or(Ok(()), |condition| condition.check(write.call(), present))
        .and_then(|()| patch.applied(write.container(), present))
        .map_err(|failure| write.refused(failure))?;
    let version = write.replace(draft, present)?;
    Ok(Done {
        status: StatusCode::OK,
        work: Work::Overwrite(write.written(&version)),
        version: Some(version),
    })
}
