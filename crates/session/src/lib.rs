//! Session consistency carried across a web tier: users read their own writes whichever instance
//! answers, with no plumbing in handlers.

pub mod budget;
pub mod carried;
pub mod carry;
mod entropy;
pub mod format;
pub mod seal;

pub use carried::{AccountHash, Carried};
pub use entropy::{Entropy, NoEntropy};
