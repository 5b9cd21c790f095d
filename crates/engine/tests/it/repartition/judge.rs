//! Judges over what writers did and what a chain of tokens saw.

use std::collections::{BTreeMap, BTreeSet};

/// Partition key and id of an item, as small numbers.
pub(crate) type Key = (u8, u8);

/// A change: what stood there before, and after; each version has a number of its own, and
/// numbers grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) key: Key,
    pub(crate) before: Option<u64>,
    pub(crate) after: Option<u64>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// No region has been lost since.
    Fresh,
    /// It outlived the loss of a region.
    Kept,
    /// It went with a region, unseen or seen by who read there.
    Gone,
    /// One of the two; what is there does not tell.
    Open,
}

/// A change, and what became of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    pub(crate) change: Change,
    pub(crate) fate: Fate,
}

impl Made {
    fn must_be_seen(&self) -> bool {
        matches!(self.fate, Fate::Fresh | Fate::Kept)
    }
}

/// A change as a reader saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) change: Change,
    pub(crate) lsn: u64,
}

/// What a chain of tokens saw, page by page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    pub(crate) pages: Vec<Page>,
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// Whether one partition gave it, so that its LSNs are of one log.
    pub(crate) of_one_log: bool,
    pub(crate) entries: Vec<Seen>,
}

/// What is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// A change was not seen.
    Lost(Change),
    /// One was seen twice.
    Doubled(Change),
    /// One was seen after a later one.
    OutOfOrder(Change),
    /// One was seen that nobody made.
    Invented(Change),
    /// A feed of items lost, doubled or invented one.
    Items(String),
}

impl Chain {
    fn entries(&self) -> impl Iterator<Item = &Seen> {
        self.pages.iter().flat_map(|page| &page.entries)
    }

    /// LSNs ascend in a page of one log, and for each item over the whole chain.
    fn check_order(&self) -> Result<(), Violation> {
        let mut reached: BTreeMap<Key, u64> = BTreeMap::new();
        for page in &self.pages {
            let mut last = 0;
            for seen in &page.entries {
                let before = reached
                    .insert(seen.change.key, seen.lsn)
                    .unwrap_or_default();
                if page.of_one_log && seen.lsn < last || seen.lsn <= before {
                    return Err(Violation::OutOfOrder(seen.change));
                }
                last = seen.lsn;
            }
        }
        Ok(())
    }

    fn check_once(&self) -> Result<(), Violation> {
        let mut seen = BTreeSet::new();
        for Seen { change, .. } in self.entries() {
            if !seen.insert((change.key, change.before, change.after)) {
                return Err(Violation::Doubled(*change));
            }
        }
        Ok(())
    }

    /// A reader of all versions saw the whole history.
    pub(crate) fn judge_all(&self, history: &[Made]) -> Result<(), Violation> {
        self.check_once()?;
        self.check_order()?;
        let seen: Vec<Change> = self.entries().map(|seen| seen.change).collect();
        let made = |change: &&Change| history.iter().any(|made| made.change == **change);
        if let Some(invented) = seen.iter().find(|change| !made(change)) {
            return Err(Violation::Invented(*invented));
        }
        let due = history.iter().filter(|made| made.must_be_seen());
        match due
            .map(|made| made.change)
            .find(|change| !seen.contains(change))
        {
            Some(lost) => Err(Violation::Lost(lost)),
            None => Ok(()),
        }
    }

    /// A reader of latest versions saw each version at most once, and the last of every item.
    pub(crate) fn judge_latest(&self, history: &[Made]) -> Result<(), Violation> {
        self.check_once()?;
        self.check_order()?;
        let written = |seen: &Change| {
            let mut made = history.iter().map(|made| made.change);
            made.any(|change| change.key == seen.key && change.after == seen.after)
        };
        if let Some(Seen { change, .. }) = self.entries().find(|seen| !written(&seen.change)) {
            return Err(Violation::Invented(*change));
        }
        let kept = history.iter().filter(|made| made.must_be_seen());
        let last: BTreeMap<Key, Change> = kept.map(|made| (made.change.key, made.change)).collect();
        // A version that came back because what had replaced it was lost may have been passed by.
        let open = |key: Key| {
            let last = history.iter().rfind(|made| made.change.key == key);
            last.is_some_and(|last| !last.must_be_seen())
        };
        let unseen = last.into_values().find(|change| {
            let seen =
                |seen: &Seen| (seen.change.key, seen.change.after) == (change.key, change.after);
            change.after.is_some() && !open(change.key) && !self.entries().any(seen)
        });
        unseen.map_or(Ok(()), |change| Err(Violation::Lost(change)))
    }
}
