//! The options of one account's driver: the account layer, and what is fixed when the driver is made.

use std::sync::Arc;

use cosmokit_protocol::wire::region::Region;

use super::{
    HedgingOptions, OperationOptions, PartitionFailoverOptions, ThroughputControlGroupOptions,
    UserAgentSuffix,
};
use crate::diagnostics::{
    DiagnosticsHandler, DiagnosticsHandlerChain, DiagnosticsThresholds, SamplingLogHandler,
};
use crate::error::Result;
use crate::fault_injection::{FaultInjectionRule, FaultRules};
use crate::reference::AccountEndpoint;
use crate::telemetry::OpenTelemetry;
use crate::throughput_control::register;
use crate::transport::Transport;

/// How a driver is set up for one account.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DriverOptions {
    pub(crate) operation_options: Arc<OperationOptions>,
    pub(crate) preferred_regions: Vec<Region>,
    pub(crate) backup_endpoints: Vec<AccountEndpoint>,
    pub(crate) partition_failover: PartitionFailoverOptions,
    pub(crate) hedging: HedgingOptions,
    pub(crate) user_agent_suffix: Option<UserAgentSuffix>,
    pub(crate) transport: Option<Transport>,
    pub(crate) fault_rules: FaultRules,
    pub(crate) handlers: DiagnosticsHandlerChain,
    pub(crate) throughput_groups: Vec<ThroughputControlGroupOptions>,
    pub(crate) telemetry: Option<OpenTelemetry>,
}

impl DriverOptions {
    /// Starts with the defaults.
    pub fn builder() -> DriverOptionsBuilder {
        DriverOptionsBuilder::default()
    }

    /// The account layer of operation options.
    pub fn operation_options(&self) -> &Arc<OperationOptions> {
        &self.operation_options
    }

    /// The regions to prefer, best first.
    pub fn preferred_regions(&self) -> &[Region] {
        &self.preferred_regions
    }

    /// Where the account document is read when the account's endpoint does not answer at the start.
    pub fn backup_endpoints(&self) -> &[AccountEndpoint] {
        &self.backup_endpoints
    }

    /// The word added to the user agent.
    pub fn user_agent_suffix(&self) -> Option<&UserAgentSuffix> {
        self.user_agent_suffix.as_ref()
    }
}

/// Builds [`DriverOptions`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct DriverOptionsBuilder(DriverOptions);

impl DriverOptionsBuilder {
    /// The account layer: what operations of this account do unless they say otherwise.
    pub fn with_operation_options(mut self, options: OperationOptions) -> Self {
        self.0.operation_options = Arc::new(options);
        self
    }

    /// The regions to read from, best first; regions that are not named come after them in the account's
    /// order. Default: the account's order.
    pub fn with_preferred_regions(mut self, regions: impl IntoIterator<Item = Region>) -> Self {
        self.0.preferred_regions = regions.into_iter().collect();
        self
    }

    /// Endpoints of the account's regions, asked for the account document in this order when the account's own
    /// endpoint does not answer at the start. Later the regions that the document names are. Default: none.
    pub fn with_backup_endpoints(
        mut self,
        endpoints: impl IntoIterator<Item = AccountEndpoint>,
    ) -> Self {
        self.0.backup_endpoints = endpoints.into_iter().collect();
        self
    }

    /// When a partition that fails in one region is served by another.
    pub fn with_partition_failover_options(mut self, options: PartitionFailoverOptions) -> Self {
        self.0.partition_failover = options;
        self
    }

    /// The budget of hedged reads.
    pub fn with_hedging_options(mut self, options: HedgingOptions) -> Self {
        self.0.hedging = options;
        self
    }

    /// A word to add to the user agent. Default: the runtime's.
    pub fn with_user_agent_suffix(mut self, suffix: UserAgentSuffix) -> Self {
        self.0.user_agent_suffix = Some(suffix);
        self
    }

    /// What carries this account's requests. Default: the runtime's.
    pub fn with_transport(mut self, transport: Transport) -> Self {
        self.0.transport = Some(transport);
        self
    }

    /// Makes chosen requests fail or answer otherwise; in order, the first that matches applies, before those of
    /// the runtime. Takes the place of earlier rules. Default: none.
    ///
    /// # Errors
    /// When two rules have the same id, or one cannot be used.
    pub fn with_fault_injection_rules(
        mut self,
        rules: impl IntoIterator<Item = Arc<FaultInjectionRule>>,
    ) -> Result<Self> {
        self = self.with_fault_injection(rules);
        self.0.fault_rules.check()?;
        Ok(self)
    }

    /// As [`with_fault_injection_rules`](Self::with_fault_injection_rules), and leaves the check of the rules to whoever
    /// makes the driver.
    pub fn with_fault_injection<R: Into<Arc<FaultInjectionRule>>>(
        mut self,
        rules: impl IntoIterator<Item = R>,
    ) -> Self {
        self.0.fault_rules = FaultRules::new(rules.into_iter().map(Into::into));
        self
    }

    /// Traces and measures the operations of this driver with OpenTelemetry. Default: not.
    #[cfg(feature = "otel")]
    pub fn with_open_telemetry(mut self, telemetry: OpenTelemetry) -> Self {
        self.0.telemetry = Some(telemetry);
        self
    }

    /// Adds a throughput control group that operations of this driver can join. Goes before a group of the runtime with
    /// the same name.
    ///
    /// # Errors
    /// When a limit of the group is outside its bounds, its name is taken, or there is a default group already.
    pub fn register_throughput_control_group(
        mut self,
        group: ThroughputControlGroupOptions,
    ) -> Result<Self> {
        register(&mut self.0.throughput_groups, group)?;
        Ok(self)
    }

    /// Tells `handler` about each operation of this driver, after those of the runtime. May be called several times.
    pub fn with_diagnostics_handler(mut self, handler: Arc<dyn DiagnosticsHandler>) -> Self {
        self.0.handlers = self.0.handlers.with_handler(handler);
        self
    }

    /// Logs operations of this driver that fail, or are slow, costly or big by these thresholds: a
    /// [`SamplingLogHandler`]. Default: nothing is logged.
    pub fn with_diagnostics_thresholds(self, thresholds: DiagnosticsThresholds) -> Self {
        self.with_diagnostics_handler(Arc::new(SamplingLogHandler::with_thresholds(thresholds)))
    }

    /// The options.
    pub fn build(self) -> DriverOptions {
        self.0
    }
}
