//! What the bench and the comparison with SQLite share: items, and the local account in this process.

pub mod documents;
pub mod local;
