//! Rows as text. NDJSON and JSON are written as they come; a table or CSV knows its columns from the first rows, so a
//! table holds what it prints.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::output::{Align, Table};

/// How rows are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns in the terminal; values that are no object in one column. Held in memory.
    #[default]
    Table,
    /// One JSON array.
    Json,
    /// One JSON value a line.
    Ndjson,
    /// Comma-separated, with a header; the first row names the columns.
    Csv,
}

/// Widest cell of a table, in characters.
const MAX_CELL_CHARS: usize = 60;

/// Prints rows.
pub(crate) struct Printer<W> {
    format: Format,
    out: W,
    printed: usize,
    /// Rows of a table, until it is printed.
    held: Vec<Value>,
    columns: Vec<String>,
}

impl<W: Write> Printer<W> {
    pub(crate) fn new(format: Format, out: W) -> Self {
        Self {
            format,
            out,
            printed: 0,
            held: Vec::new(),
            columns: Vec::new(),
        }
    }

    /// Prints a row, or keeps it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn row(&mut self, row: &RawValue) -> io::Result<()> {
        match self.format {
            Format::Ndjson => writeln!(self.out, "{}", row.get())?,
            Format::Json => {
                let before = if self.printed == 0 { "[\n" } else { ",\n" };
                write!(self.out, "{before}  {}", row.get())?;
            }
            Format::Csv => self.csv(&serde_json::from_str(row.get())?)?,
            Format::Table => {
                let row: Value = serde_json::from_str(row.get())?;
                learn(&mut self.columns, &row);
                self.held.push(row);
            }
        }
        self.printed += 1;
        Ok(())
    }

    /// Prints what is left.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        match self.format {
            Format::Json if self.printed == 0 => writeln!(self.out, "[]")?,
            Format::Json => writeln!(self.out, "\n]")?,
            Format::Table => self.table()?,
            Format::Ndjson | Format::Csv => {}
        }
        self.out.flush()
    }

    fn csv(&mut self, row: &Value) -> io::Result<()> {
        if self.printed == 0 {
            learn(&mut self.columns, row);
            let names = self.columns.iter().map(|name| quoted(name));
            writeln!(self.out, "{}", names.collect::<Vec<_>>().join(","))?;
        }
        let cells = self
            .columns
            .iter()
            .map(|name| quoted(&text(cell(row, name))));
        writeln!(self.out, "{}", cells.collect::<Vec<_>>().join(","))
    }

    fn table(&mut self) -> io::Result<()> {
        let is_number = |name: &String| {
            let mut cells = self.held.iter().filter_map(|row| cell(row, name));
            cells.all(Value::is_number)
        };
        let columns: Vec<(String, Align)> = self
            .columns
            .iter()
            .map(|name| {
                let align = if is_number(name) {
                    Align::Right
                } else {
                    Align::Left
                };
                (name.clone(), align)
            })
            .collect();
        let mut table = Table::new(columns);
        for row in &self.held {
            let cells = self
                .columns
                .iter()
                .map(|name| shortened(&text(cell(row, name))));
            table.push(cells.collect::<Vec<_>>());
        }
        write!(self.out, "{table}")?;
        let rows = if self.held.len() == 1 { "row" } else { "rows" };
        writeln!(self.out, "{} {rows}", self.held.len())
    }
}

/// The column of rows that are no object.
const VALUE: &str = "value";

/// Adds the columns that a row has and others had not.
fn learn(columns: &mut Vec<String>, row: &Value) {
    match row.as_object() {
        Some(members) => {
            for name in members.keys() {
                if !columns.contains(name) {
                    columns.push(name.clone());
                }
            }
        }
        None if columns.is_empty() => columns.push(VALUE.to_owned()),
        None => {}
    }
}

fn cell<'v>(row: &'v Value, name: &str) -> Option<&'v Value> {
    if row.is_object() {
        row.get(name)
    } else {
        (name == VALUE).then_some(row)
    }
}

/// A cell as text; absent values are empty.
fn text(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

fn shortened(text: &str) -> String {
    let line = text.replace(['\n', '\r', '\t'], " ");
    if line.chars().count() <= MAX_CELL_CHARS {
        return line;
    }
    let mut cut: String = line.chars().take(MAX_CELL_CHARS - 1).collect();
    cut.push('…');
    cut
}

/// A cell of a CSV line (RFC 4180).
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: Format, rows: &[&str], expected: &str) {
        let mut out = Vec::new();
        let mut printer = Printer::new(format, &mut out);
        for row in rows {
            let row = RawValue::from_string((*row).to_owned()).unwrap();
            printer.row(&row).unwrap();
        }
        printer.finish().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn rows_in_every_format() {
        let rows = [r#"{"a":1,"b":"x, y"}"#, r#"{"b":"\"","c":[1]}"#];
        check(
            Format::Ndjson,
            &rows,
            "{\"a\":1,\"b\":\"x, y\"}\n{\"b\":\"\\\"\",\"c\":[1]}\n",
        );
        check(
            Format::Json,
            &rows,
            "[\n  {\"a\":1,\"b\":\"x, y\"},\n  {\"b\":\"\\\"\",\"c\":[1]}\n]\n",
        );
        check(Format::Csv, &rows, "a,b\n1,\"x, y\"\n,\"\"\"\"\n");
        check(Format::Json, &[], "[]\n");
        check(Format::Csv, &["1", r#""a\nb""#], "value\n1\n\"a\nb\"\n");
    }

    #[test]
    fn a_table_has_the_columns_of_all_rows() {
        let mut out = Vec::new();
        let mut printer = Printer::new(Format::Table, &mut out);
        for row in [r#"{"name":"Oslo","n":7}"#, r#"{"name":"Rome","x":null}"#] {
            let row = RawValue::from_string(row.to_owned()).unwrap();
            printer.row(&row).unwrap();
        }
        printer.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        for part in ["name", "n", "x", "Oslo", "null", "2 rows"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
