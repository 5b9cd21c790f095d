//! A script that works on items: it asks for operations, one after another, and is told what came
//! of each.
//!
//! The script runs until it returns, then what it asked for first is carried out, its callback runs
//! until it returns, and so on. So nothing of the host is ever called from within a script, and the
//! host believes nothing that it is told: a request that it cannot read is refused.

use cosmokit_protocol::op::SqlQuery;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::{
    limits::LAST_PART,
    open::{define, open},
    runtime::{ScriptError, ScriptRuntime, Thrown},
};
use crate::{account::Call, response::Failure};

/// Whoever carries out what scripts ask for.
pub(crate) trait ScriptHost {
    /// Carries out an operation.
    ///
    /// # Errors
    /// What ends the script whatever it wants; everything else is told in the reply.
    fn perform(&mut self, asked: &Asked) -> Result<Reply, Failure>;

    /// Whether it takes further operations.
    fn accepts(&self) -> bool;
}

/// An operation that a script asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    number: u64,
    pub(crate) kind: AskedKind,
    /// Link of the item.
    #[serde(default)]
    pub(crate) link: String,
    /// JSON text.
    #[serde(default)]
    pub(crate) document: String,
    #[serde(default)]
    pub(crate) condition: Option<AskedCondition>,
    #[serde(default)]
    pub(crate) query: Option<SqlQuery>,
    #[serde(default, rename = "pageSize")]
    pub(crate) page_size: Option<f64>,
    #[serde(default)]
    pub(crate) continuation: Option<String>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AskedKind {
    Create,
    Upsert,
    Replace,
    Read,
    Delete,
    Query,
}

/// `accessCondition` of the options.
#[derive(Debug, Deserialize)]
pub(crate) struct AskedCondition {
    pub(crate) kind: String,
    pub(crate) etag: String,
}

/// What came of an operation.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Reply {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ReplyError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<Box<RawValue>>,
    pub(crate) options: ReplyOptions,
}

/// Why an operation was refused.
#[derive(Debug, Serialize)]
pub(crate) struct ReplyError {
    pub(crate) number: u16,
    pub(crate) message: String,
}

/// What callbacks get as their third argument.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ReplyOptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) continuation: Option<String>,
}

/// What a script begins with.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start<'s> {
    pub(crate) self_link: &'s str,
    pub(crate) alt_link: &'s str,
    /// Arguments of a procedure, a JSON array.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) args: Option<&'s RawValue>,
    pub(crate) request: Message<'s>,
    /// None before the write of a trigger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response: Option<Message<'s>>,
    /// Which of them the script may change: `request` or `response`.
    pub(crate) changes: &'static str,
}

/// A request or a response as scripts see it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message<'s> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<&'s RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation_type: Option<&'static str>,
}

/// What a script left.
#[derive(Debug)]
pub(crate) struct Left {
    /// What it wrote with `console.log`.
    pub(crate) log: String,
    /// The body of the request.
    pub(crate) request: Option<Box<RawValue>>,
    /// The body of the response.
    pub(crate) response: Option<Box<RawValue>>,
}

/// Why a conversation ended early.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The script failed.
    Script(ScriptError),
    /// The host would not go on.
    Host(Failure),
}

impl From<ScriptError> for Broken {
    fn from(error: ScriptError) -> Self {
        Self::Script(error)
    }
}

/// A runtime in which scripts can ask for operations.
#[derive(Debug)]
pub(crate) struct Conversation {
    runtime: Box<dyn ScriptRuntime>,
    /// Steps that it had in the beginning.
    steps: u64,
    /// Scripts so far.
    count: usize,
    /// The beginning of the ids that documents get which have none.
    ids: String,
}

impl Conversation {
    /// A runtime for the scripts of one request.
    ///
    /// # Errors
    /// When this build has none.
    pub(crate) fn open(call: &Call<'_>, steps: u64) -> Result<Self, ScriptError> {
        let mut runtime = open(call, steps)?;
        runtime.load("context", include_str!("context.js"))?;
        let mut ids = call.state.entropy.guid();
        ids.truncate(ids.len().saturating_sub(IDS_DIGITS));
        Ok(Self {
            runtime,
            steps,
            count: 0,
            ids,
        })
    }

    /// Runs one script to its end.
    ///
    /// # Errors
    /// [`Broken`].
    pub(crate) fn run(
        &mut self,
        (id, body): (&str, &str),
        start: &Start<'_>,
        host: &mut dyn ScriptHost,
    ) -> Result<Left, Broken> {
        #[derive(Serialize)]
        struct Given<'s> {
            script: &'s str,
            ids: &'s str,
            #[serde(flatten)]
            start: &'s Start<'s>,
        }
        self.count += 1;
        let key = self.count.to_string();
        define(&mut *self.runtime, (&key, id), body)?;
        let given = Given {
            script: &key,
            ids: &self.ids,
            start,
        };
        self.runtime.call("__start", &text(&given))?;
        loop {
            let next = self.runtime.call("__next", "null")?;
            let next: Next = read(next.as_deref().unwrap_or("{}"))?;
            let Some(asked) = next.ask else {
                return Ok(Left {
                    log: next.log,
                    request: next.request,
                    response: next.response,
                });
            };
            let asked: Asked = read(asked.get())?;
            let told = Told {
                number: asked.number,
                reply: &host.perform(&asked).map_err(Broken::Host)?,
                accepts: host.accepts() && self.has_time(),
            };
            self.runtime.call("__reply", &text(&told))?;
        }
    }

    fn has_time(&self) -> bool {
        self.runtime.remaining_steps() > self.steps / LAST_PART
    }
}

/// Digits of an automatic id that are counted.
const IDS_DIGITS: usize = 4;

/// What a script asks for next, and what it leaves when that is nothing.
#[derive(Deserialize)]
struct Next {
    ask: Option<Box<RawValue>>,
    #[serde(default)]
    log: String,
    #[serde(default, deserialize_with = "with_null")]
    request: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "with_null")]
    response: Option<Box<RawValue>>,
}

/// A null that was set is not nothing.
fn with_null<'t, D: Deserializer<'t>>(from: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(from).map(Some)
}

/// A reply on its way to its callback.
#[derive(Serialize)]
struct Told<'r> {
    /// That of the request.
    number: u64,
    #[serde(flatten)]
    reply: &'r Reply,
    accepts: bool,
}

/// What a script made of the texts that are exchanged cannot be read.
fn read<T: for<'t> Deserialize<'t>>(text: &str) -> Result<T, ScriptError> {
    serde_json::from_str(text).map_err(|error| {
        ScriptError::Thrown(Thrown {
            text: format!("Error: the operation cannot be read: {error}"),
            number: Some(400),
            ..Thrown::default()
        })
    })
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and JSON text serialize")
}
