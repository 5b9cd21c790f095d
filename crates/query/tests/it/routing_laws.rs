//! A document that fulfils a filter lies in the ranges that the plan names, whatever the filter says.

use cosmokit_protocol::partition::{
    EffectivePartitionKey, PartitionKeyDefinition, PartitionKeyKind, PartitionKeyVersion,
};
use cosmokit_query::Schema;
use cosmokit_query::plan::PreparedQuery;
use cosmokit_query::value::Value;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::world::run_query;

fn constant() -> impl Strategy<Value = String> {
    let constants = [
        "1",
        "-1",
        "2.0",
        "0",
        "'a'",
        "'b'",
        "'ab'",
        "true",
        "false",
        "null",
        "undefined",
        "[1]",
        "{}",
        "@p",
        "@q",
        "@list",
    ];
    prop::sample::select(constants.to_vec()).prop_map(str::to_owned)
}

fn subject() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["c.k", "c['k']", "c.l.m", "c.x", "ABS(c.k)", "c.l"])
        .prop_map(str::to_owned)
}

fn condition() -> BoxedStrategy<String> {
    let operator = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        4 => (subject(), operator.clone(), constant()).prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
        1 => (constant(), operator, subject()).prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
        2 => (subject(), prop::sample::select(vec!["IN", "NOT IN"]), prop::collection::vec(constant(), 1..4))
            .prop_map(|(left, operator, list)| format!("({left} {operator} ({}))", list.join(", "))),
        1 => (subject(), constant(), constant()).prop_map(|(value, low, high)| format!("({value} BETWEEN {low} AND {high})")),
        1 => (subject(), prop::sample::select(vec!["'a'", "'a%'", "'!a'", "@q"]), prop::sample::select(vec!["", " ESCAPE '!'"]))
            .prop_map(|(value, pattern, escape)| format!("({value} LIKE {pattern}{escape})")),
        2 => (prop::sample::select(vec!["IS_NULL", "IS_BOOL", "IS_DEFINED", "IS_STRING", "IS_NUMBER"]), subject())
            .prop_map(|(function, value)| format!("{function}({value})")),
        1 => (prop::sample::select(vec!["[1, 'a', null]", "@list", "[@p, @q]", "[[1], {}]"]), subject())
            .prop_map(|(list, value)| format!("ARRAY_CONTAINS({list}, {value})")),
        1 => (subject(), prop::sample::select(vec!["'a'", "''", "@q"])).prop_map(|(value, prefix)| format!("STARTSWITH({value}, {prefix})")),
        1 => subject(),
        1 => prop::sample::select(vec!["true", "false", "@b", "1"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone())
                .prop_map(|(left, right)| format!("({left} AND {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} OR {right})")),
            inner.prop_map(|condition| format!("(NOT {condition})")),
        ]
    })
    .boxed()
}

fn value() -> impl Strategy<Value = Option<Json>> {
    let values = [
        json!(1),
        json!(-1),
        json!(2),
        json!(0),
        json!("a"),
        json!("b"),
        json!("ab"),
        json!("abc"),
        json!(true),
        json!(false),
        json!(null),
        json!([1]),
        json!({}),
    ];
    prop::option::weighted(0.9, prop::sample::select(values.to_vec()))
}

fn document() -> impl Strategy<Value = Json> {
    (value(), value(), value()).prop_map(|(k, m, x)| {
        let named = |name: &str, value: Option<Json>| value.map(|value| (name.to_owned(), value));
        let inner: serde_json::Map<String, Json> = named("m", m).into_iter().collect();
        let outer = [named("k", k), named("x", x), named("l", Some(inner.into()))];
        Json::Object(outer.into_iter().flatten().collect())
    })
}

fn definitions() -> [PartitionKeyDefinition; 5] {
    let legacy = PartitionKeyDefinition::from(("/k", "/l/m")).with_kind(PartitionKeyKind::Hash);
    [
        PartitionKeyDefinition::from("/k"),
        PartitionKeyDefinition::from("/k").with_version(PartitionKeyVersion::V1),
        PartitionKeyDefinition::from(("/k", "/l/m")),
        legacy,
        PartitionKeyDefinition::from("/k")
            .with_kind(PartitionKeyKind::Range)
            .with_version(PartitionKeyVersion::V1),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_row_is_routed_past(condition in condition(), documents in prop::collection::vec(document(), 1..8), known in any::<bool>()) {
        let query = format!("SELECT * FROM c WHERE {condition}");
        let given = [("@p", json!(1)), ("@q", json!("a")), ("@list", json!([1, "b", [2]])), ("@b", json!(true))];
        let parameters: Vec<(String, Value<'static>)> = given.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value))).collect();
        for definition in definitions() {
            let prepared = PreparedQuery::prepare(&query, &Schema::default(), &definition).unwrap();
            // A parameter that the planner does not know may have any value.
            let told = parameters.iter().filter(|_| known).map(|(name, value)| (name.as_str(), value.clone()));
            let plan = prepared.plan(told).unwrap();
            let ranges = plan.key_ranges().epk_ranges(&definition);
            prop_assert!(ranges.is_sorted_by(|left, right| left.max() <= right.min()), "{} {:?}", query, ranges);
            for document in &documents {
                let text = document.to_string();
                let rows = run_query(&query, &Schema::default(), &parameters, std::slice::from_ref(&text)).unwrap();
                let point = EffectivePartitionKey::of(&definition.extract(text.as_bytes()).unwrap(), &definition).unwrap();
                let routed = ranges.iter().any(|range| range.contains(&point));
                prop_assert!(rows.is_empty() || routed, "{} over {} by {:?}: {:?}", query, text, definition.paths(), ranges);
            }
        }
    }
}
