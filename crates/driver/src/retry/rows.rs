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
    /// The service is short of something in this region.
    Busy,
    /// Another write is in the way for a moment.
    Conflicted,
    /// The replica has not seen what the session has.
    BehindSession,
    /// The region has no say in this any more.
    Moved,
    /// The partition was split, merged or moved.
    RangesMoved,
    /// The region fails; the same request may do better right away.
    FailsHere,
    /// The region fails; another may do better.
    Fails,
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
    ServerError,
    Exactly(u16),
    Any,
}

const ANY: &[u16] = &[];
const CAPTURE: &[Effect] = &[Effect::CaptureSession];
const NOTHING: &[Effect] = &[];
const RECREATED: &[Effect] = &[Effect::DropContainer];
const MOVED: &[u16] = &[1002, 1007, 1008];
const CONFIG: &[u16] = &[3003, 3004];
const PARTITION: &[Effect] = &[Effect::MarkPartition];
const NO_WRITES: &[Effect] = &[Effect::MarkWrites, Effect::RefreshAccount];
const NO_ACCOUNT: &[Effect] = &[Effect::MarkEndpoint, Effect::RefreshAccount];

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

use Meaning::{
    BehindSession, Busy, Conflicted, Fails, FailsHere, Final, Moved, RangesMoved, Throttled,
};
use Statuses::{Any, Exactly, ServerError, Success};

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    row("success",               Success,      ANY,     Meaning::Result, CAPTURE),
    row("not modified",          Exactly(304), ANY,     Meaning::Result, CAPTURE),
    row("container recreated",   Exactly(400), &[1024], Final,           RECREATED),
    row("write forbidden",       Exactly(403), &[3],    Moved,           NO_WRITES),
    row("account not here",      Exactly(403), &[1008], Moved,           NO_ACCOUNT),
    row("session behind",        Exactly(404), &[1002], BehindSession,   NOTHING),
    row("owner not found",       Exactly(404), &[1003], Final,           RECREATED),
    row("not found",             Exactly(404), ANY,     Final,           CAPTURE),
    row("timed out",             Exactly(408), ANY,     Fails,           PARTITION),
    row("conflict",              Exactly(409), ANY,     Final,           CAPTURE),
    row("name cache stale",      Exactly(410), &[1000], Final,           RECREATED),
    row("ranges moved",          Exactly(410), MOVED,   RangesMoved,     &[Effect::RefreshRanges]),
    row("gone",                  Exactly(410), ANY,     Fails,           PARTITION),
    row("precondition failed",   Exactly(412), ANY,     Final,           CAPTURE),
    row("short of resources",    Exactly(429), &[3092], Busy,            PARTITION),
    row("throttled",             Exactly(429), ANY,     Throttled,       NOTHING),
    row("retry with",            Exactly(449), ANY,     Conflicted,      NOTHING),
    row("misconfigured account", Exactly(500), CONFIG,  Final,           NOTHING),
    row("internal error",        Exactly(500), ANY,     FailsHere,       PARTITION),
    row("unavailable",           Exactly(503), ANY,     FailsHere,       PARTITION),
    row("not implemented",       Exactly(501), ANY,     Final,           NOTHING),
    row("other server error",    ServerError,  ANY,     Fails,           PARTITION),
    row("anything else",         Any,          ANY,     Final,           NOTHING),
];

impl Row {
    fn matches(&self, status: CosmosStatus) -> bool {
        let substatus = status.sub_status().map_or(0, SubStatusCode::value);
        let code = status.status_code();
        let fits = match self.statuses {
            Success => code.is_success(),
            ServerError => code.is_server_error(),
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
