//! Values while a query runs: parts of documents are borrowed as bytes and read when somebody looks into them.
//!
//! Undefined is a value of its own here. Equality, the order across types and the structural hash agree: equal values
//! hash alike and neither precedes the other.

mod build;
mod equality;
mod hash;
mod json;
mod order_key;
mod raw;
mod scan;
mod text;
mod types;
mod words;

pub(crate) use hash::{HashOfAll, HashSetOfValues, MapByValue};
pub use hash::{StructuralHash, structural_hash, structural_hash_of_all};
pub use json::NotJson;
pub(crate) use json::write_string;
pub use order_key::OrderKey;
pub use raw::{Elements, Members, Raw, RawText};
pub use text::Text;
pub use types::{Array, ArrayElements, Object, ObjectMembers, Value};

/// How deep values are compared, hashed and copied; below that, parts of documents are taken as their bytes.
pub const MAX_VALUE_DEPTH: u32 = 256;

#[cfg(test)]
mod tests;
