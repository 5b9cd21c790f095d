//! Builds a runtime: what all its drivers share, each with its default.

use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;

use super::refresh::AccountRefresh;
use super::runtime::{CosmosDriverRuntime, Shared};
use crate::clock::Clock;
use crate::diagnostics::{
    DiagnosticsHandler, DiagnosticsHandlerChain, DiagnosticsThresholds, SamplingLogHandler,
};
use crate::entropy::Entropy;
use crate::error::Result;
use crate::fault_injection::{FaultInjectionRule, FaultRules};
use crate::options::{
    AccountRefreshOptions, AccountRefreshSettings, ConnectionPoolOptions, ConnectionPoolSettings,
    DiagnosticsOptions, DiagnosticsSettings, Environment, OperationOptions,
    ThroughputControlGroupOptions, UserAgentSuffix,
};
use crate::telemetry::OpenTelemetry;
use crate::throughput_control::{Groups, register};
use crate::transport::{Proxies, Transport};

/// Builds a [`CosmosDriverRuntime`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CosmosDriverRuntimeBuilder {
    environment: Environment,
    default_options: OperationOptions,
    connection_pool: ConnectionPoolOptions,
    account_refresh: AccountRefreshOptions,
    diagnostics: DiagnosticsOptions,
    user_agent_suffix: Option<UserAgentSuffix>,
    transport: Option<Transport>,
    fault_rules: FaultRules,
    handlers: DiagnosticsHandlerChain,
    throughput_groups: Vec<ThroughputControlGroupOptions>,
    telemetry: Option<OpenTelemetry>,
    clock: Clock,
    entropy: Entropy,
}

impl CosmosDriverRuntimeBuilder {
    /// Starts with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where environment variables come from. Default: the process.
    pub fn with_environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// The runtime layer: what operations of all accounts do unless a higher layer says otherwise.
    pub fn with_default_operation_options(mut self, options: OperationOptions) -> Self {
        self.default_options = options;
        self
    }

    /// How the built-in HTTP transport connects.
    pub fn with_connection_pool(mut self, options: ConnectionPoolOptions) -> Self {
        self.connection_pool = options;
        self
    }

    /// How the account documents of all drivers are kept fresh.
    pub fn with_account_refresh_options(mut self, options: AccountRefreshOptions) -> Self {
        self.account_refresh = options;
        self
    }

    /// How much diagnostics keep.
    pub fn with_diagnostics_options(mut self, options: DiagnosticsOptions) -> Self {
        self.diagnostics = options;
        self
    }

    /// A word to add to the user agent of every driver.
    pub fn with_user_agent_suffix(mut self, suffix: UserAgentSuffix) -> Self {
        self.user_agent_suffix = Some(suffix);
        self
    }

    /// What carries requests. Default: the built-in HTTP transport.
    pub fn with_transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Makes chosen requests of all drivers fail or answer otherwise; in order, the first that matches applies.
    /// Takes the place of earlier rules. Default: none.
    ///
    /// # Errors
    /// When two rules have the same id, or one cannot be used.
    pub fn with_fault_injection_rules(
        mut self,
        rules: impl IntoIterator<Item = Arc<FaultInjectionRule>>,
    ) -> Result<Self> {
        let rules = FaultRules::new(rules);
        rules.check()?;
        self.fault_rules = rules;
        Ok(self)
    }

    /// Traces and measures the operations of all drivers with OpenTelemetry. Default: not.
    #[cfg(feature = "otel")]
    pub fn with_open_telemetry(mut self, telemetry: OpenTelemetry) -> Self {
        self.telemetry = Some(telemetry);
        self
    }

    /// Adds a throughput control group that operations of all drivers can join; they share its rate.
    ///
    /// # Errors
    /// When a limit of the group is outside its bounds, its name is taken, or there is a default group already.
    pub fn register_throughput_control_group(
        mut self,
        group: ThroughputControlGroupOptions,
    ) -> Result<Self> {
        register(&mut self.throughput_groups, group)?;
        Ok(self)
    }

    /// Tells `handler` about each operation of all drivers. May be called several times.
    pub fn with_diagnostics_handler(mut self, handler: Arc<dyn DiagnosticsHandler>) -> Self {
        self.handlers = self.handlers.with_handler(handler);
        self
    }

    /// Logs operations that fail, or are slow, costly or big by these thresholds: a [`SamplingLogHandler`]. Default:
    /// nothing is logged.
    pub fn with_diagnostics_thresholds(self, thresholds: DiagnosticsThresholds) -> Self {
        self.with_diagnostics_handler(Arc::new(SamplingLogHandler::with_thresholds(thresholds)))
    }

    /// The clock. Default: the machine's.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The source of randomness. Default: seeded by the operating system.
    pub fn with_entropy(mut self, entropy: Entropy) -> Self {
        self.entropy = entropy;
        self
    }

    /// The runtime. Connects to nothing and starts no task; the first driver starts the one that refreshes accounts.
    ///
    /// # Errors
    /// When an option is outside its bounds.
    pub fn build(self) -> Result<Arc<CosmosDriverRuntime>> {
        self.default_options.check()?;
        let pool = Arc::new(ConnectionPoolSettings::of(
            &self.connection_pool,
            &self.environment,
        )?);
        let diagnostics = DiagnosticsSettings::of(&self.diagnostics, &self.environment)?;
        let refresh = AccountRefreshSettings::of(&self.account_refresh, &self.environment)?;
        let transport = self.transport.unwrap_or_else(|| {
            let proxies = if pool.is_proxy_allowed {
                Proxies::from_environment(&self.environment)
            } else {
                Proxies::default()
            };
            Transport::http(Arc::clone(&pool), proxies, self.clock)
        });
        Ok(Arc::new(CosmosDriverRuntime {
            refresh: AccountRefresh::new(refresh.clone(), self.clock, self.entropy.clone()),
            shared: Shared {
                environment: self.environment.clone(),
                refresh,
                clock: self.clock,
                entropy: self.entropy,
                transport,
                diagnostics,
                pool,
                user_agent_suffix: self.user_agent_suffix,
                fault_rules: self.fault_rules,
                handlers: self.handlers,
                throughput_groups: Groups::new(&self.throughput_groups, self.clock),
                telemetry: self.telemetry,
            },
            environment_options: Arc::new(OperationOptions::from_environment(&self.environment)),
            default_options: Arc::new(ArcSwap::from_pointee(self.default_options)),
            drivers: Mutex::default(),
        }))
    }
}
