//! What clients share: connections, clock, randomness, default options. A program needs its own only to change one
//! of these; else all clients share one without being told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use cosmokit_driver::options::{
    AccountRefreshOptions, ConnectionPoolOptions, DiagnosticsOptions, OperationOptions,
    ThroughputControlGroupOptions, UserAgentSuffix,
};
use cosmokit_driver::{
    CosmosDriverRuntime, CosmosDriverRuntimeBuilder, CosmosError, DiagnosticsHandler,
    DiagnosticsThresholds,
};
use tokio::runtime::{Handle, Id};

/// What several clients share. Cheap to clone.
///
/// ```no_run
/// # async fn f(a: cosmokit::AccountReference, b: cosmokit::AccountReference) -> cosmokit::Result<()> {
/// use cosmokit::options::UserAgentSuffix;
/// use cosmokit::{CosmosClient, CosmosRuntime, RoutingStrategy};
///
/// let runtime = CosmosRuntime::builder()
///     .with_user_agent_suffix(UserAgentSuffix::try_from("reports")?)
///     .build()
///     .await?;
/// let first = CosmosClient::builder().with_runtime(runtime.clone()).build(a, RoutingStrategy::default()).await?;
/// let second = CosmosClient::builder().with_runtime(runtime).build(b, RoutingStrategy::default()).await?;
/// # let _ = (first, second);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct CosmosRuntime(Arc<CosmosDriverRuntime>);

/// The runtimes that clients share without being told, one per tokio runtime: connections are tasks of the tokio
/// runtime that made them and must not be used from another. Held weakly, so the last client ends what it used.
static SHARED: Mutex<Option<HashMap<Id, Weak<CosmosDriverRuntime>>>> = Mutex::new(None);

impl CosmosRuntime {
    /// Starts with the defaults.
    pub fn builder() -> CosmosRuntimeBuilder {
        CosmosRuntimeBuilder::new()
    }

    /// The runtime that clients share when they are not given one.
    pub(crate) fn shared() -> crate::Result<Self> {
        let id = Handle::try_current()
            .map_err(|why| {
                CosmosError::builder()
                    .with_message("a client must be built inside a tokio runtime")
                    .with_source(why)
                    .build()
            })?
            .id();
        let mut guard = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = guard.get_or_insert_default();
        if let Some(runtime) = shared.get(&id).and_then(Weak::upgrade) {
            return Ok(Self(runtime));
        }
        shared.retain(|_, runtime| runtime.strong_count() > 0);
        let runtime = CosmosDriverRuntime::builder().build()?;
        shared.insert(id, Arc::downgrade(&runtime));
        Ok(Self(runtime))
    }

    /// The driver's runtime.
    pub fn into_inner(self) -> Arc<CosmosDriverRuntime> {
        self.0
    }
}

impl From<Arc<CosmosDriverRuntime>> for CosmosRuntime {
    fn from(runtime: Arc<CosmosDriverRuntime>) -> Self {
        Self(runtime)
    }
}

/// Builds a [`CosmosRuntime`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CosmosRuntimeBuilder(CosmosDriverRuntimeBuilder);

impl CosmosRuntimeBuilder {
    /// Starts with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How connections are made and kept.
    pub fn with_connection_pool(self, options: ConnectionPoolOptions) -> Self {
        Self(self.0.with_connection_pool(options))
    }

    /// How the account documents of all clients are kept fresh.
    pub fn with_account_refresh_options(self, options: AccountRefreshOptions) -> Self {
        Self(self.0.with_account_refresh_options(options))
    }

    /// How much diagnostics keep.
    pub fn with_diagnostics_options(self, options: DiagnosticsOptions) -> Self {
        Self(self.0.with_diagnostics_options(options))
    }

    /// Traces and measures the operations of all clients with OpenTelemetry. Default: not.
    #[cfg(feature = "otel")]
    pub fn with_open_telemetry(self, telemetry: crate::diagnostics::OpenTelemetry) -> Self {
        Self(self.0.with_open_telemetry(telemetry))
    }

    /// Adds a throughput control group that operations of all clients can join; they share its rate.
    ///
    /// # Errors
    /// When a limit of the group is outside its bounds, its name is taken, or there is a default group already.
    pub fn register_throughput_control_group(
        self,
        group: ThroughputControlGroupOptions,
    ) -> crate::Result<Self> {
        Ok(Self(self.0.register_throughput_control_group(group)?))
    }

    /// Tells `handler` about each operation of all clients when it ends. May be called several times.
    pub fn with_diagnostics_handler(self, handler: Arc<dyn DiagnosticsHandler>) -> Self {
        Self(self.0.with_diagnostics_handler(handler))
    }

    /// Logs operations of all clients that fail, or are slow, costly or big by these thresholds. Default: nothing is
    /// logged.
    pub fn with_diagnostics_thresholds(self, thresholds: DiagnosticsThresholds) -> Self {
        Self(self.0.with_diagnostics_thresholds(thresholds))
    }

    /// What operations of all clients do unless a client or a call says otherwise.
    pub fn with_default_operation_options(self, options: OperationOptions) -> Self {
        Self(self.0.with_default_operation_options(options))
    }

    /// A word to add to the user agent of all clients.
    pub fn with_user_agent_suffix(self, suffix: UserAgentSuffix) -> Self {
        Self(self.0.with_user_agent_suffix(suffix))
    }

    /// The runtime. Connects to nothing yet.
    ///
    /// # Errors
    /// When an option is outside its bounds.
    ///
    /// # Cancel safety
    /// Has no effect until it is done. It awaits nothing: it is async so that work may move here.
    #[expect(
        clippy::unused_async,
        reason = "the published signature is async, and later parts prepare things here"
    )]
    pub async fn build(self) -> crate::Result<CosmosRuntime> {
        self.0.build().map(CosmosRuntime)
    }
}

impl From<CosmosDriverRuntimeBuilder> for CosmosRuntimeBuilder {
    fn from(builder: CosmosDriverRuntimeBuilder) -> Self {
        Self(builder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_a_tokio_runtime<T>(work: impl FnOnce() -> T) -> T {
        let tokio = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let _guard = tokio.enter();
        work()
    }

    #[test]
    fn one_tokio_runtime_has_one_shared_runtime_while_it_is_used() {
        on_a_tokio_runtime(|| {
            let first = CosmosRuntime::shared().unwrap();
            let second = CosmosRuntime::shared().unwrap();
            assert!(Arc::ptr_eq(&first.0, &second.0));
            let weak = Arc::downgrade(&first.0);
            drop((first, second));
            assert!(weak.upgrade().is_none(), "nothing but clients keeps it");
            let third = CosmosRuntime::shared().unwrap();
            let other = on_a_tokio_runtime(|| CosmosRuntime::shared().unwrap());
            assert!(
                !Arc::ptr_eq(&third.0, &other.0),
                "each tokio runtime has its own"
            );
        });
    }

    #[test]
    fn without_tokio_there_is_an_error_and_no_panic() {
        assert!(CosmosRuntime::shared().is_err());
    }
}
