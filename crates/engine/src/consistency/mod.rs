//! Which position may answer, and what a client's token asks of it. Pure decisions.

pub(crate) mod read;
pub(crate) mod token;
