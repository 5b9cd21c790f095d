//! Opening a runtime and putting scripts into it.

use cosmokit_protocol::id::Rid;

use super::runtime::{ScriptError, ScriptRuntime, Thrown};
use cosmokit_protocol::id::NamedResourceKind;

use crate::{account::Call, metadata::resource::NamedResource};

/// What a runtime needs from outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct RuntimeFacts {
    /// The instant that scripts see, milliseconds since 1970.
    pub(super) now_millis: u64,
    /// The start of the sequence of random numbers.
    pub(super) seed: u64,
    /// Steps that all scripts together may take.
    pub(super) steps: u64,
}

/// A runtime for the scripts of one request.
///
/// # Errors
/// [`ScriptError::NoRuntime`] in a build without one; when it does not fit into its memory.
pub(super) fn open(call: &Call<'_>, steps: u64) -> Result<Box<dyn ScriptRuntime>, ScriptError> {
    let facts = RuntimeFacts {
        now_millis: call.now().millis(),
        seed: call.state.entropy.next(),
        steps,
    };
    open_with(facts)
}

#[cfg(feature = "script")]
pub(super) fn open_with(facts: RuntimeFacts) -> Result<Box<dyn ScriptRuntime>, ScriptError> {
    Ok(Box::new(super::quickjs::QuickJs::new(facts)?))
}

#[cfg(not(feature = "script"))]
pub(super) fn open_with(_: RuntimeFacts) -> Result<Box<dyn ScriptRuntime>, ScriptError> {
    Err(ScriptError::NoRuntime)
}

/// The text of a container's script; `None` when there is none of this name.
pub(super) fn body_of(
    call: &Call<'_>,
    container: Rid,
    kind: NamedResourceKind,
    id: &str,
) -> Option<String> {
    let catalog = call.state.catalog.load();
    let resource = catalog.resources().by_name(kind, container, id)?;
    script_of(resource)
}

/// The text of a script; `None` of what is none.
pub(crate) fn script_of(resource: &NamedResource) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Script {
        body: String,
    }
    let script: Script = serde_json::from_slice(&resource.document).ok()?;
    Some(script.body)
}

/// Makes a script known under a key. Its body is one function as an expression; where that does not
/// compile, a text that declares functions, of which the first is meant.
///
/// # Errors
/// [`ScriptError::Thrown`] with `is_syntax` when it is neither.
pub(super) fn define(
    runtime: &mut dyn ScriptRuntime,
    (key, id): (&str, &str),
    body: &str,
) -> Result<(), ScriptError> {
    let file = format!("{id:.64}.js");
    let quoted = serde_json::Value::from(key);
    // Everything on one line, so that lines in stack traces are those of the body.
    let expression = body.trim_end().trim_end_matches(';');
    let refused = match runtime.load(&file, &format!("__define({quoted},({expression}\n))")) {
        Err(ScriptError::Thrown(refused)) => refused,
        other => return other,
    };
    let declared = first_declared(body)
        .map(|name| runtime.load(&file, &format!("{body}\n;__define({quoted},{name})")));
    match declared {
        Some(Err(ScriptError::Thrown(_))) | None => Err(ScriptError::Thrown(Thrown {
            is_syntax: true,
            ..refused
        })),
        Some(other) => other,
    }
}

/// The name of the first function that a text declares.
fn first_declared(body: &str) -> Option<&str> {
    let mut rest = body.trim_start();
    loop {
        let skipped = if let Some(line) = rest.strip_prefix("//") {
            line.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, rest)| rest)
        } else {
            break;
        };
        rest = skipped.trim_start();
    }
    let rest = rest.strip_prefix("async ").unwrap_or(rest).trim_start();
    let rest = rest.strip_prefix("function")?.trim_start();
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    rest.get(..end).filter(|name| !name.is_empty())
}
