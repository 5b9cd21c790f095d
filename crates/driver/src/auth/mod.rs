//! Who is asking: signing with an account key, resource tokens, Entra ID tokens. A credential that cannot be
//! had is the operation's error; it says nothing about any endpoint.

mod date;
mod signer;
mod source;
#[cfg(test)]
mod tests;
mod token;

pub(crate) use self::date::WireDate;
pub(crate) use self::signer::{Signable, Signer};
pub use self::source::{AccessToken, TokenFuture, TokenSource};
