//! What a user's session carries from one request to the next, as a plain value: positions by
//! account, container and range, each with what it came from and when it was seen.
//!
//! Merging is a join: any order of any number of values gives the same result, and the result is
//! never older than an input. Nothing here reads a clock; instants are arguments.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use cosmokit_protocol::session::{RangeId, RangeProgress, RangeToken};

/// Containers that one session carries; later ones are not taken in.
pub const MAX_CONTAINERS: usize = 256;
/// Ranges that one session carries, over all containers; later ones are not taken in.
pub const MAX_RANGES: usize = 1_000;

/// Seconds to which the instants of positions are rounded down: exact ones would take a third of a
/// value's length, for nothing but expiry.
pub const GRAIN: u64 = 16;

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub u64);

impl Seconds {
    /// This instant and so many seconds.
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// How many seconds this instant lies behind `earlier`; 0 when it does not.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// An account in a carried session: the first 64 bits of the SHA-256 of its endpoint.
///
/// The same on every instance without any coordination. With a thousand accounts the chance that
/// two are alike is 3 in 10^14.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountHash(pub [u8; 8]);

/// A container in a carried session: the eight bytes of its resource id, which no other
/// incarnation of the name has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerRid(pub [u8; 8]);

/// Which container of which account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerKey {
    /// The account.
    pub account: AccountHash,
    /// The container.
    pub rid: ContainerRid,
}

/// What a position was learnt from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The user only read there: carried to keep reads from going back.
    Read,
    /// The user wrote there: carried so that the write is read.
    Write,
}

/// A position in one range.
#[derive(Clone, Debug)]
pub struct Position {
    progress: RangeProgress,
    origin: Origin,
    seen_at: Seconds,
}

impl Position {
    /// A position that was seen at this instant, which is kept in steps of [`GRAIN`] seconds.
    pub fn new(token: RangeToken, origin: Origin, seen_at: Seconds) -> Self {
        Self {
            progress: RangeProgress::new(token),
            origin,
            seen_at: Seconds(seen_at.0 - seen_at.0 % GRAIN),
        }
    }

    /// The token.
    pub fn token(&self) -> &RangeToken {
        self.progress.token()
    }

    /// What it was learnt from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// When it was last seen, rounded down to a multiple of [`GRAIN`].
    pub fn seen_at(&self) -> Seconds {
        self.seen_at
    }

    fn join(&mut self, other: &Self) {
        self.progress.join(&other.progress);
        self.origin = self.origin.max(other.origin);
        self.seen_at = self.seen_at.max(other.seen_at);
    }
}

/// What is carried of one container.
#[derive(Clone, Debug, Default)]
pub struct CarriedContainer {
    ranges: BTreeMap<RangeId, Position>,
    uncertain_until: Option<Seconds>,
}

impl CarriedContainer {
    /// The positions, by range.
    pub fn ranges(&self) -> impl ExactSizeIterator<Item = (RangeId, &Position)> {
        self.ranges
            .iter()
            .map(|(range, position)| (*range, position))
    }

    /// The position in a range.
    pub fn get(&self, range: RangeId) -> Option<&Position> {
        self.ranges.get(&range)
    }

    /// Until when something may have been written whose position is not known, so that reads
    /// should prefer the write region.
    pub fn uncertain_until(&self) -> Option<Seconds> {
        self.uncertain_until
    }

    fn is_empty(&self) -> bool {
        self.ranges.is_empty() && self.uncertain_until.is_none()
    }
}

/// Everything that a session carries.
#[derive(Clone, Default)]
pub struct Carried {
    containers: BTreeMap<ContainerKey, CarriedContainer>,
}

/// A value beyond [`MAX_CONTAINERS`] or [`MAX_RANGES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a session carries at most {MAX_CONTAINERS} containers and {MAX_RANGES} ranges")]
pub struct TooMuch;

impl Carried {
    /// Nothing.
    pub const fn new() -> Self {
        Self {
            containers: BTreeMap::new(),
        }
    }

    /// The containers.
    pub fn containers(&self) -> impl ExactSizeIterator<Item = (ContainerKey, &CarriedContainer)> {
        self.containers
            .iter()
            .map(|(key, container)| (*key, container))
    }

    /// What is carried of a container.
    pub fn get(&self, key: &ContainerKey) -> Option<&CarriedContainer> {
        self.containers.get(key)
    }

    /// Whether nothing is carried.
    pub fn is_empty(&self) -> bool {
        self.containers.is_empty()
    }

    /// How many ranges there are, over all containers.
    pub fn range_count(&self) -> usize {
        self.containers
            .values()
            .map(|container| container.ranges.len())
            .sum()
    }

    /// Takes in a position.
    ///
    /// # Errors
    /// [`TooMuch`] when the limit is reached; the value stays as it was.
    pub fn observe(
        &mut self,
        key: ContainerKey,
        range: RangeId,
        position: Position,
    ) -> Result<(), TooMuch> {
        let count = self.range_count();
        let container = self.container_mut(key)?;
        match container.ranges.entry(range) {
            Entry::Occupied(mut known) => known.get_mut().join(&position),
            Entry::Vacant(_) if count >= MAX_RANGES => {
                self.drop_if_empty(key);
                return Err(TooMuch);
            }
            Entry::Vacant(place) => drop(place.insert(position)),
        }
        Ok(())
    }

    /// Notes that something may have been written to a container whose position is not known.
    ///
    /// # Errors
    /// [`TooMuch`] when the limit is reached; the value stays as it was.
    pub fn mark_uncertain(&mut self, key: ContainerKey, until: Seconds) -> Result<(), TooMuch> {
        let container = self.container_mut(key)?;
        container.uncertain_until = container.uncertain_until.max(Some(until));
        Ok(())
    }

    /// Takes in everything that another value carries.
    ///
    /// # Errors
    /// [`TooMuch`] when the limit is reached: what fits has been taken in.
    pub fn join(&mut self, other: &Self) -> Result<(), TooMuch> {
        let mut result = Ok(());
        for (key, container) in other.containers() {
            if let Some(until) = container.uncertain_until {
                result = result.and(self.mark_uncertain(key, until));
            }
            for (range, position) in container.ranges() {
                result = result.and(self.observe(key, range, position.clone()));
            }
        }
        result
    }

    /// Forgets a container: it exists no more, or another has its name.
    pub fn forget(&mut self, key: &ContainerKey) {
        self.containers.remove(key);
    }

    /// Forgets the positions that `keep` refuses; a container without any is forgotten too.
    pub fn retain(&mut self, mut keep: impl FnMut(ContainerKey, RangeId, &Position) -> bool) {
        for (key, container) in &mut self.containers {
            container
                .ranges
                .retain(|range, position| keep(*key, *range, position));
        }
        self.drop_empty();
    }

    /// Forgets what is older than `lifetime` seconds at `now`, and marks that have passed.
    pub fn expire(&mut self, now: Seconds, lifetime: u64) -> usize {
        let before = self.range_count();
        for container in self.containers.values_mut() {
            container.uncertain_until = container.uncertain_until.filter(|until| *until > now);
        }
        self.retain(|_, _, position| now.since(position.seen_at) < lifetime);
        before - self.range_count()
    }

    fn container_mut(&mut self, key: ContainerKey) -> Result<&mut CarriedContainer, TooMuch> {
        let count = self.containers.len();
        match self.containers.entry(key) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(_) if count >= MAX_CONTAINERS => Err(TooMuch),
            Entry::Vacant(place) => Ok(place.insert(CarriedContainer::default())),
        }
    }

    fn drop_if_empty(&mut self, key: ContainerKey) {
        if self.get(&key).is_some_and(CarriedContainer::is_empty) {
            self.containers.remove(&key);
        }
    }

    fn drop_empty(&mut self) {
        self.containers.retain(|_, container| !container.is_empty());
    }
}

/// Counts only: positions tell how much an account is written to.
impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carried")
            .field("containers", &self.containers.len())
            .field("ranges", &self.range_count())
            .finish()
    }
}

/// Equal when the same tokens of the same origin, seen at the same time, are carried.
impl PartialEq for Carried {
    fn eq(&self, other: &Self) -> bool {
        let positions = |carried: &Self| -> Vec<_> {
            carried
                .containers()
                .flat_map(|(key, container)| {
                    let of_range = move |(range, position): (RangeId, &Position)| {
                        let token = position.token().clone();
                        (
                            key,
                            Some((range, token, position.origin, position.seen_at)),
                            None,
                        )
                    };
                    let mark = (key, None, container.uncertain_until);
                    container.ranges().map(of_range).chain([mark])
                })
                .collect()
        };
        positions(self) == positions(other)
    }
}

impl Eq for Carried {}
