//! One who writes numbered documents under partition keys of its own.

use std::time::Duration;

use cosmokit::ContainerClient;
use cosmokit::options::ChangeFeedMode;
use fastrand::Rng;
use serde_json::json;

use super::{Entry, Journal};
use crate::world::{World, sleep};

/// Items under a partition key that keep being written anew, where every version is followed.
const ITEMS: u64 = 3;

/// One who writes.
pub(super) struct Writer {
    pub(super) items: ContainerClient,
    pub(super) keys: Vec<String>,
    pub(super) journal: Journal,
    pub(super) mode: ChangeFeedMode,
    pub(super) rng: Rng,
}

impl Writer {
    /// Writes until this much of the world's time is over. The numbers of a key grow in the order of its log, because
    /// the writer waits for each answer, and counts on also when it got none.
    pub(super) async fn work(mut self, world: &World, until: Duration) {
        let mut numbers = vec![0_u64; self.keys.len()];
        while world.elapsed() < until {
            let at = self.rng.usize(..self.keys.len());
            let (Some(key), Some(number)) = (self.keys.get(at), numbers.get_mut(at)) else {
                return;
            };
            *number += 1;
            self.write(key, *number).await;
            let think = self.rng.u64(1..120);
            sleep(Duration::from_millis(think)).await;
        }
    }

    async fn write(&self, key: &str, number: u64) {
        // Latest versions are followed: every document is written once, so that none hides another.
        let id = match self.mode {
            ChangeFeedMode::AllVersionsAndDeletes => format!("{key}-{}", number % ITEMS),
            _ => format!("{key}-{number}"),
        };
        let document = json!({"id": id, "pk": key, "number": number});
        if self
            .items
            .upsert_item(key, &id, document, None)
            .await
            .is_ok()
        {
            self.journal.write(Entry::Wrote {
                key: key.to_owned(),
                number,
            });
        }
    }
}
