//! What a driver is made of. Operations borrow it; fetches that several operations wait for hold it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use arc_swap::ArcSwap;
use cosmokit_protocol::resource::AccountProperties;
use cosmokit_protocol::session::SessionToken;
use http::HeaderMap;

use super::hedge::HedgesRunning;
use crate::auth::{Signer, WireDate};
use crate::cache::ContainerCache;
use crate::clock::Clock;
use crate::diagnostics::DiagnosticsHandlerChain;
use crate::entropy::Entropy;
use crate::error::Result;
use crate::fault_injection::FaultInjector;
use crate::options::{
    ConnectionPoolSettings, DiagnosticsSettings, DriverOptions, HedgingSettings, OperationOptions,
    OptionLayers, PartitionFailoverSettings,
};
use crate::reference::{AccountReference, ContainerReference};
use crate::runtime::Shared;
use crate::session::{Session, SessionEntry, SessionStore};
use crate::telemetry::{Instance, OpenTelemetry};
use crate::throughput_control::Groups;
use crate::topology::LocationState;

/// The parts of one account's driver.
#[derive(Debug)]
pub(crate) struct Core {
    account: AccountReference,
    /// The account, as sessions know it.
    pub(super) account_key: Arc<str>,
    options: DriverOptions,
    layers: OptionLayers,
    pub(super) clock: Clock,
    pub(super) entropy: Entropy,
    pub(super) diagnostics: DiagnosticsSettings,
    pub(super) timeouts: Arc<ConnectionPoolSettings>,
    pub(super) signer: Signer,
    pub(super) date: WireDate,
    /// Headers of every request.
    pub(super) base_headers: HeaderMap,
    pub(super) location: LocationState,
    pub(super) partition_failover: PartitionFailoverSettings,
    pub(super) hedging: HedgingSettings,
    pub(super) hedges: HedgesRunning,
    /// What the environment says about hedging, over everything else.
    pub(super) hedging_override: Option<bool>,
    /// How long after the account was read no operation has it read again.
    pub(super) account_refresh_gap: Duration,
    pub(super) containers: Arc<ContainerCache>,
    pub(super) sessions: SessionStore,
    /// Whether it was said that sessions mean something else at the account's level.
    pub(super) level_is_told: AtomicBool,
    /// Absent without rules.
    pub(super) faults: Option<Arc<FaultInjector>>,
    pub(super) handlers: DiagnosticsHandlerChain,
    pub(super) throughput_groups: Groups,
    pub(super) telemetry: Option<OpenTelemetry>,
    /// Counts this driver while it exists.
    _instance: Option<Instance>,
}

impl Core {
    /// Sets up a driver and reads the account.
    ///
    /// # Errors
    /// When the options or the credential cannot be used, or the account cannot be read.
    pub(crate) async fn connect(
        shared: Shared,
        account: AccountReference,
        options: DriverOptions,
        (environment, runtime): (Arc<OperationOptions>, Arc<ArcSwap<OperationOptions>>),
    ) -> Result<Arc<Self>> {
        options.operation_options().check()?;
        let transport = options.transport.clone().unwrap_or(shared.transport);
        let location = LocationState::new(
            account.endpoint(),
            options.backup_endpoints(),
            options.preferred_regions().to_vec(),
            transport,
        )?;
        let suffix = options
            .user_agent_suffix()
            .or(shared.user_agent_suffix.as_ref());
        let faults = FaultInjector::new(
            &options.fault_rules,
            &shared.fault_rules,
            shared.entropy.clone(),
        )?;
        let telemetry = options.telemetry.clone().or(shared.telemetry);
        let core = Arc::new(Self {
            _instance: telemetry
                .as_ref()
                .map(|telemetry| telemetry.count_instance(account.endpoint().host())),
            telemetry,
            faults,
            throughput_groups: Groups::new(&options.throughput_groups, shared.clock)
                .over(&shared.throughput_groups),
            handlers: shared.handlers.and(&options.handlers),
            layers: OptionLayers::new(
                environment,
                runtime,
                Arc::clone(options.operation_options()),
            ),
            signer: Signer::new(&account, shared.clock)?,
            base_headers: super::stamp::base_headers(suffix),
            clock: shared.clock,
            entropy: shared.entropy,
            diagnostics: shared.diagnostics,
            timeouts: shared.pool,
            date: WireDate::default(),
            location,
            partition_failover: PartitionFailoverSettings::of(
                &options.partition_failover,
                &shared.environment,
            )?,
            hedging: HedgingSettings::of(&options.hedging, &shared.environment)?,
            hedges: HedgesRunning::default(),
            hedging_override: shared
                .environment
                .read("AZURE_COSMOS_HEDGING_ENABLED_OVERRIDE", |_| true),
            account_refresh_gap: shared.refresh.min_account_refresh_gap,
            containers: Arc::default(),
            sessions: SessionStore::default(),
            level_is_told: AtomicBool::new(false),
            account_key: SessionEntry::account_of(&account.endpoint().to_string()),
            account,
            options,
        });
        core.refresh_account().await?;
        Ok(core)
    }

    pub(crate) fn account(&self) -> &AccountReference {
        &self.account
    }

    pub(crate) fn options(&self) -> &DriverOptions {
        &self.options
    }

    pub(crate) fn layers(&self) -> &OptionLayers {
        &self.layers
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    pub(crate) fn account_properties(&self) -> Arc<AccountProperties> {
        Arc::clone(self.location.load().properties())
    }

    /// What was seen of a container in a session, or by all operations without one.
    pub(crate) fn session_token(
        &self,
        container: &ContainerReference,
        session: Option<&Session>,
    ) -> Option<SessionToken> {
        let container = self.containers.get(container.key())?;
        match session {
            Some(session) => session
                .tokens(&self.account_key, container.shared_rid())
                .token(),
            None => container.session().token(),
        }
    }
}
