//! The cases that are known to fail, each with its reason (`tests/data/known_exceptions.txt`).
//!
//! One line per case: `suite#number  reason`. A line whose case passes, or whose trust is A, is a failure of the test.

use std::collections::HashMap;

use crate::cases::data_path;

/// Reads the list.
pub(crate) fn load() -> HashMap<String, String> {
    let text = std::fs::read_to_string(data_path("known_exceptions.txt"))
        .expect("the list of exceptions is there");
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(|line| {
            let (key, reason) = line
                .split_once("  ")
                .unwrap_or_else(|| panic!("no reason in {line:?}"));
            (key.to_owned(), reason.trim().to_owned())
        })
        .collect()
}
