//! The table of attempts without an answer: what each kind of silence means, first match counts.

use super::verdict::Effect;
use crate::diagnostics::RequestSentStatus;
use crate::transport::TransportErrorKind;

/// What silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// It will be the same again.
    Final,
    /// It is this process that is short of something; other regions are no better.
    Local,
    /// The same request may do better right away.
    FailsHere,
    /// Another region may do better.
    Fails,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct SilenceRow {
    pub(super) name: &'static str,
    kinds: &'static [TransportErrorKind],
    sent: Option<RequestSentStatus>,
    pub(super) silence: Silence,
    pub(super) effects: &'static [Effect],
}

const ENDPOINT: &[Effect] = &[Effect::MarkEndpoint];
const PARTITION: &[Effect] = &[Effect::MarkPartition];

use TransportErrorKind as Kind;

pub(super) static SILENCES: &[SilenceRow] = &[
    SilenceRow {
        name: "answer too large",
        kinds: &[Kind::TooLarge],
        sent: None,
        silence: Silence::Final,
        effects: &[],
    },
    SilenceRow {
        name: "too many requests wait",
        kinds: &[Kind::Exhausted],
        sent: None,
        silence: Silence::Local,
        effects: &[],
    },
    SilenceRow {
        name: "no connection",
        kinds: &[Kind::Dns, Kind::Connect, Kind::Tls],
        sent: None,
        silence: Silence::FailsHere,
        effects: ENDPOINT,
    },
    SilenceRow {
        name: "no connection in time",
        kinds: &[Kind::Timeout],
        sent: Some(RequestSentStatus::NotSent),
        silence: Silence::Fails,
        effects: ENDPOINT,
    },
    SilenceRow {
        name: "no answer in time",
        kinds: &[Kind::Timeout],
        sent: None,
        silence: Silence::Fails,
        effects: PARTITION,
    },
    SilenceRow {
        name: "connection broken",
        kinds: &[],
        sent: None,
        silence: Silence::FailsHere,
        effects: PARTITION,
    },
];

/// The row of an attempt without an answer.
pub(super) fn silence_of(kind: TransportErrorKind, sent: RequestSentStatus) -> &'static SilenceRow {
    SILENCES
        .iter()
        .find(|row| {
            (row.kinds.is_empty() || row.kinds.contains(&kind))
                && row.sent.is_none_or(|wanted| wanted == sent)
        })
        .expect("the last row matches everything")
}
