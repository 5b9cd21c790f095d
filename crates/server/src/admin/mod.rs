//! The admin API under `/_cosmokit/`: one module per resource, routed by axum. Readiness is for
//! everyone; the rest is for callers on this machine, unless the gateway was told otherwise.

mod access;
mod ready;
mod router;
mod state;

pub use access::AdminAccess;
pub(crate) use router::{AdminRouter, AdminState, is_admin_path};
