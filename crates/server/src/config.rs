//! What a server is told at start: where it listens, where its certificate is kept, and its limits.
//! Every limit has a default, a unit and a reason; nothing here reads a socket or a clock.

use std::path::PathBuf;
use std::time::Duration;

/// Where and how a [`Server`](crate::Server) listens.
///
/// ```
/// use cosmokit_server::ServerConfig;
/// let config = ServerConfig::new().with_host("127.0.0.1").with_port(0);
/// assert_eq!(config.port(), 0);
/// ```
#[derive(Debug, Clone)]
pub struct ServerConfig {
    host: String,
    port: u16,
    admin_port: Option<u16>,
    certificate: CertificatePlace,
    limits: Limits,
}

impl ServerConfig {
    /// The host that is listened on unless another is named: this machine only.
    pub const DEFAULT_HOST: &'static str = "127.0.0.1";
    /// The port of the well-known local endpoint.
    pub const DEFAULT_PORT: u16 = 8081;

    /// Loopback, port 8081, a certificate in memory, default limits.
    pub fn new() -> Self {
        Self {
            host: Self::DEFAULT_HOST.to_owned(),
            port: Self::DEFAULT_PORT,
            admin_port: None,
            certificate: CertificatePlace::Memory,
            limits: Limits::default(),
        }
    }

    /// Listens on this host name or address; `0.0.0.0` or `::` listen on every interface.
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Listens on this port. The first region takes it, each further region the next one; 0 gives
    /// every region a free port of its own.
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Has the admin API at a port of its own besides the regions' ports, so that no outage closes it; 0 takes a free
    /// one. Default: none.
    pub fn with_admin_port(mut self, port: u16) -> Self {
        self.admin_port = Some(port);
        self
    }

    /// Keeps the self-signed certificate at this place.
    pub fn with_certificate(mut self, place: CertificatePlace) -> Self {
        self.certificate = place;
        self
    }

    /// Replaces the limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The host that is listened on.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port of the first region, or 0 for a free one.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port of the admin API alone, if there is one.
    pub fn admin_port(&self) -> Option<u16> {
        self.admin_port
    }

    /// Where the certificate is kept.
    pub fn certificate(&self) -> &CertificatePlace {
        &self.certificate
    }

    /// The limits on connections and messages.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the self-signed certificate lives between two starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CertificatePlace {
    /// Nowhere: each start makes a new one.
    #[default]
    Memory,
    /// In this directory, which is created when it is missing; a certificate found there is reused
    /// until 30 days before it ends. A directory that cannot be written is a warning, not an error.
    Directory(PathBuf),
}

/// Bounds on what clients may take; each one protects the others' share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Open connections per region. Further ones wait in the kernel's queue. Default 4,096: well
    /// above any test's pool, well below what a process may open where the file limit was raised.
    pub max_connections: usize,
    /// Bytes of one request body. Default 2 MiB, the service's own bound for an item and a batch.
    /// A longer body is answered with 413 and never held in memory.
    pub max_body_bytes: usize,
    /// Bytes of an oversized body that are read and thrown away before the answer, because most
    /// clients write the whole body before they read. Default 16 MiB; a body that announces more
    /// is answered at once.
    pub max_discarded_bytes: u64,
    /// Bytes of the request line and all headers. Default 192 KiB: a session token of 64 KiB, a
    /// continuation of 16 KiB and a path fit, hostile headers do not.
    pub max_header_bytes: usize,
    /// Number of request headers over HTTP/1.1. Default 100, up to which reading them allocates
    /// nothing; clients send about 25.
    pub max_headers: usize,
    /// Requests at the same time on one HTTP/2 connection. Default 256.
    pub max_concurrent_streams: u32,
    /// Time from the first byte of a request to the end of its headers, and for the TLS handshake.
    /// Default 30 seconds.
    pub header_read_timeout: Duration,
    /// Time from the end of a request's headers to the end of its body. Default 60 seconds: 2 MiB
    /// arrive even over a slow link.
    pub body_read_timeout: Duration,
    /// A connection without a request for this long is closed. Default 10 minutes, longer than the
    /// clients' own pools keep a connection, so that they are the ones to close it.
    pub idle_timeout: Duration,
    /// Time that running requests get to finish after shutdown begins. Default 10 seconds.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 4_096,
            max_body_bytes: 2 * 1024 * 1024,
            max_discarded_bytes: 16 * 1024 * 1024,
            max_header_bytes: 192 * 1024,
            max_headers: 100,
            max_concurrent_streams: 256,
            header_read_timeout: Duration::from_secs(30),
            body_read_timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(600),
            drain_timeout: Duration::from_secs(10),
        }
    }
}
