//! The way out of a run: equal rows are left out, the window is counted through, rows become text.

use std::ops::ControlFlow;

use super::window::{Admission, Window};
use crate::error::RunError;
use crate::expr::{Expr, Flow, Machine, Projection, Scope};
use crate::value::{HashSetOfValues, StructuralHash, Text, Value, structural_hash};

/// Takes rows as JSON texts, and says when it has enough.
pub(super) type Rows<'r> = &'r mut dyn FnMut(&[u8]) -> ControlFlow<()>;

/// The hash of rows that nobody compares.
const UNUSED: StructuralHash = StructuralHash { low: 0, high: 0 };

/// Duplicates, window, text.
#[derive(Debug)]
pub(super) struct Output {
    distinct: Option<HashSetOfValues>,
    window: Window,
    buffer: Vec<u8>,
}

impl Output {
    /// Of a query with this window, which leaves out equal rows or does not.
    pub(super) fn new(window: Window, distinct: Option<Scope>) -> Self {
        Self {
            distinct: distinct.map(|_| HashSetOfValues::default()),
            window,
            buffer: Vec::new(),
        }
    }

    /// Lets all rows through that are not equal to one before.
    pub(super) fn open_window(&mut self) {
        self.window = Window::new(0, None);
    }

    /// Whether no row is wanted any more.
    pub(super) fn is_closed(&self) -> bool {
        self.window.is_closed()
    }

    /// The hash of a row, as far as anybody compares it.
    pub(super) fn hash(&self, value: &Value<'_>) -> StructuralHash {
        if self.distinct.is_some() {
            structural_hash(value)
        } else {
            UNUSED
        }
    }

    /// Gives what the current row of the machine becomes.
    pub(super) fn project<'a>(
        &mut self,
        projection: &'a Projection,
        machine: &mut Machine<'a, '_>,
        rows: Rows<'_>,
    ) -> Result<Flow, RunError> {
        // Straight to text when nobody else wants to see the object.
        if let (Projection::Columns(columns), None) = (projection, &self.distinct) {
            return self.columns(columns, machine, rows);
        }
        Ok(match machine.project(projection)? {
            Some(value) => self.value(&value, rows),
            None => Flow::More,
        })
    }

    /// Lets a row through unless it was seen before.
    fn is_fresh(&mut self, hash: impl FnOnce() -> StructuralHash) -> bool {
        self.distinct
            .as_mut()
            .is_none_or(|seen| seen.insert(hash()))
    }

    /// The text of a row that leaves later.
    pub(super) fn kept(&mut self, value: &Value<'_>) -> Box<[u8]> {
        self.buffer.clear();
        value.write_json(&mut self.buffer);
        self.buffer.as_slice().into()
    }

    pub(super) fn value(&mut self, value: &Value<'_>, rows: Rows<'_>) -> Flow {
        if !self.is_fresh(|| structural_hash(value)) {
            return Flow::More;
        }
        self.buffer.clear();
        value.write_json(&mut self.buffer);
        self.give(rows)
    }

    /// Gives the object of some columns.
    fn columns<'a>(
        &mut self,
        columns: &'a [(Text<'static>, Expr)],
        machine: &mut Machine<'a, '_>,
        rows: Rows<'_>,
    ) -> Result<Flow, RunError> {
        self.buffer.clear();
        machine.write_columns(columns, &mut self.buffer)?;
        Ok(self.give(rows))
    }

    /// Gives what is in the buffer, when the window lets it through.
    fn give(&mut self, rows: Rows<'_>) -> Flow {
        match self.window.admit() {
            Admission::Skip => return Flow::More,
            Admission::Stop => return Flow::Enough,
            Admission::Take => {}
        }
        self.after_row(rows(&self.buffer))
    }

    fn after_row(&self, taken: ControlFlow<()>) -> Flow {
        if taken.is_break() || self.window.is_closed() {
            Flow::Enough
        } else {
            Flow::More
        }
    }

    pub(super) fn text(&mut self, hash: StructuralHash, text: &[u8], rows: Rows<'_>) -> Flow {
        if !self.is_fresh(|| hash) {
            return Flow::More;
        }
        match self.window.admit() {
            Admission::Skip => return Flow::More,
            Admission::Stop => return Flow::Enough,
            Admission::Take => {}
        }
        self.after_row(rows(text))
    }
}
