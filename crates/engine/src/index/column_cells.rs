//! One column of a table: its path, its texts, and how its cells are taken from the text of an item.

use cosmokit_protocol::resource::{IndexPath, IndexStep};
use cosmokit_query::{
    columns::{Cell, NoCell},
    value::{Raw, Value},
};

use super::column_texts::ColumnTexts;

/// Bytes of different texts that a column may hold, for each row, and besides.
const TEXT_BYTES: (usize, usize) = (64, 1 << 20);
/// How many texts that no row has any more a column may hold besides half as many as there are rows.
const OLD_TEXTS: usize = 4_096;

/// A column without its cells.
#[derive(Clone, Debug)]
pub(super) struct TableColumn {
    pub(super) path: IndexPath,
    pub(super) texts: ColumnTexts,
    pub(super) fits: Fits,
}

/// Whether all values of a path can stand in a column: no arrays or objects, no long texts, not too
/// many different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fits {
    Yes,
    No,
}

impl TableColumn {
    pub(super) fn new(path: &IndexPath) -> Self {
        Self {
            path: path.clone(),
            texts: ColumnTexts::default(),
            fits: Fits::Yes,
        }
    }

    /// Gives the column up when its texts are too much for so many rows.
    pub(super) fn check_size(&mut self, rows: usize) {
        if self.texts.bytes() > room(rows) && self.texts.count() <= rows {
            self.fits = Fits::No;
        }
    }

    /// Whether too many of its texts are of no row any more.
    pub(super) fn is_worn(&self, rows: usize) -> bool {
        self.texts.count() > rows + rows / 2 + OLD_TEXTS || self.texts.bytes() > 2 * room(rows)
    }

    fn cell(&mut self, value: &Value<'_>) -> Option<Cell> {
        let cell = Cell::of(value, |text| self.texts.number_of(text));
        if cell == Err(NoCell) {
            self.fits = Fits::No;
        }
        cell.ok()
    }
}

/// Bytes of texts for so many rows.
fn room(rows: usize) -> usize {
    let (each, besides) = TEXT_BYTES;
    each.saturating_mul(rows).saturating_add(besides)
}

/// Gives the cells of an item by the numbers of their columns, in one pass over its members; a column
/// that has no cell for its value no longer fits.
pub(super) fn take_cells(
    columns: &mut [TableColumn],
    body: &[u8],
    mut give: impl FnMut(usize, Cell),
) {
    // One bit for each column whose value is not found yet.
    let mut missing: u64 = 0;
    for (number, column) in (0..u64::BITS).zip(&mut *columns) {
        missing |= u64::from(column.fits == Fits::Yes) << number;
    }
    let mut members = Raw::new(body).members();
    while missing != 0
        && let Some((name, found)) = members.next()
    {
        for (number, column) in columns.iter_mut().enumerate() {
            let Some((IndexStep::Property(first), below)) = column.path.steps().split_first()
            else {
                continue;
            };
            // Of two members with one name, the first counts.
            if missing >> number & 1 == 1 && name.is(first) {
                missing &= !(1 << number);
                let value = below_of(found, below).map_or(Value::Undefined, Raw::value);
                if let Some(cell) = column.cell(&value) {
                    give(number, cell);
                }
            }
        }
    }
    for number in 0..columns.len() {
        if missing >> number & 1 == 1 {
            give(number, Cell::Undefined);
        }
    }
}

fn below_of<'d>(value: Raw<'d>, steps: &[IndexStep]) -> Option<Raw<'d>> {
    steps.iter().try_fold(value, |value, step| match step {
        IndexStep::Property(name) => value.member(name),
        IndexStep::AnyElement => None,
    })
}
