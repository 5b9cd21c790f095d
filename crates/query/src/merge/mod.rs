//! Partial results of ranges to one result.
//!
//! Every operator is a state machine without I/O: it says which range it wants rows of, takes them, gives rows, and can
//! write its position down and go on from there.

pub mod rank_fusion;
