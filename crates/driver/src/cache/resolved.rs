//! What is known of one container, as long as it is the same container.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwapOption;
use cosmokit_protocol::partition::PartitionKeyDefinition;
use cosmokit_protocol::resource::ContainerProperties;
use http::HeaderValue;

use super::{Fetch, PartitionKeyRanges, SingleFlight};
use crate::dataflow::PlanCache;
use crate::diagnostics::Looked;
use crate::error::Result;
use crate::reference::ContainerReference;
use crate::routing::PartitionHealth;
use crate::session::{ContainerSession, Heights};

/// A container as it was read: its resource id and document.
#[derive(Debug)]
pub struct ResolvedContainer {
    reference: ContainerReference,
    rid: Arc<str>,
    rid_header: HeaderValue,
    properties: ContainerProperties,
    session: Arc<ContainerSession>,
    heights: Heights,
    ranges: ArcSwapOption<PartitionKeyRanges>,
    ranges_are_stale: AtomicBool,
    ranges_fetch: SingleFlight<Looked<Arc<PartitionKeyRanges>>>,
    plans: PlanCache,
    health: PartitionHealth,
}

impl ResolvedContainer {
    pub(crate) fn new(
        reference: ContainerReference,
        rid: Arc<str>,
        rid_header: HeaderValue,
        properties: ContainerProperties,
        session: Arc<ContainerSession>,
    ) -> Self {
        Self {
            reference,
            rid,
            rid_header,
            properties,
            session,
            heights: Heights::default(),
            ranges: ArcSwapOption::empty(),
            ranges_are_stale: AtomicBool::new(false),
            ranges_fetch: SingleFlight::default(),
            plans: PlanCache::default(),
            health: PartitionHealth::default(),
        }
    }

    /// The address that it was resolved by.
    pub fn reference(&self) -> &ContainerReference {
        &self.reference
    }

    /// Its resource id.
    pub fn rid(&self) -> &str {
        &self.rid
    }

    pub(crate) fn shared_rid(&self) -> &Arc<str> {
        &self.rid
    }

    /// What decides the partition of its items.
    pub fn partition_key_definition(&self) -> &PartitionKeyDefinition {
        &self.properties.partition_key
    }

    /// Its document at the time it was read; policies may have changed since.
    pub fn properties(&self) -> &ContainerProperties {
        &self.properties
    }

    /// Queries that were prepared for it.
    pub(crate) fn plans(&self) -> &PlanCache {
        &self.plans
    }

    /// Its resource id as a header value.
    pub(crate) fn rid_header(&self) -> &HeaderValue {
        &self.rid_header
    }

    pub(crate) fn session(&self) -> &Arc<ContainerSession> {
        &self.session
    }

    /// How far its ranges are, by what answers have shown to operations in sessions.
    pub(crate) fn heights(&self) -> &Heights {
        &self.heights
    }

    /// Which of its partitions are passed over in which region.
    pub(crate) fn health(&self) -> &PartitionHealth {
        &self.health
    }

    /// The ranges as they are known, if they are.
    pub(crate) fn known_ranges(&self) -> Option<Arc<PartitionKeyRanges>> {
        self.ranges.load_full()
    }

    /// The ranges as they are known, unless the service has contradicted them.
    pub(crate) fn current_ranges(&self) -> Option<Arc<PartitionKeyRanges>> {
        if self.ranges_are_stale.load(Ordering::Acquire) {
            None
        } else {
            self.known_ranges()
        }
    }

    /// The service contradicted the ranges: they are read again before they are used.
    pub(crate) fn contradict_ranges(&self) {
        self.ranges_are_stale.store(true, Ordering::Release);
    }

    /// Joins the fetch of ranges that is running, or starts one.
    pub(crate) async fn fetch_ranges(
        self: &Arc<Self>,
        fetch: impl FnOnce() -> Fetch<Looked<Arc<PartitionKeyRanges>>>,
    ) -> Result<Looked<Arc<PartitionKeyRanges>>> {
        let running = self.ranges_fetch.join(|| {
            let (container, fetch) = (Arc::clone(self), fetch());
            Box::pin(async move {
                // What contradicts the ranges from here on asks for another fetch.
                let was_stale = container.ranges_are_stale.swap(false, Ordering::AcqRel);
                let fetched = fetch.await;
                match &fetched {
                    Ok(ranges) => container.ranges.store(Some(Arc::clone(&ranges.value))),
                    Err(_) if was_stale => container.contradict_ranges(),
                    Err(_) => {}
                }
                fetched
            })
        });
        running.await
    }
}
