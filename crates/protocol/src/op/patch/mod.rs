//! PATCH: the instructions, what the service refuses of them, and what they do to a document.
//!
//! [`apply`] is a pure function over the text of a document: only what the operations touch is taken apart,
//! everything else keeps its bytes, and a failure leaves nothing behind. The condition of a request is SQL and
//! is evaluated elsewhere.

mod apply;
mod error;
mod instructions;
mod number;
mod pointer;
mod request;
mod targets;
mod tree;

pub use apply::{apply, apply_to_value};
pub use error::{PatchError, PatchReason};
pub use instructions::{PatchInstructions, PatchOperation};
pub use number::CosmosNumber;
pub use pointer::Pointer;
pub use request::{MAX_PATCH_OPERATIONS, PatchRequest};
pub use targets::check_targets;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
