//! The first leases of a processor: one for each partition, where the processor starts. Several instances may do this
//! at the same time: ids tell leases apart, and a lease that is there stays as it is.

use cosmokit_driver::{ChangeFeedRequest, FeedScope};
use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom as Start;
use cosmokit_protocol::partition::FeedRange;

use super::cover::gaps;
use super::event::ProcessorEvent;
use super::shared::Shared;
use crate::options::ReadFeedRangesOptions;

/// Makes the leases that are missing.
///
/// # Errors
/// What kept them from being made, or the refusal of leases that are not this processor's.
pub(super) async fn initialize(shared: &Shared) -> crate::Result<()> {
    let mut missing = missing(shared).await?;
    let was_complete = shared.store.is_marked().await?;
    if was_complete && !missing.is_empty() {
        // A split by another instance that is seen half: its leases are there by now.
        missing = self::missing(shared).await?;
    }
    if !missing.is_empty() {
        // What is known of partitions may be old, and a lease for each is better than one that is split at once.
        let fresh = ReadFeedRangesOptions::default().with_force_refresh(true);
        shared.container.read_feed_ranges(Some(fresh)).await?;
    }
    for part in missing {
        create(shared, part, was_complete).await?;
    }
    if was_complete {
        return Ok(());
    }
    shared.store.mark().await
}

async fn missing(shared: &Shared) -> crate::Result<Vec<FeedRange>> {
    let leases = shared.store.list().await?;
    let ranges = leases.iter().map(|lease| &lease.range);
    Ok(gaps(&FeedRange::full(), ranges))
}

/// Makes the leases of a part of the container. "Now" is the moment of this, whoever reads them later: the place of
/// each is in its lease from the beginning.
async fn create(shared: &Shared, part: FeedRange, is_restored: bool) -> crate::Result<()> {
    let settings = &shared.settings;
    let start = match settings.start {
        // That was long ago. What has been handled since is not known any more.
        Start::Now if is_restored && settings.mode == ChangeFeedMode::LatestVersion => {
            Start::Beginning
        }
        start => start,
    };
    let scope = FeedScope::range(part);
    let mut request = ChangeFeedRequest::new(shared.container.reference().clone(), scope, start);
    request.mode = settings.mode;
    let pager = shared
        .container
        .driver
        .read_change_feed(request, &settings.operation);
    let pager = Box::pin(pager).await?;
    for (range, etag) in pager.places() {
        let mut lease = shared.store.lease(range);
        lease.continuation = etag.map(str::to_owned);
        lease.stamp(shared.clock.wall());
        let token = lease.token.clone();
        if shared.store.create(lease).await?.is_some() && is_restored {
            shared.tell(&ProcessorEvent::LeaseRestored { lease_token: token });
        }
    }
    Ok(())
}
