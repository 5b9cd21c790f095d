//! Binds an account to sockets: one port per region, each speaking HTTP and HTTPS. Nothing is
//! accepted before the account, the certificate and all ports are there; from then on `host` keeps the ports.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use cosmokit_engine::Account;
use cosmokit_protocol::wire::region::Region;
use tokio::task::JoinSet;

use crate::config::ServerConfig;
use crate::error::ServerError;
use crate::host::Host;
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
        Self::bind_accounts(config, gateway, []).await
    }

    /// Like [`bind_gateway`](Self::bind_gateway), with further accounts. Each account is reached by its name at the ports
    /// of all others: `http://NAME.localhost:PORT/`.
    ///
    /// # Errors
    /// As [`bind`](Self::bind); [`ServerError::NameTaken`] when an account that is reached by name alone has the name of
    /// another.
    pub async fn bind_accounts(
        config: &ServerConfig,
        first: Gateway,
        others: impl IntoIterator<Item = (Gateway, Reach)>,
    ) -> Result<RunningServer, ServerError> {
        let certificate = identity(config.certificate(), first.unsteered())
            .map_err(|error| ServerError::Certificate(error.into()))?;
        let acceptor =
            acceptor(certificate).map_err(|error| ServerError::Certificate(error.into()))?;
        let shutdown = ShutdownHandle::new();
        let mut host = Host::new(config.clone(), acceptor, shutdown.clone());
        let endpoints = host.take(first, Reach::Ports(config.port())).await?;
        let mut further = Vec::new();
        for (gateway, reach) in others {
            let name = gateway.account().name().to_owned();
            let endpoints = host.take(gateway, reach).await?;
            further.push(HostedEndpoints { name, endpoints });
        }
        let admin = match config.admin_port() {
            Some(port) => Some(host.open_admin(port).await?),
            None => None,
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(host.run());
        Ok(RunningServer {
            endpoints,
            further,
            admin,
            shutdown,
            tasks,
        })
    }
}

/// How a further account of a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// At ports of its own, the first region at this one and each further region at the next; 0 takes free ones. By its
    /// name too, unless an account before it has the same.
    Ports(u16),
    /// By its name alone, at the ports of the first account.
    Name,
}

/// Where a further account of a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedEndpoints {
    /// Its name.
    pub name: String,
    /// Where each of its regions is reached, in its order.
    pub endpoints: Vec<RegionEndpoint>,
}

/// A server that accepts connections. Dropping it ends its tasks at once;
/// [`shutdown`](Self::shutdown) lets running requests finish.
pub struct RunningServer {
    endpoints: Vec<RegionEndpoint>,
    further: Vec<HostedEndpoints>,
    admin: Option<RegionEndpoint>,
    shutdown: ShutdownHandle,
    tasks: JoinSet<()>,
}

impl RunningServer {
    /// Where the admin API is: at its own port if it has one, else at the first region's.
    pub fn admin_endpoint(&self) -> &RegionEndpoint {
        self.admin.as_ref().unwrap_or_else(|| self.endpoint())
    }

    /// The accounts besides the first.
    pub fn further_accounts(&self) -> &[HostedEndpoints] {
        &self.further
    }

    /// Where each region listened at the start, in the account's order of regions.
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
    pub(crate) fn new(region: Region, address: SocketAddr, host: &str) -> Self {
        let authority = format!("{}:{}", dialled_host(host, address.ip()), address.port());
        Self {
            region,
            address,
            authority,
        }
    }

    /// Where a region is reached at a port that several accounts share.
    pub(crate) fn by_name(region: Region, address: SocketAddr, label: &str) -> Self {
        Self {
            region,
            authority: format!("{label}.localhost:{}", address.port()),
            address,
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
