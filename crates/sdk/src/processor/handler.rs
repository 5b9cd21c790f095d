//! Who is given changes: a trait, closures, and the step from pages of bytes to typed changes.

use std::any::Any;
use std::error::Error;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use cosmokit_driver::FeedPage as Page;
use cosmokit_protocol::op::ChangeFeedItem;
use futures_core::future::BoxFuture;
use futures_util::FutureExt as _;
use serde::de::DeserializeOwned;

use super::context::{ChangeFeedProcessorContext, Place};
use super::event::HandlerError;
use crate::feed::FeedPage;

/// Who is given the changes of a processor. Any `Fn` that takes a context and changes and gives a future is one:
///
/// ```
/// use cosmokit::feed::ChangeFeedItem;
/// use cosmokit::processor::{ChangeFeedHandler, ChangeFeedProcessorContext};
///
/// #[derive(serde::Deserialize)]
/// struct Order { id: String }
///
/// fn is_handler(_: impl ChangeFeedHandler<Order>) {}
///
/// is_handler(|context: ChangeFeedProcessorContext, changes: Vec<ChangeFeedItem<Order>>| async move {
///     for order in changes.iter().filter_map(ChangeFeedItem::current) {
///         println!("{}: {}", context.lease_token(), order.id);
///     }
///     Ok::<(), std::io::Error>(())
/// });
/// ```
pub trait ChangeFeedHandler<T>: Send + Sync + 'static {
    /// Handles the changes of one page, at least one, in their order. Pages of one lease come one after another; those
    /// of different leases at the same time.
    ///
    /// # Errors
    /// Whatever kept the changes from being handled. They are given again, from the last checkpoint on, after a wait
    /// that grows with every failure in a row.
    ///
    /// # Cancel safety
    /// The future is dropped when the lease is lost, and when the processor is dropped: the changes are then given to
    /// somebody again.
    fn handle(
        &self,
        context: ChangeFeedProcessorContext,
        changes: Vec<ChangeFeedItem<T>>,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;
}

impl<T, F, R, E> ChangeFeedHandler<T> for F
where
    F: Fn(ChangeFeedProcessorContext, Vec<ChangeFeedItem<T>>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), E>> + Send,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    fn handle(
        &self,
        context: ChangeFeedProcessorContext,
        changes: Vec<ChangeFeedItem<T>>,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send {
        self(context, changes).map(|handled| handled.map_err(Into::into))
    }
}

/// A handler whose type of change is out of sight.
pub(super) trait Pages: Send + Sync {
    /// Gives the changes of a page to the handler.
    fn handle(&self, page: Page, place: Place) -> BoxFuture<'_, Result<(), HandlerError>>;
}

/// A handler of changes of one type.
pub(super) struct Typed<T, H> {
    handler: H,
    changes: PhantomData<fn() -> T>,
}

impl<T, H> Typed<T, H> {
    pub(super) fn new(handler: H) -> Self {
        Self {
            handler,
            changes: PhantomData,
        }
    }
}

impl<T: DeserializeOwned + Send + 'static, H: ChangeFeedHandler<T>> Pages for Typed<T, H> {
    fn handle(&self, page: Page, place: Place) -> BoxFuture<'_, Result<(), HandlerError>> {
        Box::pin(async move {
            let page = FeedPage::<ChangeFeedItem<T>>::from_page(page)
                .map_err(|unreadable| Arc::new(unreadable) as HandlerError)?;
            let context = ChangeFeedProcessorContext::new(place, &page);
            let handling = async { self.handler.handle(context, page.into_items()).await };
            match AssertUnwindSafe(handling).catch_unwind().await {
                Ok(handled) => handled.map_err(HandlerError::from),
                Err(panic) => Err(HandlerError::from(Box::from(message(&*panic)))),
            }
        })
    }
}

/// What a panic said.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    format!("the handler panicked: {}", text.unwrap_or_default())
}
