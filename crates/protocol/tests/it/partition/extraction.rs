//! Keys out of documents: compared with a plain walk over the parsed tree.

use cosmokit_protocol::partition::{
    PartitionKey, PartitionKeyDefinition, PartitionKeyError, PartitionKeyValue,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn check(paths: &[&'static str], document: &str, expected: impl Into<PartitionKey>) {
    let definition = PartitionKeyDefinition::from_paths(paths.iter().copied());
    assert_eq!(
        definition.extract(document.as_bytes()),
        Ok(expected.into()),
        "{paths:?} in {document}"
    );
}

const UNDEFINED: PartitionKeyValue = PartitionKeyValue::UNDEFINED;

#[test]
fn values_of_every_kind() {
    check(&["/pk"], r#"{"id":"1","pk":"a"}"#, "a");
    check(&["/pk"], r#"{"pk":""}"#, "");
    check(&["/pk"], r#"{"pk":"gr\u00f6\u00dfe \"x\""}"#, "größe \"x\"");
    check(&["/pk"], r#"{"pk":5}"#, 5);
    check(&["/pk"], r#"{"pk":-5.5e1}"#, -55);
    check(&["/pk"], r#"{"pk":18446744073709551615}"#, u64::MAX);
    check(&["/pk"], r#"{"pk":true}"#, true);
    check(&["/pk"], r#"{"pk":null}"#, PartitionKey::NULL);
    check(&["/pk"], r#"{"pk":[]}"#, UNDEFINED);
    check(&["/pk"], r#"{"pk":["a"]}"#, UNDEFINED);
    check(&["/pk"], r#"{"pk":{}}"#, UNDEFINED);
    check(&["/pk"], r#"{"pk":{"pk":"a"}}"#, UNDEFINED);
    check(&["/pk"], "{}", UNDEFINED);
    check(
        &["/pk"],
        " \n{ \"a\" : [ { \"pk\" : 1 } ] , \"pk\" : 2 } \t",
        2,
    );
}

#[test]
fn nested_quoted_and_shared_paths() {
    check(&["/a/b"], r#"{"a":{"c":1,"b":"x","d":[{}]},"b":"y"}"#, "x");
    check(&["/a/b"], r#"{"a":"x"}"#, UNDEFINED);
    check(&["/a/b"], r#"{"a":[{"b":1}]}"#, UNDEFINED);
    check(&["/a/b"], r#"{"a":null}"#, UNDEFINED);
    check(&["/\"a/b\"/c"], r#"{"a":{"b":1},"a/b":{"c":2}}"#, 2);
    check(&["/größe"], r#"{"gr\u00f6\u00dfe":1}"#, 1);
    check(
        &["/a/b", "/a/c", "/a"],
        r#"{"a":{"c":1,"b":2}}"#,
        (2, 1, UNDEFINED),
    );
    check(&["/a", "/a/b"], r#"{"a":1}"#, (1, UNDEFINED));
    check(&["/a", "/a"], r#"{"a":1}"#, (1, 1));
    check(&["/t", "/u"], r#"{"u":"2","t":"1"}"#, ("1", "2"));
}

#[test]
fn of_duplicates_the_last_counts() {
    check(&["/a"], r#"{"a":1,"a":2}"#, 2);
    check(&["/a"], r#"{"a":1,"a":[]}"#, UNDEFINED);
    check(&["/a"], r#"{"a":1,"a":{}}"#, UNDEFINED);
    check(&["/a/b"], r#"{"a":{"b":1},"a":{"c":2}}"#, UNDEFINED);
    check(&["/a/b"], r#"{"a":{"b":1},"a":3}"#, UNDEFINED);
    check(&["/a/b"], r#"{"a":{"b":1},"a":[1,2]}"#, UNDEFINED);
    check(&["/a/b"], r#"{"a":3,"a":{"b":1}}"#, 1);
    check(&["/a/b", "/a"], r#"{"a":3,"a":{"b":1}}"#, (1, UNDEFINED));
}

#[test]
fn what_is_skipped_may_be_deep_or_odd() {
    let deep = format!(
        "{{\"x\":{}{},\"pk\":1}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    check(&["/pk"], &deep, 1);
    check(&["/pk"], r#"{"lone\ud800":"\udfff","pk":1}"#, 1);
    check(&["/pk"], r#"{"big":1e999,"pk":1}"#, 1);
}

#[test]
fn broken_documents_are_refused() {
    let definition = PartitionKeyDefinition::from("/a/b");
    for bad in [
        "",
        " ",
        "x",
        "null",
        "1",
        "\"a\"",
        "[]",
        "[{\"a\":1}]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{\"a\":1}}",
        "{\"a\":1} x",
        "{a:1}",
        "{\"a\":{\"b\":tru}}",
        "{\"a\":{\"b\":1e999}}",
        "{\"x\":[1,}",
        "{\"a\":{\"b\":\"\\ud800\"}}",
        "{\"a\":{\"b\":\"\u{1}\"}}",
    ] {
        let result = definition.extract(bad.as_bytes());
        assert!(
            matches!(result, Err(PartitionKeyError::InvalidDocument { .. })),
            "{bad:?}: {result:?}"
        );
    }
    assert!(definition.extract(b"{\"a\":{\"b\":\"\xFF\"}}").is_err());
}

#[test]
fn broken_definitions_are_refused() {
    let refused = |paths: &[&'static str]| {
        PartitionKeyDefinition::from_paths(paths.iter().copied())
            .extract(b"{}")
            .unwrap_err()
    };
    assert!(matches!(
        refused(&["a"]),
        PartitionKeyError::InvalidPath { .. }
    ));
    assert!(matches!(
        refused(&["/a", "/\"b"]),
        PartitionKeyError::InvalidPath { .. }
    ));
    assert!(matches!(
        refused(&["/a", "/b", "/c", "/d"]),
        PartitionKeyError::WrongNumberOfPaths { actual: 4, .. }
    ));
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |value| value.is_finite())
            .prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

fn walk(document: &Value, path: &str) -> PartitionKeyValue {
    let found = path
        .split('/')
        .skip(1)
        .try_fold(document, |value, name| value.as_object()?.get(name));
    match found {
        Some(Value::Null) => PartitionKeyValue::NULL,
        Some(Value::Bool(value)) => (*value).into(),
        Some(Value::Number(number)) => {
            PartitionKeyValue::try_from(number.as_f64().unwrap()).unwrap()
        }
        Some(Value::String(text)) => text.into(),
        _ => UNDEFINED,
    }
}

proptest! {
    #[test]
    fn extraction_agrees_with_a_walk_over_the_tree(
        root in prop::collection::btree_map("[abc]", tree(), 0..4),
        paths in prop::collection::vec("(/[abc]){1,3}", 1..=3),
    ) {
        let document = json!(root);
        let expected: Vec<_> = paths.iter().map(|path| walk(&document, path)).collect();
        let definition = PartitionKeyDefinition::from_paths(paths);
        let key = definition.extract(document.to_string().as_bytes()).unwrap();
        prop_assert_eq!(key.values(), &expected[..]);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = PartitionKeyDefinition::from(("/a", "/a/b")).extract(&bytes);
    }
}
