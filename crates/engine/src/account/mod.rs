//! The account: what it is made of, its settings, and the door through which requests come.

mod builder;
mod call;
mod handle;
mod keys;
mod topology;

pub use builder::{AccountBuilder, BuildError, WriteMode};
pub(crate) use call::{Call, Place};
pub use handle::Account;
pub(crate) use handle::{AccountState, Settings};
pub use keys::AccountKeys;
pub use topology::{AccountRegion, Topology};
