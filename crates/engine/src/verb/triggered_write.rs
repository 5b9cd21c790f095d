//! Writes of one item with triggers before or after them, in one transaction with what the
//! triggers do.

use bytes::Bytes;
use cosmokit_protocol::{
    id::{NamedResourceKind, Rid},
    partition::PartitionKey,
    resource::{Trigger, TriggerOperation, TriggerType},
    wire::charge::RequestCharge,
};
use serde_json::value::RawValue;

use super::{
    create_item, delete_item,
    execute_stored_procedure::failed,
    item_target::header_point,
    item_write::{Done, ItemWrite, Present},
    replace_item,
    script_transaction::{ScriptTransaction, draft},
    upsert_item,
};
use crate::{
    account::{Call, Place},
    metadata::{catalog::Addressing, resource::NamedResource},
    refuse,
    request::{ContainerAddress, ItemAddress, Precondition, Triggers},
    response::{Failure, Response},
    script::{
        conversation::{Broken, Conversation, Left, Message, Start},
        limits,
    },
};

/// A write that names triggers.
#[derive(Clone, Copy, Debug)]
pub(super) struct TriggeredWrite<'w> {
    pub(super) container: &'w ContainerAddress,
    pub(super) key: Option<&'w PartitionKey>,
    pub(super) precondition: &'w Precondition,
    pub(super) step: WriteStep<'w>,
}

/// What is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum WriteStep<'w> {
    Create(&'w Bytes),
    Upsert(&'w Bytes),
    Replace(&'w ItemAddress, &'w Bytes),
    Delete(&'w ItemAddress),
}

impl<'w> WriteStep<'w> {
    fn body(self) -> Option<&'w Bytes> {
        match self {
            Self::Create(body) | Self::Upsert(body) | Self::Replace(_, body) => Some(body),
            Self::Delete(_) => None,
        }
    }

    /// As scripts call it.
    fn name(self) -> &'static str {
        match self {
            Self::Create(_) => "Create",
            Self::Upsert(_) => "Upsert",
            Self::Replace(..) => "Replace",
            Self::Delete(_) => "Delete",
        }
    }

    /// Whether a trigger for `operation` may run with it.
    fn fits(self, operation: TriggerOperation) -> bool {
        use TriggerOperation as On;
        operation == On::All
            || match self {
                Self::Create(_) => operation == On::Create,
                Self::Upsert(_) => operation != On::Delete,
                Self::Replace(..) => matches!(operation, On::Replace | On::Update),
                Self::Delete(_) => operation == On::Delete,
            }
    }
}

/// The answer of the write, whose document a trigger behind it may have changed.
///
/// # Errors
/// 400 for a trigger that is not there, or not for this; that fails, and nothing has happened then;
/// 408 for one that does not end; and whatever the write refuses.
pub(super) fn triggered_write(
    call: &Call<'_>,
    triggers: &Triggers,
    wanted: TriggeredWrite<'_>,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let target = call.target(wanted.container)?;
    let container = target.container;
    let find = |ids: &[String], when| {
        let found = ids
            .iter()
            .map(|id| trigger(call, container.rid, id, (when, wanted.step)));
        found.collect::<Result<Vec<_>, _>>()
    };
    let before = find(&triggers.before, TriggerType::Pre)?;
    let after = find(&triggers.after, TriggerType::Post)?;
    let point = header_point(&container.rules.key, wanted.key)?;
    let key = wanted.key.ok_or_else(refuse::key_missing)?;
    let conversation = Conversation::open(call, limits::steps(call.options.effort));
    let conversation = conversation.map_err(|error| failed(Broken::Script(error)))?;
    let addressing = target.addressing;
    let place = call.place(container, point)?;
    let mut write = ItemWrite::begin(call, &place)?;
    let mut run = Run {
        conversation,
        place: &place,
        key,
        step: wanted.step,
        charge: RequestCharge::ZERO,
    };
    let mut body = wanted.step.body().map(|body| body.to_vec());
    for trigger in &before {
        let left = run.trigger(trigger, &mut write, Sees::Before(body.as_deref()));
        let left = left.map_err(|failure| write.refused_at(failure, run.charge))?;
        if body.is_some() {
            body = Some(text_of(left.request));
        }
    }
    let done = stage(
        &mut write,
        &wanted,
        (key, addressing),
        body.as_deref().unwrap_or_default(),
    )?;
    let stored = done.version.as_ref().map(|version| version.body.clone());
    let mut shown = stored.as_deref().map(<[u8]>::to_vec);
    for trigger in &after {
        let sees = Sees::After(body.as_deref(), shown.as_deref());
        let left = run.trigger(trigger, &mut write, sees);
        let left = left.map_err(|failure| write.refused_at(failure, run.charge))?;
        shown = left.response.map(|body| text_of(Some(body)));
    }
    let charge = run.charge;
    let mut response = write.answer(done)?;
    response.facts.charge += charge;
    if !response.body.is_empty() && !after.is_empty() {
        response.body = shown.unwrap_or_default().into();
    }
    Ok(response)
}

/// The triggers of one write on their way.
struct Run<'r> {
    conversation: Conversation,
    place: &'r Place,
    key: &'r PartitionKey,
    step: WriteStep<'r>,
    charge: RequestCharge,
}

impl Run<'_> {
    fn trigger(
        &mut self,
        (id, body): &(String, String),
        write: &mut ItemWrite<'_>,
        sees: Sees<'_>,
    ) -> Result<Left, Failure> {
        let (request, response, changes) = match sees {
            Sees::Before(request) => (request, None, "request"),
            Sees::After(request, response) => (request, response, "response"),
        };
        let (request, response) = (raw(request)?, raw(response)?);
        let container = &self.place.container;
        let start = Start {
            self_link: &container.self_link,
            alt_link: &container.owner.alt_content_path,
            args: None,
            request: Message {
                body: request.as_deref(),
                operation_type: Some(self.step.name()),
            },
            response: matches!(sees, Sees::After(..)).then(|| Message {
                body: response.as_deref(),
                operation_type: None,
            }),
            changes,
        };
        let mut transaction = ScriptTransaction::new(write, self.key);
        let ended = self.conversation.run((id, body), &start, &mut transaction);
        self.charge += transaction.charge;
        ended.map_err(failed)
    }
}

/// What a trigger sees: the document of the request; behind the write, also that of the answer.
#[derive(Clone, Copy)]
enum Sees<'b> {
    Before(Option<&'b [u8]>),
    After(Option<&'b [u8]>, Option<&'b [u8]>),
}

/// A document as JSON text; none of a delete.
fn raw(text: Option<&[u8]>) -> Result<Option<Box<RawValue>>, Failure> {
    let text = text.map(serde_json::from_slice).transpose();
    text.map_err(|error| refuse::bad_request(format!("the document is not valid JSON: {error}")))
}

/// The id and the text of a trigger that a write names.
fn trigger(
    call: &Call<'_>,
    container: Rid,
    id: &str,
    (when, step): (TriggerType, WriteStep<'_>),
) -> Result<(String, String), Failure> {
    let catalog = call.state.catalog.load();
    let kind = NamedResourceKind::Trigger;
    let found = catalog.resources().by_name(kind, container, id);
    let read = |found: &NamedResource| serde_json::from_slice::<Trigger>(&found.document).ok();
    let trigger = found.and_then(|found| read(found)).ok_or_else(|| {
        refuse::bad_request(format!("the container has no trigger with the id {id:?}"))
    })?;
    if trigger.when() != Some(when) {
        return Err(refuse::bad_request(format!(
            "the trigger {id:?} has the type {}, and runs on the other side of the write",
            trigger.trigger_type
        )));
    }
    if !trigger
        .operation()
        .is_some_and(|operation| step.fits(operation))
    {
        return Err(refuse::bad_request(format!(
            "the trigger {id:?} is for {}, and the operation is {}",
            trigger.trigger_operation,
            step.name()
        )));
    }
    Ok((trigger.id, trigger.body))
}

fn stage(
    write: &mut ItemWrite<'_>,
    wanted: &TriggeredWrite<'_>,
    (key, addressing): (&PartitionKey, Addressing),
    body: &[u8],
) -> Result<Done, Failure> {
    let condition = wanted.precondition;
    let live = |write: &ItemWrite<'_>, item: &ItemAddress| {
        let id = match addressing {
            Addressing::Name => Some(item.item.clone()),
            Addressing::Rid => id_of(write, &item.item),
        };
        match id.map_or(Present::Nothing, |id| write.present_id(&id)) {
            Present::Live(present) => Ok(present),
            _ => Err(write.refused(refuse::not_found(item))),
        }
    };
    match wanted.step {
        WriteStep::Create(_) => {
            let draft = draft(write, key, body)?;
            create_item::stage(write, draft)
        }
        WriteStep::Upsert(_) => {
            let draft = draft(write, key, body)?;
            upsert_item::stage(write, draft, condition)
        }
        WriteStep::Replace(item, _) => {
            let draft = draft(write, key, body)?;
            let present = live(write, item)?;
            replace_item::stage(write, draft, &present, condition)
        }
        WriteStep::Delete(item) => {
            let present = live(write, item)?;
            delete_item::stage(write, &present, condition)
        }
    }
}

/// The id of the item with this resource id.
fn id_of(write: &ItemWrite<'_>, rid: &str) -> Option<String> {
    let rid: Rid = rid.parse().ok()?;
    write.id_of(rid.document_ordinal()?)
}

fn text_of(body: Option<Box<RawValue>>) -> Vec<u8> {
    body.map(|body| body.get().as_bytes().to_vec())
        .unwrap_or_default()
}
