//! Keeps the sockets as the accounts' topologies say: a port for each region, opened when a region is added, closed and
//! its connections reset when it is gone or refuses connections. One task owns all of it; the admin API asks it by
//! message and waits until the sockets have followed. Accounts without ports of their own are reached by name at those of
//! the first.

use std::net::SocketAddr;
use std::sync::Arc;

use cosmokit_engine::{Account, RegionAvailability, Topology};
use cosmokit_protocol::wire::region::Region;
use futures_util::future::select_all;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::accounts::{Accounts, WeakAccounts};
use crate::config::ServerConfig;
use crate::connection::{Serving, ServingRole};
use crate::endpoints::Endpoints;
use crate::error::ServerError;
use crate::gateway_builder::GatewayBuilder;
use crate::listener::Listener;
use crate::server::{Reach, RegionEndpoint};
use crate::service::Gateway;
use crate::shutdown::{ShutdownHandle, ShutdownSignal};

/// Accounts behind one server, forks among them.
const MAX_ACCOUNTS: usize = 256;
/// Messages that wait for the host; the admin API has one at a time per call.
const QUEUE: usize = 64;

/// Asks the host; answers an error when the gateway has no sockets, or the server is gone.
#[derive(Debug, Clone, Default)]
pub(crate) struct HostLink {
    wishes: Option<mpsc::Sender<Wish>>,
    accounts: WeakAccounts,
}

/// What the host is asked for.
#[derive(Debug)]
enum Wish {
    /// That the sockets be as the topologies say.
    Settle(oneshot::Sender<Result<(), String>>),
    /// That another account be reached.
    Host(
        Box<Account>,
        Reach,
        oneshot::Sender<Result<Vec<RegionEndpoint>, String>>,
    ),
    /// That an account be reached no longer.
    Dismiss(String, oneshot::Sender<Dismissal>),
}

/// What became of the wish that an account be reached no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dismissal {
    Done,
    /// There is no account of this name.
    Unknown,
    /// It is the one that the server was started for.
    First,
}

/// Owns the sockets.
pub(crate) struct Host {
    config: ServerConfig,
    acceptor: TlsAcceptor,
    shutdown: ShutdownHandle,
    link: HostLink,
    wishes: mpsc::Receiver<Wish>,
    by_name: Accounts,
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
    reach: Reach,
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

    /// Has another account reached.
    ///
    /// # Errors
    /// Why it could not.
    pub(crate) async fn host(
        &self,
        account: Account,
        reach: Reach,
    ) -> Result<Vec<RegionEndpoint>, String> {
        let wish = |answer| Wish::Host(Box::new(account), reach, answer);
        let hosted = self.ask(wish).await;
        hosted.unwrap_or_else(|| Err("this account is not behind a server".to_owned()))
    }

    /// Has an account reached no longer; `None` without a server.
    pub(crate) async fn dismiss(&self, name: &str) -> Option<Dismissal> {
        let name = name.to_owned();
        self.ask(|answer| Wish::Dismiss(name, answer)).await
    }

    /// The accounts behind the server that are reached by name; none without a server.
    pub(crate) fn accounts(&self) -> Vec<Gateway> {
        let accounts = self.accounts.upgrade();
        accounts.map(|accounts| accounts.all()).unwrap_or_default()
    }

    async fn ask<T>(&self, wish: impl FnOnce(oneshot::Sender<T>) -> Wish) -> Option<T> {
        let wishes = self.wishes.as_ref()?;
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
        let by_name = Accounts::default();
        Self {
            config,
            acceptor,
            shutdown,
            link: HostLink {
                wishes: Some(sender),
                accounts: by_name.downgrade(),
            },
            wishes,
            by_name,
            accounts: Vec::new(),
            admin: None,
        }
    }

    /// Has an account reached.
    ///
    /// # Errors
    /// [`ServerError`] when a port cannot be bound, or an account is to be reached by a name alone that is taken.
    pub(crate) async fn take(
        &mut self,
        gateway: Gateway,
        reach: Reach,
    ) -> Result<Vec<RegionEndpoint>, ServerError> {
        let name = gateway.account().name().to_owned();
        let is_free = !self.by_name.names().contains(&name.to_ascii_lowercase());
        let named = self.fronted(&gateway, Arc::new(Endpoints::Names));
        let found = match reach {
            Reach::Ports(port) => self.open_ports(&gateway, port).await?,
            Reach::Name if !is_free => return Err(ServerError::NameTaken(name)),
            Reach::Name => {
                let endpoints = self.named_endpoints(gateway.account());
                self.accounts.push(HostedAccount {
                    followed: gateway.account().topology(),
                    gateway: named.clone(),
                    endpoints: Arc::new(Endpoints::Names),
                    places: Vec::new(),
                    reach,
                });
                endpoints
            }
        };
        if is_free {
            self.by_name.add(named);
        }
        self.settle().await;
        Ok(found)
    }

    /// Opens a port for each region of an account: the first on `port`, each further one on the next; 0 takes free ones.
    async fn open_ports(
        &mut self,
        gateway: &Gateway,
        port: u16,
    ) -> Result<Vec<RegionEndpoint>, ServerError> {
        let topology = gateway.account().topology();
        let endpoints = Arc::new(Endpoints::ports(std::iter::empty()));
        let mut hosted = HostedAccount {
            gateway: self.fronted(gateway, Arc::clone(&endpoints)),
            endpoints,
            followed: Arc::clone(&topology),
            places: Vec::new(),
            reach: Reach::Ports(port),
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
        let places = hosted.places.iter();
        let found = places.map(|place| self.endpoint(place)).collect();
        self.accounts.push(hosted);
        Ok(found)
    }

    /// The gateway as it is reached by these endpoints.
    fn fronted(&self, gateway: &Gateway, endpoints: Arc<Endpoints>) -> Gateway {
        let max_body_bytes = self.config.limits().max_body_bytes;
        let link = self.link.clone();
        gateway.clone().with_front(endpoints, max_body_bytes, link)
    }

    /// Where the regions of an account are reached by name: at the first port of the first account.
    fn named_endpoints(&self, account: &Account) -> Vec<RegionEndpoint> {
        let first = self.accounts.first();
        let Some(first) = first.and_then(|first| first.places.first()) else {
            return Vec::new();
        };
        let name = account.name().to_ascii_lowercase();
        let topology = account.topology();
        let label = |region: &Region| match topology.all_regions().len() {
            0 | 1 => name.clone(),
            _ => format!("{name}-{}", region.as_str()),
        };
        let regions = topology.all_regions().iter().map(|entry| &entry.region);
        let endpoints = regions
            .map(|region| RegionEndpoint::by_name(region.clone(), first.address, &label(region)));
        endpoints.collect()
    }

    /// Closes the ports of an account, and answers its name no more.
    async fn dismiss(&mut self, name: &str) -> Dismissal {
        let is_named =
            |hosted: &HostedAccount| hosted.gateway.account().name().eq_ignore_ascii_case(name);
        let place = match self.accounts.iter().position(is_named) {
            None => return Dismissal::Unknown,
            Some(0) => return Dismissal::First,
            Some(place) => place,
        };
        let mut gone = self.accounts.remove(place);
        if let Some(named) = self.by_name.remove(name)
            && !named.is_same(&gone.gateway)
        {
            self.by_name.add(named);
        }
        for place in &mut gone.places {
            place.tasks.shutdown().await;
        }
        Dismissal::Done
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
            Some(Wish::Host(account, reach, answer)) => {
                let hosted = self.host(*account, reach).await;
                let _ = answer.send(hosted);
            }
            Some(Wish::Dismiss(name, answer)) => {
                let dismissed = self.dismiss(&name).await;
                let _ = answer.send(dismissed);
            }
        }
        true
    }

    async fn host(
        &mut self,
        account: Account,
        reach: Reach,
    ) -> Result<Vec<RegionEndpoint>, String> {
        if self.accounts.len() >= MAX_ACCOUNTS {
            return Err(format!(
                "{MAX_ACCOUNTS} accounts are served, which is the limit"
            ));
        }
        let gateway =
            GatewayBuilder::like(account, self.accounts.first().map(|first| &first.gateway));
        let gateway = gateway.build().map_err(|error| error.to_string())?;
        self.take(gateway, reach)
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
        if hosted.reach == Reach::Name {
            return Ok(());
        }
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
        let next = match (hosted.reach, highest) {
            (Reach::Ports(0) | Reach::Name, _) | (_, None) => 0,
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
            accounts: self.by_name.clone(),
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
