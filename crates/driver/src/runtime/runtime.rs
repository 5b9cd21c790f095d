//! The runtime: what drivers of all accounts share (transport, clock, randomness, default options, the
//! refresh of accounts), and where drivers are found again. It knows drivers only weakly.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwap;

use super::CosmosDriverRuntimeBuilder;
use super::refresh::AccountRefresh;
use crate::cache::SingleFlight;
use crate::clock::Clock;
use crate::diagnostics::DiagnosticsHandlerChain;
use crate::driver::CosmosDriver;
use crate::entropy::Entropy;
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::fault_injection::FaultRules;
use crate::options::{
    AccountRefreshSettings, ConnectionPoolSettings, DiagnosticsSettings, DriverOptions,
    Environment, OperationOptions, UserAgentSuffix,
};
use crate::pipeline::Core;
use crate::reference::AccountReference;
use crate::telemetry::OpenTelemetry;
use crate::throughput_control::Groups;
use crate::transport::Transport;

/// What the drivers of all accounts share. Usually one per process.
#[derive(Debug)]
pub struct CosmosDriverRuntime {
    pub(super) shared: Shared,
    pub(super) environment_options: Arc<OperationOptions>,
    pub(super) default_options: Arc<ArcSwap<OperationOptions>>,
    pub(super) refresh: AccountRefresh,
    /// One place per account.
    pub(super) drivers: Mutex<HashMap<AccountReference, Arc<DriverSlot>>>,
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
    pub(crate) telemetry: Option<OpenTelemetry>,
    pub(crate) refresh: AccountRefreshSettings,
    pub(crate) environment: Environment,
}

/// The place of the driver of one account.
#[derive(Debug, Default)]
pub(super) struct DriverSlot {
    options: DriverOptions,
    driver: Mutex<Weak<CosmosDriver>>,
    creation: SingleFlight<Arc<CosmosDriver>>,
}

impl CosmosDriverRuntime {
    /// Starts with the defaults; see [`CosmosDriverRuntimeBuilder`].
    pub fn builder() -> CosmosDriverRuntimeBuilder {
        CosmosDriverRuntimeBuilder::default()
    }

    /// The driver of an account: the one that exists, or a new one, for which the account document is read. As
    /// long as it exists, equal references get the same driver.
    ///
    /// A driver has the options that it was made with. Default options accept whatever driver there is; other
    /// options must be those of the driver, because two wishes for one driver cannot both hold.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the account has a driver with other options: give it the same ones,
    /// default ones, or a runtime of its own. Else when the credential cannot be used or the account cannot be
    /// read; a failure is not remembered, the next call tries again.
    ///
    /// # Cancel safety
    /// May be dropped at any point; others that wait for the same driver go on.
    pub async fn get_or_create_driver(
        self: &Arc<Self>,
        account: AccountReference,
        options: DriverOptions,
    ) -> Result<Arc<CosmosDriver>> {
        let slot = self.slot(&account, &options)?;
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
        let registration = self.refresh.register(&core);
        let driver = Arc::new(CosmosDriver::new(core, self, registration));
        *slot.driver.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&driver);
        Ok(driver)
    }

    /// The place of an account's driver; places whose driver is gone and that nobody waits at are cleared.
    fn slot(&self, account: &AccountReference, options: &DriverOptions) -> Result<Arc<DriverSlot>> {
        let mut drivers = self.drivers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = drivers
            .get(account)
            .filter(|slot| DriverSlot::is_taken(slot))
        {
            let fits = slot.options == *options || *options == DriverOptions::default();
            return if fits {
                Ok(Arc::clone(slot))
            } else {
                Err(taken(account))
            };
        }
        drivers.retain(|_, slot| DriverSlot::is_taken(slot));
        let slot = Arc::new(DriverSlot {
            options: options.clone(),
            ..DriverSlot::default()
        });
        drivers.insert(account.clone(), Arc::clone(&slot));
        Ok(slot)
    }

    /// The clock of the runtime, for whatever works on top of a driver and waits.
    pub fn clock(&self) -> Clock {
        self.shared.clock
    }

    /// The randomness of the runtime, for whatever works on top of a driver and draws lots.
    pub fn entropy(&self) -> &Entropy {
        &self.shared.entropy
    }

    /// How many drivers of this runtime are alive.
    pub fn driver_count(&self) -> usize {
        let drivers = self.drivers.lock().unwrap_or_else(PoisonError::into_inner);
        drivers.values().filter(|slot| slot.get().is_some()).count()
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
    /// Whether there is a driver, or somebody who waits for it.
    fn is_taken(slot: &Arc<Self>) -> bool {
        Arc::strong_count(slot) > 1 || slot.get().is_some()
    }

    fn get(&self) -> Option<Arc<CosmosDriver>> {
        self.driver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .upgrade()
    }
}

fn taken(account: &AccountReference) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Configuration)
        .with_status(client::CONFIGURATION)
        .with_message(format!(
            "{} has a driver with other options in this runtime; use the same options, default ones, or a runtime of its own",
            account.endpoint()
        ))
        .build()
}
