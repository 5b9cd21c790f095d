//! Whether two answers have the same rows, as far as the query says which and in what order.

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

/// Whether rows that were found are those that were wanted; `all` are those of the query without its window.
pub(super) fn agree(order: &RowOrder, wanted: &[Json], found: &[Json], all: &[Json]) -> bool {
    match order {
        RowOrder::Any => sorted(wanted) == sorted(found),
        RowOrder::By(names) => {
            keys(wanted, names) == keys(found, names) && sorted(wanted) == sorted(found)
        }
        RowOrder::WindowBy(names) => keys(wanted, names) == keys(found, names),
        RowOrder::SomeOf(_) => wanted.len() == found.len() && all_among(found, all),
    }
}
