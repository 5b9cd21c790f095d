//! Headers at the edge: [`decode`] turns those of a request into typed inputs, [`encode`] turns the
//! engine's facts into those of a response. Names and fixed values are the protocol crate's.

pub(crate) mod decode;
pub(crate) mod decode_log;
pub(crate) mod encode;
mod value_writer;
