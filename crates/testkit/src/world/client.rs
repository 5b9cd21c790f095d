//! How a client of a world is made.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use cosmokit::fault_injection::FaultInjectionRule;
use cosmokit::options::{OperationOptions, Region, RoutingStrategy};
use cosmokit::{CosmosClient, CosmosRuntime};
use cosmokit_driver::options::{AccountRefreshOptions, Environment};
use cosmokit_driver::{Clock, CosmosDriverRuntime, Entropy};
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::header;
use http::{HeaderValue, Request, Response};
use tower::Service;

use super::network::Log;
use super::time::BEGINNING;
use super::{Front, Network, World};
use crate::history::Asked;

/// What a client is like.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientSettings {
    pub(super) number: u64,
    pub(super) home: Region,
    pub(super) level: Option<ConsistencyLevel>,
    pub(super) carries_tokens: bool,
    pub(super) operations: OperationOptions,
    pub(super) faults: Vec<Arc<FaultInjectionRule>>,
    pub(super) refresh: AccountRefreshOptions,
    pub(super) habit: Option<Habit>,
}

/// What a client makes of each request between its driver and the network: a policy that is broken on purpose.
#[derive(Clone)]
pub(super) struct Habit(Arc<dyn Fn(Front) -> Front + Send + Sync>);

impl fmt::Debug for Habit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Habit")
    }
}

impl ClientSettings {
    /// A client in this region, which it reads from first. The number, which no other client of the world has, decides
    /// what is random about it.
    pub fn new(number: u64, home: Region) -> Self {
        Self {
            number,
            home,
            level: None,
            carries_tokens: true,
            operations: OperationOptions::default(),
            faults: Vec::new(),
            refresh: AccountRefreshOptions::default(),
            habit: None,
        }
    }

    /// Asks for a weaker level than the account's.
    pub fn at_level(mut self, level: ConsistencyLevel) -> Self {
        self.level = Some(level);
        self
    }

    /// Keeps and sends no session tokens.
    pub fn without_tokens(mut self) -> Self {
        self.carries_tokens = false;
        self
    }

    /// What its operations do, besides level and tokens.
    pub fn with_operation_options(mut self, operations: OperationOptions) -> Self {
        self.operations = operations;
        self
    }

    /// What its driver makes of chosen requests, before they reach the network. Clones share the rules and their counts.
    pub fn with_fault_injection_rules(mut self, rules: Vec<Arc<FaultInjectionRule>>) -> Self {
        self.faults = rules;
        self
    }

    /// How its runtime keeps what it knows of the account.
    pub fn with_account_refresh_options(mut self, refresh: AccountRefreshOptions) -> Self {
        self.refresh = refresh;
        self
    }

    /// A bad habit: what stands between its driver and the network and makes of each request what it likes.
    pub fn with_habit(mut self, habit: impl Fn(Front) -> Front + Send + Sync + 'static) -> Self {
        self.habit = Some(Habit(Arc::new(habit)));
        self
    }

    /// What operations of this client ask of consistency in a world of this level.
    pub(crate) fn asked(&self, account: ConsistencyLevel) -> Asked {
        Asked {
            level: self.level.unwrap_or(account),
            carries_tokens: self.carries_tokens,
        }
    }

    fn operation_options(&self) -> OperationOptions {
        let mut options = self.operations.clone();
        if !self.carries_tokens {
            options.session_capturing_disabled = Some(true);
        }
        if let Some(level) = self.level {
            let headers = options.custom_headers.get_or_insert_with(HashMap::new);
            let level = HeaderValue::from_static(level.as_str());
            headers.insert(header::CONSISTENCY_LEVEL, level);
        }
        options
    }
}

impl World {
    /// A client with a runtime, a driver and session state of its own.
    ///
    /// # Errors
    /// When the account cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point; nothing is left behind.
    pub async fn connect(&self, settings: &ClientSettings) -> cosmokit::Result<CosmosClient> {
        self.connect_through(settings, self.front().clone()).await
    }

    /// A client whose requests, once they have passed the network, meet this service instead of the world's front.
    ///
    /// # Errors
    /// When the account cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point; nothing is left behind.
    pub async fn connect_through<S>(
        &self,
        settings: &ClientSettings,
        service: S,
    ) -> cosmokit::Result<CosmosClient>
    where
        S: Service<Request<Bytes>, Response = Response<Bytes>> + Clone + Send + Sync + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        S::Future: Send + 'static,
    {
        let seed = self.seed().split("client", settings.number);
        let rng = seed.split("network", 0).rng();
        let home = settings.home.clone();
        let network = Network::new(
            service,
            home,
            self.account().clone(),
            self.losses().clone(),
            Log {
                client: settings.number,
                traffic: self.traffic().clone(),
                clock: self.clock(),
            },
            rng,
        );
        let network = Front::over(network);
        let network = match &settings.habit {
            Some(Habit(habit)) => habit(network),
            None => network,
        };
        let wall = UNIX_EPOCH + Duration::from_millis(BEGINNING.millis()) + self.elapsed();
        let runtime = CosmosDriverRuntime::builder()
            .with_environment(Environment::empty())
            .with_clock(Clock::anchored(wall))
            .with_entropy(Entropy::seeded(seed.number()))
            .with_account_refresh_options(settings.refresh.clone())
            .build()?;
        CosmosClient::builder()
            .with_runtime(CosmosRuntime::from(runtime))
            .with_transport(network)
            .with_default_operation_options(settings.operation_options())
            .with_fault_injection_rules(settings.faults.clone())?
            .build(
                self.reference().clone(),
                RoutingStrategy::PreferredRegions(vec![settings.home.clone()]),
            )
            .await
    }
}
