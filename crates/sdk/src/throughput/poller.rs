//! Follows a change of throughput.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use cosmokit_driver::OfferPoller;
use cosmokit_protocol::resource::ThroughputProperties;
use futures_core::Stream;

use crate::models::ResourceResponse;

/// A change of throughput that the service has accepted. Awaiting it waits until the change is in force; as a stream
/// it gives every look at it, the first answer included.
///
/// Dropping it does not take the change back.
#[must_use = "the change goes on, but nobody sees how it ends"]
pub struct ThroughputPoller(Box<OfferPoller>);

impl ThroughputPoller {
    pub(crate) fn new(poller: OfferPoller) -> Self {
        Self(Box::new(poller))
    }
}

impl Stream for ThroughputPoller {
    type Item = crate::Result<ResourceResponse<ThroughputProperties>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let offer = ready!(self.0.poll_offer(context));
        Poll::Ready(
            offer
                .transpose()
                .map(|offer| offer.map(ResourceResponse::new)),
        )
    }
}

impl IntoFuture for ThroughputPoller {
    type Output = crate::Result<ResourceResponse<ThroughputProperties>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.0.finish().await.map(ResourceResponse::new) })
    }
}

impl fmt::Debug for ThroughputPoller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ThroughputPoller").field(&self.0).finish()
    }
}
