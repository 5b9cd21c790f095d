//! One instance of the processor, through several lives: it is started, stopped or killed, and comes back.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cosmokit::feed::{ChangeFeedItem, ChangeFeedStartFrom};
use cosmokit::options::{ChangeFeedMode, Region};
use cosmokit::processor::ChangeFeedProcessorContext;
use cosmokit::{ChangeFeedProcessor, CosmosClient};
use fastrand::Rng;
use serde::Deserialize;

use super::voyage::{ITEMS, LEASES, PROCESSOR};
use super::{Entry, Journal};
use crate::actor::DATABASE;
use crate::world::{ClientSettings, World, sleep};

/// Lives that an instance may have: each has a client with a number of its own.
const LIVES: u64 = 1_000;

/// One instance.
pub(super) struct Mate {
    pub(super) number: u64,
    pub(super) home: Region,
    pub(super) mode: ChangeFeedMode,
    pub(super) journal: Journal,
    pub(super) rng: Rng,
}

/// What the handler reads of a change.
#[derive(Deserialize)]
struct Numbered {
    pk: String,
    number: u64,
}

impl Mate {
    /// Works until this much of the world's time is over, not without interruption; and is then at work for good.
    pub(super) async fn sail(mut self, world: &World, until: Duration) -> ChangeFeedProcessor {
        for life in 0.. {
            let processor = self.come(world, life).await;
            if world.elapsed() >= until {
                return processor;
            }
            let stay = Duration::from_millis(self.rng.u64(2_000..15_000));
            sleep(stay).await;
            if self.rng.bool() {
                self.journal.note(format!("{} is killed", self.name(life)));
                drop(processor);
            } else {
                processor.stop().await;
                self.journal
                    .note(format!("{} has stopped", self.name(life)));
            }
            sleep(Duration::from_millis(self.rng.u64(10..8_000))).await;
        }
        unreachable!("lives go on until the time is over")
    }

    /// Every second one comes back under its own name.
    fn name(&self, life: u64) -> String {
        if self.number.is_multiple_of(2) {
            format!("mate-{}", self.number)
        } else {
            format!("mate-{}-{life}", self.number)
        }
    }

    /// Starts, as often as it takes.
    async fn come(&mut self, world: &World, life: u64) -> ChangeFeedProcessor {
        loop {
            let number = self.number * LIVES + life;
            let settings = ClientSettings::new(number, self.home.clone());
            if let Ok(client) = world.connect(&settings).await
                && let Ok(processor) = Box::pin(self.begin(&client, life)).await
            {
                self.journal.note(format!("{} comes", self.name(life)));
                return processor;
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    async fn begin(
        &mut self,
        client: &CosmosClient,
        life: u64,
    ) -> cosmokit::Result<ChangeFeedProcessor> {
        let database = client.database_client(DATABASE);
        let items = database.container_client(ITEMS, None).await?;
        let leases = database.container_client(LEASES, None).await?;
        let start = match self.mode {
            ChangeFeedMode::AllVersionsAndDeletes => ChangeFeedStartFrom::Now,
            _ => ChangeFeedStartFrom::Beginning,
        };
        let (name, journal) = (self.name(life), self.journal.clone());
        let told = (name.clone(), journal.clone());
        let lots = Arc::new(Mutex::new(self.rng.fork()));
        let processor = items
            .change_feed_processor(PROCESSOR, &leases)
            .with_instance_name(&name)
            .with_mode(self.mode)
            .with_start_from(start)
            .with_poll_delay(Duration::from_millis(500))
            .with_lease_acquire_interval(Duration::from_secs(2))
            .with_lease_renew_interval(Duration::from_secs(2))
            .with_lease_expiration_interval(Duration::from_secs(6))
            .with_handler_retry_delays(Duration::from_millis(100), Duration::from_secs(1))
            .with_event_handler(move |event| told.1.note(format!("{}: {event}", told.0)))
            .build(
                move |context: ChangeFeedProcessorContext,
                      changes: Vec<ChangeFeedItem<Numbered>>| {
                    let lot = lots.lock().unwrap_or_else(PoisonError::into_inner).u64(..);
                    handle(journal.clone(), name.clone(), lot, context, changes)
                },
            )?;
        Box::pin(processor.start()).await?;
        Ok(processor)
    }
}

/// Takes its time, fails now and then, at the beginning or half way through, and writes down what it has handled.
async fn handle(
    journal: Journal,
    instance: String,
    lot: u64,
    context: ChangeFeedProcessorContext,
    changes: Vec<ChangeFeedItem<Numbered>>,
) -> Result<(), String> {
    let mut rng = Rng::with_seed(lot);
    let fails_at = (rng.u8(0..12) == 0).then(|| rng.usize(0..=changes.len()));
    for (at, change) in changes
        .iter()
        .filter_map(ChangeFeedItem::current)
        .enumerate()
    {
        if fails_at == Some(at) {
            return Err(format!(
                "the handler does not like {}/{}",
                change.pk, change.number
            ));
        }
        sleep(Duration::from_millis(rng.u64(0..10))).await;
        journal.write(Entry::Handled {
            instance: instance.clone(),
            lease: context.lease_token().to_owned(),
            key: change.pk.clone(),
            number: change.number,
        });
    }
    Ok(())
}
