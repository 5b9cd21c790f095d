//! What a rule does to a request.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::effect_form::EffectForm;
use crate::status::SubStatusCode;
use crate::wire::region::Region;

/// What happens to a request that a rule strikes: it waits, then something is done to it, or both, or neither.
///
/// In JSON the fields of the action stand beside `delayMs`: `{"status": 503}`, `{"dropConnection": "after"}`,
/// `{"delayMs": 200}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "EffectForm", into = "EffectForm")]
#[non_exhaustive]
pub struct FaultEffect {
    /// How long the request waits before anything else is done.
    pub delay: Option<Duration>,
    /// What is then done; without it the request is carried out as ever.
    pub action: Option<FaultAction>,
}

/// What is done to a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FaultAction {
    /// It is answered without being carried out.
    Respond(FaultResponse),
    /// Its connection ends without an answer.
    DropConnection(FaultMoment),
    /// It never gets an answer; its connection stays open.
    NoAnswer(FaultMoment),
    /// It is carried out, and its connection ends in the middle of the answer's body.
    CutBody(BodyCut),
    /// It is carried out, and the answer's body comes slowly.
    SlowBody(SlowBody),
    /// New TLS connections are refused. Only `region` of the condition can be known then.
    RefuseTls,
    /// It is carried out, and what it wrote reaches other places later.
    DelayReplication(ReplicationFault),
}

/// When a connection fails, by the operation's effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultMoment {
    /// Before the operation is carried out: a write did not happen.
    Before,
    /// After the operation was carried out: a write happened and its author does not know.
    After,
}

/// An answer in place of the real one.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultResponse {
    /// Its status.
    pub status: StatusCode,
    /// Its substatus.
    pub substatus: Option<SubStatusCode>,
    /// Headers that stand over the usual ones.
    pub headers: BTreeMap<String, String>,
    /// Its body; without one, the usual error body of the status.
    pub body: Option<serde_json::Value>,
}

/// Where a body ends early.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct BodyCut {
    /// How many bytes still come; half of the body when absent. Always at least one less than the body has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_bytes: Option<u64>,
}

/// How slowly a body comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct SlowBody {
    /// Bytes that come at once. At least 1. Default 16.
    pub chunk_bytes: u32,
    /// Milliseconds between two chunks. Default 100.
    pub pause_ms: u32,
}

impl Default for SlowBody {
    fn default() -> Self {
        Self {
            chunk_bytes: 16,
            pause_ms: 100,
        }
    }
}

/// Which replication is held back, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplicationFault {
    /// The region that is reached later; every region but the writing one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Region>,
    /// One replica of that region, counted from 0; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica: Option<u8>,
    /// How many milliseconds later.
    pub by_ms: u32,
}

/// An effect that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFaultEffect {
    /// Two actions in one effect.
    #[error(
        "an effect does one thing besides `delayMs`, and {0} are given; write two rules instead"
    )]
    TwoActions(String),
    /// An answer's field without a status.
    #[error("`{0}` belongs to an answer, which needs a `status`")]
    NoStatus(&'static str),
    /// A status outside 200 to 599.
    #[error("{0} is no status of an answer, which is 200 to 599")]
    Status(u16),
    /// A header that cannot be sent.
    #[error("the header {0:?} cannot be sent: its name or value holds a forbidden character")]
    Header(String),
    /// No bytes at a time would never end.
    #[error("`chunkBytes` of a slow body is at least 1")]
    EmptyChunk,
    /// A flag that says no.
    #[error("`refuseTls` is true or absent")]
    RefuseTls,
}

impl FaultEffect {
    /// Nothing but a wait.
    pub fn delay(by: Duration) -> Self {
        Self {
            delay: Some(by),
            action: None,
        }
    }

    /// An action at once.
    pub fn action(action: FaultAction) -> Self {
        Self {
            delay: None,
            action: Some(action),
        }
    }

    /// The same with a wait before it.
    pub fn with_delay(mut self, by: Duration) -> Self {
        self.delay = Some(by);
        self
    }
}

impl FaultResponse {
    /// An answer of this status with the usual body.
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            substatus: None,
            headers: BTreeMap::new(),
            body: None,
        }
    }

    /// The same with a substatus.
    pub fn with_substatus(mut self, substatus: impl Into<SubStatusCode>) -> Self {
        self.substatus = Some(substatus.into());
        self
    }

    /// The headers as the `http` crate has them; those that cannot be sent are left out.
    pub fn header_pairs(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> + '_ {
        self.headers.iter().filter_map(|(name, value)| {
            Some((
                HeaderName::try_from(name).ok()?,
                HeaderValue::try_from(value).ok()?,
            ))
        })
    }
}

impl BodyCut {
    /// How many of a body's bytes come.
    pub fn kept(self, body_bytes: usize) -> usize {
        let most = body_bytes.saturating_sub(1);
        match self.after_bytes {
            Some(wanted) => usize::try_from(wanted).unwrap_or(usize::MAX).min(most),
            None => body_bytes / 2,
        }
    }
}
