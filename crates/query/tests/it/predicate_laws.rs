//! A document that passes a filter fulfils what the filter asks of indexes; an exact predicate says all of the filter.

use cosmokit_protocol::resource::{IndexPath, IndexStep};
use cosmokit_query::index::spatial::{keys_of, ranges_near};
use cosmokit_query::index::text::{TextKeys, words_of_term};
use cosmokit_query::index::{Accuracy, Edge, Predicate, Term, Test, Wanted};
use cosmokit_query::value::{OrderKey, Value};
use cosmokit_query::{Program, Schema, Surface};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::world::run_query;

/// All values of a document at a path.
fn values(document: &Json, path: &IndexPath) -> Vec<Json> {
    let mut found = vec![document.clone()];
    for step in path.steps() {
        found = found
            .iter()
            .flat_map(|value| match step {
                IndexStep::Property(name) => {
                    value.get(&**name).cloned().into_iter().collect::<Vec<_>>()
                }
                IndexStep::AnyElement => value.as_array().cloned().unwrap_or_default(),
            })
            .collect();
    }
    found
}

fn inside(key: &OrderKey, low: Option<&Edge>, high: Option<&Edge>) -> bool {
    let above = low.is_none_or(|low| *key > low.key || (low.included && *key == low.key));
    let below = high.is_none_or(|high| *key < high.key || (high.included && *key == high.key));
    let rank = low.or(high).map(|edge| edge.key.rank());
    above && below && rank.is_none_or(|rank| rank == key.rank())
}

fn fulfils_term(document: &Json, term: &Term) -> bool {
    values(document, &term.path).iter().any(|value| {
        let value = Value::from(value);
        let key = OrderKey::from(&value);
        match &term.test {
            Test::Values(keys) => keys.contains(&key),
            Test::Between(low, high) => inside(&key, low.as_ref(), high.as_ref()),
            Test::Prefix(prefix) => value
                .as_str()
                .is_some_and(|text| text.starts_with(&**prefix)),
            Test::Defined | Test::Inspect => true,
            Test::Words { terms, wanted } => has_words(&value, terms, *wanted),
            Test::Shape {
                geometry, distance, ..
            } => is_near(&value, geometry, *distance),
            Test::Types(types) => types.contains(&value.rank()),
        }
    })
}

fn has_words(value: &Value<'_>, terms: &[Box<str>], wanted: Wanted) -> bool {
    let Some(keys) = TextKeys::of(value) else {
        return false;
    };
    let has = |term: &str| {
        let words = words_of_term(term);
        !words.is_empty() && words.iter().all(|word| keys.count(word) > 0)
    };
    match wanted {
        Wanted::All => terms.iter().all(|term| has(term)),
        Wanted::Any => terms.iter().any(|term| has(term)),
    }
}

/// Whether a spatial index would find the value.
fn is_near(value: &Value<'_>, geometry: &Value<'_>, distance: f64) -> bool {
    let ranges = ranges_near(geometry, Surface::Geography, distance);
    let mut found = false;
    keys_of(value, Surface::Geography, &mut |key| {
        found |= ranges.iter().any(|range| range.contains(&key));
    });
    found
}

fn fulfils(document: &Json, predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Any => true,
        Predicate::Nothing => false,
        Predicate::All(parts) => parts.iter().all(|part| fulfils(document, part)),
        Predicate::One(parts) => parts.iter().any(|part| fulfils(document, part)),
        Predicate::Term(term) => fulfils_term(document, term),
    }
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Json::from),
        (-2i64..3).prop_map(Json::from),
        prop::sample::select(vec!["", "a", "ab", "b%"]).prop_map(Json::from),
    ]
}

fn document() -> impl Strategy<Value = Json> {
    let value = prop_oneof![
        4 => scalar(),
        1 => prop::collection::vec(scalar(), 0..3).prop_map(Json::from),
        1 => (scalar()).prop_map(|inner| json!({"n": inner})),
        1 => (-2_i64..3, -2_i64..3).prop_map(|(x, y)| json!({"type": "Point", "coordinates": [x, y]})),
        1 => "((a|b|ab)[ .]){0,3}".prop_map(Json::from),
    ];
    prop::collection::btree_map(prop::sample::select(vec!["x", "y", "t"]), value, 0..4).prop_map(
        |members| {
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        },
    )
}

fn path() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["c.x", "c.y", "c.t", "c.x.n", "c['t'][0]"]).prop_map(str::to_owned)
}

fn literal() -> impl Strategy<Value = String> {
    scalar().prop_map(|value| value.to_string())
}

fn condition() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let check = prop::sample::select(vec![
        "IS_DEFINED",
        "IS_NULL",
        "IS_BOOL",
        "IS_NUMBER",
        "IS_STRING",
        "IS_ARRAY",
        "IS_OBJECT",
        "IS_PRIMITIVE",
    ]);
    let text = prop::sample::select(vec!["STARTSWITH", "CONTAINS", "ENDSWITH", "STRINGEQUALS"]);
    let pattern = prop::sample::select(vec!["a%", "%b", "ab", "a_", "b!%"]);
    let leaf = prop_oneof![
        (path(), operator.clone(), literal())
            .prop_map(|(path, operator, value)| format!("{path} {operator} {value}")),
        (path(), operator, literal())
            .prop_map(|(path, operator, value)| format!("{value} {operator} {path}")),
        (path(), literal(), literal())
            .prop_map(|(path, low, high)| format!("({path} BETWEEN {low} AND {high})")),
        (path(), prop::collection::vec(literal(), 1..4))
            .prop_map(|(path, list)| format!("{path} IN ({})", list.join(", "))),
        (check, path()).prop_map(|(check, path)| format!("{check}({path})")),
        (text, path(), literal(), any::<bool>())
            .prop_map(|(text, path, value, case)| format!("{text}({path}, {value}, {case})")),
        (path(), pattern).prop_map(|(path, pattern)| format!("{path} LIKE '{pattern}' ESCAPE '!'")),
        (path(), literal()).prop_map(|(path, value)| format!("ARRAY_CONTAINS({path}, {value})")),
        (path(), literal())
            .prop_map(|(path, value)| format!("ARRAY_CONTAINS([{value}, 1, 'a'], {path})")),
        (path(), literal()).prop_map(|(path, value)| format!(
            "EXISTS(SELECT VALUE e FROM e IN {path} WHERE e = {value})"
        )),
        (path(), 0_u32..4).prop_map(|(path, degrees)| format!(
            "ST_DISTANCE({path}, {{'type': 'Point', 'coordinates': [0, 1]}}) < {}",
            degrees * 111_000
        )),
        (path(), prop::sample::select(vec!["ST_WITHIN", "ST_INTERSECTS"])).prop_map(
            |(path, function)| format!(
                "{function}({path}, {{'type': 'Polygon', 'coordinates': [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}})"
            )
        ),
        (path(), prop::sample::select(vec!["", "All", "Any"]))
            .prop_map(|(path, words)| format!("FullTextContains{words}({path}, 'ab')")),
        path(),
        path().prop_map(|path| format!("NOT {path}")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let joined = (
            prop::collection::vec(inner.clone(), 2..4),
            prop::sample::select(vec![" AND ", " OR "]),
        );
        prop_oneof![
            3 => joined.prop_map(|(parts, word)| format!("({})", parts.join(word))),
            1 => inner.prop_map(|inner| format!("NOT ({inner})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn predicates_cover_their_filters(filter in condition(), documents in prop::collection::vec(document(), 1..6)) {
        let query = format!("SELECT * FROM c WHERE {filter}");
        let program = Program::compile(&query, &Schema::default()).unwrap();
        let predicate = program.predicate(&[]);
        let exact = predicate != Predicate::Any && predicate.terms().iter().all(|term| term.accuracy == Accuracy::Exact);
        for document in documents {
            let passes = !run_query(&query, &Schema::default(), &[], &[document.to_string()]).unwrap().is_empty();
            let fulfilled = fulfils(&document, &predicate);
            prop_assert!(!passes || fulfilled, "{} passes {} but not {:?}", document, filter, predicate);
            if exact {
                prop_assert_eq!(passes, fulfilled, "{} {} {:?}", document, filter, predicate);
            }
        }
    }
}
