//! What the driver reads for itself: the account, containers, ranges. Each is fetched once for all who wait,
//! through the same attempt loop as everything else.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::resource::{AccountProperties, ContainerProperties};
use cosmokit_protocol::wire::header::{self, value};
use http::{HeaderValue, StatusCode};

use super::Core;
use super::prepare::Prepared;
use crate::cache::{
    Fetch, Page, PartitionKeyRanges, RangeFeed, RangeRefresh, ResolvedContainer, read_page,
};
use crate::diagnostics::{Looked, Lookups};
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::operation::CosmosOperation;
use crate::options::{OperationOptions, OperationSettings};
use crate::reference::ContainerReference;
use crate::response::CosmosResponse;
use crate::topology::read_properties;

/// How often ranges that are incomplete are read from the beginning, and the pause between: a split is
/// visible in pieces for some milliseconds.
const RANGE_READS: u32 = 3;
const RANGE_PAUSE: Duration = Duration::from_millis(50);

impl Core {
    /// Reads the account document and routes by it.
    pub(crate) async fn refresh_account(self: &Arc<Self>) -> Result<Arc<AccountProperties>> {
        let core = Arc::clone(self);
        self.location
            .read(move || Box::pin(async move { core.read_account().await }))
            .await
    }

    /// Reads the account document for an operation that found it wrong, unless it was read a moment ago. All
    /// who ask meanwhile share one read; one that fails leaves room for the next.
    ///
    /// Boxed, because the read is itself an operation.
    pub(super) fn refresh_account_if_due(self: &Arc<Self>) -> Fetch<()> {
        if !self.until_account_refresh().is_zero() {
            return Box::pin(std::future::ready(Ok(())));
        }
        let core = Arc::clone(self);
        Box::pin(async move { core.refresh_account().await.map(drop) })
    }

    /// How long until an operation may have the account read; zero when it may now.
    pub(super) fn until_account_refresh(&self) -> Duration {
        let now = self.clock.now();
        self.location
            .until_read_again(self.account_refresh_gap, now)
    }

    async fn read_account(self: Arc<Self>) -> Result<Arc<AccountProperties>> {
        let settings = self.layers().resolve(&OperationOptions::default())?;
        let operation = CosmosOperation::read_account(self.account().clone());
        let response = self.run_plain(operation, settings).await?;
        let properties = read_properties(response)?;
        self.location.accept(properties, self.clock.now())
    }

    /// The container that an address leads to now.
    pub(crate) async fn resolve_container(
        self: &Arc<Self>,
        reference: &ContainerReference,
        settings: &Arc<OperationSettings>,
    ) -> Result<Looked<Arc<ResolvedContainer>>> {
        reference.check()?;
        let fetch = || {
            let (core, reference, settings) =
                (Arc::clone(self), reference.clone(), Arc::clone(settings));
            Box::pin(async move { core.read_container(reference, settings).await }) as _
        };
        self.containers.get_or_fetch(reference.key(), fetch).await
    }

    async fn read_container(
        self: Arc<Self>,
        reference: ContainerReference,
        settings: Arc<OperationSettings>,
    ) -> Result<Looked<Arc<ResolvedContainer>>> {
        let response = self
            .run_plain(CosmosOperation::read_container(reference.clone()), settings)
            .await?;
        let properties: ContainerProperties = serde_json::from_slice(response.body().as_bytes())
            .map_err(|error| unreadable_container(&reference).with_source(error).build())?;
        let rid = properties
            .system_properties
            .resource_id
            .as_deref()
            .unwrap_or_default();
        let rid_header = HeaderValue::try_from(rid)
            .ok()
            .filter(|rid| !rid.is_empty());
        let rid_header = rid_header.ok_or_else(|| unreadable_container(&reference).build())?;
        let rid: Arc<str> = Arc::from(rid);
        let session = self.sessions.of(&rid);
        let mut lookups = Lookups::default();
        lookups.note(response.diagnostics_ref());
        let value = Arc::new(ResolvedContainer::new(
            reference, rid, rid_header, properties, session,
        ));
        Ok(Looked { value, lookups })
    }

    /// The partition key ranges of a container.
    pub(crate) async fn resolve_ranges(
        self: &Arc<Self>,
        container: &Arc<ResolvedContainer>,
        refresh: RangeRefresh,
        settings: &Arc<OperationSettings>,
    ) -> Result<Looked<Arc<PartitionKeyRanges>>> {
        if refresh == RangeRefresh::IfMissing
            && let Some(ranges) = container.current_ranges()
        {
            return Ok(Looked::known(ranges));
        }
        let fetch = || {
            let (core, container, settings) = (
                Arc::clone(self),
                Arc::clone(container),
                Arc::clone(settings),
            );
            Box::pin(async move {
                match core.read_ranges(&container, &settings).await {
                    Ok(ranges) => Ok(ranges),
                    Err(error) => Err(core.about_container(error, &container, &settings).await),
                }
            }) as _
        };
        container.fetch_ranges(fetch).await
    }

    async fn read_ranges(
        self: &Arc<Self>,
        container: &ResolvedContainer,
        settings: &Arc<OperationSettings>,
    ) -> Result<Looked<Arc<PartitionKeyRanges>>> {
        let mut lookups = Lookups::default();
        if let Some(known) = &container.known_ranges() {
            let drained = self.drain_ranges(container, Some(known), settings, &mut lookups);
            match drained.await {
                Ok(ranges) => {
                    let value = Arc::new(ranges);
                    return Ok(Looked { value, lookups });
                }
                Err(error) => lookups.note_failure(&error),
            }
        }
        let mut reads = 1;
        loop {
            let drained = self.drain_ranges(container, None, settings, &mut lookups);
            match drained.await {
                Ok(ranges) => {
                    let value = Arc::new(ranges);
                    return Ok(Looked { value, lookups });
                }
                Err(error) if error.status() == client::TOPOLOGY && reads < RANGE_READS => {
                    self.clock.sleep(RANGE_PAUSE * reads).await;
                    reads += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads the feed of ranges from where `known` stands to its end.
    async fn drain_ranges(
        self: &Arc<Self>,
        container: &ResolvedContainer,
        known: Option<&PartitionKeyRanges>,
        settings: &Arc<OperationSettings>,
        lookups: &mut Lookups,
    ) -> Result<PartitionKeyRanges> {
        let mut feed = RangeFeed::after(known);
        loop {
            let mut operation =
                CosmosOperation::read_partition_key_ranges(container.reference().clone())
                    .with_request_header(header::A_IM, value::INCREMENTAL_FEED)
                    .with_request_header(header::MAX_ITEM_COUNT, HeaderValue::from_static("-1"));
            if container.reference().is_by_name() {
                let rid = container.rid_header().clone();
                operation = operation.with_request_header(header::INTENDED_COLLECTION_RID, rid);
            }
            if let Some(etag) = feed.etag() {
                operation = operation.with_request_header(header::IF_NONE_MATCH, etag.clone());
            }
            let response = self.run_plain(operation, Arc::clone(settings)).await?;
            lookups.note(response.diagnostics_ref());
            if response.status().status_code() == StatusCode::NOT_MODIFIED {
                return feed.finish(known);
            }
            let etag = response.headers().as_map().get(header::ETAG).cloned();
            feed.add(Page {
                ranges: read_page(response.body().as_bytes())?,
                etag,
            })?;
        }
    }

    /// Runs an operation of the driver's own. It has no deadline: whoever waits for it may have one.
    async fn run_plain(
        self: &Arc<Self>,
        operation: CosmosOperation,
        settings: Arc<OperationSettings>,
    ) -> Result<CosmosResponse> {
        operation.check()?;
        let mut recorder = self.recorder(&operation);
        let prepared = Prepared::plain(&operation, settings, None);
        let ended = self.run(&prepared, &mut recorder).await;
        self.finish(&prepared, ended, recorder)
    }
}

fn unreadable_container(reference: &ContainerReference) -> crate::error::CosmosErrorBuilder {
    let path = reference.address().path.path();
    CosmosError::builder()
        .with_kind(ErrorKind::Contract)
        .with_status(client::CONTRACT)
        .with_message(format!(
            "the document of the container at {path} cannot be read"
        ))
}
