//! Binds an account to sockets: one port per region, each speaking HTTP and HTTPS. Nothing is
//! accepted before the account, the certificate and all ports are there.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use cosmokit_engine::Account;
use cosmokit_protocol::wire::region::Region;
use tokio::task::JoinSet;

use crate::config::ServerConfig;
use crate::connection::Serving;
use crate::endpoints::Endpoints;
use crate::error::ServerError;
use crate::listener::Listener;
use crate::self_signed::identity;
use crate::service::Gateway;
use crate::shutdown::ShutdownHandle;
use crate::tls::acceptor;

/// Starts servers.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Listens for `account` as `config` says and serves it until the returned handle is dropped
    /// or shut down.
    ///
    /// # Errors
    /// [`ServerError`] when a port cannot be bound or no certificate can be made.
    pub async fn bind(
        config: &ServerConfig,
        account: Account,
    ) -> Result<RunningServer, ServerError> {
        Self::bind_gateway(config, Gateway::new(account)?).await
    }

    /// Like [`bind`](Self::bind), for a gateway that was prepared with settings of its own.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub async fn bind_gateway(
        config: &ServerConfig,
        gateway: Gateway,
    ) -> Result<RunningServer, ServerError> {
        let certificate = identity(config.certificate(), gateway.unsteered())
            .map_err(|error| ServerError::Certificate(error.into()))?;
        let acceptor =
            acceptor(certificate).map_err(|error| ServerError::Certificate(error.into()))?;
        let listeners = bind_regions(config, &gateway).await?;
        let ports = listeners
            .iter()
            .map(|listener| (listener.region.clone(), listener.address.port()));
        let gateway = gateway.with_front(Endpoints::ports(ports), config.limits().max_body_bytes);
        let endpoints = listeners
            .iter()
            .map(|listener| RegionEndpoint::new(listener, config.host()))
            .collect();
        let shutdown = ShutdownHandle::new();
        let mut tasks = JoinSet::new();
        for listener in listeners {
            let serving = Arc::new(Serving {
                gateway: gateway.clone(),
                region: listener.region.clone(),
                acceptor: acceptor.clone(),
                limits: config.limits().clone(),
            });
            tasks.spawn(listener.run(serving, shutdown.subscribe()));
        }
        Ok(RunningServer {
            endpoints,
            shutdown,
            tasks,
        })
    }
}

/// One listener per region: the first on the configured port, each further one on the next.
async fn bind_regions(
    config: &ServerConfig,
    gateway: &Gateway,
) -> Result<Vec<Listener>, ServerError> {
    let topology = gateway.account().topology();
    let regions = topology.regions();
    let mut listeners = Vec::with_capacity(regions.len());
    let mut port = Some(config.port());
    for entry in regions {
        let exhausted = || ServerError::PortsExhausted {
            port: config.port(),
            regions: regions.len(),
        };
        let at = port.ok_or_else(exhausted)?;
        listeners.push(Listener::bind(entry.region.clone(), config.host(), at).await?);
        port = if at == 0 { Some(0) } else { at.checked_add(1) };
    }
    Ok(listeners)
}

/// A server that accepts connections. Dropping it ends its tasks at once;
/// [`shutdown`](Self::shutdown) lets running requests finish.
pub struct RunningServer {
    endpoints: Vec<RegionEndpoint>,
    shutdown: ShutdownHandle,
    tasks: JoinSet<()>,
}

impl RunningServer {
    /// Where each region listens, in the account's order of regions.
    pub fn endpoints(&self) -> &[RegionEndpoint] {
        &self.endpoints
    }

    /// Where the account's first region listens.
    ///
    /// # Panics
    /// Never: an account has at least one region, and each has an endpoint.
    pub fn endpoint(&self) -> &RegionEndpoint {
        self.endpoints
            .first()
            .expect("an account has at least one region")
    }

    /// A handle that begins the shutdown from elsewhere, such as a signal handler.
    pub fn shutdown_handle(&self) -> ShutdownHandle {
        self.shutdown.clone()
    }

    /// Waits until the server has ended, which takes a shutdown begun elsewhere.
    ///
    /// # Cancel safety
    /// Safe: the server goes on, and a later call waits for the rest.
    pub async fn ended(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }

    /// Stops accepting, lets running requests finish within
    /// [`Limits::drain_timeout`](crate::Limits::drain_timeout), and returns.
    ///
    /// # Cancel safety
    /// Dropping the future drops the server: what still runs is aborted.
    pub async fn shutdown(mut self) {
        self.shutdown.begin();
        self.ended().await;
    }
}

impl fmt::Debug for RunningServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningServer")
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

/// Where a region can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionEndpoint {
    region: Region,
    address: SocketAddr,
    authority: String,
}

impl RegionEndpoint {
    fn new(listener: &Listener, host: &str) -> Self {
        let address = listener.address;
        let authority = format!("{}:{}", dialled_host(host, address.ip()), address.port());
        Self {
            region: listener.region.clone(),
            address,
            authority,
        }
    }

    /// The region.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The bound socket address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://host:port/`.
    pub fn http(&self) -> String {
        format!("http://{}/", self.authority)
    }

    /// `https://host:port/`.
    pub fn https(&self) -> String {
        format!("https://{}/", self.authority)
    }
}

/// The host that a client on this machine dials for a listener on `configured`.
fn dialled_host(configured: &str, bound: IpAddr) -> String {
    let host = match configured.parse::<IpAddr>() {
        Ok(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Ok(IpAddr::V6(Ipv6Addr::UNSPECIFIED)) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        Ok(address) => address,
        Err(_) if configured.is_empty() => bound,
        Err(_) => return configured.to_owned(),
    };
    match host {
        IpAddr::V4(host) => host.to_string(),
        IpAddr::V6(host) => format!("[{host}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialled_host_is_one_that_a_client_can_reach() {
        let table = [
            ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
            ("0.0.0.0", "0.0.0.0", "127.0.0.1"),
            ("::", "::", "[::1]"),
            ("::1", "::1", "[::1]"),
            ("localhost", "127.0.0.1", "localhost"),
            ("box.example", "10.0.0.4", "box.example"),
        ];
        for (configured, bound, expected) in table {
            assert_eq!(dialled_host(configured, bound.parse().unwrap()), expected);
        }
    }
}
