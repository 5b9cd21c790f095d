//! Makes one connection: lookup, TCP, TLS, HTTP handshake, each timed, all within one timeout.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

use super::addresses::{connect_any, look_up};
use super::connection::{RequestForm, Sender};
use super::proxy::{Proxy, tunnel};
use super::tls::{Offer, TlsConfigs, Trust};
use crate::clock::Clock;
use crate::diagnostics::RequestSentStatus;
use crate::options::{ConnectionPoolSettings, PlainHttpVersion};
use crate::reference::AccountEndpoint;
use crate::tasks::TaskSpawner;
use crate::transport::error::{TransportError, TransportErrorKind};
use crate::transport::trace::ConnectTimings;

/// Bytes that an HTTP/2 stream and connection may receive before they are read: a page and several.
const STREAM_WINDOW_BYTES: u32 = 2 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 8 * 1024 * 1024;
/// Bytes of response headers: continuations can be long.
const MAX_HEADER_LIST_BYTES: u32 = 256 * 1024;

/// Everything that making a connection to one endpoint needs.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    pub(super) to: Destination,
    pub(super) settings: Arc<ConnectionPoolSettings>,
    pub(super) clock: Clock,
    pub(super) tls: Arc<TlsConfigs>,
    pub(super) spawner: TaskSpawner,
    /// Whether the server said that it requires HTTP/1.1.
    pub(super) requires_http1: Arc<AtomicBool>,
}

/// Where connections lead, and by which way.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    pub(super) endpoint: AccountEndpoint,
    pub(super) trust: Trust,
    pub(super) proxy: Option<Proxy>,
}

/// A connection that is ready for requests, and the future that drives it.
pub(super) struct Connected {
    pub(super) sender: Sender,
    pub(super) driver: Pin<Box<dyn Future<Output = ()> + Send>>,
    pub(super) timings: ConnectTimings,
}

/// Which HTTP version a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

impl Connector {
    /// The protocol, when it is known before a connection is made.
    pub(super) fn known_protocol(&self) -> Option<Protocol> {
        match self.settings.plain_http_version {
            _ if self.offer() == Offer::Http1 => Some(Protocol::Http1),
            _ if !self.settings.is_http2_allowed => Some(Protocol::Http1),
            _ if self.to.endpoint.is_https() => None,
            PlainHttpVersion::Http1 => Some(Protocol::Http1),
            PlainHttpVersion::Http2 => Some(Protocol::Http2),
        }
    }

    pub(super) async fn connect(&self) -> Result<Connected, TransportError> {
        let deadline = self.clock.now() + self.settings.max_connect_timeout;
        match self.clock.until(deadline, self.connect_in_time()).await {
            Some(outcome) => outcome,
            None => Err(failed(
                TransportErrorKind::Connect,
                "it took longer than max_connect_timeout",
            )),
        }
    }

    async fn connect_in_time(&self) -> Result<Connected, TransportError> {
        let mut timings = ConnectTimings::default();
        let (endpoint, proxy) = (&self.to.endpoint, self.to.proxy.as_ref());
        let (host, port) = match proxy {
            Some(proxy) => (proxy.host.as_str(), proxy.port),
            None => (endpoint.host(), endpoint.port()),
        };
        let started = self.clock.now();
        let found = look_up(host, port).await;
        let addresses = found.map_err(|error| failed(TransportErrorKind::Dns, error))?;
        let looked_up = self.clock.now();
        timings.dns = Some(looked_up - started);
        let stream = connect_any(addresses, &self.settings, self.clock).await;
        let mut stream = stream.map_err(|error| failed(TransportErrorKind::Connect, error))?;
        let plain = self.known_protocol().unwrap_or(Protocol::Http1);
        if let Some(proxy) = proxy
            && !self.speaks_to_proxy(plain)
        {
            let opened = tunnel(&mut stream, proxy, endpoint).await;
            opened.map_err(|error| failed(TransportErrorKind::Connect, error))?;
        }
        let connected = self.clock.now();
        timings.connect = Some(connected - looked_up);
        if !endpoint.is_https() {
            return self.handshake(stream, plain, timings).await;
        }
        let config = self.tls.get(self.to.trust, self.offer()).await?;
        let name = ServerName::try_from(endpoint.host().to_owned());
        let name = name.map_err(|error| failed(TransportErrorKind::Tls, error))?;
        let stream = TlsConnector::from(config).connect(name, stream).await;
        let stream = stream.map_err(|error| failed(TransportErrorKind::Tls, error))?;
        timings.tls = Some(self.clock.now() - connected);
        let chosen = match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Protocol::Http2,
            _ => Protocol::Http1,
        };
        self.handshake(stream, chosen, timings).await
    }

    fn offer(&self) -> Offer {
        if self.requires_http1.load(Ordering::Relaxed) {
            Offer::Http1
        } else {
            Offer::All
        }
    }

    /// Whether requests are spoken to the proxy itself, which is the way for plain HTTP/1.1; everything else goes
    /// through a tunnel.
    fn speaks_to_proxy(&self, protocol: Protocol) -> bool {
        !self.to.endpoint.is_https() && protocol == Protocol::Http1
    }

    async fn handshake<I>(
        &self,
        stream: I,
        protocol: Protocol,
        timings: ConnectTimings,
    ) -> Result<Connected, TransportError>
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let io = TokioIo::new(stream);
        match protocol {
            Protocol::Http1 => {
                let (sender, connection) = http1::Builder::new()
                    .handshake(io)
                    .await
                    .map_err(|error| failed(TransportErrorKind::Connect, error))?;
                let proxy = self.to.proxy.as_ref();
                let form = match proxy.filter(|_| self.speaks_to_proxy(protocol)) {
                    Some(proxy) => RequestForm::ToProxy(proxy.authorization.clone()),
                    None => RequestForm::Origin,
                };
                Ok(Connected {
                    sender: Sender::Http1(sender, form),
                    driver: driver(connection),
                    timings,
                })
            }
            Protocol::Http2 => {
                let (sender, connection) = http2::Builder::new(self.spawner.clone())
                    .timer(TokioTimer::new())
                    .initial_stream_window_size(STREAM_WINDOW_BYTES)
                    .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
                    .max_header_list_size(MAX_HEADER_LIST_BYTES)
                    .keep_alive_interval(self.settings.http2_keep_alive_interval)
                    .keep_alive_timeout(self.settings.http2_keep_alive_timeout)
                    .handshake(io)
                    .await
                    .map_err(|error| failed(TransportErrorKind::Connect, error))?;
                Ok(Connected {
                    sender: Sender::Http2(sender),
                    driver: driver(connection),
                    timings,
                })
            }
        }
    }
}

/// What breaks a connection is told to the requests on it; the driver itself only ends.
fn driver<E>(
    connection: impl Future<Output = Result<(), E>> + Send + 'static,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let _ = connection.await;
    })
}

fn failed(
    kind: TransportErrorKind,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> TransportError {
    TransportError::new(kind, RequestSentStatus::NotSent).with_source(cause)
}
