//! Keeps the sockets as the accounts' topologies say: a port for each region, opened when a region is added, closed and
//! its connections reset when it is gone or refuses connections. One task owns all of it; the admin API asks it by
//! message and waits until the sockets have followed.

use std::net::SocketAddr;
use std::sync::Arc;

use cosmokit_engine::{Account, RegionAvailability, Topology};
use cosmokit_protocol::wire::region::Region;
use futures_util::future::select_all;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::config::ServerConfig;
use crate::connection::{Serving, ServingRole};
use crate::endpoints::Endpoints;
use crate::error::ServerError;
use crate::gateway_builder::GatewayBuilder;
use crate::listener::Listener;
use crate::server::RegionEndpoint;
use crate::service::Gateway;
use crate::shutdown::{ShutdownHandle, ShutdownSignal};

/// Accounts behind one server, forks among them.
const MAX_ACCOUNTS: usize = 256;
/// Messages that wait for the host; the admin API has one at a time per call.
const QUEUE: usize = 64;

/// Asks the host; answers an error when the gateway has no sockets, or the server is gone.
#[derive(Debug, Clone, Default)]
pub(crate) struct HostLink(Option<mpsc::Sender<Wish>>);

/// What the host is asked for.
#[derive(Debug)]
enum Wish {
    /// That the sockets be as the topologies say.
    Settle(oneshot::Sender<Result<(), String>>),
    /// That another account be reached at ports of its own.
    Host(
        Box<Account>,
        oneshot::Sender<Result<Vec<RegionEndpoint>, String>>,
    ),
}

/// Owns the sockets.
pub(crate) struct Host {
    config: ServerConfig,
    acceptor: TlsAcceptor,
    shutdown: ShutdownHandle,
    link: HostLink,
    wishes: mpsc::Receiver<Wish>,
    accounts: Vec<HostedAccount>,
    admin: Option<(RegionEndpoint, JoinSet<()>)>,
}

/// An account and its ports.
struct HostedAccount {
    gateway: Gateway,
    endpoints: Arc<Endpoints>,
    /// The topology that the sockets follow.
    followed: Arc<Topology>,
    places: Vec<Place>,
    first_port: u16,
}

/// A region's port, which it keeps while it is offline.
struct Place {
    region: Region,
    address: SocketAddr,
    /// The listener and its connections; empty while connections are refused.
    tasks: JoinSet<()>,
}

impl HostLink {
    /// Waits until the sockets are as the topology says. Without sockets there is nothing to wait for.
    ///
    /// # Errors
    /// Why a port could not be opened.
    pub(crate) async fn settle(&self) -> Result<(), String> {
        match self.ask(Wish::Settle).await {
            Some(settled) => settled,
            None => Ok(()),
        }
    }

    /// Has another account reached at ports of its own.
    ///
    /// # Errors
    /// Why it could not.
    pub(crate) async fn host(&self, account: Account) -> Result<Vec<RegionEndpoint>, String> {
        let wish = |answer| Wish::Host(Box::new(account), answer);
        let hosted = self.ask(wish).await;
        hosted.unwrap_or_else(|| Err("this account is not behind a server".to_owned()))
    }

    async fn ask<T>(&self, wish: impl FnOnce(oneshot::Sender<T>) -> Wish) -> Option<T> {
        let wishes = self.0.as_ref()?;
        let (answer, answered) = oneshot::channel();
        wishes.send(wish(answer)).await.ok()?;
        answered.await.ok()
    }
}

impl Host {
    pub(crate) fn new(
        config: ServerConfig,
        acceptor: TlsAcceptor,
        shutdown: ShutdownHandle,
    ) -> Self {
        let (sender, wishes) = mpsc::channel(QUEUE);
        Self {
            config,
            acceptor,
            shutdown,
            link: HostLink(Some(sender)),
            wishes,
            accounts: Vec::new(),
            admin: None,
        }
    }

    /// Opens a port for each region of an account: the first on `port`, each further one on the next; 0 takes free ones.
    ///
    /// # Errors
    /// [`ServerError`] when a port cannot be bound.
    pub(crate) async fn take(
        &mut self,
        gateway: Gateway,
        port: u16,
    ) -> Result<Vec<RegionEndpoint>, ServerError> {
        let topology = gateway.account().topology();
        let endpoints = Arc::new(Endpoints::ports(std::iter::empty()));
        let gateway = gateway.with_front(
            Arc::clone(&endpoints),
            self.config.limits().max_body_bytes,
            self.link.clone(),
        );
        let mut hosted = HostedAccount {
            gateway,
            endpoints,
            followed: Arc::clone(&topology),
            places: Vec::new(),
            first_port: port,
        };
        for (index, entry) in topology.all_regions().iter().enumerate() {
            let at = consecutive(port, index).ok_or(ServerError::PortsExhausted {
                port,
                regions: topology.all_regions().len(),
            })?;
            let listener = Listener::bind(&entry.region, self.config.host(), at).await?;
            self.open(&mut hosted, listener);
        }
        hosted.publish();
        let found = hosted
            .places
            .iter()
            .map(|place| self.endpoint(place))
            .collect();
        self.accounts.push(hosted);
        self.settle().await;
        Ok(found)
    }

    /// Opens a port for the admin API of the first account alone, which no outage closes.
    ///
    /// # Errors
    /// [`ServerError`] when the port cannot be bound.
    pub(crate) async fn open_admin(&mut self, port: u16) -> Result<RegionEndpoint, ServerError> {
        let name = Region::new("admin");
        let listener = Listener::bind(&name, self.config.host(), port).await?;
        let endpoint = RegionEndpoint::new(name, listener.address, self.config.host());
        let mut tasks = JoinSet::new();
        if let Some(first) = self.accounts.first() {
            let serving = self.serving(&first.gateway, ServingRole::Admin);
            tasks.spawn(listener.run(serving, self.shutdown.subscribe()));
        }
        self.admin = Some((endpoint.clone(), tasks));
        Ok(endpoint)
    }

    /// Follows the topologies and wishes until the shutdown, then waits for the connections.
    pub(crate) async fn run(mut self) {
        let mut shutdown = self.shutdown.subscribe();
        // Only gateways and their callers hold the way in; without them nobody is left to ask.
        while self.next(&mut shutdown).await {}
        for account in &mut self.accounts {
            for place in &mut account.places {
                while place.tasks.join_next().await.is_some() {}
            }
        }
        if let Some((_, tasks)) = &mut self.admin {
            while tasks.join_next().await.is_some() {}
        }
    }

    /// One event; `false` when the shutdown has begun.
    async fn next(&mut self, shutdown: &mut ShutdownSignal) -> bool {
        let changes = self.accounts.iter().map(|hosted| {
            let account = hosted.gateway.account();
            Box::pin(account.topology_changed(Arc::clone(&hosted.followed)))
        });
        let wish = tokio::select! {
            biased;
            () = shutdown.begun() => return false,
            wish = self.wishes.recv() => wish,
            _ = select_all(changes) => None,
        };
        match wish {
            None => {
                if let Some(problem) = self.settle().await {
                    tracing::warn!(%problem, "a port could not follow the account's regions");
                }
            }
            // Whoever asked may have gone meanwhile.
            Some(Wish::Settle(answer)) => {
                let problem = self.settle().await;
                let _ = answer.send(problem.map_or(Ok(()), Err));
            }
            Some(Wish::Host(account, answer)) => {
                let hosted = self.host(*account).await;
                let _ = answer.send(hosted);
            }
        }
        true
    }

    async fn host(&mut self, account: Account) -> Result<Vec<RegionEndpoint>, String> {
        if self.accounts.len() >= MAX_ACCOUNTS {
            return Err(format!(
                "{MAX_ACCOUNTS} accounts are served, which is the limit"
            ));
        }
        let gateway =
            GatewayBuilder::like(account, self.accounts.first().map(|first| &first.gateway));
        let gateway = gateway.build().map_err(|error| error.to_string())?;
        self.take(gateway, 0)
            .await
            .map_err(|error| error.to_string())
    }

    /// Brings the sockets in line with the topologies; the first problem, if there is one.
    async fn settle(&mut self) -> Option<String> {
        let mut accounts = std::mem::take(&mut self.accounts);
        let mut problem = None;
        for hosted in &mut accounts {
            let settled = self.settle_account(hosted).await;
            problem = problem.or(settled.err().map(|error| error.to_string()));
        }
        self.accounts = accounts;
        problem
    }

    async fn settle_account(&self, hosted: &mut HostedAccount) -> Result<(), ServerError> {
        let topology = hosted.gateway.account().topology();
        let regions: Vec<Region> = topology
            .all_regions()
            .iter()
            .map(|entry| entry.region.clone())
            .collect();
        let (kept, gone): (Vec<Place>, Vec<Place>) = std::mem::take(&mut hosted.places)
            .into_iter()
            .partition(|place| regions.contains(&place.region));
        hosted.places = kept;
        for mut place in gone {
            place.tasks.shutdown().await;
        }
        hosted.followed = Arc::clone(&topology);
        let mut settled = Ok(());
        for region in &regions {
            let followed = self.settle_region(hosted, region).await;
            settled = settled.and(followed);
        }
        hosted.publish();
        settled
    }

    async fn settle_region(
        &self,
        hosted: &mut HostedAccount,
        region: &Region,
    ) -> Result<(), ServerError> {
        let availability = hosted.gateway.account().region_availability(region);
        let refuses = availability == RegionAvailability::Refuses;
        let known = hosted
            .places
            .iter()
            .position(|place| place.region == *region);
        match known.and_then(|place| hosted.places.get_mut(place)) {
            Some(place) if refuses => place.tasks.shutdown().await,
            Some(place) if place.tasks.is_empty() => {
                let port = place.address.port();
                let listener = Listener::bind(region, self.config.host(), port).await?;
                hosted.places.retain(|place| place.region != *region);
                self.open(hosted, listener);
            }
            Some(_) => {}
            None => {
                let listener = self.bind_free(hosted, region).await?;
                self.open(hosted, listener);
            }
        }
        Ok(())
    }

    /// The next port after the account's others, or any when that one is taken.
    async fn bind_free(
        &self,
        hosted: &HostedAccount,
        region: &Region,
    ) -> Result<Listener, ServerError> {
        let highest = hosted.places.iter().map(|place| place.address.port()).max();
        let next = match (hosted.first_port, highest) {
            (0, _) | (_, None) => 0,
            (_, Some(highest)) => highest.checked_add(1).unwrap_or_default(),
        };
        match Listener::bind(region, self.config.host(), next).await {
            Err(ServerError::PortTaken { .. }) => {
                Listener::bind(region, self.config.host(), 0).await
            }
            bound => bound,
        }
    }

    fn open(&self, hosted: &mut HostedAccount, listener: Listener) {
        let (region, address) = (listener.region.clone(), listener.address);
        let serving = self.serving(&hosted.gateway, ServingRole::Region(region.clone()));
        let mut tasks = JoinSet::new();
        tasks.spawn(listener.run(serving, self.shutdown.subscribe()));
        hosted.places.push(Place {
            region,
            address,
            tasks,
        });
    }

    fn serving(&self, gateway: &Gateway, role: ServingRole) -> Arc<Serving> {
        Arc::new(Serving {
            gateway: gateway.clone(),
            role,
            acceptor: self.acceptor.clone(),
            limits: self.config.limits().clone(),
        })
    }

    fn endpoint(&self, place: &Place) -> RegionEndpoint {
        RegionEndpoint::new(place.region.clone(), place.address, self.config.host())
    }
}

impl HostedAccount {
    /// Has the account document tell the ports.
    fn publish(&self) {
        let ports = self.places.iter();
        let ports = ports.map(|place| (place.region.clone(), place.address.port()));
        self.endpoints.set_ports(ports.collect());
    }
}

/// The port `index` places after the first; 0 stays 0.
fn consecutive(first: u16, index: usize) -> Option<u16> {
    if first == 0 {
        return Some(0);
    }
    first.checked_add(u16::try_from(index).ok()?)
}
