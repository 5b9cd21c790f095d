//! The change feed as a stream of pages.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use cosmokit_driver::{ChangeFeedPager, ContinuationToken};
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::FeedPage;

/// The pages of a change feed, as a stream of [`FeedPage`]; it ends only at an end time.
///
/// A page is empty when nothing is new. After an error the stream may be polled on: it has lost nothing. Dropping it
/// at any point leaves nothing behind.
#[must_use = "a stream does nothing unless it is polled"]
pub struct ChangeFeedPageIterator<T> {
    pager: Box<ChangeFeedPager>,
    items: PhantomData<fn() -> T>,
}

impl<T> ChangeFeedPageIterator<T> {
    pub(crate) fn new(pager: ChangeFeedPager) -> Self {
        Self {
            pager: Box::new(pager),
            items: PhantomData,
        }
    }

    /// Where the feed goes on behind the last page that was taken, in this process or another one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn to_continuation_token(&self) -> crate::Result<ContinuationToken> {
        self.pager.continuation()
    }
}

impl<T: DeserializeOwned> Stream for ChangeFeedPageIterator<T> {
    type Item = crate::Result<FeedPage<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let page = ready!(self.pager.poll_page(context));
        Poll::Ready(
            page.and_then(|page| page.map(FeedPage::from_page).transpose())
                .transpose(),
        )
    }
}

impl<T> fmt::Debug for ChangeFeedPageIterator<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChangeFeedPageIterator")
            .field(&self.pager)
            .finish()
    }
}
