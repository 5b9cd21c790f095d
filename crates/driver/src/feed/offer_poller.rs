//! Follows a change of throughput until it is in force.

use std::fmt;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::error::Result;
use crate::operation::CosmosOperation;
use crate::pipeline::Terms;
use crate::response::CosmosResponse;

/// A change of throughput that the service has accepted: first its answer, then, while the change is pending, the
/// offer as it is after each pause. Made by
/// [`CosmosDriver::begin_replace_offer`](crate::CosmosDriver::begin_replace_offer).
///
/// Dropping it does not take the change back.
pub struct OfferPoller {
    terms: Terms,
    rid: String,
    pause: Duration,
    progress: Progress,
}

enum Progress {
    /// The service's first answer.
    Accepted(Box<CosmosResponse>),
    Reading(BoxFuture<'static, Result<CosmosResponse>>),
    /// The change was pending when it was last looked at.
    Pending,
    Ended,
}

impl OfferPoller {
    pub(crate) async fn begin(
        terms: Terms,
        rid: String,
        replace: CosmosOperation,
        pause: Duration,
    ) -> Result<Self> {
        let response = terms.execute(&replace).await?;
        Ok(Self {
            terms,
            rid,
            pause,
            progress: Progress::Accepted(Box::new(response)),
        })
    }

    /// The next answer about the offer; `None` when the one before said that the change is in force.
    ///
    /// # Errors
    /// When the offer cannot be read. The poller can be asked again.
    pub fn poll_offer(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<CosmosResponse>>> {
        loop {
            match std::mem::replace(&mut self.progress, Progress::Ended) {
                Progress::Accepted(response) => {
                    self.progress = Self::after(&response);
                    return Poll::Ready(Ok(Some(*response)));
                }
                Progress::Pending => self.progress = Progress::Reading(self.read_after_pause()),
                Progress::Reading(mut reading) => {
                    let Poll::Ready(read) = reading.as_mut().poll(context) else {
                        self.progress = Progress::Reading(reading);
                        return Poll::Pending;
                    };
                    self.progress = read.as_ref().map_or(Progress::Pending, Self::after);
                    return Poll::Ready(read.map(Some));
                }
                Progress::Ended => return Poll::Ready(Ok(None)),
            }
        }
    }

    /// Waits until the change is in force and gives the last answer.
    ///
    /// # Errors
    /// When the offer cannot be read.
    ///
    /// # Cancel safety
    /// Dropping the future does not take the change back.
    pub async fn finish(mut self) -> Result<CosmosResponse> {
        let mut last = None;
        std::future::poll_fn(|context| {
            loop {
                match ready!(self.poll_offer(context)) {
                    Ok(Some(response)) => last = Some(response),
                    Ok(None) => return Poll::Ready(Ok(())),
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
        })
        .await?;
        last.ok_or_else(|| {
            crate::error::CosmosError::builder()
                .with_message("every answer about this change of throughput has been taken already")
                .build()
        })
    }

    fn after(response: &CosmosResponse) -> Progress {
        let is_accepted = response.status().status_code() == http::StatusCode::ACCEPTED;
        let is_pending = response.headers().offer_replace_pending();
        if is_pending.unwrap_or(is_accepted) {
            Progress::Pending
        } else {
            Progress::Ended
        }
    }

    fn read_after_pause(&self) -> BoxFuture<'static, Result<CosmosResponse>> {
        let (terms, pause) = (self.terms.clone(), self.pause);
        let account = terms.core.account().clone();
        let operation = CosmosOperation::read_offer(account, &self.rid);
        Box::pin(async move {
            terms.core.clock().sleep(pause).await;
            terms.execute(&operation).await
        })
    }
}

impl fmt::Debug for OfferPoller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfferPoller")
            .field("rid", &self.rid)
            .finish_non_exhaustive()
    }
}
