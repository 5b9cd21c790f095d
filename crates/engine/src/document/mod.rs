//! Items as text: what the service checks, keeps and adds, without building a tree.
//!
//! [`scan`](scan::scan) validates the JSON in one pass and finds what matters; [`Draft`] is the
//! user's document with system properties and earlier duplicates removed; stamping a draft
//! appends the system properties and gives the bytes that are stored and sent.

mod draft;
mod error;
mod member;
mod number;
mod scan;
mod stamp;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use draft::{Draft, ItemTtl};
pub(crate) use error::DocumentError;
pub(crate) use stamp::{Stamp, unstamped};

/// Most levels of arrays and objects in an item.
pub(crate) const MAX_DEPTH: usize = 128;
/// Largest item, in bytes of UTF-8 JSON as sent.
pub(crate) const MAX_ITEM_BYTES: usize = 2 * 1024 * 1024;
