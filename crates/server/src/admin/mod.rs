//! The admin API under `/_cosmokit/`: one module per resource, each with its list of routes, from which the router and the
//! OpenAPI document are made. Readiness is for everyone; the rest is for callers on this machine, unless the gateway was
//! told otherwise.

mod access;
mod accounts;
mod clock;
mod failover;
mod faults;
mod input;
mod links;
mod metrics;
mod openapi;
mod partitions;
mod ready;
mod regions;
mod requests;
mod route;
mod router;
mod snapshots;
mod state;
mod switches;

pub use access::AdminAccess;
pub(crate) use partitions::UnderWay;
pub(crate) use router::{AdminRouter, AdminState, is_admin_path};
pub(crate) use snapshots::Shelf;
