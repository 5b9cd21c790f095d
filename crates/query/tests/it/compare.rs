//! Whether rows are those that a case expects. Shared with the tests of the client.

use cosmokit_query::value::Value;
use serde_json::Value as Json;

use crate::cases::Case;

/// Numbers that differ by less than this, relatively, are the same in approximate comparisons.
const TOLERANCE: f64 = 1e-9;

fn same(left: &Json, right: &Json) -> bool {
    Value::from(left) == Value::from(right)
}

fn close(left: &Json, right: &Json, tolerance: f64) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            let (left, right) = (left.as_f64().unwrap_or(0.0), right.as_f64().unwrap_or(0.0));
            (left - right).abs() <= tolerance * left.abs().max(right.abs())
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| close(left, right, tolerance))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| {
                    right
                        .get(name)
                        .is_some_and(|right| close(left, right, tolerance))
                })
        }
        _ => left == right,
    }
}

/// Whether two values have the same keys and types.
fn alike(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| alike(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, left)| right.get(name).is_some_and(|right| alike(left, right)))
        }
        _ => std::mem::discriminant(left) == std::mem::discriminant(right),
    }
}

fn lists(
    found: &[Json],
    expected: &[Json],
    ordered: bool,
    equal: &dyn Fn(&Json, &Json) -> bool,
) -> bool {
    if found.len() != expected.len() {
        return false;
    }
    if ordered {
        return found
            .iter()
            .zip(expected)
            .all(|(left, right)| equal(left, right));
    }
    let mut left: Vec<&Json> = found.iter().collect();
    expected.iter().all(|right| {
        let place = left.iter().position(|left| equal(left, right));
        place.map(|place| left.swap_remove(place)).is_some()
    })
}

fn sorted(value: &Json) -> Json {
    let mut values: Vec<Json> = value.as_array().cloned().unwrap_or_default();
    values.sort_by(|left, right| Value::from(left).total_cmp(&Value::from(right)));
    Json::from(values)
}

fn with_sorted_arrays(row: &Json) -> Json {
    match row {
        Json::Array(_) => sorted(row),
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| {
                (
                    name.clone(),
                    if value.is_array() {
                        sorted(value)
                    } else {
                        value.clone()
                    },
                )
            })
            .collect(),
        other => other.clone(),
    }
}

fn field(rows: &[Json], name: &str) -> Vec<Json> {
    rows.iter()
        .map(|row| {
            if row.is_object() {
                row[name].clone()
            } else {
                row.clone()
            }
        })
        .collect()
}

/// Expected documents without what the account of the recording added to them.
fn without_system_properties(found: &[Json], expected: &[Json]) -> Vec<Json> {
    let added =
        |name: &str| name == "_attachments" && !found.iter().any(|row| row.get(name).is_some());
    let strip = |row: &Json| match row {
        Json::Object(members) => members
            .iter()
            .filter(|(name, _)| !added(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        other => other.clone(),
    };
    expected.iter().map(strip).collect()
}

pub(crate) fn matches(case: &Case, found: &[Json]) -> bool {
    let json = &case.json;
    let empty = Vec::new();
    let expected = json["expected"].as_array().unwrap_or(&empty);
    let ordered = json["ordered"].as_bool().unwrap_or(false);
    let tolerance = json["tolerance"].as_f64().unwrap_or(TOLERANCE);
    let any = |equal: &dyn Fn(&[Json]) -> bool| {
        expected
            .iter()
            .any(|one| equal(one.as_array().unwrap_or(&empty)))
    };
    match json["compare"].as_str().unwrap_or("exact") {
        "exact" => lists(
            found,
            &without_system_properties(found, expected),
            ordered,
            &same,
        ),
        "approx" => lists(found, expected, ordered, &|left, right| {
            close(left, right, tolerance)
        }),
        "shape" => lists(found, expected, ordered, &alike),
        "ids" => lists(&field(found, "id"), &field(expected, "id"), ordered, &same),
        "firstRow" => lists(
            found.get(..1).unwrap_or_default(),
            expected,
            true,
            &|found, expected| {
                expected
                    .as_object()
                    .expect("rows are documents")
                    .iter()
                    .all(|(name, value)| same(&found[name], value))
            },
        ),
        "rowCount" => {
            let bound = |name: &str| {
                json[name]
                    .as_u64()
                    .and_then(|bound| usize::try_from(bound).ok())
            };
            bound("minRows").is_none_or(|least| found.len() >= least)
                && bound("maxRows").is_none_or(|most| found.len() <= most)
        }
        "anyOf" => any(&|one| lists(found, one, ordered, &same)),
        "anyOf-Index" => {
            any(&|one| lists(&field(found, "Index"), &field(one, "Index"), ordered, &same))
        }
        "orderedGroups" => {
            let mut rest = found;
            expected.iter().all(|group| {
                let group = group.as_array().expect("groups are lists");
                let Some((head, tail)) = rest.split_at_checked(group.len()) else {
                    return false;
                };
                rest = tail;
                lists(head, group, false, &same)
            }) && rest.is_empty()
        }
        "sortedArrayValue" | "sortedArrayFields" => {
            let prepare = |rows: &[Json]| rows.iter().map(with_sorted_arrays).collect::<Vec<_>>();
            lists(&prepare(found), &prepare(expected), ordered, &same)
        }
        other => panic!("unknown comparison {other}"),
    }
}

/// Rows that may stand in another order once they come from several ranges.
pub(crate) fn accepts(case: &Case, rows: &[Json], count: u32) -> bool {
    if matches(case, rows) {
        return true;
    }
    let text = case.query().to_ascii_uppercase();
    let windowed = ["TOP ", "LIMIT "].iter().any(|word| text.contains(word));
    let unordered = count > 1 && !text.contains("ORDER BY");
    let comparison = case.json.get("compare").and_then(Json::as_str);
    let comparison = comparison.unwrap_or("exact");
    if unordered && windowed {
        let expected = case.json.get("expected").and_then(Json::as_array);
        return rows.len() == expected.map_or(0, Vec::len)
            || comparison == "firstRow" && !rows.is_empty();
    }
    if !matches!(comparison, "approx" | "exact") {
        return false;
    }
    let loose = case
        .clone_with("ordered", Json::Bool(false))
        .clone_with("compare", Json::from("approx"));
    // Sums of sums differ from sums in their last bits.
    let sums = ["SUM", "AVG"].iter().any(|name| text.contains(name));
    (unordered || sums) && matches(&loose, rows)
}
