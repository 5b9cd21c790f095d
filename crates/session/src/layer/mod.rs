//! The tower middleware: begins a session for each request, runs the inner service in it, and lets the
//! answer carry it on. Generic over bodies; needs nothing of them.

mod future;
mod service;
mod streamed;

pub use future::SessionFuture;
pub use service::{Binding, SessionLayer, SessionService};
pub use streamed::{StreamingFuture, StreamingLayer, StreamingService};
