//! The table: what an answer means for the operation, one row per kind of answer, first match counts. Facts
//! are in the protocol reference (status and substatus codes).

use cosmokit_protocol::status::{CosmosStatus, SubStatusCode};

use super::verdict::Effect;

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The caller's result.
    Result,
    /// The caller's error.
    Final,
    /// The service asks to slow down.
    Throttled,
    /// Another write is in the way for a moment.
    Conflicted,
    /// The replica has not seen what the session has.
    BehindSession,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    statuses: Statuses,
    substatuses: &'static [u16],
    pub(super) meaning: Meaning,
    pub(super) effects: &'static [Effect],
}

#[derive(Clone, Copy, Debug)]
enum Statuses {
    Success,
    Exactly(u16),
    Any,
}

const ANY: &[u16] = &[];
const CAPTURE: &[Effect] = &[Effect::CaptureSession];
const NOTHING: &[Effect] = &[];

const fn row(
    name: &'static str,
    statuses: Statuses,
    substatuses: &'static [u16],
    meaning: Meaning,
    effects: &'static [Effect],
) -> Row {
    Row {
        name,
        statuses,
        substatuses,
        meaning,
        effects,
    }
}

use Statuses::{Any, Exactly, Success};

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    row("success",               Success,      ANY,                  Meaning::Result,        CAPTURE),
    row("not modified",          Exactly(304), ANY,                  Meaning::Result,        CAPTURE),
    row("container recreated",   Exactly(400), &[1024],              Meaning::Final,         &[Effect::DropContainer]),
    row("session behind",        Exactly(404), &[1002],              Meaning::BehindSession, NOTHING),
    row("owner not found",       Exactly(404), &[1003],              Meaning::Final,         &[Effect::DropContainer]),
    row("not found",             Exactly(404), ANY,                  Meaning::Final,         CAPTURE),
    row("conflict",              Exactly(409), ANY,                  Meaning::Final,         CAPTURE),
    row("name cache stale",      Exactly(410), &[1000],              Meaning::Final,         &[Effect::DropContainer]),
    row("ranges moved",          Exactly(410), &[1002, 1007, 1008],  Meaning::Final,         &[Effect::RefreshRanges]),
    row("precondition failed",   Exactly(412), ANY,                  Meaning::Final,         CAPTURE),
    row("throttled",             Exactly(429), ANY,                  Meaning::Throttled,     NOTHING),
    row("retry with",            Exactly(449), ANY,                  Meaning::Conflicted,    NOTHING),
    row("anything else",         Any,          ANY,                  Meaning::Final,         NOTHING),
];

impl Row {
    fn matches(&self, status: CosmosStatus) -> bool {
        let substatus = status.sub_status().map_or(0, SubStatusCode::value);
        let code = status.status_code();
        let fits = match self.statuses {
            Success => code.is_success(),
            Exactly(number) => code.as_u16() == number,
            Any => true,
        };
        fits && (self.substatuses.is_empty() || self.substatuses.contains(&substatus))
    }
}

/// The row of an answer.
pub(super) fn row_of(status: CosmosStatus) -> &'static Row {
    ROWS.iter()
        .find(|row| row.matches(status))
        .expect("the last row matches everything")
}
