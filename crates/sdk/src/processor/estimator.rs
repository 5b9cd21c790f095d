//! How much a processor has left to do, as seen from outside of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{
    ChangeFeedRequest, ContinuationToken, FeedScope, MaxItemCountHint, RangeRefresh,
};
use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom as Start;
use cosmokit_protocol::partition::FeedRange;
use cosmokit_protocol::resource::Timestamp;
use futures_core::Stream;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::lease::Lease;
use super::remaining::{Look, look_at};
use super::settings::check_name;
use super::store::{LeaseStore, Monitored};
use crate::ContainerClient;
use crate::feed::ChangeFeedStartFrom;

/// Partitions that are asked at the same time.
const CONCURRENCY: usize = 16;

/// Estimates what a processor has left to do. Begun by
/// [`ContainerClient::change_feed_estimator`](crate::ContainerClient::change_feed_estimator).
///
/// It reads the processor's leases and one change behind each, and needs no instance to be at work; it changes nothing.
#[derive(Clone)]
pub struct ChangeFeedEstimator {
    container: ContainerClient,
    leases: ContainerClient,
    name: String,
    mode: ChangeFeedMode,
    start: Start,
    operation: OperationOptions,
}

/// What is left to do under one lease.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemainingWork {
    /// The lease.
    pub lease_token: String,
    /// The part of the container that it is for.
    pub feed_range: FeedRange,
    /// The instance that holds it.
    pub owner: Option<String>,
    /// Changes that have not been handled, about: the distance between the first of them and the end of the partition's
    /// log. Never less than there are in a lease that is for whole partitions; more when one transaction changed several
    /// items, items changed several times since, or parts of the partition are under other leases. 0 when all is done.
    pub changes: u64,
    /// When the first of them was made, to the second.
    pub oldest_change: Option<Timestamp>,
}

impl ChangeFeedEstimator {
    pub(crate) fn new(container: &ContainerClient, leases: ContainerClient, name: String) -> Self {
        Self {
            container: container.without_session(),
            leases,
            name,
            mode: ChangeFeedMode::LatestVersion,
            start: Start::Beginning,
            operation: OperationOptions::default(),
        }
    }

    /// The mode of the processor. Default: latest versions.
    #[must_use]
    pub fn with_mode(mut self, mode: ChangeFeedMode) -> Self {
        self.mode = mode;
        self
    }

    /// Where the processor starts, for leases that have no checkpoint yet. Default: the beginning.
    #[must_use]
    pub fn with_start_from(mut self, start: ChangeFeedStartFrom) -> Self {
        self.start = start.into();
        self
    }

    /// The settings that every operation knows, for all that the estimator asks.
    #[must_use]
    pub fn with_operation_options(mut self, options: OperationOptions) -> Self {
        self.operation = options;
        self
    }

    /// What is left to do now, lease by lease in the order of their parts; nothing when the processor has no leases yet.
    ///
    /// Costs two reads of containers, one query over the lease container, and one round trip and about 1 RU for each
    /// lease.
    ///
    /// # Errors
    /// As [`ChangeFeedProcessor::start`](super::ChangeFeedProcessor::start) of leases that are not the processor's; or
    /// what kept leases or changes from being read.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn estimate(&self) -> crate::Result<Vec<RemainingWork>> {
        check_name("processor name", &self.name)?;
        let monitored = Monitored::read(&self.container, &self.operation).await?;
        let store = LeaseStore::open(
            &self.leases,
            &monitored,
            (&self.name, self.mode, &self.operation),
        );
        let leases = Box::pin(store).await?.list().await?;
        let rid: Arc<str> = monitored.rid.as_str().into();
        stream::iter(leases)
            .map(|lease| Box::pin(self.remaining(lease, Arc::clone(&rid))))
            .buffered(CONCURRENCY)
            .try_collect()
            .await
    }

    /// As [`estimate`](Self::estimate), again and again: the first at once, each next one `every` after the one before.
    /// An error ends nothing: the stream may be polled on. Dropping it leaves nothing behind.
    pub fn estimates(
        &self,
        every: Duration,
    ) -> impl Stream<Item = crate::Result<Vec<RemainingWork>>> + Send + use<> {
        let clock = self.container.driver.runtime().clock();
        let rounds = stream::unfold(
            (self.clone(), false),
            move |(estimator, waits)| async move {
                if waits {
                    clock.sleep(every).await;
                }
                let estimate = Box::pin(estimator.estimate()).await;
                Some((estimate, (estimator, true)))
            },
        );
        Box::pin(rounds)
    }

    /// What is left under one lease: the sum over the partitions that its part lies in.
    async fn remaining(&self, lease: Lease, rid: Arc<str>) -> crate::Result<RemainingWork> {
        let ranges = self.container.driver.resolve_partition_key_ranges(
            self.container.reference(),
            RangeRefresh::IfMissing,
            &self.operation,
        );
        let whole = lease.range.to_epk_range();
        let parts = ranges.await?;
        let parts = parts.map().overlapping(&whole).iter();
        let parts = parts.filter_map(|entry| entry.range().intersect(&whole));
        let mut work = RemainingWork {
            owner: lease.owner().map(str::to_owned),
            changes: 0,
            oldest_change: None,
            lease_token: lease.token.clone(),
            feed_range: lease.range.clone(),
        };
        for part in parts.collect::<Vec<_>>() {
            let look = Box::pin(self.look(&lease, FeedRange::from(part), &rid)).await?;
            work.changes = work.changes.saturating_add(look.changes);
            work.oldest_change = match (work.oldest_change, look.oldest) {
                (Some(before), Some(now)) => Some(before.min(now)),
                (before, now) => before.or(now),
            };
        }
        Ok(work)
    }

    /// Reads the first change behind the checkpoint in one partition.
    async fn look(&self, lease: &Lease, part: FeedRange, rid: &str) -> crate::Result<Look> {
        let places = [(&part, lease.continuation.as_deref())];
        let token = ContinuationToken::of_change_feed(rid, self.mode, self.start, places)?;
        let container = self.container.reference().clone();
        let mut request = ChangeFeedRequest::new(container, FeedScope::range(part), self.start);
        request.mode = self.mode;
        request.continuation = Some(token);
        request.max_item_count = MaxItemCountHint::Limit(std::num::NonZeroU32::MIN);
        let driver = &self.container.driver;
        let mut pager = driver.read_change_feed(request, &self.operation).await?;
        let page = pager.next_page().await?;
        Ok(page.map(|page| look_at(&page)).unwrap_or_default())
    }
}

impl fmt::Debug for ChangeFeedEstimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeFeedEstimator")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
