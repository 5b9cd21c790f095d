//! Builds a client: which runtime, which driver, which transport, which defaults.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use cosmokit_driver::fault_injection::FaultInjectionRule;
use cosmokit_driver::options::{
    ConnectionPoolOptions, DiagnosticsOptions, DriverOptionsBuilder, HedgingOptions,
    OperationOptions, PartitionFailoverOptions, ThroughputControlGroupOptions, UserAgentSuffix,
};
use cosmokit_driver::{
    CosmosDriver, CosmosDriverRuntime, CosmosError, DiagnosticsHandler, DiagnosticsThresholds,
    ErrorKind, SessionSource, Transport,
};
use cosmokit_protocol::wire::region::Region;
use http::{HeaderName, HeaderValue};
use tower::Service;

use crate::account::{AccountEndpoint, AccountReference};
use crate::options::RoutingStrategy;
use crate::{CosmosClient, CosmosRuntime};

/// Builds a [`CosmosClient`].
///
/// Clients of one account with the same options share one driver, and with it connections, caches and session state, as
/// long as they share a [`CosmosRuntime`], which they do unless told otherwise. A client with other options has a runtime
/// of its own, unless it is given one: then other options are an error, because a runtime has one driver per account.
///
/// ```no_run
/// # async fn f() -> cosmokit::Result<()> {
/// use cosmokit::options::{Region, UserAgentSuffix};
/// use cosmokit::{AccountEndpoint, AccountReference, CosmosClient, RoutingStrategy};
///
/// let endpoint: AccountEndpoint = "https://my-account.documents.azure.com/".parse()?;
/// let account = AccountReference::with_authentication_key(endpoint, "bXkga2V5");
/// let client = CosmosClient::builder()
///     .with_user_agent_suffix(UserAgentSuffix::try_from("orders")?)
///     .build(account, RoutingStrategy::ProximityTo(Region::WEST_EUROPE))
///     .await?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CosmosClientBuilder {
    runtime: Option<CosmosRuntime>,
    driver: Option<Arc<CosmosDriver>>,
    transport: Option<Transport>,
    session_source: Option<Arc<dyn SessionSource>>,
    operation_options: OperationOptions,
    custom_headers: HashMap<HeaderName, HeaderValue>,
    application_region: Option<Region>,
    backup_endpoints: Vec<AccountEndpoint>,
    connection_pool: Option<ConnectionPoolOptions>,
    diagnostics: Option<DiagnosticsOptions>,
    options: DriverOptionsBuilder,
    /// The methods that were called to say what a driver is made with: one that exists has settled all of it.
    settled_by_drivers: Vec<&'static str>,
}

impl CosmosClientBuilder {
    /// Starts with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses this runtime. Default: the one that all clients on this tokio runtime share.
    pub fn with_runtime(mut self, runtime: CosmosRuntime) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Uses a driver that exists, with its runtime, connections, options and throughput control groups.
    ///
    /// All of that is settled: other builder methods than [`with_session_source`](Self::with_session_source), and
    /// [`with_runtime`](Self::with_runtime) with another runtime than the driver's, make [`build`](Self::build) fail.
    /// The driver's order of regions stands too; the routing strategy that `build` is given is not used.
    pub fn with_driver(mut self, driver: Arc<CosmosDriver>) -> Self {
        self.driver = Some(driver);
        self
    }

    /// Sends requests through this service instead of over the network: a local account in this process, a
    /// recording, a proxy of your own. Anything that takes an `http::Request<Bytes>` and gives an
    /// `http::Response<Bytes>` will do.
    ///
    /// Unless [`with_runtime`](Self::with_runtime) gives one, the client then has a runtime of its own, so that it
    /// never meets the driver of another client.
    pub fn with_transport<S>(mut self, service: S) -> Self
    where
        S: Service<http::Request<Bytes>, Response = http::Response<Bytes>>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        S::Future: Send + 'static,
    {
        self.settled_by_drivers.push("with_transport");
        self.transport = Some(Transport::from_service(service));
        self
    }

    /// What operations of this client do unless a call says otherwise.
    pub fn with_default_operation_options(mut self, options: OperationOptions) -> Self {
        self.settled_by_drivers
            .push("with_default_operation_options");
        self.operation_options = options;
        self
    }

    /// Asks `source` for the session that a call belongs to, unless the call's options name one; see
    /// [`CosmosClient::with_session_source`].
    pub fn with_session_source(mut self, source: Arc<dyn SessionSource>) -> Self {
        self.session_source = Some(source);
        self
    }

    /// Headers to add to each request of this client, beside those of its default operation options; a call's own
    /// headers count more. They cannot replace those that sign and identify the request.
    pub fn with_custom_headers(
        mut self,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    ) -> Self {
        self.settled_by_drivers.push("with_custom_headers");
        self.custom_headers.extend(headers);
        self
    }

    /// The Azure region that this program runs in: the regions of the account are preferred by their distance to it.
    /// The routing strategy of [`build`](Self::build) counts more unless it is the default one.
    pub fn with_application_region(mut self, region: impl Into<Region>) -> Self {
        self.settled_by_drivers.push("with_application_region");
        self.application_region = Some(region.into());
        self
    }

    /// When a partition that fails in one region is served by another.
    pub fn with_partition_failover_options(mut self, options: PartitionFailoverOptions) -> Self {
        self.settled_by_drivers
            .push("with_partition_failover_options");
        self.options = self.options.with_partition_failover_options(options);
        self
    }

    /// The budget of hedged reads.
    pub fn with_hedging_options(mut self, options: HedgingOptions) -> Self {
        self.settled_by_drivers.push("with_hedging_options");
        self.options = self.options.with_hedging_options(options);
        self
    }

    /// Endpoints of the account's regions, asked for the account document in this order when the account's own endpoint
    /// does not answer at the start. Default: none.
    pub fn with_backup_endpoints(mut self, endpoints: Vec<AccountEndpoint>) -> Self {
        self.settled_by_drivers.push("with_backup_endpoints");
        self.backup_endpoints = endpoints;
        self
    }

    /// How the client connects. The client then has a runtime of its own; to share one with these options, give them to
    /// [`CosmosRuntime::builder`] instead.
    pub fn with_connection_pool(mut self, options: ConnectionPoolOptions) -> Self {
        self.settled_by_drivers.push("with_connection_pool");
        self.connection_pool = Some(options);
        self
    }

    /// How much diagnostics keep. The client then has a runtime of its own; to share one with these options, give them
    /// to [`CosmosRuntime::builder`] instead.
    pub fn with_diagnostics_options(mut self, options: DiagnosticsOptions) -> Self {
        self.settled_by_drivers.push("with_diagnostics_options");
        self.diagnostics = Some(options);
        self
    }

    /// A word to add to the user agent: at most 25 letters, digits, `-`, `_`, `.`.
    pub fn with_user_agent_suffix(mut self, suffix: UserAgentSuffix) -> Self {
        self.settled_by_drivers.push("with_user_agent_suffix");
        self.options = self.options.with_user_agent_suffix(suffix);
        self
    }

    /// Tells `handler` about each operation of this client when it ends. May be called several times.
    pub fn with_diagnostics_handler(mut self, handler: Arc<dyn DiagnosticsHandler>) -> Self {
        self.settled_by_drivers.push("with_diagnostics_handler");
        self.options = self.options.with_diagnostics_handler(handler);
        self
    }

    /// Logs operations of this client that fail, or are slow, costly or big by these thresholds, through `tracing` and
    /// at a bounded rate: a [`SamplingLogHandler`](crate::diagnostics::SamplingLogHandler). Default: nothing is logged.
    pub fn with_diagnostics_thresholds(mut self, thresholds: DiagnosticsThresholds) -> Self {
        self.settled_by_drivers.push("with_diagnostics_thresholds");
        self.options = self.options.with_diagnostics_thresholds(thresholds);
        self
    }

    /// Traces and measures the operations of this client with OpenTelemetry. Default: as the runtime does.
    #[cfg(feature = "otel")]
    pub fn with_open_telemetry(mut self, telemetry: crate::diagnostics::OpenTelemetry) -> Self {
        self.settled_by_drivers.push("with_open_telemetry");
        self.options = self.options.with_open_telemetry(telemetry);
        self
    }

    /// Adds a throughput control group: operations that name it in their
    /// [`ThroughputControlOptions`](crate::options::ThroughputControlOptions), or all when it is the default, keep
    /// within its rate together.
    ///
    /// # Errors
    /// When a limit of the group is outside its bounds, its name is taken, or there is a default group already.
    pub fn register_throughput_control_group(
        mut self,
        group: ThroughputControlGroupOptions,
    ) -> crate::Result<Self> {
        self.settled_by_drivers
            .push("register_throughput_control_group");
        self.options = self.options.register_throughput_control_group(group)?;
        Ok(self)
    }

    /// Makes chosen requests of this client fail or answer otherwise; in order, the first rule that matches applies.
    /// Takes the place of earlier rules. See [`fault_injection`](crate::fault_injection).
    ///
    /// # Errors
    /// When two rules have the same id, or one cannot be used.
    pub fn with_fault_injection_rules(
        mut self,
        rules: Vec<Arc<FaultInjectionRule>>,
    ) -> crate::Result<Self> {
        self.settled_by_drivers.push("with_fault_injection_rules");
        self.options = self.options.with_fault_injection_rules(rules)?;
        Ok(self)
    }

    /// As [`with_fault_injection_rules`](Self::with_fault_injection_rules), and leaves the check of the rules to
    /// [`build`](Self::build).
    pub fn with_fault_injection<R: Into<Arc<FaultInjectionRule>>>(
        mut self,
        rules: impl IntoIterator<Item = R>,
    ) -> Self {
        self.settled_by_drivers.push("with_fault_injection");
        self.options = self.options.with_fault_injection(rules);
        self
    }

    /// The client. Reads the account document unless a client of the same account is there to share with.
    ///
    /// # Errors
    /// When an option is outside its bounds, the endpoint or the credential cannot be used, the account cannot be
    /// read, [`with_driver`](Self::with_driver) gave the driver of another account or was combined with what it brings
    /// with it, or [`with_runtime`](Self::with_runtime) gave a runtime in which the account has a driver with other
    /// options.
    ///
    /// # Cancel safety
    /// May be dropped at any point; nothing is left behind.
    pub async fn build(
        self,
        account: AccountReference,
        routing_strategy: RoutingStrategy,
    ) -> crate::Result<CosmosClient> {
        let source = self.session_source.clone();
        let driver = self.driver(account, routing_strategy).await?;
        CosmosClient::from_driver(match source {
            Some(source) => driver.with_session_source(source),
            None => driver,
        })
    }

    async fn driver(
        self,
        account: AccountReference,
        routing_strategy: RoutingStrategy,
    ) -> crate::Result<Arc<CosmosDriver>> {
        let account = account.resolve()?;
        if let Some(driver) = self.driver.clone() {
            self.check_against(&driver, &account)?;
            return Ok(driver);
        }
        let routing_strategy = match self.application_region {
            Some(region) if routing_strategy == RoutingStrategy::default() => {
                RoutingStrategy::ProximityTo(region)
            }
            _ => routing_strategy,
        };
        let backup: Vec<_> = self
            .backup_endpoints
            .iter()
            .map(AccountEndpoint::resolve)
            .collect::<crate::Result<_>>()?;
        let mut operation_options = self.operation_options;
        if !self.custom_headers.is_empty() {
            let mut headers = self.custom_headers;
            headers.extend(operation_options.custom_headers.take().unwrap_or_default());
            operation_options.custom_headers = Some(headers);
        }
        let mut options = self
            .options
            .with_preferred_regions(routing_strategy.into_preferred_regions())
            .with_backup_endpoints(backup)
            .with_operation_options(operation_options);
        let is_chosen = self.runtime.is_some();
        let mut own = CosmosDriverRuntime::builder();
        let is_own = self.transport.is_some()
            || self.connection_pool.is_some()
            || self.diagnostics.is_some();
        if let Some(pool) = self.connection_pool {
            own = own.with_connection_pool(pool);
        }
        if let Some(diagnostics) = self.diagnostics {
            own = own.with_diagnostics_options(diagnostics);
        }
        let runtime = match self.runtime {
            Some(runtime) => runtime.into_inner(),
            None if is_own => own.clone().build()?,
            None => CosmosRuntime::shared()?.into_inner(),
        };
        if let Some(transport) = self.transport {
            options = options.with_transport(transport);
        }
        let options = options.build();
        let driver = runtime
            .get_or_create_driver(account.clone(), options.clone())
            .await;
        match driver {
            // Nobody asked to share: a client with other wishes has a runtime of its own.
            Ok(driver) if !is_chosen && *driver.options() != options => {}
            Err(error) if !is_chosen && error.kind() == ErrorKind::Configuration => {}
            other => return other,
        }
        own.build()?.get_or_create_driver(account, options).await
    }

    /// Whether nothing was asked for that a driver which exists cannot give.
    fn check_against(
        &self,
        driver: &CosmosDriver,
        account: &cosmokit_driver::AccountReference,
    ) -> crate::Result<()> {
        if driver.account() != account {
            return Err(CosmosError::builder()
                .with_message(format!(
                    "the driver belongs to {} with a credential of its own, not to the account given to build()",
                    driver.account().endpoint()
                ))
                .build());
        }
        let other_runtime = self
            .runtime
            .as_ref()
            .is_some_and(|runtime| !Arc::ptr_eq(&runtime.clone().into_inner(), driver.runtime()));
        let mut refused = self.settled_by_drivers.clone();
        if other_runtime {
            refused.push("with_runtime");
        }
        if refused.is_empty() {
            return Ok(());
        }
        Err(CosmosError::builder()
            .with_message(format!(
                "with_driver() brings its own runtime, connections and options, so {} cannot be combined with it; \
                 give them to the driver when it is made",
                refused.iter().map(|name| format!("{name}()")).collect::<Vec<_>>().join(", ")
            ))
            .build())
    }
}
