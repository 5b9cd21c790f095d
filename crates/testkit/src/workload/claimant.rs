//! Claimants: several actors want the same values of a unique key.

use super::Pace;
use crate::actor::{Actor, Write};
use crate::history::{ItemKey, WriteVerb};

/// A claimant. It creates items that claim one of a few values and deletes those that it got, so that others can have
/// them. The container must have been created for [unique claims](crate::actor::ContainerKind::UniqueClaims).
#[derive(Debug)]
pub struct Claimant {
    actor: Actor,
    partition: String,
    values: u32,
    made: u32,
    held: Vec<ItemKey>,
}

impl Claimant {
    /// A claimant for so many values under a partition key.
    pub fn new(actor: Actor, partition: impl Into<String>, values: u32) -> Self {
        Self {
            actor,
            partition: partition.into(),
            values,
            made: 0,
            held: Vec::new(),
        }
    }

    /// Works as long as there is time.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation under way pending in the history.
    pub async fn work(&mut self, pace: &Pace) {
        while pace.goes_on(self.actor.rng()).await {
            match self.actor.rng().u8(0..4) {
                0 => self.actor.list(&self.partition).await,
                1 if !self.held.is_empty() => self.give_up().await,
                _ => self.claim().await,
            }
        }
    }

    async fn claim(&mut self) {
        self.made += 1;
        let id = format!("claim-{}-{}", self.actor.part().actor.0, self.made);
        let key = self.actor.key(&self.partition, &id);
        let value = self.actor.rng().u32(0..self.values.max(1));
        let mark = self.actor.next_mark(0);
        let write = Write::new(key.clone(), WriteVerb::Create, mark);
        if self.actor.write(write.claiming(value.to_string())).await {
            self.held.push(key);
        }
    }

    async fn give_up(&mut self) {
        let at = self.actor.rng().usize(0..self.held.len().max(1));
        if at >= self.held.len() {
            return;
        }
        let key = self.held.swap_remove(at);
        let mark = self.actor.next_mark(0);
        let delete = Write::new(key, WriteVerb::Delete, mark);
        self.actor.write(delete).await;
    }
}
