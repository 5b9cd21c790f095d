//! Calls to other services: the session goes along in the header, and what they learnt comes back in theirs,
//! so that a write two services away is read here.
//!
//! Values go to hosts on a list and nowhere else. A client that follows redirects by itself must not follow
//! them off the list with the header still there: put the layer inside of what follows redirects, so that it
//! sees each request.

mod future;
mod hosts;
#[cfg(feature = "reqwest")]
mod reqwest;
mod service;

pub use future::OutgoingFuture;
pub use hosts::{HostList, InvalidHost};
#[cfg(feature = "reqwest")]
pub use reqwest::OutgoingMiddleware;
pub use service::{OutgoingLayer, OutgoingService};
