//! Citizens: each writes items of its own, one version after another, and reads everybody's.

use super::Pace;
use crate::actor::{Actor, Write};
use crate::history::{ItemKey, WriteVerb};

/// Items that one walk passes.
const WALK: usize = 4;

/// A citizen.
///
/// Only it writes its items, so every version has a known place. Everybody's items stand along a street: a citizen
/// writes its items in the order of the street, answers to what stands before them, and reads the street backwards, so
/// that it meets effects before their causes if the account lets it. It also lists, deletes, patches and writes
/// items together.
#[derive(Debug)]
pub struct Citizen {
    actor: Actor,
    own: Vec<Own>,
    street: Vec<ItemKey>,
    writes_of_ten: u8,
}

/// An item that only this citizen writes.
#[derive(Debug)]
struct Own {
    key: ItemKey,
    version: u32,
}

impl Citizen {
    /// A citizen that writes `own` of the items of the street, and whose operations are writes in so many of ten cases.
    pub fn new(actor: Actor, own: Vec<ItemKey>, street: Vec<ItemKey>, writes_of_ten: u8) -> Self {
        let own = own.into_iter().map(|key| Own { key, version: 0 });
        Self {
            actor,
            own: own.collect(),
            street,
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
                self.act().await;
            } else {
                self.look().await;
            }
        }
    }

    async fn act(&mut self) {
        let at = self.actor.rng().usize(0..self.own.len());
        match self.actor.rng().u8(0..12) {
            0 => self.write(at, WriteVerb::Delete).await,
            1 => self.write(at, WriteVerb::Patch).await,
            2 => self.write_together(at).await,
            3 | 4 => self.write_in_a_row().await,
            5 | 6 => self.answer().await,
            _ => self.write(at, WriteVerb::Upsert).await,
        }
        if self.actor.rng().bool()
            && let Some(own) = self.own.get(at)
        {
            self.actor.read(&own.key).await;
        }
    }

    /// Writes the next version of an item. The first is always made by an upsert.
    async fn write(&mut self, at: usize, verb: WriteVerb) {
        let Some(own) = self.own.get_mut(at) else {
            return;
        };
        own.version += 1;
        let first = own.version == 1;
        let verb = if first { WriteVerb::Upsert } else { verb };
        let mark = self.actor.next_mark(own.version);
        let write = Write::new(own.key.clone(), verb, mark);
        self.actor.write(write).await;
    }

    /// Writes the next version of an item together with those that it has beside it.
    async fn write_together(&mut self, at: usize) {
        let Some(place) = self.own.get(at).map(|own| own.key.clone()) else {
            return;
        };
        let mut items = Vec::new();
        for own in self.own.iter_mut().filter(|own| {
            let same = own.key == place;
            same || own.key.is_beside(&place)
        }) {
            own.version += 1;
            items.push((own.key.clone(), self.actor.next_mark(own.version)));
        }
        let sent = self.actor.upsert_together(items).await;
        sent.expect("documents of a world can be written as JSON");
    }

    /// Writes all its items, one after another, as fast as it can.
    async fn write_in_a_row(&mut self) {
        for at in 0..self.own.len() {
            self.write(at, WriteVerb::Upsert).await;
        }
    }

    /// Reads what stands before its items and writes an answer at once.
    async fn answer(&mut self) {
        let first = self.own.first().map(|own| &own.key);
        let place = self.street.iter().position(|key| Some(key) == first);
        let question = place.and_then(|place| self.street.get(place.checked_sub(1)?));
        if let Some(question) = question {
            self.actor.read(question).await;
            self.write(0, WriteVerb::Upsert).await;
        }
    }

    async fn look(&mut self) {
        let count = self.street.len();
        let at = self.actor.rng().usize(0..count.max(1));
        let Some(key) = self.street.get(at) else {
            return;
        };
        match self.actor.rng().u8(0..4) {
            0 => self.actor.list(&key.partition).await,
            1 => {
                self.actor.read(key).await;
                self.actor.read(key).await;
            }
            2 => {
                let walk = self.street.iter().rev().skip(count - 1 - at);
                for key in walk.take(WALK) {
                    self.actor.read(key).await;
                }
            }
            _ => drop(self.actor.read(key).await),
        }
    }
}
