//! Keeps carried values from being read or changed on their way: sealed by default, signed or
//! plain only by explicit choice.
//!
//! ```text
//! sealed  01 | key id 4 | nonce 24 | ciphertext | tag 16     XChaCha20-Poly1305
//! signed  02 | key id 4 | payload | mac 16                   HMAC-SHA-256, first half
//! plain   03 | payload
//! ```
//!
//! Both protections cover a [`Purpose`], so that a value made for one use, app or user is refused
//! for any other.

mod key;
mod purpose;
mod sealer;

pub use key::{KeyError, KeyRing, MAX_KEYS, MIN_SECRET_BYTES};
pub use purpose::Purpose;
pub use sealer::{Protection, SealError, Sealer};
