//! The items of a partition as of one position: the log, folded.
//!
//! Persistent indexes over the same versions: by name for point reads, by ordinal for feeds in the
//! order of insertion, by unique key, and by the end of an item's own time to live. A clone shares
//! all structure.

use std::{ops::Bound, sync::Arc};

use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange};
use imbl::{OrdMap, OrdSet, ordmap::DiffItem};

use super::{
    item_key::{ItemKey, KeyProbe},
    log::{Entry, LogIndex, Shift},
    unique::UniqueIndex,
    version::Version,
};
use crate::document::ItemTtl;

/// An item's present version and where the log has it.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// The version.
    pub(crate) version: Arc<Version>,
    /// Its place in the log.
    pub(crate) index: LogIndex,
}

/// How much a set of items holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Live items.
    pub(crate) items: u64,
    /// Bytes of their bodies.
    pub(crate) bytes: u64,
}

/// The live items by ordinal, which is the order of their insertion.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ordered(OrdMap<u64, Present>);

/// A version that is the present one of its item; equal to itself alone.
#[derive(Clone, Debug)]
struct Present(Arc<Version>);

impl PartialEq for Present {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What one set of items has otherwise than another.
#[derive(Debug)]
pub(crate) enum Difference<'i> {
    /// The item was not there.
    Added(&'i Version),
    /// The item is gone.
    Removed(&'i Version),
    /// The item has another version.
    Changed {
        /// The version before.
        old: &'i Version,
        /// The version now.
        new: &'i Version,
    },
}

impl Ordered {
    /// Whether both are one value.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }

    /// Shows `visit` what `later` has otherwise. Takes as long as there are differences, because
    /// the two share the rest.
    pub(crate) fn differences(&self, later: &Self, mut visit: impl FnMut(Difference<'_>)) {
        for difference in self.0.diff(&later.0) {
            visit(match difference {
                DiffItem::Add(_, Present(new)) => Difference::Added(new),
                DiffItem::Remove(_, Present(old)) => Difference::Removed(old),
                DiffItem::Update {
                    old: (_, Present(old)),
                    new: (_, Present(new)),
                } => Difference::Changed { old, new },
            });
        }
    }

    /// The items and their ordinals, ascending.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u64, &Arc<Version>)> {
        self.0
            .iter()
            .map(|(ordinal, Present(version))| (*ordinal, version))
    }

    fn get(&self, ordinal: u64) -> Option<&Arc<Version>> {
        self.0.get(&ordinal).map(|Present(version)| version)
    }

    fn versions(&self) -> impl Iterator<Item = &Arc<Version>> {
        self.0.values().map(|Present(version)| version)
    }
}

/// The live items.
#[derive(Clone, Debug, Default)]
pub(crate) struct Items {
    by_name: OrdMap<ItemKey, Slot>,
    by_ordinal: Ordered,
    unique: UniqueIndex,
    /// Second of expiry and ordinal of the items that have their own time to live.
    deadlines: OrdSet<(u64, u64)>,
    /// Second of writing and ordinal of the items that live by the container's default and came
    /// here by a merge, where the order of the log is not that of time.
    merged: OrdSet<(u64, u64)>,
    bytes: u64,
}

impl Items {
    /// The items that these entries of a log add up to, oldest first. The log was merged up to
    /// `joined`.
    pub(crate) fn restored(entries: &[(LogIndex, Entry)], joined: LogIndex) -> Self {
        let keyed = entries.iter().map(|(index, entry)| {
            let slot = Slot {
                version: Arc::clone(&entry.version),
                index: *index,
            };
            (ItemKey::new(entry.version.name.clone()), slot)
        });
        let mut keyed: Vec<(ItemKey, Slot)> = keyed.collect();
        // Maps are built faster in their own order. The sort is stable: the latest comes last.
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut by_name: Vec<(ItemKey, Slot)> = Vec::with_capacity(keyed.len());
        for (key, slot) in keyed {
            match by_name.last_mut() {
                Some((last, present)) if *last == key => *present = slot,
                _ => by_name.push((key, slot)),
            }
        }
        by_name.retain(|(_, slot)| !slot.version.change.removes());
        let versions = by_name.iter().map(|(_, slot)| Arc::clone(&slot.version));
        let mut by_ordinal: Vec<_> = versions.map(|version| (version.ordinal, version)).collect();
        by_ordinal.sort_unstable_by_key(|(ordinal, _)| *ordinal);
        let mut items = Self::default();
        let merged = by_name.iter().filter(|(_, slot)| slot.index <= joined);
        let merged = merged.map(|(_, slot)| &slot.version);
        items.merged = merged
            .filter(|version| lives_by_default(version))
            .map(|version| age(version))
            .collect();
        for (_, version) in &by_ordinal {
            items.bytes += body_bytes(version);
            items.unique.apply(None, version);
            items.deadlines.extend(deadline(version));
        }
        let present = |(ordinal, version)| (ordinal, Present(version));
        items.by_ordinal = Ordered(by_ordinal.into_iter().map(present).collect());
        items.by_name = by_name.into_iter().collect();
        items
    }

    /// The item at this place.
    pub(crate) fn get(&self, probe: &KeyProbe<'_>) -> Option<&Slot> {
        self.by_name.get(probe)
    }

    /// The item with this ordinal.
    pub(crate) fn by_ordinal(&self, ordinal: u64) -> Option<&Arc<Version>> {
        self.by_ordinal.get(ordinal)
    }

    /// Makes `slot` the present version of its item; returns the one before.
    pub(crate) fn apply(&mut self, slot: Slot) -> Option<Slot> {
        let version = Arc::clone(&slot.version);
        let before = if version.change.removes() {
            self.by_name.remove(&KeyProbe::of(&version.name))
        } else {
            self.bytes += body_bytes(&version);
            self.by_name
                .insert(ItemKey::new(version.name.clone()), slot)
        };
        if let Some(before) = &before {
            self.bytes -= body_bytes(&before.version);
            if version.change.removes() || before.version.ordinal != version.ordinal {
                self.by_ordinal.0.remove(&before.version.ordinal);
            }
            if let Some(deadline) = deadline(&before.version) {
                self.deadlines.remove(&deadline);
            }
            if !self.merged.is_empty() {
                self.merged.remove(&age(&before.version));
            }
        }
        self.unique
            .apply(before.as_ref().map(|slot| &*slot.version), &version);
        if !version.change.removes() {
            if let Some(deadline) = deadline(&version) {
                self.deadlines.insert(deadline);
            }
            self.by_ordinal.0.insert(version.ordinal, Present(version));
        }
        before
    }

    /// Who holds which unique key.
    pub(crate) fn unique(&self) -> &UniqueIndex {
        &self.unique
    }

    /// The items whose own time to live ends at this second or before, earliest first.
    pub(crate) fn due(&self, second: u64) -> impl Iterator<Item = &Arc<Version>> {
        self.deadlines
            .range(..=(second, u64::MAX))
            .filter_map(|(_, ordinal)| self.by_ordinal.get(*ordinal))
    }

    /// The items that came by a merge, live by the container's default, and were written at this
    /// second or before; oldest first.
    pub(crate) fn merged_until(&self, second: u64) -> impl Iterator<Item = &Arc<Version>> {
        self.merged
            .range(..=(second, u64::MAX))
            .filter_map(|(_, ordinal)| self.by_ordinal.get(*ordinal))
    }

    /// The items whose points lie in `range`. Takes as long as there are items in it; versions
    /// are shared.
    pub(crate) fn cut(&self, range: &EpkRange) -> Self {
        let mut cut = Self::default();
        for slot in self.in_range(range) {
            cut.apply(slot.clone());
        }
        if !self.merged.is_empty() {
            let inside = self.merged.iter();
            let inside = inside.filter(|(_, ordinal)| cut.by_ordinal.get(*ordinal).is_some());
            cut.merged = inside.copied().collect();
        }
        cut
    }

    /// These items and others of other points, whose places in the log change by `shift`. Takes
    /// as long as there are items; versions and untouched structure are shared.
    pub(crate) fn join(&self, other: &Self, shift: &Shift) -> Self {
        let mut joined = self.clone();
        for slot in other.by_name.values() {
            joined.apply(Slot {
                version: Arc::clone(&slot.version),
                index: shift.apply(slot.index),
            });
        }
        let by_default = joined
            .by_ordinal
            .versions()
            .filter(|version| lives_by_default(version));
        joined.merged = by_default.map(|version| age(version)).collect();
        joined
    }

    /// Whether all items have the same point.
    pub(crate) fn has_one_point(&self) -> bool {
        let point = |found: Option<&(ItemKey, Slot)>| {
            found.map(|(_, slot)| slot.version.name.effective_partition_key())
        };
        point(self.by_name.get_min()) == point(self.by_name.get_max())
    }

    /// Items in the order of points and ids.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = &Slot> {
        self.by_name.values()
    }

    /// Items in the order of insertion, beginning behind `ordinal`.
    pub(crate) fn after(&self, ordinal: Option<u64>) -> impl Iterator<Item = &Arc<Version>> {
        let from = ordinal.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_ordinal
            .0
            .range::<_, u64>((from, Bound::Unbounded))
            .map(|(_, Present(version))| version)
    }

    /// The items by ordinal, to compare with those of another state.
    pub(crate) fn ordered(&self) -> &Ordered {
        &self.by_ordinal
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.by_name.len()
    }

    /// Items whose points lie in `range`, in the order of points and ids.
    pub(crate) fn in_range(&self, range: &EpkRange) -> impl Iterator<Item = &Slot> {
        let (min, max) = (
            KeyProbe::new(range.min(), ""),
            KeyProbe::new(range.max(), ""),
        );
        self.by_name
            .range((Bound::Included(min), Bound::Excluded(max)))
            .map(|(_, slot)| slot)
    }

    /// Items of one point, in the order of ids.
    pub(crate) fn of_point(&self, point: &EffectivePartitionKey) -> impl Iterator<Item = &Slot> {
        let from = Bound::Included(KeyProbe::new(point, ""));
        let slots = self.by_name.range((from, Bound::Unbounded));
        slots
            .map(|(_, slot)| slot)
            .take_while(|slot| slot.version.name.point() == point.as_bytes())
    }

    /// How much there is.
    pub(crate) fn usage(&self) -> Usage {
        Usage {
            items: u64::try_from(self.by_name.len()).unwrap_or(u64::MAX),
            bytes: self.bytes,
        }
    }
}

/// When an item that has its own time to live expires, and its ordinal.
fn deadline(version: &Version) -> Option<(u64, u64)> {
    match version.ttl {
        ItemTtl::Seconds(seconds) => {
            let end = version.at.secs().saturating_add(seconds.into());
            Some((end, version.ordinal))
        }
        _ => None,
    }
}

/// Whether the container's default says how long an item lives.
pub(crate) fn lives_by_default(version: &Version) -> bool {
    matches!(version.ttl, ItemTtl::Absent | ItemTtl::Invalid)
}

/// When an item was written, and its ordinal.
fn age(version: &Version) -> (u64, u64) {
    (version.at.secs(), version.ordinal)
}

fn body_bytes(version: &Version) -> u64 {
    u64::try_from(version.body.len()).unwrap_or(u64::MAX)
}
