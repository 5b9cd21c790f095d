//! From which LSN on the parts of a merged log are complete.
//!
//! A log forgets by age, and two logs that are merged have forgotten up to different LSNs. Floors
//! remember that, part of the points by part, until the retention window has passed the merge.

use std::sync::Arc;

use cosmokit_protocol::{partition::EpkRange, session::Lsn};

use super::item_key::ItemName;

/// Most floors of a log. Beyond it all become one, with the highest LSN: readers far behind are
/// then refused earlier than they had to be.
const MAX_FLOORS: usize = 64;

/// Changes of some points are complete only behind this LSN.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Floor {
    range: EpkRange,
    since: Lsn,
}

/// The floors of a log; none unless it came from a merge. A clone costs a pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Floors(Option<Arc<[Floor]>>);

impl Floors {
    /// Floors that were kept.
    pub(crate) fn restored(floors: impl IntoIterator<Item = (EpkRange, Lsn)>) -> Self {
        let floors = floors.into_iter();
        floors
            .map(|(range, since)| Floor { range, since })
            .collect()
    }

    /// Each floor: points, and the LSN behind which they are complete.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&EpkRange, Lsn)> {
        self.iter().map(|floor| (&floor.range, floor.since))
    }

    /// The LSN behind which changes of `range` are complete; `None` where no floor says it.
    pub(crate) fn of(&self, range: &EpkRange) -> Option<Lsn> {
        let inside = self.iter().filter(|floor| floor.range.overlaps(range));
        inside.map(|floor| floor.since).max()
    }

    /// The floors of the points in `range`.
    pub(crate) fn cut(&self, range: &EpkRange) -> Self {
        let inside = self.iter().filter_map(|floor| {
            Some(Floor {
                range: floor.range.intersect(range)?,
                since: floor.since,
            })
        });
        inside.collect()
    }

    /// These, or one for all points of a log that has none.
    pub(crate) fn or(&self, range: &EpkRange, since: Lsn) -> Self {
        match &self.0 {
            Some(_) => self.clone(),
            None => Self::from_iter([Floor {
                range: range.clone(),
                since,
            }]),
        }
    }

    /// These and the others.
    pub(crate) fn joined(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).cloned().collect()
    }

    /// These, when the log forgets a change of an item.
    pub(crate) fn raised(&self, name: &ItemName, to: Lsn) -> Self {
        if self.0.is_none() {
            return Self::default();
        }
        let point = name.effective_partition_key();
        let raise = |floor: &Floor| {
            let mut floor = floor.clone();
            if floor.range.contains(&point) {
                floor.since = floor.since.max(to);
            }
            floor
        };
        self.iter().map(raise).collect()
    }

    fn iter(&self) -> impl Iterator<Item = &Floor> {
        self.0.iter().flat_map(|floors| floors.iter())
    }
}

impl FromIterator<Floor> for Floors {
    fn from_iter<I: IntoIterator<Item = Floor>>(floors: I) -> Self {
        let mut floors: Vec<Floor> = floors.into_iter().collect();
        if floors.len() > MAX_FLOORS {
            let since = floors.iter().map(|floor| floor.since).max();
            floors = vec![Floor {
                range: EpkRange::FULL,
                since: since.unwrap_or_default(),
            }];
        }
        Self((!floors.is_empty()).then(|| floors.into()))
    }
}

#[cfg(test)]
mod tests {
    use cosmokit_protocol::partition::EffectivePartitionKey;

    use super::*;

    fn range(min: &str, max: &str) -> EpkRange {
        let point = |hex| EffectivePartitionKey::from_hex(hex).unwrap();
        EpkRange::new(point(min), point(max)).unwrap()
    }

    fn lsn(number: u32) -> Lsn {
        Lsn::from(number)
    }

    #[test]
    fn the_highest_floor_of_the_points_counts() {
        let of = |min, max, since| Floors::default().or(&range(min, max), lsn(since));
        let both = of("", "1F", 7).joined(&of("1F", "FF", 40));
        assert_eq!(both.of(&range("", "10")), Some(lsn(7)));
        assert_eq!(both.of(&range("20", "30")), Some(lsn(40)));
        assert_eq!(both.of(&EpkRange::FULL), Some(lsn(40)));
        let cut = both.cut(&range("", "1F"));
        assert_eq!(cut.of(&EpkRange::FULL), Some(lsn(7)));
        assert_eq!(Floors::default().of(&EpkRange::FULL), None);
        assert_eq!(both.or(&EpkRange::FULL, lsn(99)).0, both.0);
    }

    #[test]
    fn what_is_forgotten_raises_the_floor_of_its_points() {
        let of = |min, max, since| Floors::default().or(&range(min, max), lsn(since));
        let both = of("", "1F", 7).joined(&of("1F", "FF", 40));
        let raised = both.raised(&ItemName::new(&[0x0F], "x"), lsn(9));
        assert_eq!(raised.of(&range("", "10")), Some(lsn(9)));
        assert_eq!(raised.of(&range("20", "30")), Some(lsn(40)));
        let raised = both.raised(&ItemName::new(&[0x2F], "x"), lsn(9));
        assert_eq!(raised.0, both.0);
    }

    #[test]
    fn too_many_become_one() {
        let mut floors = Floors::default();
        for number in 0..1_000 {
            floors = floors.joined(&Floors::default().or(&range("", "1F"), lsn(number)));
            assert!(floors.iter().count() <= MAX_FLOORS);
            assert_eq!(floors.of(&range("", "10")), Some(lsn(number)));
        }
    }
}
