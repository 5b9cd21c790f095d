//! The words of the wire.
pub mod value;
pub mod id;
pub mod partition;
