//! Session consistency carried across a web tier: users of an app behind a load balancer read their
//! own writes whichever instance answers, with no plumbing in handlers.
//!
//! Three lines of set-up:
//!
//! ```no_run
//! # async fn f(client: cosmokit::CosmosClient, app: axum::Router, secret: [u8; 32])
//! #     -> Result<axum::Router, Box<dyn std::error::Error>> {
//! use cosmokit_session::{SessionCarrying, SessionTracing as _, seal::KeyRing};
//!
//! let sessions = SessionCarrying::new(KeyRing::new(secret)?)?; // how sessions are carried
//! let client = client.traced(); // its operations belong to the session of the request
//! let app = app.layer(sessions.layer()); // begins a session, and lets the answer carry it on
//! # let _ = client; Ok(app) }
//! ```
//!
//! What happens then: the answer to a request that wrote gets a cookie with the positions of these writes in
//! their partitions' logs, sealed. It comes back with the user's next request, to whichever instance, and the
//! client sends these positions with each operation made for it, so that a replica which is behind them does
//! not answer. `docs/guides/session-consistency.md` tells when to use this and what it cannot promise.
//!
//! From the top down: [`SessionCarrying`] decides, [`SessionLayer`] acts, [`UserSession`] is one user's session
//! in one request, [`scope`] takes it to tasks, threads, streams and bodies, [`carry`] takes it from process to
//! process, [`mod@format`], [`seal`] and [`budget`] make the value that travels.

#[cfg(feature = "actix")]
pub mod actix;
#[cfg(feature = "axum")]
mod axum;
pub mod budget;
pub mod carried;
pub mod carry;
mod carrying;
mod clock;
mod counters;
mod entropy;
mod exchange;
pub mod format;
mod layer;
pub mod outgoing;
pub mod scope;
pub mod seal;
mod tracing_clients;
mod user_session;

pub use carried::{AccountHash, Carried};
pub use carrying::{
    Answer, AnswerHead, CarryingError, CorsNeeds, HeaderChange, HeaderLines, MIN_LIFETIME,
    MIN_VALUE_CHARS, Placing, Refusals, SessionCarrying, SessionCarryingBuilder, Unavailable,
};
pub use clock::Clock;
pub use counters::Counts;
pub use entropy::{Entropy, NoEntropy};
pub use layer::{
    Binding, SessionFuture, SessionLayer, SessionService, StreamingFuture, StreamingLayer,
    StreamingService,
};
pub use tracing_clients::{BuilderSessionTracing, SessionTracing};
pub use user_session::UserSession;
