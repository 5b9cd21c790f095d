//! The one error type of the client side. It says what happened (status, message, chain), what was tried
//! (diagnostics), and whether a write may have taken effect.

#[cfg(feature = "azure_core")]
mod azure_core;
mod builder;
mod cosmos_error;
mod kind;

pub use self::builder::CosmosErrorBuilder;
pub use self::cosmos_error::{CosmosError, Result};
pub use self::kind::ErrorKind;
pub(crate) use self::kind::client;
