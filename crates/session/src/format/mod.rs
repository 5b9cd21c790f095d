//! The compact binary form of a [`Carried`](crate::Carried) value, version 1. `docs/session-format.md`
//! describes it byte by byte, and `tests/data/session-format.json` has vectors for other languages.
//!
//! What is alike costs nothing: numbers stand in columns, each with the least of them and as many
//! bits per number as the differences need.

mod column;
mod decode;
mod encode;
mod varint;

pub use decode::{Decoded, FormatError, decode};
pub use encode::encode;

/// The first byte of the form that this version writes.
pub const FORMAT: u8 = 1;
/// Bytes that are read at most; more are refused before anything is looked at.
pub const MAX_BYTES: usize = 16 * 1024;
/// Regions that are listed for one container at most.
const MAX_REGIONS: usize = cosmokit_protocol::session::MAX_REGIONS;
