//! The `authorization` header: what is signed, how it is written, how it is read and verified.
//!
//! Three kinds exist: a master key signs each request ([`MasterKey`]); a resource token and an
//! Entra ID token are sent as they are ([`resource_token_header`], [`entra_header`]). The whole
//! value is percent-encoded. The format is that of
//! <https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources>.
//!
//! Whether a date is too old, which key may do what, and what a token grants is for the server
//! to decide; this module knows no clock.

mod authorization;
mod master_key;
mod secret;
mod string_to_sign;
mod token_header;

#[cfg(test)]
mod tests;

pub use authorization::{Authorization, AuthorizationError, MAX_AUTHORIZATION_BYTES, Signature};
pub use master_key::{EMULATOR_KEY, KeyError, MasterKey};
pub use secret::Secret;
pub use string_to_sign::StringToSign;
pub use token_header::{entra_header, resource_token_header};
