//! Single operators: ties, aggregates in any order, limits, tokens of other queries, work that is asked for.

use bytes::Bytes;
use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, PartitionKeyDefinition};
use cosmokit_query::Schema;
use cosmokit_query::merge::{MergeError, MergeLimits, MergePipeline, MergeStep, Urgency};
use cosmokit_query::plan::{PartitionedQueryExecutionInfo, PreparedQuery, Work};
use cosmokit_query::value::Value;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn work(query: &str) -> Work {
    let prepared = PreparedQuery::prepare(
        query,
        &Schema::default(),
        &PartitionKeyDefinition::from("/pk"),
    );
    let plan = prepared
        .expect("a query")
        .plan(std::iter::empty::<(&str, Value<'static>)>());
    plan.expect("a plan").work().clone()
}

/// Ranges cut at these bytes.
fn ranges(cuts: &[u8]) -> Vec<EpkRange> {
    let mut rest = EpkRange::FULL;
    let mut ranges = Vec::new();
    for cut in cuts {
        let (low, high) = rest
            .split_at(&EffectivePartitionKey::from_bytes(&[*cut]))
            .expect("a cut inside");
        ranges.push(low);
        rest = high;
    }
    ranges.push(rest);
    ranges
}

fn merge(query: &str, cuts: &[u8], limits: MergeLimits) -> MergePipeline {
    MergePipeline::new(&work(query), &ranges(cuts), limits).expect("a merge")
}

/// Gives each source all its rows in one page, in the given order of sources.
fn fill(merge: &mut MergePipeline, pages: &[(usize, Vec<Json>)]) -> Result<(), MergeError> {
    let sources: Vec<_> = merge.fetches().iter().map(|fetch| fetch.source).collect();
    for (source, rows) in pages {
        let rows = rows
            .iter()
            .map(|row| Bytes::from(row.to_string()))
            .collect();
        merge.push(sources[*source], rows, None)?;
    }
    Ok(())
}

fn rows(merge: &mut MergePipeline) -> Vec<Json> {
    std::iter::from_fn(|| match merge.next().expect("a row") {
        MergeStep::Row(row) => Some(serde_json::from_slice(&row).expect("rows are JSON")),
        MergeStep::Finished => None,
        MergeStep::Waiting => panic!("everything was given"),
    })
    .collect()
}

fn row(rid: &str, key: &Json, id: &str) -> Json {
    json!({"_rid": rid, "orderByItems": [{"item": key}], "payload": id})
}

#[test]
fn equal_rows_follow_the_order_of_ranges_in_both_directions() {
    for (query, first) in [
        ("SELECT VALUE c.id FROM c ORDER BY c.a", 1),
        ("SELECT VALUE c.id FROM c ORDER BY c.a DESC", 2),
    ] {
        let mut merge = merge(query, &[0x10, 0x20], MergeLimits::default());
        let tied = json!(first);
        let pages = [
            (2, vec![row("r9", &tied, "right")]),
            (
                0,
                vec![row("r5", &tied, "left 1"), row("r6", &tied, "left 2")],
            ),
            (1, vec![row("r1", &tied, "middle")]),
        ];
        fill(&mut merge, &pages).expect("rows of the right form");
        assert_eq!(
            rows(&mut merge),
            ["left 1", "left 2", "middle", "right"],
            "{query}"
        );
    }
}

#[test]
fn nothing_is_asked_for_that_cannot_matter() {
    let mut top = merge(
        "SELECT TOP 1 * FROM c",
        &[0x10],
        MergeLimits {
            pages_ahead: 1,
            ..MergeLimits::default()
        },
    );
    let asked: Vec<Urgency> = top.fetches().iter().map(|fetch| fetch.urgency).collect();
    assert_eq!(asked, [Urgency::Needed, Urgency::Ahead]);
    let first = top.fetches()[0].source;
    top.push(
        first,
        vec![Bytes::from("1"), Bytes::from("2")],
        Some("more"),
    )
    .expect("a page");
    assert_eq!(top.next(), Ok(MergeStep::Row(Bytes::from("1"))));
    assert_eq!(top.next(), Ok(MergeStep::Finished));
    assert!(top.fetches().is_empty());
    assert!(
        top.push(first, Vec::new(), None).is_ok(),
        "a page that was on its way is taken"
    );
    assert!(matches!(
        top.push(first, Vec::new(), None),
        Err(MergeError::UnknownSource(0))
    ));
    let ordered = merge(
        "SELECT * FROM c ORDER BY c.a",
        &[0x10, 0x20],
        MergeLimits::default(),
    );
    assert!(
        ordered
            .fetches()
            .iter()
            .all(|fetch| fetch.urgency == Urgency::Needed && fetch.text.is_some())
    );
    assert!(
        !ordered.fetches()[0]
            .text
            .expect("a text")
            .contains("{documentdb"),
        "the placeholder is filled"
    );
}

#[test]
fn a_query_without_ranges_gives_what_no_documents_give() {
    let check = |query: &str, expected: &[Json]| {
        let mut merge =
            MergePipeline::new(&work(query), &[], MergeLimits::default()).expect("a merge");
        assert_eq!(rows(&mut merge), expected, "{query}");
    };
    check("SELECT VALUE COUNT(1) FROM c WHERE false", &[json!(0)]);
    check("SELECT VALUE MAX(c.a) FROM c WHERE false", &[]);
    check(
        "SELECT COUNT(1) AS n, MAX(c.a) AS m FROM c WHERE false",
        &[json!({"n": 0})],
    );
    check(
        "SELECT c.a, COUNT(1) AS n FROM c WHERE false GROUP BY c.a",
        &[],
    );
    check("SELECT * FROM c WHERE false ORDER BY c.a", &[]);
}

#[test]
fn limits_are_errors_that_name_them() {
    let check = |query: &str, limits: MergeLimits, page: Vec<Json>, expected: &str| {
        let mut merge = merge(query, &[], limits);
        let problem = fill(&mut merge, &[(0, page)]).and_then(|()| {
            loop {
                match merge.next() {
                    Ok(MergeStep::Row(_)) => {}
                    Ok(step) => panic!("{query}: {step:?}"),
                    Err(error) => break Err(error),
                }
            }
        });
        let problem: Result<(), MergeError> = problem;
        assert!(
            problem.expect_err(query).to_string().contains(expected),
            "{query}"
        );
    };
    let none = MergeLimits {
        groups: 1,
        distinct_rows: 1,
        sorted_rows: 1,
        list_values: 1,
        ..MergeLimits::default()
    };
    let group = |key: i32| json!({"groupByItems": [{"item": key}], "payload": {"a": key}});
    check(
        "SELECT c.a FROM c GROUP BY c.a",
        none,
        vec![group(1), group(2)],
        "1 groups",
    );
    check(
        "SELECT DISTINCT VALUE c.a FROM c",
        none,
        vec![json!(1), json!(2)],
        "1 different rows",
    );
    check(
        "SELECT VALUE MAKELIST(c.a) FROM c",
        none,
        vec![json!([{"item": [1, 2]}])],
        "1 values",
    );
    let vector = "SELECT VALUE c.id FROM c ORDER BY VectorDistance(c.v, [1])";
    check(
        vector,
        none,
        vec![row("r1", &json!(1), "a"), row("r2", &json!(2), "b")],
        "1 rows to sort",
    );
    let small = MergeLimits {
        held_bytes: 8,
        ..MergeLimits::default()
    };
    check(
        vector,
        small,
        vec![row("r1", &json!(1), "more than eight bytes")],
        "8 bytes",
    );
}

#[test]
fn rows_of_another_form_are_refused() {
    let check = |query: &str, page: Json| {
        let mut merge = merge(query, &[], MergeLimits::default());
        let problem = fill(&mut merge, &[(0, vec![page.clone()])]);
        assert!(
            matches!(problem, Err(MergeError::Row(_))),
            "{query}: {page}"
        );
    };
    check("SELECT * FROM c ORDER BY c.a", json!({"id": "1"}));
    check(
        "SELECT * FROM c ORDER BY c.a, c.b",
        row("r", &json!(1), "x"),
    );
    check("SELECT VALUE SUM(c.a) FROM c", json!({"item": 1}));
    check("SELECT SUM(c.a) FROM c", json!({"$1": {"item": 1}}));
    check("SELECT c.a FROM c GROUP BY c.a", json!({"a": 1}));
    check(
        "SELECT * FROM c ORDER BY RANK FullTextScore(c.t, 'x')",
        json!({"documentCount": 1}),
    );
}

#[test]
fn checkpoints_of_other_queries_are_refused() {
    let queries = [
        "SELECT * FROM c",
        "SELECT * FROM c ORDER BY c.a",
        "SELECT VALUE SUM(c.a) FROM c",
        "SELECT c.a FROM c GROUP BY c.a",
        "SELECT TOP 1 * FROM c ORDER BY VectorDistance(c.v, [1])",
        "SELECT TOP 1 * FROM c ORDER BY RANK FullTextScore(c.t, 'x')",
    ];
    for made in queries {
        let checkpoint = merge(made, &[0x10], MergeLimits::default())
            .checkpoint()
            .expect("a checkpoint");
        for used in queries {
            let resumed =
                MergePipeline::resume(&work(used), checkpoint.clone(), MergeLimits::default());
            assert_eq!(resumed.is_ok(), made == used, "{made} -> {used}");
        }
    }
}

#[test]
fn statistics_fill_the_texts_of_components() {
    let query = "SELECT TOP 2 VALUE c.id FROM c ORDER BY RANK RRF(VectorDistance(c.v, [1]), FullTextScore(c.t, 'a', 'b'))";
    let mut merge = merge(query, &[0x10], MergeLimits::default());
    let statistics = |documents: u64| json!({"documentCount": documents, "fullTextStatistics": [{"totalWordCount": 10, "hitCounts": [1, documents]}]});
    assert!(merge.fetches().iter().all(|fetch| {
        fetch
            .text
            .is_some_and(|text| text.contains("documentCount"))
    }));
    fill(
        &mut merge,
        &[(0, vec![statistics(2)]), (1, vec![statistics(3)])],
    )
    .expect("statistics");
    let texts: Vec<String> = merge
        .fetches()
        .iter()
        .filter_map(|fetch| fetch.text.map(str::to_owned))
        .collect();
    assert_eq!(texts.len(), 4, "two components over two ranges");
    for text in &texts {
        assert!(
            text.contains("_FullTextScore(c.t, [\"a\", \"b\"], 5, 20, [2,5])"),
            "{text}"
        );
        assert!(!text.contains("{documentdb"), "{text}");
    }
    let found = |rid: &str, vector: f64, score: f64| json!({"_rid": rid, "orderByItems": [{"item": 0}], "payload": {"payload": rid, "componentScores": [vector, score]}});
    let pages = [
        (0, vec![found("x", 0.9, 1.0)]),
        (1, vec![found("y", 0.5, 3.0)]),
        (2, vec![found("x", 0.9, 1.0)]),
        (3, vec![found("y", 0.5, 3.0), found("z", 0.4, 2.0)]),
    ];
    fill(&mut merge, &pages).expect("candidates");
    // x: 1/61 + 1/63, y: 1/62 + 1/61, z: 1/63 + 1/62.
    assert_eq!(rows(&mut merge), ["y", "x"]);
}

#[test]
fn plans_of_gateways_are_merged() {
    let document = json!({
        "partitionedQueryExecutionInfoVersion": 2,
        "queryInfo": {"distinctType": "None", "top": null, "groupByExpressions": null, "aggregates": ["Sum"], "hasSelectValue": 1,
            "rewrittenQuery": "SELECT VALUE [{\"item\": SUM(c.a)}] FROM c", "hasNonStreamingOrderBy": 0},
        "queryRanges": [{"min": "", "max": "FF", "isMinInclusive": true, "isMaxInclusive": false}],
    });
    let document: PartitionedQueryExecutionInfo = serde_json::from_value(document).expect("a plan");
    let work = Work::from_document(document).expect("work");
    let mut merge =
        MergePipeline::new(&work, &ranges(&[]), MergeLimits::default()).expect("a merge");
    fill(&mut merge, &[(0, vec![json!([{"item": 1.5}])])]).expect("a partial result");
    assert_eq!(rows(&mut merge), [json!(1.5)]);
}

proptest! {
    /// Partial results may be cut and ordered in any way.
    #[test]
    fn aggregates_commute(
        values in prop::collection::vec(prop_oneof![(-9i64..9).prop_map(Json::from), "[ab]".prop_map(Json::from), Just(Json::Null)], 0..9),
        cut in 0usize..9,
        order in any::<bool>(),
    ) {
        let partials = |values: &[Json]| {
            let smallest = values.iter().min_by(|left, right| Value::from(*left).total_cmp(&Value::from(*right)));
            let mut item2 = json!({"count": values.len()});
            if let Some(smallest) = smallest {
                item2["min"] = smallest.clone();
            }
            let total: Option<i64> = values.iter().map(Json::as_i64).sum();
            let sum = total.map_or(json!({}), |total| json!({"item": total}));
            json!({"payload": {"n": {"item": values.len()}, "s": sum, "m": {"item2": item2}, "l": {"item": values}}})
        };
        let query = "SELECT COUNT(c.a) AS n, SUM(c.a) AS s, MIN(c.a) AS m, MAKELIST(c.a) AS l FROM c";
        let (left, right) = values.split_at(cut.min(values.len()));
        let mut whole = merge(query, &[], MergeLimits::default());
        fill(&mut whole, &[(0, vec![partials(&values)])]).unwrap();
        let mut pieces = merge(query, &[0x10], MergeLimits::default());
        let mut pages = vec![(0, vec![partials(left)]), (1, vec![partials(right)])];
        if order {
            pages.reverse();
        }
        fill(&mut pieces, &pages).unwrap();
        prop_assert_eq!(rows(&mut whole), rows(&mut pieces));
    }
}
