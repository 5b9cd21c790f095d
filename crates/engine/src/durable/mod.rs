//! Durable accounts: what is acknowledged is on disk.
//!
//! [`store`] is the small trait, [`disk`] its one implementation: redb over [`blocks`] with
//! checksums of our own; [`record`] is what stands in it. [`ledger`] finds what has changed since
//! the last commit, [`committer`] commits it, [`journal`] and [`outcome`] let requests wait for
//! that, [`recover`] reads it all again, [`stored`]
//! the content of a partition when somebody looks at it, on the threads of [`loader`]. [`content`] is where partitions meet their logs,
//! [`account`] where an account meets all of this.

mod account;
mod blocks;
mod committer;
pub(crate) mod content;
mod disk;
mod journal;
mod ledger;
mod loader;
mod outcome;
mod record;
mod recover;
mod store;
mod stored;
#[cfg(test)]
mod tests;

pub(crate) use account::{Looked, OnDisk, Opened};
pub(crate) use committer::Durable;
pub(crate) use ledger::Living;
pub(crate) use outcome::Ticket;
#[cfg(test)]
pub(crate) use store::Store;
pub use store::StoreError;
