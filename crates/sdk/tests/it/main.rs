//! The client through its public face.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod builder;
mod builder_methods;
#[cfg(feature = "entra")]
mod entra;
#[cfg(feature = "entra")]
mod published_calls;
mod recorder;
