//! What stands in a column.

use cosmokit_protocol::value::Number;

use crate::value::{Text, Value};

/// One value of a column: any scalar, 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// The document has nothing there.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, exactly as the document has it.
    Number(Number),
    /// The text with this number in the column's [`Texts`].
    Text(u32),
}

/// A value that no cell holds: an array or an object, or a text that the column has no place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCell;

/// The different texts of a column, by number. Equal texts have one number.
pub trait Texts {
    /// The text with this number.
    fn text(&self, number: u32) -> Option<&str>;
}

/// A part of a column.
#[derive(Clone, Copy)]
pub struct Column<'c> {
    /// A value for each row.
    pub cells: &'c [Cell],
    /// The texts that they speak of.
    pub texts: &'c dyn Texts,
}

/// Some rows: one column for each of [`ColumnProgram::paths`](super::ColumnProgram::paths).
#[derive(Clone, Copy, Debug)]
pub struct Rows<'c> {
    /// How many.
    pub count: usize,
    /// Their columns, each of that length.
    pub columns: &'c [Column<'c>],
}

impl Cell {
    /// The cell of a value; `number_of` gives the number of a text.
    ///
    /// # Errors
    /// [`NoCell`] for an array or an object, and when a text is given no number.
    pub fn of(
        value: &Value<'_>,
        number_of: impl FnOnce(&str) -> Option<u32>,
    ) -> Result<Self, NoCell> {
        Ok(match value {
            Value::Undefined => Self::Undefined,
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Boolean(*value),
            Value::Number(number) => Self::Number(*number),
            Value::String(text) => Self::Text(number_of(text).ok_or(NoCell)?),
            Value::Array(_) | Value::Object(_) => return Err(NoCell),
        })
    }

    /// The value of the cell.
    #[inline]
    pub(crate) fn value(self, texts: &dyn Texts) -> Value<'_> {
        match self {
            Self::Undefined => Value::Undefined,
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Boolean(value),
            Self::Number(number) => Value::Number(number),
            Self::Text(number) => texts
                .text(number)
                .map_or(Value::Undefined, |text| Value::String(Text::Borrowed(text))),
        }
    }
}

impl<'c> Column<'c> {
    /// The cell of a row; what is not there is undefined.
    #[inline]
    pub(crate) fn cell(&self, row: usize) -> Cell {
        self.cells.get(row).copied().unwrap_or(Cell::Undefined)
    }

    #[inline]
    pub(crate) fn value(&self, row: usize) -> Value<'c> {
        self.cell(row).value(self.texts)
    }
}

impl std::fmt::Debug for Column<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Column")
            .field("cells", &self.cells.len())
            .finish_non_exhaustive()
    }
}
