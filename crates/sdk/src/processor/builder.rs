//! What a processor is told before it starts.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_driver::MaxItemCountHint;
use cosmokit_driver::options::OperationOptions;
use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom as Start;
use serde::de::DeserializeOwned;

use super::change_feed_processor::ChangeFeedProcessor;
use super::event::ProcessorEvent;
use super::handler::{ChangeFeedHandler, Typed};
use super::lease::Holder;
use super::settings::{Checkpoints, Intervals, Settings};
use super::shared::EventHandler;
use crate::ContainerClient;
use crate::feed::ChangeFeedStartFrom;

/// How long a lease without news is left alone, unless said otherwise: what the published processors do.
const POLL_DELAY: Duration = Duration::from_secs(5);

/// How leases are kept, unless said otherwise: what the published processors do.
const INTERVALS: Intervals = Intervals {
    acquire: Duration::from_secs(13),
    renew: Duration::from_secs(17),
    expiration: Duration::from_secs(60),
};

/// The waits after a handler has failed, unless said otherwise.
const RETRY_DELAYS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Makes a [`ChangeFeedProcessor`]. Begun by
/// [`ContainerClient::change_feed_processor`](crate::ContainerClient::change_feed_processor).
#[derive(Clone)]
#[must_use]
pub struct ChangeFeedProcessorBuilder {
    container: ContainerClient,
    leases: ContainerClient,
    name: String,
    instance: Option<String>,
    mode: ChangeFeedMode,
    start: Start,
    max_item_count: MaxItemCountHint,
    poll_delay: Duration,
    intervals: Intervals,
    max_leases: Option<NonZeroU32>,
    checkpoints: Checkpoints,
    retry_delays: (Duration, Duration),
    operation: OperationOptions,
    events: Option<EventHandler>,
}

impl ChangeFeedProcessorBuilder {
    pub(crate) fn new(container: ContainerClient, leases: ContainerClient, name: String) -> Self {
        Self {
            container,
            leases,
            name,
            instance: None,
            mode: ChangeFeedMode::LatestVersion,
            start: Start::Now,
            max_item_count: MaxItemCountHint::ServerDecides,
            poll_delay: POLL_DELAY,
            intervals: INTERVALS,
            max_leases: None,
            checkpoints: Checkpoints::Automatic,
            retry_delays: RETRY_DELAYS,
            operation: OperationOptions::default(),
            events: None,
        }
    }

    /// The name of this instance among those that share the processor: a host or pod name, for example; at most 100
    /// bytes and none of `/ \ ? #`. An instance that comes back under its name takes its own leases again at once.
    /// Default: a name that nobody else has.
    pub fn with_instance_name(mut self, name: impl Into<String>) -> Self {
        self.instance = Some(name.into());
        self
    }

    /// What is shown of an item that changed several times. All versions and deletes are there within the container's
    /// retention only, from [`ChangeFeedStartFrom::Now`] on. Default: its latest version.
    pub fn with_mode(mut self, mode: ChangeFeedMode) -> Self {
        self.mode = mode;
        self
    }

    /// Where the processor starts when it has no leases yet; later the leases say where it goes on. Every instance
    /// should be told the same. Default: now, the moment in which the leases are made.
    pub fn with_start_from(mut self, start: ChangeFeedStartFrom) -> Self {
        self.start = start.into();
        self
    }

    /// How many changes a page may have, as a hint. Default: the service decides.
    pub fn with_max_item_count(mut self, max_item_count: MaxItemCountHint) -> Self {
        self.max_item_count = max_item_count;
        self
    }

    /// How long a lease without news is left alone before it is asked again; every time costs one round trip and about
    /// 1 RU. Default: 5 s.
    pub fn with_poll_delay(mut self, delay: Duration) -> Self {
        self.poll_delay = delay;
        self
    }

    /// How often this instance looks at all leases and takes its share; every time costs one query over the lease
    /// container. Default: 13 s.
    pub fn with_lease_acquire_interval(mut self, interval: Duration) -> Self {
        self.intervals.acquire = interval;
        self
    }

    /// How often a lease is written that had no checkpoint meanwhile. At most half of the expiration interval. Default:
    /// 17 s.
    pub fn with_lease_renew_interval(mut self, interval: Duration) -> Self {
        self.intervals.renew = interval;
        self
    }

    /// How long a lease lasts that is not written any more: that long after an instance has died, others take its
    /// leases. Every instance should be told the same. Default: 60 s.
    pub fn with_lease_expiration_interval(mut self, interval: Duration) -> Self {
        self.intervals.expiration = interval;
        self
    }

    /// The most leases that this instance holds. When all instances have as many as they may, the others wait for
    /// somebody. Default: no limit.
    pub fn with_max_lease_count(mut self, leases: NonZeroU32) -> Self {
        self.max_leases = Some(leases);
        self
    }

    /// Leaves checkpoints to the handler, which calls
    /// [`checkpoint`](super::ChangeFeedProcessorContext::checkpoint) when it has done what it must, maybe after several
    /// pages. Default: a page is checkpointed when the handler returns `Ok`.
    pub fn with_manual_checkpoint(mut self) -> Self {
        self.checkpoints = Checkpoints::Manual;
        self
    }

    /// How long to wait before changes are given again to a handler that failed: the first time, and at most, with
    /// twice as much after each failure in a row. Up to a quarter less is waited. Default: 1 s and 60 s.
    pub fn with_handler_retry_delays(mut self, first: Duration, longest: Duration) -> Self {
        self.retry_delays = (first, longest);
        self
    }

    /// The settings that every operation knows, for all that the processor does: priority, throughput control, timeouts.
    pub fn with_operation_options(mut self, options: OperationOptions) -> Self {
        self.operation = options;
        self
    }

    /// Tells `handler` what happens: leases that come and go, and every failure. It is called in between the work and
    /// should return soon. Default: nobody; failures are in the log, by `tracing`, in any case.
    pub fn with_event_handler(
        mut self,
        handler: impl Fn(&ProcessorEvent) + Send + Sync + 'static,
    ) -> Self {
        self.events = Some(Arc::new(handler));
        self
    }

    /// The processor that gives changes to `handler`. It does nothing before it is
    /// [started](ChangeFeedProcessor::start).
    ///
    /// # Errors
    /// 400 when a name cannot stand in the id of a document, intervals do not fit together, or the mode does not fit
    /// where to start.
    pub fn build<T: DeserializeOwned + Send + 'static>(
        self,
        handler: impl ChangeFeedHandler<T>,
    ) -> crate::Result<ChangeFeedProcessor> {
        let entropy = self.container.driver.runtime().entropy();
        let run = format!("{:016x}", entropy.draw());
        let settings = Settings {
            me: Holder {
                name: self.instance.unwrap_or_else(|| format!("instance-{run}")),
                run: Some(run),
            },
            name: self.name,
            mode: self.mode,
            start: self.start,
            max_item_count: self.max_item_count,
            poll_delay: self.poll_delay,
            intervals: self.intervals,
            max_leases: self
                .max_leases
                .map_or(0, |most| usize::try_from(most.get()).unwrap_or(usize::MAX)),
            checkpoints: self.checkpoints,
            retry_delays: self.retry_delays,
            operation: self.operation,
        };
        settings.check()?;
        Ok(ChangeFeedProcessor::new(
            settings,
            self.container.without_session(),
            self.leases,
            Arc::new(Typed::<T, _>::new(handler)),
            self.events,
        ))
    }
}

impl fmt::Debug for ChangeFeedProcessorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeFeedProcessorBuilder")
            .field("name", &self.name)
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}
