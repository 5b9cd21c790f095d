//! The page of requirements names tests that are there.

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../../../docs/guides/session-requirements.md");

/// The cells of the row that begins with this.
fn row(name: &str) -> Vec<&'static str> {
    let beginning = format!("| {name} |");
    let row = PAGE.lines().find(|line| line.starts_with(&beginning));
    let row = row.unwrap_or_else(|| panic!("no row for {name}"));
    row.trim_matches('|').split(" | ").collect()
}

/// Whether a test of this name stands in this file.
fn is_there(file: &Path, test: &str) -> bool {
    let source = fs::read_to_string(file).unwrap_or_default();
    source.contains(&format!("fn {test}("))
}

/// The tests that a cell names, each as a file and a function.
fn named(cell: &str) -> impl Iterator<Item = (&str, &str)> {
    cell.split('`').filter_map(|text| text.split_once("::"))
}

#[test]
fn every_requirement_and_every_fault_is_shown_by_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = (1..=46).map(|number| format!("R-{number}"));
    let names = names.chain((1..=25).map(|number| format!("B{number}")));
    for name in names {
        let cells = row(&name);
        let shown_by = cells.last().unwrap();
        let mut count = 0;
        for (file, test) in named(shown_by) {
            let ours = root.join("tests").join(file).with_extension("rs");
            let drivers = root
                .join("../driver/tests/it")
                .join(file)
                .with_extension("rs");
            assert!(
                is_there(&ours, test) || is_there(&drivers, test),
                "{name} names {file}::{test}, which is not there"
            );
            count += 1;
        }
        let is_left_out = ["R-26", "B23"].contains(&name.as_str());
        assert_eq!(count == 0, is_left_out, "{name}: {shown_by}");
    }
}
