//! Sets of partition keys as unions of boxes: one constraint for each level of the key.
//!
//! Every operation may give a larger set than asked for, never a smaller one: a key left out would be a lost row.

use super::span::{Constraint, Span};

/// How many boxes a region may have; what would need more is left coarser.
const MAX_BOXES: usize = 16_000;

/// A set of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    boxes: Vec<KeyBox>,
}

/// One constraint for each level, outermost first; none of them is empty.
pub(crate) type KeyBox = Box<[Constraint]>;

impl Region {
    /// No key.
    pub(crate) const NOTHING: Self = Self { boxes: Vec::new() };

    /// Every key of `levels` levels.
    pub(crate) fn everything(levels: usize) -> Self {
        Self {
            boxes: vec![vec![Constraint::Any; levels].into()],
        }
    }

    /// The keys that have one of some values at one level.
    pub(crate) fn at_level(levels: usize, level: usize, spans: Vec<Span>) -> Self {
        let constraint = Constraint::within(spans);
        if constraint.is_empty() {
            return Self::NOTHING;
        }
        let mut constraints = vec![Constraint::Any; levels];
        if let Some(place) = constraints.get_mut(level) {
            *place = constraint;
        }
        Self {
            boxes: vec![constraints.into()],
        }
    }

    /// The boxes.
    pub(crate) fn boxes(&self) -> &[KeyBox] {
        &self.boxes
    }

    /// Whether no key is left.
    pub(crate) fn is_nothing(&self) -> bool {
        self.boxes.is_empty()
    }

    /// Whether the region is known to hold every key.
    pub(crate) fn is_everything(&self) -> bool {
        self.boxes.iter().any(|constraints| {
            constraints
                .iter()
                .all(|constraint| *constraint == Constraint::Any)
        })
    }

    /// The keys that both have.
    pub(crate) fn intersect(self, other: Self) -> Self {
        if self.boxes.len().saturating_mul(other.boxes.len()) > MAX_BOXES {
            return if self.boxes.len() <= other.boxes.len() {
                self
            } else {
                other
            };
        }
        let pairs = self
            .boxes
            .iter()
            .flat_map(|left| other.boxes.iter().map(move |right| (left, right)));
        let boxes = pairs.filter_map(|(left, right)| {
            let common: KeyBox = left
                .iter()
                .zip(right)
                .map(|(left, right)| left.intersect(right))
                .collect();
            (!common.iter().any(Constraint::is_empty)).then_some(common)
        });
        Self {
            boxes: boxes.collect(),
        }
    }

    /// The keys that one of them has, over `levels` levels.
    pub(crate) fn union(regions: impl IntoIterator<Item = Self>, levels: usize) -> Self {
        let mut by_level: Vec<Vec<Span>> = vec![Vec::new(); levels];
        let mut boxes = Vec::new();
        for constraints in regions.into_iter().flat_map(|region| region.boxes) {
            match single_level(constraints) {
                Ok((level, spans)) => {
                    if let Some(place) = by_level.get_mut(level) {
                        place.extend(spans);
                    }
                }
                Err(constraints) => boxes.push(constraints),
            }
        }
        for (level, spans) in by_level
            .into_iter()
            .enumerate()
            .filter(|(_, spans)| !spans.is_empty())
        {
            boxes.extend(Self::at_level(levels, level, spans).boxes);
        }
        let union = Self { boxes };
        if union.boxes.len() > MAX_BOXES || union.is_everything() {
            Self::everything(levels)
        } else {
            union
        }
    }
}

/// The level and the spans of a box that says something about one level only.
fn single_level(constraints: KeyBox) -> Result<(usize, Vec<Span>), KeyBox> {
    let mut said = constraints
        .iter()
        .enumerate()
        .filter(|(_, constraint)| **constraint != Constraint::Any);
    match (said.next(), said.next()) {
        (Some((level, Constraint::In(_))), None) => {
            let constraint = constraints.into_iter().nth(level);
            let spans = match constraint {
                Some(Constraint::In(spans)) => spans,
                _ => Vec::new(),
            };
            Ok((level, spans))
        }
        _ => Err(constraints),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(level: usize, values: &[i64]) -> Region {
        Region::at_level(
            2,
            level,
            values
                .iter()
                .map(|value| Span::point((*value).into()))
                .collect(),
        )
    }

    #[test]
    fn values_of_one_level_stay_one_box() {
        let union = Region::union([values(0, &[1]), values(0, &[2, 1]), values(1, &[7])], 2);
        assert_eq!(union.boxes().len(), 2);
        assert_eq!(
            Region::union([values(0, &[2]), values(0, &[1])], 2),
            values(0, &[1, 2])
        );
        assert!(Region::union([values(0, &[1]), Region::everything(2)], 2).is_everything());
    }

    #[test]
    fn contradictions_leave_nothing() {
        assert!(values(0, &[1]).intersect(values(0, &[2])).is_nothing());
        let pairs = values(0, &[1, 2]).intersect(values(1, &[3]));
        assert_eq!(pairs.boxes().len(), 1);
        assert!(pairs.intersect(values(1, &[4])).is_nothing());
        assert!(
            Region::NOTHING
                .intersect(Region::everything(2))
                .is_nothing()
        );
    }

    #[test]
    fn too_many_boxes_are_left_coarser() {
        let pair = |value: i64| values(0, &[value]).intersect(values(1, &[value]));
        let many = Region::union((0..200).map(pair), 2);
        let product = many.clone().intersect(many.clone());
        assert_eq!(product, many);
        let beyond = i64::try_from(MAX_BOXES).unwrap() + 1;
        assert!(Region::union((0..beyond).map(pair), 2).is_everything());
    }
}
