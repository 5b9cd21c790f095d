//! Accounts and containers as NDJSON: one JSON text per line, in memory that does not grow.
//!
//! An account, with everything that a client created in it:
//!
//! | line | what |
//! |---|---|
//! | `{"cosmokit":1}` | the first: format version |
//! | `{"database":{…},"throughput":…}` | a database; the lines behind it are in it |
//! | `{"container":{…},"throughput":…}` | a container of it; the lines behind it are in it |
//! | `{"item":{…}}` | an item of it |
//!
//! A throughput is `{"manual":400}`, `{"maximum":4000}` or `{"maximum":4000,"incrementPercent":10}`
//! and left out where there is none. A container alone is its items, one document per line.
//!
//! Documents are those that clients wrote, byte for byte as they are stored, numbers as they
//! stand; system properties are not part of it, because whoever imports gives new ones. Partition
//! layouts, etags, positions and history stay behind: a [snapshot](crate::Snapshot) or a data
//! directory keeps those.

mod error;
mod export;
mod import;
mod line;

pub use error::TransferError;
pub use export::Export;
pub use import::{Import, ImportCount};
