//! A table in the terminal: columns as wide as their widest cell, numbers to the right.
//! Decides only about white space; cells are finished text.

use std::borrow::Cow;
use std::fmt;

/// To which side of its column a cell leans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Rows of finished cells under a header.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<(Cow<'static, str>, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these columns.
    pub(crate) fn new<N: Into<Cow<'static, str>>>(
        columns: impl IntoIterator<Item = (N, Align)>,
    ) -> Self {
        let columns = columns.into_iter();
        Self {
            columns: columns.map(|(name, align)| (name.into(), align)).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; missing cells are empty and cells beyond the last column are dropped.
    pub(crate) fn push(&mut self, row: impl Into<Vec<String>>) {
        let mut row = row.into();
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
    }

    fn width(&self, column: usize, name: &str) -> usize {
        self.rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .chain([name.chars().count()])
            .max()
            .unwrap_or(0)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, (name, _))| self.width(at, name))
            .collect();
        let header: Vec<String> = self
            .columns
            .iter()
            .map(|(name, _)| name.clone().into_owned())
            .collect();
        let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        for row in [&header, &rule].into_iter().chain(&self.rows) {
            let mut line = String::from(" ");
            for ((cell, width), (_, align)) in row.iter().zip(&widths).zip(&self.columns) {
                let space = " ".repeat(width.saturating_sub(cell.chars().count()));
                match align {
                    Align::Left => line.extend([" ", cell, &space, " "]),
                    Align::Right => line.extend([" ", &space, cell, " "]),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Align, Table};

    #[test]
    fn numbers_lean_right_and_columns_fit_their_widest_cell() {
        let mut table = Table::new([("operation", Align::Left), ("RU", Align::Right)]);
        table.push(["create".to_owned(), "6.29".to_owned()]);
        table.push(["żółć".to_owned(), "1,000.00".to_owned()]);
        let expected = [
            "  operation        RU",
            "  ─────────  ────────",
            "  create         6.29",
            "  żółć       1,000.00",
            "",
        ];
        assert_eq!(table.to_string(), expected.join("\n"));
    }

    #[test]
    fn short_rows_are_filled() {
        let mut table = Table::new([("a", Align::Left), ("b", Align::Left)]);
        table.push(["x".to_owned()]);
        assert_eq!(table.to_string(), "  a  b\n  ─  ─\n  x\n");
    }
}
