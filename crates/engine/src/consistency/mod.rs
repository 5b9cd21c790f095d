//! Which position may answer, what a client's token asks of it, and when a write is acknowledged.

pub(crate) mod read;
pub(crate) mod token;
pub(crate) mod write;
