//! Random items, filters and policies.

use proptest::prelude::*;
use serde_json::{Value, json};

/// Items that are written at most.
pub(super) const IDS: usize = 48;

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-2i64..4).prop_map(Value::from),
        prop::sample::select(vec![0.5, -1.5, 9_007_199_254_740_993.0]).prop_map(Value::from),
        Just(json!(9_007_199_254_740_993_u64)),
        prop::sample::select(vec!["", "a", "ab", "b%", "a\u{0}b", "é"]).prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        5 => scalar(),
        1 => prop::collection::vec(scalar(), 0..4).prop_map(Value::from),
        1 => scalar().prop_map(|inner| json!({ "n": inner })),
        1 => prop::collection::vec(scalar().prop_map(|inner| json!({ "n": inner })), 0..3).prop_map(Value::from),
    ]
}

/// The members of an item besides its id and key.
pub(super) fn members() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec!["x", "x", "y", "y", "t", "t", "z", "z", "cp"]);
    let values = prop::collection::btree_map(name, value(), 0..5);
    let words = prop_oneof![3 => text().prop_map(Value::from), 1 => value()];
    let element = prop::sample::select(vec![0.0, 1.0, -0.1, 0.3, 16_777_217.0]);
    let vector = prop_oneof![
        4 => prop::collection::vec(element, 2).prop_map(Value::from),
        1 => value(),
    ];
    let shape = prop_oneof![6 => geometry(), 1 => value()];
    let more = (
        prop::option::of(words),
        prop::option::of(vector),
        prop::option::of(shape),
    );
    (values, more).prop_map(|(members, (text, vector, shape))| {
        let text = text.map(|text| ("text", text)).into_iter();
        let text = text.chain(shape.map(|shape| ("loc", shape)));
        let vector = vector.map(|vector| ("v", vector));
        let members = members.into_iter().chain(text).chain(vector);
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    })
}

/// Points, lines and areas around the date line and elsewhere.
fn geometry() -> impl Strategy<Value = Value> {
    let place = || {
        let east = prop::sample::select(vec![-179.9, -1.0, 0.0, 0.001, 2.0, 90.0, 179.95]);
        (
            east,
            prop::sample::select(vec![-89.0, -0.5, 0.0, 0.002, 45.0, 88.0]),
        )
    };
    prop_oneof![
        4 => place().prop_map(|(east, north)| json!({"type": "Point", "coordinates": [east, north]})),
        1 => (place(), place()).prop_map(|(one, other)| {
            json!({"type": "LineString", "coordinates": [[one.0, one.1], [other.0, other.1]]})
        }),
        2 => (place(), 0.0005..3.0_f64).prop_map(|((east, north), size)| {
            let (east, north) = (f64::min(east, 176.0), f64::min(north, 85.0));
            let (right, top) = (east + size, north + size);
            json!({"type": "Polygon", "coordinates": [[
                [east, north], [right, north], [right, top], [east, top], [east, north],
            ]]})
        }),
    ]
}

/// A few words.
fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["red", "Red", "bicycle", "the", "1,977", "été"]);
    prop::collection::vec(word, 0..5).prop_map(|words| words.join(" "))
}

fn path() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "c.x",
        "c.y",
        "c.t",
        "c.z",
        "c.x.n",
        "c['t'][0]",
        "c.id",
        "c.pk",
        "c._ts",
        "c.cp",
        "c.cp.n",
    ])
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => scalar().prop_map(|value| value.to_string()),
        1 => Just("undefined".to_owned()),
        1 => Just("[1]".to_owned()),
        1 => Just("{\"n\": 1}".to_owned()),
        1 => (0..IDS).prop_map(|id| format!("'{id}'")),
    ]
}

/// A filter over `c`.
pub(super) fn filter() -> impl Strategy<Value = String> {
    let operator = || prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let check = prop::sample::select(vec![
        "IS_DEFINED",
        "IS_NULL",
        "IS_BOOL",
        "IS_NUMBER",
        "IS_STRING",
        "IS_ARRAY",
        "IS_OBJECT",
        "IS_PRIMITIVE",
        "IS_INTEGER",
    ]);
    let test = prop::sample::select(vec!["STARTSWITH", "CONTAINS", "ENDSWITH", "STRINGEQUALS"]);
    let pattern = prop::sample::select(vec!["a%", "%b", "ab", "a_", "b!%", "%"]);
    let few = || prop::sample::select(vec!["1", "2", "'a'", "'2'", "null", "true"]);
    let fixed = prop::sample::select(vec![
        "c.x = $a AND c.y = $b",
        "c.x = $a AND c.y > $b",
        "c.x IN ($a, 1) AND c.y < $b",
        "c.y = $a AND c.z = $b",
        "c.y = $a AND c.z = $b AND c.id >= '2' AND c.id < '4'",
        "c.x = $a AND c.cp >= $b",
        "c.x = $a AND c.cp = $b",
        "STARTSWITH(c.y, 'a') AND c.x = $a",
    ]);
    let leaf = prop_oneof![
        4 => (fixed, few(), few()).prop_map(|(text, a, b)| text.replace("$a", a).replace("$b", b)),
        4 => (path(), operator(), literal()).prop_map(|(path, operator, value)| format!("{path} {operator} {value}")),
        1 => (path(), operator(), literal()).prop_map(|(path, operator, value)| format!("{value} {operator} {path}")),
        1 => (path(), operator(), path()).prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
        2 => (path(), literal(), literal()).prop_map(|(path, low, high)| format!("({path} BETWEEN {low} AND {high})")),
        2 => (path(), prop::collection::vec(literal(), 1..4)).prop_map(|(path, list)| format!("{path} IN ({})", list.join(", "))),
        1 => (check, path()).prop_map(|(check, path)| format!("{check}({path})")),
        2 => (test, path(), literal(), any::<bool>()).prop_map(|(test, path, value, case)| format!("{test}({path}, {value}, {case})")),
        1 => (path(), pattern).prop_map(|(path, pattern)| format!("{path} LIKE '{pattern}' ESCAPE '!'")),
        1 => (path(), literal()).prop_map(|(path, value)| format!("ARRAY_CONTAINS({path}, {value})")),
        1 => (path(), literal()).prop_map(|(path, value)| format!("ARRAY_CONTAINS({path}, {{n: {value}}}, true)")),
        1 => (path(), literal()).prop_map(|(path, value)| format!("ARRAY_CONTAINS([{value}, 1, 'a'], {path})")),
        1 => (path(), literal()).prop_map(|(path, value)| format!("EXISTS(SELECT VALUE e FROM e IN {path} WHERE e = {value})")),
        1 => (path(), literal()).prop_map(|(path, value)| format!("EXISTS(SELECT VALUE e FROM e IN {path} WHERE e.n > {value})")),
        1 => geometry().prop_map(|shape| format!("ST_WITHIN(c.loc, {shape})")),
        1 => geometry().prop_map(|shape| format!("ST_INTERSECTS({shape}, c.loc)")),
        2 => (geometry(), prop::sample::select(vec!["< 0", "<= 0", "< 50", "< 300000", "<= 4e6", "> 10", "= 0"]))
            .prop_map(|(shape, limit)| format!("ST_DISTANCE(c.loc, {shape}) {limit}")),
        1 => text().prop_map(|term| format!("FullTextContains(c.text, '{term}')")),
        1 => (text(), text()).prop_map(|(one, other)| format!("FullTextContainsAll(c.text, '{one}', '{other}')")),
        1 => (text(), text()).prop_map(|(one, other)| format!("FullTextContainsAny(c.text, '{one}', '{other}')")),
        1 => path().prop_map(str::to_owned),
        1 => path().prop_map(|path| format!("NOT {path}")),
        1 => (path(), literal()).prop_map(|(path, value)| format!("ABS({path}) = {value}")),
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

/// What a query selects and joins: text before and after, between which the filter stands.
pub(super) fn shape() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("SELECT VALUE c.id FROM c WHERE ", ""),
        ("SELECT * FROM c WHERE ", ""),
        ("SELECT c.id, c.x, t FROM c JOIN t IN c.t WHERE ", ""),
        (
            "SELECT VALUE {id: c.id, t: t} FROM c JOIN t IN c.t WHERE t = 1 AND ",
            "",
        ),
        ("SELECT VALUE COUNT(1) FROM c WHERE ", ""),
        ("SELECT VALUE SUM(c.x) FROM c WHERE IS_NUMBER(c.x) AND ", ""),
        (
            "SELECT c.y, COUNT(1) AS k, MIN(c.x) AS m FROM c WHERE ",
            " GROUP BY c.y",
        ),
        ("SELECT DISTINCT VALUE c.x FROM c WHERE ", ""),
        (
            "SELECT c.pk, c.z, COUNT(c.y) AS k, AVG(c._ts) AS a, MAX(c.id) AS m FROM c WHERE ",
            " GROUP BY c.pk, c.z",
        ),
        (
            "SELECT SUM(c.x) AS s, MIN(c.y) AS least, MAX(c.y) AS most FROM c WHERE ",
            "",
        ),
        ("SELECT DISTINCT c.pk, c.z FROM c WHERE ", ""),
        ("SELECT TOP 5 VALUE c.id FROM c WHERE ", ""),
        ("SELECT VALUE c.id FROM c WHERE ", " OFFSET 3 LIMIT 6"),
    ])
}

/// Keys of ORDER BY that the policies of these tests allow.
pub(super) fn order() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "c.x",
        "c.x DESC",
        "c.y ASC",
        "c.y DESC",
        "c.t DESC",
        "c.x.n",
        "c._ts DESC",
        "c.id",
        "c.x ASC, c.y DESC",
        "c.x DESC, c.y ASC",
        "c.y, c.z, c.id",
        "c.y DESC, c.z DESC, c.id DESC",
        "c.cp",
        "c.cp DESC",
        "c.x, c.cp",
        "c.x DESC, c.cp DESC",
    ])
}

/// Distances to order by.
pub(super) fn distance() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "VectorDistance(c.v, [1, 0.2])",
        "VectorDistance([0.5, -1], c.v)",
        "VectorDistance(c.v, [0.5, -1], false, {distanceFunction: 'cosine'})",
        "VectorDistance(c.v, [1])",
    ])
}

/// Policies: everything, nothing, and some of it.
pub(super) fn policy() -> impl Strategy<Value = Value> {
    let composites = json!([
        [{"path": "/x", "order": "ascending"}, {"path": "/y", "order": "descending"}],
        [{"path": "/y", "order": "ascending"}, {"path": "/z", "order": "ascending"}, {"path": "/id", "order": "ascending"}],
        [{"path": "/x", "order": "ascending"}, {"path": "/cp", "order": "ascending"}],
    ]);
    let of = move |included: &[&str], excluded: &[&str]| {
        let paths = |paths: &[&str]| -> Value {
            let paths = paths.iter();
            paths.map(|path| json!({ "path": path })).collect()
        };
        json!({"includedPaths": paths(included), "excludedPaths": paths(excluded), "compositeIndexes": composites, "fullTextIndexes": [{"path": "/text"}], "vectorIndexes": [{"path": "/v", "type": "flat"}], "spatialIndexes": [{"path": "/loc/*", "types": ["Point", "LineString", "Polygon", "MultiPolygon"]}]})
    };
    prop::sample::select(vec![
        of(&["/*", "/cp/?", "/cp/n/?"], &[]),
        of(&["/*", "/cp/*"], &["/z/?", "/pk/?"]),
        of(&["/x/?", "/y/?", "/t/*", "/x/n/?", "/cp/?"], &["/*"]),
        of(&["/x/?", "/y/?", "/t/?", "/x/n/?", "/cp/?"], &["/*"]),
    ])
}
