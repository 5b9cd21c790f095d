//! One instance of the processor, which bills one order at a time.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use cosmokit::feed::{ChangeFeedItem, ChangeFeedStartFrom};
use cosmokit::processor::{ChangeFeedProcessorContext, ProcessorEvent};
use cosmokit::{ChangeFeedProcessor, ContainerClient};
use tokio::sync::Mutex;

use super::book::Book;
use super::screen::Screen;
use super::stage::PROCESSOR;

/// How long it takes to bill an order.
const BILLING: Duration = Duration::from_millis(20);

/// An order as it is billed.
#[derive(serde::Deserialize)]
struct Order {
    customer: String,
    number: u64,
}

/// One instance.
pub(super) struct Instance(ChangeFeedProcessor);

impl Instance {
    pub(super) async fn start(
        name: &'static str,
        orders: &ContainerClient,
        leases: &ContainerClient,
        book: &Arc<Book>,
        screen: &Screen,
    ) -> Result<Self, Box<dyn Error>> {
        let (book, screen) = (Arc::clone(book), screen.clone());
        let desk = Arc::new(Mutex::new(()));
        let processor = orders
            .change_feed_processor(PROCESSOR, leases)
            .with_instance_name(name)
            .with_start_from(ChangeFeedStartFrom::Beginning)
            .with_poll_delay(Duration::from_millis(250))
            // Quicker than the defaults, so that there is something to see.
            .with_lease_acquire_interval(Duration::from_millis(500))
            .with_lease_renew_interval(Duration::from_secs(1))
            .with_lease_expiration_interval(Duration::from_secs(4))
            .with_event_handler(move |event| tell(&screen, name, event))
            .build(
                move |_: ChangeFeedProcessorContext, changes: Vec<ChangeFeedItem<Order>>| {
                    bill(name, Arc::clone(&desk), Arc::clone(&book), changes)
                },
            )?;
        processor.start().await?;
        Ok(Self(processor))
    }

    /// Gives its leases back.
    pub(super) async fn stop(self) {
        self.0.stop().await;
    }

    /// Ends at once, as a process does that is killed.
    pub(super) fn kill(self) {
        drop(self.0);
    }
}

/// Bills orders, one at a time for the whole instance, whichever lease they come from.
async fn bill(
    name: &'static str,
    desk: Arc<Mutex<()>>,
    book: Arc<Book>,
    changes: Vec<ChangeFeedItem<Order>>,
) -> Result<(), std::convert::Infallible> {
    for order in changes.iter().filter_map(ChangeFeedItem::current) {
        let turn = desk.lock().await;
        book.clock().sleep(BILLING).await;
        book.handled(name, &order.customer, order.number);
        drop(turn);
    }
    Ok(())
}

fn tell(screen: &Screen, name: &str, event: &ProcessorEvent) {
    match event {
        ProcessorEvent::LeaseAcquired {
            from: Some(from), ..
        } => screen.say(&format!("  {name} takes a lease from {from}")),
        ProcessorEvent::LeaseSplit { into, .. } => {
            screen.say(&format!(
                "  {name} puts {} leases in the place of one",
                into.len()
            ));
        }
        ProcessorEvent::HandlerFailed { .. } | ProcessorEvent::LeaseStoreFailed { .. } => {
            screen.say(&format!("  {name}: {event}"));
        }
        _ => {}
    }
}
