//! Transports: what carries one request to one endpoint and brings the answer back: HTTP over sockets, with
//! pools that belong to the endpoints in use, or any tower service in process. Nothing here retries, except
//! that a request which provably did not leave over a stale connection is sent over another one.

mod error;
mod exchange;
mod http;
mod identity;
mod service;
mod trace;

use std::sync::Arc;

use ::http::{Request, Response};
use bytes::Bytes;

pub use self::error::{TransportError, TransportErrorKind};
pub(crate) use self::exchange::{Channel, Outgoing, Target};
use self::http::HttpTransport;
pub(crate) use self::http::Proxies;
use self::service::Exchange;
pub(crate) use self::trace::AttemptTrace;
use crate::clock::Clock;
use crate::error::Result;
use crate::options::ConnectionPoolSettings;
use crate::reference::AccountEndpoint;

/// What carries requests: the built-in HTTP client, or a tower service in this process.
#[derive(Clone)]
pub struct Transport(Kind);

#[derive(Clone)]
enum Kind {
    Http(Arc<HttpTransport>),
    Service(Arc<dyn Exchange>),
}

impl Transport {
    /// Hands requests to a service in this process: a local account, a proxy, a test.
    ///
    /// It sees absolute URIs with the endpoint's authority, answers with a complete body, and is cloned for each
    /// request. A [`TransportError`] as its error says whether the request was sent; of others nobody can tell.
    pub fn from_service<S>(service: S) -> Self
    where
        S: tower::Service<Request<Bytes>, Response = Response<Bytes>>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        S::Future: Send + 'static,
    {
        Self(Kind::Service(service::boxed(service)))
    }

    /// The built-in HTTP client.
    pub(crate) fn http(
        settings: Arc<ConnectionPoolSettings>,
        proxies: Proxies,
        clock: Clock,
    ) -> Self {
        Self(Kind::Http(Arc::new(HttpTransport::new(
            settings, proxies, clock,
        ))))
    }

    /// The way to one endpoint, to be kept as long as the endpoint is in use.
    ///
    /// # Errors
    /// When requests to it would travel readable over a network and the options do not allow it.
    pub(crate) fn channel(&self, endpoint: &AccountEndpoint) -> Result<Channel> {
        match &self.0 {
            Kind::Http(http) => http.pool(endpoint).map(Channel::Http),
            Kind::Service(service) => Ok(Channel::Service(Arc::clone(service))),
        }
    }
}
