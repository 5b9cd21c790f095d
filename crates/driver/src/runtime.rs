//! The runtime: what drivers of all accounts share (transport, clock, randomness, default options), and
//! where drivers are found again. It knows drivers only weakly.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwap;

use crate::cache::SingleFlight;
use crate::clock::Clock;
use crate::diagnostics::{
    DiagnosticsHandler, DiagnosticsHandlerChain, DiagnosticsThresholds, SamplingLogHandler,
};
use crate::driver::CosmosDriver;
use crate::entropy::Entropy;
use crate::error::Result;
use crate::fault_injection::{FaultInjectionRule, FaultRules};
use crate::options::{
    ConnectionPoolOptions, ConnectionPoolSettings, DiagnosticsOptions, DiagnosticsSettings,
    DriverOptions, Environment, OperationOptions, ThroughputControlGroupOptions, UserAgentSuffix,
};
use crate::pipeline::Core;
use crate::reference::AccountReference;
use crate::throughput_control::{Groups, register};
use crate::transport::{Proxies, Transport};

/// What the drivers of all accounts share. Usually one per process.
#[derive(Debug)]
pub struct CosmosDriverRuntime {
    shared: Shared,
    environment_options: Arc<OperationOptions>,
    default_options: Arc<ArcSwap<OperationOptions>>,
    drivers: Mutex<HashMap<AccountReference, Vec<Arc<DriverSlot>>>>,
}

/// What the runtime hands to each driver.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) transport: Transport,
    pub(crate) diagnostics: DiagnosticsSettings,
    pub(crate) pool: Arc<ConnectionPoolSettings>,
    pub(crate) user_agent_suffix: Option<UserAgentSuffix>,
    pub(crate) fault_rules: FaultRules,
    pub(crate) handlers: DiagnosticsHandlerChain,
    pub(crate) throughput_groups: Groups,
}

/// The place of the driver of one account with certain options.
#[derive(Debug, Default)]
struct DriverSlot {
    options: DriverOptions,
    driver: Mutex<Weak<CosmosDriver>>,
    creation: SingleFlight<Arc<CosmosDriver>>,
}

impl CosmosDriverRuntime {
    /// Starts with the defaults; see [`CosmosDriverRuntimeBuilder`].
    pub fn builder() -> CosmosDriverRuntimeBuilder {
        CosmosDriverRuntimeBuilder::default()
    }

    /// The driver of an account: the one that exists, or a new one, for which the account document is
    /// read. As long as it exists, equal references with equal options get the same driver; other options
    /// get another one, because a driver has the options that it was made with.
    ///
    /// # Errors
    /// When the credential cannot be used or the account cannot be read. A failure is not remembered: the
    /// next call tries again.
    ///
    /// # Cancel safety
    /// May be dropped at any point; others that wait for the same driver go on.
    pub async fn get_or_create_driver(
        self: &Arc<Self>,
        account: AccountReference,
        options: DriverOptions,
    ) -> Result<Arc<CosmosDriver>> {
        let slot = self.slot(&account, &options);
        if let Some(driver) = slot.get() {
            return Ok(driver);
        }
        let (runtime, place) = (Arc::clone(self), Arc::clone(&slot));
        slot.creation
            .join(move || Box::pin(runtime.create(account, options, place)))
            .await
    }

    async fn create(
        self: Arc<Self>,
        account: AccountReference,
        options: DriverOptions,
        slot: Arc<DriverSlot>,
    ) -> Result<Arc<CosmosDriver>> {
        if let Some(driver) = slot.get() {
            return Ok(driver);
        }
        let defaults = (
            Arc::clone(&self.environment_options),
            Arc::clone(&self.default_options),
        );
        let core = Core::connect(self.shared.clone(), account, options, defaults).await?;
        let driver = Arc::new(CosmosDriver::new(core, self));
        *slot.driver.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&driver);
        Ok(driver)
    }

    /// The place of an account's driver; places whose driver is gone and that nobody waits at are cleared.
    fn slot(&self, account: &AccountReference, options: &DriverOptions) -> Arc<DriverSlot> {
        let mut drivers = self.drivers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = drivers
            .get(account)
            .and_then(|slots| slots.iter().find(|slot| slot.options == *options));
        if let Some(slot) = known {
            return Arc::clone(slot);
        }
        drivers.retain(|_, slots| {
            slots.retain(|slot| Arc::strong_count(slot) > 1 || slot.get().is_some());
            !slots.is_empty()
        });
        let slot = Arc::new(DriverSlot {
            options: options.clone(),
            ..DriverSlot::default()
        });
        drivers
            .entry(account.clone())
            .or_default()
            .push(Arc::clone(&slot));
        slot
    }

    /// How many drivers of this runtime are alive.
    pub fn driver_count(&self) -> usize {
        let drivers = self.drivers.lock().unwrap_or_else(PoisonError::into_inner);
        drivers
            .values()
            .flatten()
            .filter(|slot| slot.get().is_some())
            .count()
    }

    /// The runtime layer of operation options.
    pub fn default_operation_options(&self) -> Arc<OperationOptions> {
        self.default_options.load_full()
    }

    /// Replaces the runtime layer of operation options; operations that start later use it.
    ///
    /// # Errors
    /// When an option is outside its bounds; what was set before stays.
    pub fn set_default_operation_options(&self, options: OperationOptions) -> Result<()> {
        options.check()?;
        self.default_options.store(Arc::new(options));
        Ok(())
    }

    /// The environment layer of operation options, read when the runtime was built.
    pub fn env_operation_options(&self) -> &Arc<OperationOptions> {
        &self.environment_options
    }
}

impl DriverSlot {
    fn get(&self) -> Option<Arc<CosmosDriver>> {
        self.driver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .upgrade()
    }
}

/// Builds a [`CosmosDriverRuntime`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CosmosDriverRuntimeBuilder {
    environment: Environment,
    default_options: OperationOptions,
    connection_pool: ConnectionPoolOptions,
    diagnostics: DiagnosticsOptions,
    user_agent_suffix: Option<UserAgentSuffix>,
    transport: Option<Transport>,
    fault_rules: FaultRules,
    handlers: DiagnosticsHandlerChain,
    throughput_groups: Vec<ThroughputControlGroupOptions>,
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

    /// The runtime. Connects to nothing and starts no task.
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
        let transport = self.transport.unwrap_or_else(|| {
            let proxies = if pool.is_proxy_allowed {
                Proxies::from_environment(&self.environment)
            } else {
                Proxies::default()
            };
            Transport::http(Arc::clone(&pool), proxies, self.clock)
        });
        Ok(Arc::new(CosmosDriverRuntime {
            shared: Shared {
                clock: self.clock,
                entropy: self.entropy,
                transport,
                diagnostics,
                pool,
                user_agent_suffix: self.user_agent_suffix,
                fault_rules: self.fault_rules,
                handlers: self.handlers,
                throughput_groups: Groups::new(&self.throughput_groups, self.clock),
            },
            environment_options: Arc::new(OperationOptions::from_environment(&self.environment)),
            default_options: Arc::new(ArcSwap::from_pointee(self.default_options)),
            drivers: Mutex::default(),
        }))
    }
}
