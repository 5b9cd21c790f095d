//! The options of the built-in HTTP transport, one row each.

use std::net::IpAddr;
use std::time::Duration;

use super::environment::FromVariable;
use super::table::option_table;
use super::{Environment, RootCertificates};
use crate::error::Result;

option_table! {
    /// How the built-in HTTP transport connects.
    options ConnectionPoolOptions, builder ConnectionPoolOptionsBuilder, settings ConnectionPoolSettings,
    rows CONNECTION_POOL_ROWS;

    /// How long name lookup, TCP and TLS together may take.
    max_connect_timeout, with_max_connect_timeout: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_MAX_CONNECT_TIMEOUT_MS", unit: "ms",
        default: Duration::from_secs(5), shown: "5000",
        bounds: "100 ms to 60 s",
        accepts: |t| (Duration::from_millis(100)..=Duration::from_secs(60)).contains(t), layers: highest,
        why: "slow networks; or to try another region sooner",
    }

    /// How long the first attempt at reading items may take; one that had no answer in time is repeated with twice
    /// the time, up to `max_dataplane_request_timeout`.
    min_dataplane_request_timeout, with_min_dataplane_request_timeout: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_MIN_DATAPLANE_REQUEST_TIMEOUT_MS", unit: "ms",
        default: Duration::from_secs(6), shown: "6000",
        bounds: "100 ms to 10 min; what is above the maximum counts as the maximum",
        accepts: |t| (Duration::from_millis(100)..=Duration::from_secs(600)).contains(t), layers: highest,
        why: "point reads that should try another replica or region sooner",
    }

    /// How long one attempt at an item operation may take.
    max_dataplane_request_timeout, with_max_dataplane_request_timeout: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_MAX_DATAPLANE_REQUEST_TIMEOUT_MS", unit: "ms",
        default: Duration::from_secs(6), shown: "6000",
        bounds: "100 ms to 10 min",
        accepts: |t| (Duration::from_millis(100)..=Duration::from_secs(600)).contains(t), layers: highest,
        why: "queries that take long; or to try again sooner",
    }

    /// How long the first attempt at reading anything else may take; one that had no answer in time is repeated
    /// with twice the time, up to `max_metadata_request_timeout`.
    min_metadata_request_timeout, with_min_metadata_request_timeout: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_MIN_METADATA_REQUEST_TIMEOUT_MS", unit: "ms",
        default: Duration::from_secs(5), shown: "5000",
        bounds: "100 ms to 10 min; what is above the maximum counts as the maximum",
        accepts: |t| (Duration::from_millis(100)..=Duration::from_secs(600)).contains(t), layers: highest,
        why: "how soon a start goes on to another endpoint when one hangs",
    }

    /// How long one attempt at any other operation may take.
    max_metadata_request_timeout, with_max_metadata_request_timeout: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_MAX_METADATA_REQUEST_TIMEOUT_MS", unit: "ms",
        default: Duration::from_secs(65), shown: "65000",
        bounds: "100 ms to 10 min",
        accepts: |t| (Duration::from_millis(100)..=Duration::from_secs(600)).contains(t), layers: highest,
        why: "creating containers takes long on a busy account",
    }

    /// How long a connection without requests is kept.
    idle_connection_timeout, with_idle_connection_timeout: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_IDLE_CONNECTION_TIMEOUT_MS", unit: "ms",
        default: Duration::from_secs(60), shown: "60000",
        bounds: "1 s to 1 day",
        accepts: |t| (Duration::from_secs(1)..=Duration::from_secs(86_400)).contains(t), layers: highest,
        why: "middle boxes that drop idle connections sooner",
    }

    /// How old a connection may become; then it takes no further request and closes after those on it.
    max_connection_lifetime, with_max_connection_lifetime: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_MAX_CONNECTION_LIFETIME_MS", unit: "ms",
        default: Duration::from_secs(600), shown: "600000",
        bounds: "1 s to 1 day",
        accepts: |t| (Duration::from_secs(1)..=Duration::from_secs(86_400)).contains(t), layers: highest,
        why: "new connections follow changed names and spread over front ends that were added",
    }

    /// After how long without traffic the machine asks whether the other end of a connection is still there.
    tcp_keepalive_time, with_tcp_keepalive_time: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_TCP_KEEPALIVE_TIME_MS", unit: "ms",
        default: Duration::from_secs(30), shown: "30000",
        bounds: "1 s to 1 h",
        accepts: |t| (Duration::from_secs(1)..=Duration::from_secs(3_600)).contains(t), layers: highest,
        why: "middle boxes that forget silent connections",
    }

    /// How long the machine waits between such questions.
    tcp_keepalive_interval, with_tcp_keepalive_interval: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_TCP_KEEPALIVE_INTERVAL_MS", unit: "ms",
        default: Duration::from_secs(1), shown: "1000",
        bounds: "1 s to 1 h",
        accepts: |t| (Duration::from_secs(1)..=Duration::from_secs(3_600)).contains(t), layers: highest,
        why: "how soon a dead connection is noticed",
    }

    /// Whether the proxies that the environment names are used (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    is_proxy_allowed, with_is_proxy_allowed: bool => bool {
        env: "AZURE_COSMOS_CONNECTION_POOL_IS_PROXY_ALLOWED", unit: "",
        default: true, shown: "true",
        bounds: "true or false", accepts: |_| true, layers: highest,
        why: "an account that is reached directly although other traffic is not",
    }

    /// How many HTTP/1.1 connections an endpoint may have; each carries one request at a time.
    max_http1_connections_per_endpoint, with_max_http1_connections_per_endpoint: usize => usize {
        env: "AZURE_COSMOS_CONNECTION_POOL_MAX_HTTP1_CONNECTIONS_PER_ENDPOINT", unit: "connections",
        default: 1_000, shown: "1000",
        bounds: "1 to 64000", accepts: |n| (1..=64_000).contains(n), layers: highest,
        why: "bounds sockets; requests beyond wait for a connection",
    }

    /// Whether HTTP/2 is used where the server offers it.
    is_http2_allowed, with_is_http2_allowed: bool => bool {
        env: "AZURE_COSMOS_CONNECTION_POOL_IS_HTTP2_ALLOWED", unit: "",
        default: true, shown: "true",
        bounds: "true or false", accepts: |_| true, layers: highest,
        why: "a proxy that breaks HTTP/2",
    }

    /// Which HTTP version plain `http://` endpoints are spoken to with; TLS negotiates it.
    plain_http_version, with_plain_http_version: PlainHttpVersion => PlainHttpVersion {
        env: none, unit: "", default: PlainHttpVersion::Http1, shown: "HTTP/1.1",
        bounds: "Http1 or Http2", accepts: |_| true, layers: highest,
        why: "a local server that many tasks share is quicker over few HTTP/2 connections",
    }

    /// How many streams an HTTP/2 connection carries at most.
    max_http2_streams_per_client, with_max_http2_streams_per_client: u32 => u32 {
        env: "AZURE_COSMOS_CONNECTION_POOL_MAX_HTTP2_STREAMS_PER_CLIENT", unit: "streams",
        default: 16, shown: "16",
        bounds: "1 to 250", accepts: |n| (1..=250).contains(n), layers: highest,
        why: "fewer spread load over more connections and service front ends",
    }

    /// From which share of its streams on a connection is full enough to open another.
    http2_fan_out_threshold_percent, with_http2_fan_out_threshold_percent: u32 => u32 {
        env: "AZURE_COSMOS_CONNECTION_POOL_HTTP2_FAN_OUT_THRESHOLD_PERCENT", unit: "%",
        default: 50, shown: "50",
        bounds: "1 to 100", accepts: |n| (1..=100).contains(n), layers: highest,
        why: "lower opens connections sooner",
    }

    /// How many HTTP/2 connections an endpoint may have.
    max_http2_connections_per_endpoint, with_max_http2_connections_per_endpoint: usize => usize {
        env: "AZURE_COSMOS_CONNECTION_POOL_MAX_HTTP2_CONNECTIONS_PER_ENDPOINT", unit: "connections",
        default: 32, shown: "32",
        bounds: "1 to 256", accepts: |n| (1..=256).contains(n), layers: highest,
        why: "bounds sockets; requests beyond wait for a stream",
    }

    /// How often an HTTP/2 connection with requests is pinged.
    http2_keep_alive_interval, with_http2_keep_alive_interval: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_HTTP2_KEEP_ALIVE_INTERVAL_MS", unit: "ms",
        default: Duration::from_secs(1), shown: "1000",
        bounds: "100 ms to 10 min",
        accepts: |t| (Duration::from_millis(100)..=Duration::from_secs(600)).contains(t), layers: highest,
        why: "how soon a dead connection is noticed",
    }

    /// How long an HTTP/2 ping may stay unanswered.
    http2_keep_alive_timeout, with_http2_keep_alive_timeout: Duration => Duration {
        env: "AZURE_COSMOS_CONNECTION_POOL_HTTP2_KEEP_ALIVE_TIMEOUT_MS", unit: "ms",
        default: Duration::from_secs(2), shown: "2000",
        bounds: "100 ms to 10 min",
        accepts: |t| (Duration::from_millis(100)..=Duration::from_secs(600)).contains(t), layers: highest,
        why: "how soon a dead connection is noticed",
    }

    /// How many bytes a response body may have.
    max_response_body_bytes, with_max_response_body_bytes: usize => usize {
        env: "AZURE_COSMOS_CONNECTION_POOL_MAX_RESPONSE_BODY_BYTES", unit: "bytes",
        default: 64 * 1024 * 1024, shown: "67108864",
        bounds: "64 KiB to 1 GiB", accepts: |n| (65_536..=1_073_741_824).contains(n), layers: highest,
        why: "bounds memory; the service's pages are below 5 MB",
    }

    /// Whether certificates must be valid.
    server_certificate_validation, with_server_certificate_validation:
    ServerCertificateValidation => ServerCertificateValidation {
        env: "AZURE_COSMOS_EMULATOR_SERVER_CERT_VALIDATION_DISABLED", unit: "",
        default: ServerCertificateValidation::Required, shown: "Required",
        bounds: "Required or RequiredUnlessEmulator (in the environment false or true)",
        accepts: |_| true, layers: highest,
        why: "local accounts have self-signed certificates",
    }

    /// Root certificates to trust beside those of this machine.
    root_certificates, with_root_certificates: RootCertificates => RootCertificates {
        env: none, unit: "", default: RootCertificates::none(), shown: "none",
        bounds: "any certificates", accepts: |_| true, layers: highest,
        why: "a company's own authority, or a local account's certificate",
    }

    /// Where plain `http://` is allowed.
    plain_http, with_plain_http: PlainHttp => PlainHttp {
        env: none, unit: "", default: PlainHttp::LocalOnly, shown: "LocalOnly",
        bounds: "LocalOnly or Anywhere", accepts: |_| true, layers: highest,
        why: "a local account on another machine of a trusted network",
    }

    /// A host that counts as local, beside this machine's own names.
    emulator_host, with_emulator_host: String => Option<String> {
        env: "AZURE_COSMOS_EMULATOR_HOST", unit: "", default: None, shown: "none",
        bounds: "a host name or IP address, without port",
        accepts: |host: &String| !host.is_empty() && !host.contains('/'), layers: highest,
        why: "a local account in a container or virtual machine",
    }

    /// The local address that connections start from.
    local_address, with_local_address: IpAddr => Option<IpAddr> {
        env: "AZURE_COSMOS_LOCAL_ADDRESS", unit: "", default: None, shown: "any",
        bounds: "an IP address of this machine", accepts: |_| true, layers: highest,
        why: "machines with several networks",
    }
}

/// Whether the certificates of servers must be valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ServerCertificateValidation {
    /// Always.
    #[default]
    Required,
    /// Except of servers on this machine (`localhost`, loopback addresses, `host.docker.internal`).
    RequiredUnlessEmulator,
}

impl FromVariable for ServerCertificateValidation {
    fn from_variable(text: &str) -> Option<Self> {
        let disabled = bool::from_variable(text)?;
        Some(if disabled {
            Self::RequiredUnlessEmulator
        } else {
            Self::Required
        })
    }
}

/// Where requests may travel without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PlainHttp {
    /// To this machine only.
    #[default]
    LocalOnly,
    /// Anywhere. Keys are never sent, but data and signed requests are readable on the way.
    Anywhere,
}

/// The HTTP version for endpoints without TLS, where nothing can be negotiated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PlainHttpVersion {
    /// HTTP/1.1, one request per connection at a time.
    #[default]
    Http1,
    /// HTTP/2 with prior knowledge.
    Http2,
}

impl ConnectionPoolOptionsBuilder {
    /// The options.
    ///
    /// # Errors
    /// When an option is outside its bounds.
    pub fn build(self) -> Result<ConnectionPoolOptions> {
        self.0.check()?;
        Ok(self.0)
    }
}

impl ConnectionPoolSettings {
    /// What holds when a program wishes `options`.
    pub(crate) fn of(options: &ConnectionPoolOptions, environment: &Environment) -> Result<Self> {
        options.check()?;
        let environment = ConnectionPoolOptions::from_environment(environment);
        Ok(ConnectionPoolOptions::resolve([
            Some(options),
            Some(&environment),
            None,
            None,
        ]))
    }
}
