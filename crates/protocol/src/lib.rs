//! The words of the Azure Cosmos DB wire: keys, ids, tokens, headers, documents.
//!
//! Everything here is pure: no I/O, no async, no clock. Client side and server side meet in these types and nowhere else.
//! Input of any kind, from a header, a body or a caller, gives an error and never a panic.

#[cfg(feature = "azure_core")]
mod azure_core;
pub mod id;
pub mod op;
pub mod partition;
pub mod resource;
pub mod session;
pub mod status;
pub mod value;
pub mod wire;
