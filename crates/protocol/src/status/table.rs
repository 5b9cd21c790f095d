//! Finding a row.

use std::sync::LazyLock;

use super::action::{ClientAction, Emitter};
use super::codes;
use super::cosmos_status::CosmosStatus;
use super::substatus::SubStatusCode;

/// What is known of one status and substatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRow {
    /// The pair; substatus 0 stands for the status alone.
    pub status: CosmosStatus,
    /// Its name.
    pub name: &'static str,
    /// Who makes it up.
    pub emitter: Emitter,
    /// What a client does about it.
    pub action: ClientAction,
    /// What it means.
    pub meaning: &'static str,
}

impl StatusRow {
    fn key(&self) -> (u16, u16) {
        let code = self.status.sub_status().map_or(0, SubStatusCode::value);
        (self.status.status_code().as_u16(), code)
    }
}

/// Every row, sorted by status, then substatus.
pub fn table() -> &'static [StatusRow] {
    static SORTED: LazyLock<Vec<StatusRow>> = LazyLock::new(|| {
        let mut rows: Vec<_> = codes::ROWS.iter().copied().flatten().copied().collect();
        rows.sort_unstable_by_key(StatusRow::key);
        rows
    });
    &SORTED
}

/// The row of a pair, or the row of its status alone when the substatus is unknown.
pub fn lookup(status: CosmosStatus) -> Option<&'static StatusRow> {
    let number = status.status_code().as_u16();
    let code = status.sub_status().map_or(0, SubStatusCode::value);
    exact(number, code).or_else(|| exact(number, 0))
}

/// The row of exactly this pair.
pub(super) fn exact(status: u16, code: u16) -> Option<&'static StatusRow> {
    let rows = table();
    let at = rows
        .binary_search_by_key(&(status, code), StatusRow::key)
        .ok()?;
    rows.get(at)
}
