//! The local account over HTTP: HTTP in, engine verb, HTTP out.
//!
//! [`Gateway`] is the whole of it as one `tower::Service`, usable in process. [`Server`] puts it
//! behind sockets: one port per region, which speaks HTTP/1.1 and HTTP/2, plain and over TLS.
//! [`Accounts`] are several of them, told apart by host name.
//!
//! The way of a request: `listener` → `connection` (`sniff`, `tls`, `vigil`) → `body` → `service` →
//! `process`: `route` → `authorize` → `header::decode`, `verb` → engine → `respond`, `header::encode`. The
//! paths under `/_cosmokit/` leave it at `service` for `admin`.

mod account_document;
mod accounts;
mod activity;
mod admin;
mod arrival;
mod authorize;
mod body;
mod config;
mod connection;
mod endpoints;
mod error;
mod fault;
mod gateway_builder;
mod header;
mod heavy;
mod host;
mod listener;
mod observe;
mod pause;
mod process;
mod refusal;
mod reply;
mod reply_body;
mod resource_verb;
mod respond;
mod route;
mod self_signed;
mod server;
mod service;
mod shutdown;
mod sniff;
mod stamps;
mod tls;
mod verb;
mod vigil;

pub use accounts::{Accounts, AccountsFuture};
pub use admin::AdminAccess;
pub use config::{CertificatePlace, Limits, ServerConfig};
pub use error::ServerError;
pub use gateway_builder::GatewayBuilder;
pub use server::{HostedEndpoints, Reach, RegionEndpoint, RunningServer, Server};
pub use service::{Gateway, GatewayFuture};
pub use shutdown::ShutdownHandle;
