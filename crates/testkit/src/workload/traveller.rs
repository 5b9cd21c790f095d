//! Travellers: one session that goes from region to region.

use fastrand::Rng;

use super::Pace;
use crate::actor::{Actor, Write};
use crate::history::{ItemKey, Mark, WriteVerb};

/// A traveller.
///
/// It has a client in every region and takes its session's tokens along, so whatever a session has a right to holds
/// between regions. Only it writes its items, each time from where it happens to be.
#[derive(Debug)]
pub struct Traveller {
    /// The same actor in one session, in each of the regions.
    stays: Vec<Actor>,
    own: Vec<ItemKey>,
    versions: Vec<u32>,
    street: Vec<ItemKey>,
    at: usize,
    written: u32,
}

impl Traveller {
    /// A traveller with these items of its own, who reads everybody's. The actors are one and the same, in as many
    /// regions, and share a session.
    ///
    /// # Panics
    /// When there is no actor.
    pub fn new(stays: Vec<Actor>, own: Vec<ItemKey>, street: Vec<ItemKey>) -> Self {
        assert!(!stays.is_empty(), "a traveller is somewhere");
        Self {
            stays,
            versions: vec![0; own.len()],
            own,
            street,
            at: 0,
            written: 0,
        }
    }

    /// Works as long as there is time.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation under way pending in the history.
    pub async fn work(&mut self, pace: &Pace) {
        while pace.goes_on(self.rng()).await {
            match self.rng().u8(0..10) {
                0..=3 => self.write().await,
                4..=6 => self.look_at_own().await,
                _ => self.look_around().await,
            }
            if self.rng().bool() {
                self.at = (self.at + 1) % self.stays.len();
            }
        }
    }

    /// Its choices: those of one of its stays, because all have the same.
    fn rng(&mut self) -> &mut Rng {
        let first = self.stays.first_mut();
        first.expect("a traveller is somewhere").rng()
    }

    fn here(&mut self) -> &mut Actor {
        self.stays
            .get_mut(self.at)
            .expect("the place is taken modulo their number, of which there is one at least")
    }

    async fn write(&mut self) {
        let count = self.own.len().max(1);
        let which = self.rng().usize(0..count);
        let (Some(key), Some(version)) = (self.own.get(which), self.versions.get_mut(which)) else {
            return;
        };
        *version += 1;
        self.written += 1;
        let (key, version, number) = (key.clone(), *version, self.written);
        let here = self.here();
        let mark = Mark {
            actor: here.part().actor,
            number,
            version,
        };
        here.write(Write::new(key, WriteVerb::Upsert, mark)).await;
    }

    async fn look_at_own(&mut self) {
        let count = self.own.len().max(1);
        let which = self.rng().usize(0..count);
        if let Some(key) = self.own.get(which).cloned() {
            self.here().read(&key).await;
        }
    }

    async fn look_around(&mut self) {
        let count = self.street.len().max(1);
        let which = self.rng().usize(0..count);
        let Some(key) = self.street.get(which).cloned() else {
            return;
        };
        let lists = self.rng().bool();
        let here = self.here();
        here.read(&key).await;
        if lists {
            here.list(&key.partition).await;
        }
    }
}
