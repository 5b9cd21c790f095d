//! Giving a container more partitions: when its throughput asks for them, and when one is full.
//!
//! No timer runs: an offer that comes into force at an instant does so with the first request
//! after it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{AccountState, Place, Repartition, SplitPoint};
use crate::{
    clock::Timestamp,
    metadata::{catalog::Catalog, container::Container, offer::Offer},
    partition::{items::Usage, layout::initial_count, split_point::width},
};

/// When the next offer comes into force that is pending.
#[derive(Debug)]
pub(crate) struct ScalingDue(AtomicU64);

const NEVER: u64 = u64::MAX;

impl ScalingDue {
    /// When the next of the offers in a catalog comes into force.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let due = Self(AtomicU64::new(NEVER));
        due.note_all(catalog);
        due
    }

    /// Notes when the offers of a catalog come into force.
    pub(crate) fn note_all(&self, catalog: &Catalog) {
        let pending = catalog.offers().filter_map(|offer| offer.pending);
        pending.for_each(|pending| self.note(pending.until));
    }

    /// Notes that an offer comes into force at `at`.
    pub(crate) fn note(&self, at: Timestamp) {
        self.0.fetch_min(at.millis(), Ordering::Relaxed);
    }

    /// Whether an offer has come into force by now, asked of one caller. A look at the clock only
    /// while something is pending.
    fn take(&self, now: impl FnOnce() -> Timestamp) -> bool {
        let due = self.0.load(Ordering::Relaxed);
        let is_due = due != NEVER && due <= now().millis();
        is_due
            && self
                .0
                .compare_exchange(due, NEVER, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

impl AccountState {
    /// Brings offers into force whose time has come, and gives their containers the partitions
    /// that they need.
    pub(super) fn settle_offers(&self) {
        if !self.scaling.take(|| self.now()) {
            return;
        }
        let now = self.now();
        let settled = self.catalog.update(|catalog: &mut Catalog| {
            let pending = catalog.offers().filter(|offer| offer.pending.is_some());
            let offers: Vec<Offer> = pending.map(|offer| offer.settled(now)).collect();
            for offer in &offers {
                match offer.pending {
                    Some(pending) => self.scaling.note(pending.until),
                    None => catalog.put_offer(offer.clone()),
                }
            }
            Ok(offers)
        });
        for offer in settled.into_iter().flatten() {
            if offer.pending.is_none() {
                self.grow(&offer);
            }
        }
    }

    /// Splits the partitions of an offer's container until it has as many as the offer asks for.
    pub(crate) fn grow(&self, offer: &Offer) {
        let catalog = self.catalog.load();
        let Some(container) = catalog.container_by_rid(&offer.resource) else {
            return;
        };
        let wanted = usize::try_from(initial_count(Some(offer.throughput.maximum())));
        let wanted = wanted.unwrap_or(usize::MAX);
        while container.live.layout().partitions().len() < wanted {
            if !self.split_widest(container) {
                return;
            }
        }
    }

    /// Splits the widest partition that can be split; whether there was one.
    fn split_widest(&self, container: &Container) -> bool {
        let layout = container.live.layout().clone();
        let mut widest_first: Vec<_> = layout.partitions().collect();
        widest_first.sort_by_key(|partition| {
            std::cmp::Reverse(width(&partition.range, &container.rules.key))
        });
        widest_first.into_iter().any(|partition| {
            let split =
                Repartition::split(self, container, partition.id.as_str(), &SplitPoint::Middle);
            split.map(Repartition::complete).is_ok()
        })
    }

    /// Splits a partition that holds more than the account allows; one whose items have all the
    /// same key stays as it is.
    pub(crate) fn relieve(&self, place: &Place, usage: Usage) {
        let limit = self.settings.partition_storage_limit_bytes;
        if limit.is_none_or(|limit| usage.bytes <= limit.get()) {
            return;
        }
        let one_key = place
            .partition
            .replicas
            .at_first_head(|state| state.items().has_one_point());
        if !one_key {
            let id = place.partition.id;
            let split =
                Repartition::split(self, &place.container, id.as_str(), &SplitPoint::Storage);
            // Whoever splits it already relieves it too.
            let _ = split.map(Repartition::complete);
        }
    }
}
