//! Cells: squares of a grid, cut into four again and again, with keys under which each encloses a range.
//!
//! | bits of a key | meaning |
//! |---|---|
//! | 2 for each level | which of the four cells, by the bits of y and x |
//! | 1 | always set: the end of the path |
//! | the rest of 61 | zero |

use std::ops::RangeInclusive;

/// How often the whole is cut.
pub(super) const LEVELS: u32 = 30;

/// A cell: its level, and which column and row of that level it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Cell {
    level: u32,
    x: u32,
    y: u32,
}

/// A rectangle of leaves, ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: (u32, u32),
    pub(super) y: (u32, u32),
}

/// How a cell lies to the areas.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Outside,
    Partly,
    Inside,
}

impl Cell {
    /// Everything.
    const WHOLE: Self = Self {
        level: 0,
        x: 0,
        y: 0,
    };

    /// A cell of the last level.
    pub(super) const fn leaf(x: u32, y: u32) -> Self {
        Self {
            level: LEVELS,
            x,
            y,
        }
    }

    pub(super) fn key(&self) -> u64 {
        let path = spread(self.x) | spread(self.y) << 1;
        (path << 1 | 1) << (2 * (LEVELS - self.level))
    }

    /// The keys of the cell and of those that it encloses.
    pub(super) fn keys(&self) -> RangeInclusive<u64> {
        let key = self.key();
        let below = (1 << (2 * (LEVELS - self.level))) - 1;
        key - below..=key + below
    }

    /// The cells that enclose it.
    pub(super) fn enclosing(&self) -> impl Iterator<Item = Self> + use<> {
        let Self { level, x, y } = *self;
        (0..level).map(move |outer| Self {
            level: outer,
            x: x >> (level - outer),
            y: y >> (level - outer),
        })
    }

    fn quarters(self) -> [Self; 4] {
        let quarter = |x: u32, y: u32| Self {
            level: self.level + 1,
            x: self.x << 1 | x,
            y: self.y << 1 | y,
        };
        [quarter(0, 0), quarter(1, 0), quarter(0, 1), quarter(1, 1)]
    }

    fn reach(self, areas: &[Area]) -> Reach {
        let span = |place: u32| {
            let shift = LEVELS - self.level;
            let first = place << shift;
            (first, first + ((1 << shift) - 1))
        };
        let (x, y) = (span(self.x), span(self.y));
        let apart = |mine: (u32, u32), other: (u32, u32)| mine.1 < other.0 || other.1 < mine.0;
        let holds = |other: (u32, u32), mine: (u32, u32)| other.0 <= mine.0 && mine.1 <= other.1;
        let mut reach = Reach::Outside;
        for area in areas {
            if holds(area.x, x) && holds(area.y, y) {
                return Reach::Inside;
            }
            if !apart(x, area.x) && !apart(y, area.y) {
                reach = Reach::Partly;
            }
        }
        reach
    }
}

/// At most so many cells that together hold the areas: large ones inside, smaller ones at the rims.
pub(super) fn covering(areas: &[Area], most: usize) -> Vec<Cell> {
    let mut done = Vec::new();
    let mut open = vec![Cell::WHOLE];
    if areas.is_empty() {
        return done;
    }
    // Level by level, so that the cells are cut evenly; a level that would be too many is left as it is.
    while !open.is_empty() {
        let mut next = Vec::new();
        let mut inside = Vec::new();
        for cell in &open {
            if cell.level == LEVELS || cell.reach(areas) == Reach::Inside {
                inside.push(*cell);
                continue;
            }
            let reached = cell
                .quarters()
                .into_iter()
                .filter(|quarter| quarter.reach(areas) != Reach::Outside);
            next.extend(reached);
        }
        if done.len() + inside.len() + next.len() > most {
            done.extend(open);
            return done;
        }
        done.extend(inside);
        open = next;
    }
    done
}

/// The bits of a number with a zero before each.
fn spread(number: u32) -> u64 {
    let mut bits = u64::from(number);
    for (shift, mask) in [
        (16, 0x0000_FFFF_0000_FFFF),
        (8, 0x00FF_00FF_00FF_00FF),
        (4, 0x0F0F_0F0F_0F0F_0F0F),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ] {
        bits = (bits | bits << shift) & mask;
    }
    bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place() -> impl Strategy<Value = u32> {
        0_u32..1 << LEVELS
    }

    proptest! {
        #[test]
        fn a_cell_encloses_the_keys_of_its_quarters(x in place(), y in place(), levels in 0..LEVELS) {
            let leaf = Cell::leaf(x, y);
            let outer: Vec<Cell> = leaf.enclosing().collect();
            let cell = outer[usize::try_from(levels).expect("small")];
            prop_assert!(cell.keys().contains(&leaf.key()));
            prop_assert!(cell.keys().contains(&cell.key()));
            for quarter in cell.quarters() {
                prop_assert!(cell.keys().contains(quarter.keys().start()));
                prop_assert!(cell.keys().contains(quarter.keys().end()));
                prop_assert!(!quarter.keys().contains(&cell.key()));
            }
            prop_assert_eq!(cell.quarters().iter().filter(|quarter| quarter.keys().contains(&leaf.key())).count(), 1);
        }

        #[test]
        fn coverings_hold_their_areas(
            corners in (place(), place(), place(), place()), most in 1_usize..40
        ) {
            let (a, b, c, d) = corners;
            let area = Area { x: (a.min(b), a.max(b)), y: (c.min(d), c.max(d)) };
            let cells = covering(&[area], most);
            prop_assert!(!cells.is_empty() && cells.len() <= most);
            for (x, y) in [(area.x.0, area.y.0), (area.x.1, area.y.1), (area.x.0, area.y.1), (area.x.1, area.y.0),
                (u32::midpoint(area.x.0, area.x.1), u32::midpoint(area.y.0, area.y.1))] {
                let key = Cell::leaf(x, y).key();
                prop_assert!(cells.iter().any(|cell| cell.keys().contains(&key)));
            }
        }
    }
}
