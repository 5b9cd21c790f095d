//! Laws: whatever ranges, pages, pauses and splits there are, a query gives what it gives over all documents at once.

use std::collections::HashMap;
use std::num::NonZeroU32;

use cosmokit_protocol::partition::{PartitionKeyDefinition, tile};
use cosmokit_query::Schema;
use cosmokit_query::merge::{ContinuationToken, MergeLimits, MergePipeline};
use cosmokit_query::plan::PreparedQuery;
use cosmokit_query::value::Value;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::partitioned::rid;
use super::service::{Choices, Disturbances, Service, Stored, drive};
use crate::world::run_query;

/// How the rows of a query are compared with those over all documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    /// The same rows in any order.
    Rows,
    /// The same rows, elements of arrays in any order.
    Elements,
    /// The same number of rows, all of them among those without a window.
    Some,
    /// The same keys in the same order, which rows have as member `k`, and the same rows where no window cuts.
    Order,
    /// The same keys in the same order.
    Keys,
}

const QUERIES: &[(&str, Comparison)] = {
    use Comparison::{Elements, Keys, Order, Rows, Some};
    &[
        ("SELECT VALUE c.id FROM c", Rows),
        ("SELECT c.id, c.a FROM c WHERE c.n >= 2", Rows),
        ("SELECT * FROM c WHERE c.pk = 'p1'", Rows),
        (
            "SELECT * FROM c WHERE c.pk IN ('p1', 'p2', null) OR IS_BOOL(c.pk)",
            Rows,
        ),
        (
            "SELECT VALUE c.id FROM c WHERE NOT (c.pk != 'p0') AND c.pk LIKE 'p0'",
            Rows,
        ),
        (
            "SELECT VALUE c.id FROM c WHERE c.pk = 'p1' AND c.pk = 'p2'",
            Rows,
        ),
        ("SELECT VALUE t FROM c JOIN t IN c.tags", Rows),
        ("SELECT TOP 4 VALUE c.id FROM c", Some),
        ("SELECT VALUE c.id FROM c OFFSET 2 LIMIT 3", Some),
        ("SELECT DISTINCT VALUE c.a FROM c", Rows),
        ("SELECT DISTINCT c.a, c.n FROM c", Rows),
        ("SELECT DISTINCT TOP 2 VALUE c.a FROM c", Some),
        ("SELECT DISTINCT VALUE c.a FROM c OFFSET 1 LIMIT 2", Some),
        ("SELECT c.id, c.a AS k FROM c ORDER BY c.a", Order),
        ("SELECT c.id, c.a AS k FROM c ORDER BY c.a DESC", Order),
        (
            "SELECT c.id, [c.a ?? 'none', c.n ?? 'none'] AS k FROM c ORDER BY c.a, c.n DESC",
            Order,
        ),
        (
            "SELECT c.id, [c.n ?? 'none', c.a ?? 'none'] AS k FROM c WHERE c.n > 0 ORDER BY c.n DESC, c.a",
            Order,
        ),
        (
            "SELECT t, c.n AS k FROM c JOIN t IN c.tags ORDER BY c.n",
            Order,
        ),
        ("SELECT TOP 5 c.id, c.a AS k FROM c ORDER BY c.a", Keys),
        (
            "SELECT c.id, c.n AS k FROM c ORDER BY c.n DESC OFFSET 2 LIMIT 4",
            Keys,
        ),
        (
            "SELECT DISTINCT VALUE {\"k\": c.a} FROM c ORDER BY c.a",
            Rows,
        ),
        ("SELECT DISTINCT VALUE c.a FROM c ORDER BY c.a", Rows),
        ("SELECT DISTINCT c.n AS k FROM c ORDER BY c.n DESC", Keys),
        (
            "SELECT DISTINCT TOP 2 c.n AS k FROM c ORDER BY c.n DESC",
            Keys,
        ),
        ("SELECT VALUE COUNT(1) FROM c", Rows),
        ("SELECT VALUE COUNT(c.a) FROM c WHERE c.pk = 'nobody'", Rows),
        ("SELECT VALUE COUNT(1) FROM c WHERE false", Rows),
        ("SELECT VALUE SUM(c.n) FROM c", Rows),
        ("SELECT VALUE SUM(c.a) FROM c", Rows),
        ("SELECT VALUE AVG(c.n) FROM c WHERE IS_NUMBER(c.n)", Rows),
        ("SELECT VALUE MIN(c.a) FROM c", Rows),
        ("SELECT VALUE MAX(c.n) FROM c", Rows),
        ("SELECT VALUE COUNTIF(c.n > 1) FROM c", Rows),
        ("SELECT VALUE MAKELIST(c.a) FROM c", Elements),
        ("SELECT VALUE MAKESET(c.a) FROM c", Elements),
        (
            "SELECT COUNT(1) AS count, MIN(c.n), MAX(c.a) AS most, SUM(c.n) AS sum, AVG(c.n) FROM c",
            Rows,
        ),
        (
            "SELECT c.a, COUNT(1) AS count, SUM(c.n) AS sum, MAX(c.n) FROM c GROUP BY c.a",
            Rows,
        ),
        ("SELECT VALUE c.a FROM c GROUP BY c.a", Rows),
        ("SELECT VALUE COUNT(1) FROM c GROUP BY c.a, c.n", Rows),
        (
            "SELECT c.n AS k, COUNT(1) AS count FROM c GROUP BY c.n ORDER BY c.n DESC",
            Order,
        ),
        (
            "SELECT TOP 2 c.a, COUNT(c.n) AS all FROM c GROUP BY c.a",
            Some,
        ),
        (
            "SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE c.a FROM c)",
            Rows,
        ),
        (
            "SELECT COUNT(1) AS different FROM (SELECT DISTINCT c.a, c.n FROM c)",
            Rows,
        ),
        (
            "SELECT TOP 3 VALUE {\"k\": VectorDistance(c.v, [1, 2])} FROM c ORDER BY VectorDistance(c.v, [1, 2])",
            Keys,
        ),
        (
            "SELECT VALUE {\"id\": c.id} FROM c ORDER BY RANK FullTextScore(c.text, 'red', 'blue')",
            Rows,
        ),
        (
            "SELECT VALUE c.id FROM c ORDER BY RANK RRF(FullTextScore(c.text, 'red'), VectorDistance(c.v, [1, 2]), [2, 1])",
            Rows,
        ),
    ]
};

fn scalar() -> impl Strategy<Value = Option<Json>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some(Json::Null)),
        1 => any::<bool>().prop_map(|value| Some(json!(value))),
        3 => (0..4).prop_map(|value| Some(json!(value))),
        1 => prop::sample::select(vec![0.5, -1.0, 9_007_199_254_740_993.0]).prop_map(|value| Some(json!(value))),
        2 => "[ab]{1,2}".prop_map(|value| Some(json!(value))),
    ]
}

fn any_value() -> impl Strategy<Value = Option<Json>> {
    prop_oneof![8 => scalar(), 1 => Just(Some(json!([1]))), 1 => Just(Some(json!({"x": 1})))]
}

fn key() -> impl Strategy<Value = Option<Json>> {
    prop_oneof![
        6 => (0..6).prop_map(|number| Some(json!(format!("p{number}")))),
        1 => any::<bool>().prop_map(|value| Some(json!(value))),
        1 => Just(Some(Json::Null)),
        1 => Just(None),
    ]
}

fn document() -> impl Strategy<Value = Json> {
    let tags = prop::collection::vec(prop::sample::select(vec!["x", "y", "z"]), 0..4);
    let vector = prop::collection::vec(1i32..6, 2);
    let text = prop::collection::vec(prop::sample::select(vec!["red", "green", "blue"]), 0..5);
    (key(), any_value(), scalar(), tags, vector, text).prop_map(
        |(key, a, n, tags, vector, text)| {
            let mut document = json!({"tags": tags, "v": vector, "text": text.join(" ")});
            let numeric = n.filter(Json::is_number);
            for (name, value) in [("pk", key), ("a", a), ("n", numeric)] {
                if let Some(value) = value {
                    document[name] = value;
                }
            }
            document
        },
    )
}

fn sorted(rows: &[Json], comparison: Comparison) -> Vec<String> {
    let text = |row: &Json| match (comparison, row) {
        (Comparison::Elements, Json::Array(elements)) => {
            let mut elements: Vec<String> = elements.iter().map(ToString::to_string).collect();
            elements.sort();
            elements.join(",")
        }
        (_, row) => rounded(row).to_string(),
    };
    let mut rows: Vec<String> = rows.iter().map(text).collect();
    rows.sort();
    rows
}

/// Numbers without the last bits, which depend on the order of additions.
fn rounded(row: &Json) -> Json {
    match row {
        Json::Number(number) => json!(format!("{:.9e}", number.as_f64().unwrap_or_default())),
        Json::Array(elements) => elements.iter().map(rounded).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), rounded(value)))
            .collect(),
        other => other.clone(),
    }
}

fn compare(
    query: &str,
    comparison: Comparison,
    found: &[Json],
    expected: &[Json],
    all: &[Json],
) -> Result<(), String> {
    let keys = |rows: &[Json]| {
        rows.iter()
            .map(|row| rounded(&row["k"]).to_string())
            .collect::<Vec<_>>()
    };
    let ordered = matches!(comparison, Comparison::Order | Comparison::Keys);
    let right = match comparison {
        Comparison::Rows | Comparison::Elements | Comparison::Order => {
            sorted(found, comparison) == sorted(expected, comparison)
        }
        Comparison::Some => {
            let mut left: HashMap<String, usize> = HashMap::new();
            for row in sorted(all, comparison) {
                *left.entry(row).or_default() += 1;
            }
            let mut take = |row: String| {
                left.get_mut(&row)
                    .is_some_and(|count| count.checked_sub(1).map(|less| *count = less).is_some())
            };
            found.len() == expected.len() && sorted(found, comparison).into_iter().all(&mut take)
        }
        Comparison::Keys => found.len() == expected.len(),
    };
    if right && (!ordered || keys(found) == keys(expected)) {
        return Ok(());
    }
    Err(format!(
        "{query}\n  merged {}\n  whole  {}",
        Json::from(found.to_vec()),
        Json::from(expected.to_vec())
    ))
}

/// The query without the window that says how many rows are wanted.
fn without_window(query: &str) -> String {
    let query = query.split(" OFFSET ").next().unwrap_or(query);
    ["TOP 2 ", "TOP 3 ", "TOP 4 ", "TOP 5 "]
        .iter()
        .fold(query.to_owned(), |query, top| query.replace(top, ""))
}

/// Runs a query in pieces and as a whole.
fn check(
    query: &str,
    comparison: Comparison,
    documents: &[Json],
    seed: u64,
    splits: usize,
) -> Result<(), String> {
    let definition = PartitionKeyDefinition::from("/pk");
    let schema = Schema::default();
    let numbered = documents.iter().zip(1u64..).map(|(document, ordinal)| {
        let mut document = document.clone();
        document["id"] = json!(format!("d{ordinal}"));
        document["_rid"] = json!(rid(ordinal));
        document.to_string()
    });
    let texts: Vec<String> = numbered.collect();
    let whole =
        |query: &str| run_query(query, &schema, &[], &texts).map_err(|error| error.to_body());
    let (expected, all) = (whole(query)?, whole(&without_window(query))?);
    let prepared =
        PreparedQuery::prepare(query, &schema, &definition).map_err(|error| error.to_body())?;
    let plan = prepared
        .plan(std::iter::empty::<(&str, Value<'static>)>())
        .map_err(|error| error.to_body())?;
    let stored = texts
        .iter()
        .map(|text| Stored::new(text.clone(), &definition))
        .collect();
    let mut service = Service::new(query, stored, schema.clone(), plan.work());
    let mut choices = Choices::new(seed);
    let count = u32::try_from(1 + choices.below(6)).expect("few ranges");
    let tiles = tile(&definition, NonZeroU32::new(count).expect("some ranges"));
    let wanted = plan.key_ranges().epk_ranges(&definition);
    let ranges: Vec<_> = tiles
        .iter()
        .flat_map(|tile| wanted.iter().filter_map(|range| tile.intersect(range)))
        .collect();
    let limits = MergeLimits {
        pages_ahead: 1 + choices.below(4),
        ..MergeLimits::default()
    };
    let merge =
        MergePipeline::new(plan.work(), &ranges, limits).map_err(|error| error.to_string())?;
    let mut pause = |merge: MergePipeline, _: &mut Choices| {
        let checkpoint = merge.checkpoint().expect("a checkpoint");
        let token = ContinuationToken::new(&checkpoint, None)
            .expect("a token")
            .to_string();
        let token: ContinuationToken = token.parse().expect("our own token");
        let checkpoint = token.checkpoint().expect("our own checkpoint");
        MergePipeline::resume(plan.work(), checkpoint, limits).expect("it fits the plan")
    };
    let mut disturbances = Disturbances {
        pause: &mut pause,
        splits,
    };
    let found = drive(&mut service, merge, &mut choices, &mut disturbances)?;
    compare(query, comparison, &found, &expected, &all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn ranges_pages_and_pauses_change_nothing(documents in prop::collection::vec(document(), 0..14), seed in any::<u64>()) {
        for (query, comparison) in QUERIES {
            let outcome = check(query, *comparison, &documents, seed, 0);
            prop_assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
        }
    }

    #[test]
    fn splits_change_nothing(documents in prop::collection::vec(document(), 0..14), seed in any::<u64>()) {
        for (query, comparison) in QUERIES {
            let outcome = check(query, *comparison, &documents, seed, 3);
            prop_assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
        }
    }
}
