//! The rows of the table, and a constant for each.
//!
//! Sources: the status tables of
//! <https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb>, and the
//! numbers and names that Azure's clients use. A client's own codes start at 20000 (a few at
//! 10000) and are never on the wire.
//!
//! To add a code, add a line; the constants, the lookups and the documentation follow.

mod client;
mod overload;
mod refusal;
mod rows;
mod topology;

pub use client::*;
pub use overload::*;
pub use refusal::*;
pub use topology::*;

use super::table::StatusRow;

/// All rows, by file.
pub(super) const ROWS: &[&[StatusRow]] =
    &[refusal::ROWS, topology::ROWS, overload::ROWS, client::ROWS];

/// The numbers alone. What they mean depends on the status.
pub mod substatus {
    use crate::status::SubStatusCode;

    /// Says no more than the status does.
    pub const UNKNOWN: SubStatusCode = SubStatusCode::new(0);

    pub use super::client::numbers::*;
    pub use super::overload::numbers::*;
    pub use super::refusal::numbers::*;
    pub use super::topology::numbers::*;
}
