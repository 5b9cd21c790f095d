//! Durable accounts: what was there is there after a close and after a crash.

mod crash;
mod model;
pub(crate) mod photo;
mod reopen;
