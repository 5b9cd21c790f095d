//! The versions of items that are in conflict, in one region.

use std::{collections::BTreeMap, sync::Arc};

use super::policy::ConflictPolicy;
use crate::partition::{
    item_key::{ItemKey, KeyProbe},
    items::Items,
    version::Version,
};

/// Items of which the region knows more than what it shows: versions that lost, and deletes that
/// stand. What is not in here has the one version that the region shows.
///
/// Entries go when nothing is on the way any more: whoever writes then has seen all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contests(BTreeMap<ItemKey, Vec<Arc<Version>>>);

/// What the arrival of a version comes to.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// The version that stands from now on, if another did before.
    pub(crate) stands: Option<Arc<Version>>,
    /// The versions in conflict that do not stand, when there is a conflict.
    pub(crate) lost: Vec<Arc<Version>>,
}

impl Contests {
    /// Notes that a region has written a version itself: it knew all there was.
    pub(crate) fn settle(&mut self, version: &Arc<Version>) {
        self.put(version, vec![Arc::clone(version)]);
    }

    /// The versions of an item that the region knows and that no other covers.
    pub(crate) fn known(&self, version: &Version, items: &Items) -> Vec<Arc<Version>> {
        if let Some(known) = self.0.get(&ItemKey::new(version.name.clone())) {
            return known.clone();
        }
        let shown = items.get(&KeyProbe::of(&version.name));
        shown
            .map(|slot| Arc::clone(&slot.version))
            .into_iter()
            .collect()
    }

    /// Decides on a version that arrives in a region which shows `items`.
    pub(crate) fn arrive(
        &mut self,
        version: &Arc<Version>,
        items: &Items,
        policy: &ConflictPolicy,
    ) -> Verdict {
        let shown = items.get(&KeyProbe::of(&version.name));
        let shown = shown.map(|slot| &slot.version);
        let known = self.known(version, items);
        if known.iter().any(|other| other.covers(version)) {
            return Verdict {
                stands: None,
                lost: Vec::new(),
            };
        }
        let mut standing: Vec<_> = known
            .into_iter()
            .filter(|other| !version.covers(other))
            .collect();
        standing.push(Arc::clone(version));
        let winner = policy.winner(&standing).map(Arc::clone);
        let lost = standing
            .iter()
            .filter(|other| {
                winner
                    .as_ref()
                    .is_none_or(|winner| !Arc::ptr_eq(winner, other))
            })
            .map(Arc::clone)
            .collect();
        self.put(version, standing);
        let is_shown = |winner: &Arc<Version>| match shown {
            Some(shown) => Arc::ptr_eq(shown, winner),
            None => winner.change.removes(),
        };
        Verdict {
            stands: winner.filter(|winner| !is_shown(winner)),
            lost,
        }
    }

    /// Forgets everything: nothing that is not known here can arrive any more.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn put(&mut self, version: &Version, standing: Vec<Arc<Version>>) {
        let key = ItemKey::new(version.name.clone());
        match standing.as_slice() {
            [one] if !one.change.removes() => self.0.remove(&key),
            _ => self.0.insert(key, standing),
        };
    }
}
