//! Whether two answers have the same rows, as far as the query says which and in what order.

use std::collections::{HashMap, HashSet};

use serde_json::Value as Json;

use super::RowOrder;

/// Properties that an account adds to an item.
const ADDED: [&str; 5] = ["_rid", "_self", "_etag", "_ts", "_attachments"];

/// A row as text, so that equal rows have equal texts: sums of sums differ from sums in their last bits, and equal
/// numbers are written in several ways.
fn written(row: &Json) -> String {
    match row {
        Json::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            format!("{:.9e}", if number == 0.0 { 0.0 } else { number })
        }
        Json::Array(elements) => format!(
            "[{}]",
            elements.iter().map(written).collect::<Vec<_>>().join(",")
        ),
        Json::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .filter(|(name, _)| !ADDED.contains(&name.as_str()))
                .map(|(name, value)| format!("{name:?}:{}", written(value)))
                .collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

fn sorted(rows: &[Json]) -> Vec<String> {
    let mut rows: Vec<String> = rows.iter().map(written).collect();
    rows.sort_unstable();
    rows
}

/// The keys of each row, in the order of the rows.
fn keys(rows: &[Json], names: &[&str]) -> Vec<String> {
    let key = |row: &Json, name: &&str| {
        row.get(name)
            .map_or_else(|| "undefined".to_owned(), written)
    };
    rows.iter()
        .map(|row| {
            names
                .iter()
                .map(|name| key(row, name))
                .collect::<Vec<_>>()
                .join(" | ")
        })
        .collect()
}

/// Whether every row of `few` is one of `many`, as often at most.
fn all_among(few: &[Json], many: &[Json]) -> bool {
    let mut rest = sorted(many);
    sorted(few).iter().all(|row| {
        let place = rest.binary_search(row).ok();
        place.map(|place| rest.remove(place)).is_some()
    })
}

/// What else is known about the rows of a query.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Those of the query without its window, or of all documents that are ranked.
    pub(super) all: Vec<Json>,
    /// What each of them is ranked by, by id.
    pub(super) scores: HashMap<String, f64>,
}

/// What rows are ranked by, best first; `None` when a row comes twice, is no candidate, or stands before a better one.
fn scores(rows: &[Json], known: &Known) -> Option<Vec<String>> {
    let score = |row: &Json| {
        let id = row.get("id").and_then(Json::as_str)?;
        Some((id.to_owned(), *known.scores.get(id)?))
    };
    let scored: Vec<(String, f64)> = rows.iter().map(score).collect::<Option<_>>()?;
    let ids: HashSet<&str> = scored.iter().map(|(id, _)| id.as_str()).collect();
    let falls = scored
        .windows(2)
        .all(|pair| matches!(pair, [(_, one), (_, two)] if *two <= *one + one.abs() * 1e-9));
    (falls && ids.len() == rows.len()).then(|| {
        scored
            .iter()
            .map(|(_, score)| format!("{score:.9e}"))
            .collect()
    })
}

/// Whether rows that were found are those that were wanted.
pub(super) fn agree(order: &RowOrder, wanted: &[Json], found: &[Json], known: &Known) -> bool {
    match order {
        RowOrder::Any => sorted(wanted) == sorted(found),
        RowOrder::By(names) => {
            keys(wanted, names) == keys(found, names) && sorted(wanted) == sorted(found)
        }
        RowOrder::WindowBy(names) => keys(wanted, names) == keys(found, names),
        RowOrder::SomeOf(_) => wanted.len() == found.len() && all_among(found, &known.all),
        RowOrder::Ranked(..) => {
            let found = scores(found, known);
            found.is_some() && found == scores(wanted, known)
        }
    }
}
