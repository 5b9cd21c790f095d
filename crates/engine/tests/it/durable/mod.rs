//! Durable accounts: what was there is there after a close and after a crash.

mod photo;
mod reopen;
