//! Citizens: each writes items of its own, one version after another, and reads everybody's.

use fastrand::Rng;

use super::Pace;
use crate::actor::{Actor, Write};
use crate::history::{ItemKey, WriteVerb};

/// A citizen.
///
/// Only it writes its items, so every version has a known place. It answers what it reads: under the same partition
/// key, so that others can expect to see what it had seen. Some of its reads are lists, and now and then it deletes an
/// item and makes it again.
#[derive(Debug)]
pub struct Citizen {
    actor: Actor,
    own: Vec<Own>,
    others: Vec<ItemKey>,
    writes_of_ten: u8,
}

/// An item that only this citizen writes.
#[derive(Debug)]
struct Own {
    key: ItemKey,
    version: u32,
}

impl Citizen {
    /// A citizen that writes `own`, reads these and `others`, and whose operations are writes in so many of ten cases.
    pub fn new(actor: Actor, own: Vec<ItemKey>, others: Vec<ItemKey>, writes_of_ten: u8) -> Self {
        let own = own.into_iter().map(|key| Own { key, version: 0 });
        Self {
            actor,
            own: own.collect(),
            others,
            writes_of_ten,
        }
    }

    /// Works as long as there is time.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation under way pending in the history.
    pub async fn work(&mut self, pace: &Pace) {
        while pace.goes_on(self.actor.rng()).await {
            if !self.own.is_empty() && self.actor.rng().u8(0..10) < self.writes_of_ten {
                self.write().await;
            } else {
                self.read().await;
            }
        }
    }

    async fn write(&mut self) {
        let at = self.actor.rng().usize(0..self.own.len());
        let Some(own) = self.own.get_mut(at) else {
            return;
        };
        own.version += 1;
        let (key, version) = (own.key.clone(), own.version);
        let verb = match self.actor.rng().u8(0..12) {
            0 if version > 1 => WriteVerb::Delete,
            1 if version > 1 => WriteVerb::Patch,
            2 => return self.write_beside(key).await,
            _ => WriteVerb::Upsert,
        };
        let mark = self.actor.next_mark(version);
        self.actor.write(Write::new(key.clone(), verb, mark)).await;
        if self.actor.rng().bool() {
            self.actor.read(&key).await;
        }
    }

    /// Writes the next version of an item together with those that it has beside it.
    async fn write_beside(&mut self, key: ItemKey) {
        let mut items = Vec::new();
        for own in &mut self.own {
            if own.key.is_beside(&key) {
                own.version += u32::from(own.key != key);
                items.push((own.key.clone(), self.actor.next_mark(own.version)));
            }
        }
        let sent = self.actor.upsert_together(items).await;
        sent.expect("documents of a world can be written as JSON");
    }

    async fn read(&mut self) {
        let rng = self.actor.rng();
        let Some(key) = pick(rng, &self.own, &self.others) else {
            return;
        };
        match rng.u8(0..4) {
            0 => self.actor.list(&key.partition).await,
            // Twice in a row: what eventual reads do not keep in order.
            1 => {
                self.actor.read(&key).await;
                self.actor.read(&key).await;
            }
            _ => drop(self.actor.read(&key).await),
        }
    }
}

fn pick(rng: &mut Rng, own: &[Own], others: &[ItemKey]) -> Option<ItemKey> {
    let count = own.len() + others.len();
    let at = rng.usize(0..count.max(1));
    let own = own.get(at).map(|own| &own.key);
    own.or_else(|| others.get(at.checked_sub(count - others.len())?))
        .cloned()
}
