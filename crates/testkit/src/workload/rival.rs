//! Rivals: several actors write the same items.

use super::Pace;
use crate::actor::{Actor, Sight, Write};
use crate::history::{ItemKey, WriteVerb};

/// A rival.
///
/// Counters are replaced only under the etag of what was read, so that every version has a known place; registers are
/// written blindly, created and deleted, so that only an order of all calls can explain what readers saw.
#[derive(Debug)]
pub struct Rival {
    actor: Actor,
    counters: Vec<ItemKey>,
    registers: Vec<ItemKey>,
}

impl Rival {
    /// A rival for these items.
    pub fn new(actor: Actor, counters: Vec<ItemKey>, registers: Vec<ItemKey>) -> Self {
        Self {
            actor,
            counters,
            registers,
        }
    }

    /// Works as long as there is time.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation under way pending in the history.
    pub async fn work(&mut self, pace: &Pace) {
        while pace.goes_on(self.actor.rng()).await {
            let counts = self.registers.is_empty() || self.actor.rng().bool();
            let keys = if counts {
                &self.counters
            } else {
                &self.registers
            };
            let Some(key) = keys.get(self.actor.rng().usize(0..keys.len().max(1))) else {
                continue;
            };
            let key = key.clone();
            if counts {
                self.count(key).await;
            } else {
                self.overwrite(key).await;
            }
        }
    }

    /// Reads a counter and writes the next version over exactly that.
    async fn count(&mut self, key: ItemKey) {
        let write = if let Some(sight) = self.actor.read(&key).await {
            self.next(key, sight)
        } else {
            let mark = self.actor.next_mark(1);
            Write::new(key, WriteVerb::Create, mark)
        };
        self.actor.write(write).await;
    }

    fn next(&mut self, key: ItemKey, sight: Sight) -> Write {
        let mark = self.actor.next_mark(sight.mark.version + 1);
        Write::new(key, WriteVerb::Replace, mark).if_still(sight)
    }

    /// Writes a register without looking, or reads it.
    async fn overwrite(&mut self, key: ItemKey) {
        let verb = match self.actor.rng().u8(0..10) {
            0..=2 => WriteVerb::Upsert,
            3 => WriteVerb::Create,
            4 => WriteVerb::Delete,
            5 => WriteVerb::Replace,
            6 => WriteVerb::Patch,
            _ => return drop(self.actor.read(&key).await),
        };
        let mark = self.actor.next_mark(0);
        self.actor.write(Write::new(key, verb, mark)).await;
    }
}
