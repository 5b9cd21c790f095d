//! Containers by name or rid. Readers see an immutable map; a fetch that began before something was forgotten
//! does not put it back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use super::{Fetch, ResolvedContainer, SingleFlight};
use crate::diagnostics::Looked;
use crate::error::Result;
use crate::reference::ContainerKey;

/// Containers that are remembered; when there are more, all are read anew. The service allows far fewer.
const MAX_CONTAINERS: usize = 10_000;

type Known = HashMap<ContainerKey, Arc<ResolvedContainer>>;
type Place = Arc<SingleFlight<Looked<Arc<ResolvedContainer>>>>;

/// The containers that a driver knows.
#[derive(Debug, Default)]
pub(crate) struct ContainerCache {
    /// Written only under the lock of `changes`.
    known: ArcSwap<Known>,
    changes: Mutex<Changes>,
}

#[derive(Debug, Default)]
struct Changes {
    /// Where fetches that are running are found.
    places: HashMap<ContainerKey, Place>,
    /// How often something was forgotten.
    forgotten: u64,
}

impl ContainerCache {
    pub(crate) fn get(&self, key: &ContainerKey) -> Option<Arc<ResolvedContainer>> {
        self.known.load().get(key).cloned()
    }

    /// The container, fetched when it is not known. The outcome of `fetch` is remembered unless something was
    /// forgotten meanwhile; a failure is not remembered.
    pub(crate) async fn get_or_fetch(
        self: &Arc<Self>,
        key: &ContainerKey,
        fetch: impl FnOnce() -> Fetch<Looked<Arc<ResolvedContainer>>>,
    ) -> Result<Looked<Arc<ResolvedContainer>>> {
        if let Some(known) = self.get(key) {
            return Ok(Looked::known(known));
        }
        let (place, seen) = self.place(key);
        let running = place.join(|| {
            let (cache, key, fetch) = (Arc::clone(self), key.clone(), fetch());
            Box::pin(async move {
                let resolved = fetch.await?;
                cache.remember(key, &resolved.value, seen);
                Ok(resolved)
            })
        });
        let outcome = running.await;
        self.leave(key, &place);
        outcome
    }

    /// Forgets a container if it is still the one with this rid.
    pub(crate) fn forget(&self, key: &ContainerKey, rid: &str) {
        self.forget_all(|other, resolved| other == key && resolved.rid() == rid);
        if let Some(place) = self.changes().places.get(key) {
            place.detach();
        }
    }

    /// Forgets the containers that `is_gone` names.
    pub(crate) fn forget_all(&self, is_gone: impl Fn(&ContainerKey, &ResolvedContainer) -> bool) {
        let mut changes = self.changes();
        changes.forgotten += 1;
        let known = self.known.load();
        if known.iter().any(|(key, resolved)| is_gone(key, resolved)) {
            let kept = known
                .iter()
                .filter(|(key, resolved)| !is_gone(key, resolved));
            self.known.store(Arc::new(
                kept.map(|(key, resolved)| (key.clone(), Arc::clone(resolved)))
                    .collect(),
            ));
        }
    }

    fn remember(&self, key: ContainerKey, resolved: &Arc<ResolvedContainer>, seen: u64) {
        let changes = self.changes();
        if changes.forgotten != seen {
            return;
        }
        let known = self.known.load();
        let mut next = if known.len() < MAX_CONTAINERS {
            Known::clone(&known)
        } else {
            Known::new()
        };
        next.insert(key, Arc::clone(resolved));
        self.known.store(Arc::new(next));
    }

    /// Where to wait for a container, and how often something had been forgotten then.
    fn place(&self, key: &ContainerKey) -> (Place, u64) {
        let mut changes = self.changes();
        let forgotten = changes.forgotten;
        if let Some(place) = changes.places.get(key) {
            return (Arc::clone(place), forgotten);
        }
        // Places of callers that gave up while they waited.
        changes
            .places
            .retain(|_, place| Arc::strong_count(place) > 1);
        let place = Arc::clone(changes.places.entry(key.clone()).or_default());
        (place, forgotten)
    }

    /// Removes a place when nobody else is at it.
    fn leave(&self, key: &ContainerKey, place: &Place) {
        let mut changes = self.changes();
        let ours = changes
            .places
            .get(key)
            .is_some_and(|known| Arc::ptr_eq(known, place));
        if ours && Arc::strong_count(place) <= 2 {
            changes.places.remove(key);
        }
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
