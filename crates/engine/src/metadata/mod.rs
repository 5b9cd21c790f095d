//! What the account contains besides items: databases, containers, offers, and the named resources
//! below databases and containers.
//!
//! The [`catalog`] is one immutable value behind an atomic swap; whoever changes it builds the
//! next one. Containers share their partitions with their later descriptions.

pub(crate) mod catalog;
pub(crate) mod container;
pub(crate) mod database;
pub(crate) mod envelope;
pub(crate) mod filter;
mod json;
pub(crate) mod offer;
pub(crate) mod page;
pub(crate) mod query;
pub(crate) mod resource;
pub(crate) mod resource_set;
pub(crate) mod resource_token;
pub(crate) mod unique_key;
