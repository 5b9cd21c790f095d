//! The records of a store: what stands in its rows and changes, byte by byte.
//!
//! [`encode`] and [`decode`] are numbers and texts; [`change`] one change of a log; [`log`] what a
//! log is besides its changes; [`layout`] the partitions of a container, [`several`] whose logs
//! they are; [`catalog`] databases,
//! containers and offers; [`account`] the account itself; [`key`] under which key a row stands.

pub(super) mod account;
pub(super) mod catalog;
pub(super) mod change;
mod decode;
mod encode;
pub(super) mod key;
pub(super) mod layout;
pub(super) mod log;
pub(super) mod several;
