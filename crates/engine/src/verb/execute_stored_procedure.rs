//! Execute a stored procedure: a transaction in one logical partition.

use bytes::Bytes;
use cosmokit_protocol::{
    status::{StatusCode, SubStatusCode},
    wire::charge::RequestCharge,
};
use serde_json::value::RawValue;

use super::{
    item_target::header_point, item_write::ItemWrite, resource_target::resource,
    script_transaction::ScriptTransaction,
};
use crate::{
    account::Call,
    address::ResourceParent,
    feature::Feature,
    refuse,
    request::{ExecuteStoredProcedure, ScriptLogging},
    response::{Failure, Response},
    script::{
        conversation::{Broken, Conversation, Left, Message, Start},
        limits::{self, ANSWER_BYTES},
        open::script_of,
        runtime::ScriptError,
    },
};

/// What a script costs besides its operations.
const RUN_CHARGE: f64 = 1.0;
/// A script that does not compile.
const COMPILE_ERROR: u16 = 0xFFFF;

/// 200 with what the procedure set as its response; everything that it did has happened under one
/// LSN. Nobody else writes to the physical partition meanwhile.
///
/// # Errors
/// 404 when there is no such procedure; 400 when it fails, with the number that it threw as
/// substatus, and nothing that it did has happened; 408 when it does not end; 413 when it answers
/// or does too much; and whatever finding the place refuses.
pub(super) fn execute_stored_procedure(
    call: &Call<'_>,
    input: &ExecuteStoredProcedure,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let arguments = arguments(&input.arguments)?;
    let found = resource(&call.state.catalog.load(), &input.procedure)?.1;
    let ResourceParent::Container(address) = &input.procedure.feed.parent else {
        return Err(refuse::not_found(&input.procedure));
    };
    let container = call.target(address)?.container;
    let key = input.partition_key.as_ref();
    let point = header_point(&container.rules.key, key)?;
    let key = key.ok_or_else(refuse::key_missing)?;
    let steps = limits::steps(call.options.effort);
    let conversation = Conversation::open(call, steps);
    let mut conversation = conversation.map_err(|error| failed(Broken::Script(error)))?;
    let place = call.place(container, point)?;
    let mut write = ItemWrite::begin(call, &place)?;
    let mut transaction = ScriptTransaction::new(&mut write, key);
    let start = Start {
        self_link: &place.container.self_link,
        alt_link: &place.container.owner.alt_content_path,
        args: Some(&arguments),
        request: Message::default(),
        response: Some(Message::default()),
        changes: "response",
    };
    let script = script_of(&found).unwrap_or_default();
    let ended = conversation.run((&found.name, &script), &start, &mut transaction);
    let charge = transaction.charge + RequestCharge::new(RUN_CHARGE);
    let left = ended.map_err(failed).and_then(fits);
    let left = match left {
        Ok(left) => left,
        Err(failure) => return Err(write.refused_at(failure, charge)),
    };
    let committed = write.commit()?;
    let mut facts = committed.facts(None, charge);
    if input.logging == ScriptLogging::On {
        facts.script_log = Some(left.log.into());
    }
    Ok(Response {
        status: StatusCode::OK,
        // A procedure that sets nothing answers with an empty string.
        body: left.response.map_or(Bytes::from_static(b"\"\""), |body| {
            Bytes::from(Box::<str>::from(body).into_string())
        }),
        facts,
    })
}

fn fits(left: Left) -> Result<Left, Failure> {
    let bytes = left.response.as_ref().map_or(0, |body| body.get().len());
    if bytes > ANSWER_BYTES {
        return Err(refuse::script_answer_too_large(ANSWER_BYTES));
    }
    Ok(left)
}

/// The arguments, a JSON array; no body is none, and what is no array is the only one.
fn arguments(body: &[u8]) -> Result<Box<RawValue>, Failure> {
    let text = match std::str::from_utf8(body).map(str::trim) {
        Ok("") => "[]".to_owned(),
        Ok(text) if text.starts_with('[') => text.to_owned(),
        Ok(text) => format!("[{text}]"),
        Err(error) => return Err(refuse::bad_request(error)),
    };
    RawValue::from_string(text).map_err(|error| {
        refuse::bad_request(format!("the arguments are not a JSON array: {error}"))
    })
}

/// The refusal of a request whose script failed.
pub(super) fn failed(broken: Broken) -> Failure {
    match broken {
        Broken::Host(failure) => failure,
        Broken::Script(ScriptError::OutOfSteps) => refuse::script_timeout(),
        Broken::Script(ScriptError::NoRuntime) => refuse::not_implemented(Feature::Scripts),
        Broken::Script(ScriptError::Thrown(thrown)) => {
            let failure = refuse::bad_request(thrown.message());
            let number = if thrown.is_syntax {
                Some(COMPILE_ERROR)
            } else {
                thrown.number
            };
            match number {
                Some(number) => failure.with_substatus(SubStatusCode::new(number)),
                None => failure,
            }
        }
    }
}
