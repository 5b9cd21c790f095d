//! Tables and laws of values.

use cosmokit_protocol::value::Number;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

fn raw(text: &str) -> Value<'_> {
    Raw::new(text.as_bytes()).value()
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-4i64..4).prop_map(Json::from),
        any::<f64>()
            .prop_filter("finite", |v| v.is_finite())
            .prop_map(Json::from),
        "[a-c\"\\\\\n é\u{1F600}]{0,4}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-c]{0,2}", inner, 0..4).prop_map(Json::from_iter),
        ]
    })
}

#[test]
fn parts_are_found_in_bytes() {
    let text = r#" { "a" : [ 1 , "x]\"" , { "b" : null } ] , "c\u0041" : {"d":{}} , "e":-1.5e3 } "#;
    let value = raw(text);
    assert_eq!(value.member("a").element(0), Value::from(1i64));
    assert_eq!(value.member("a").element(1), Value::from("x]\""));
    assert_eq!(value.member("a").element(2).member("b"), Value::Null);
    assert_eq!(value.member("a").element(3), Value::Undefined);
    assert_eq!(value.member("cA").member("d"), raw("{}"));
    assert_eq!(value.member("e"), Value::from(-1500.0));
    assert_eq!(value.member("missing"), Value::Undefined);
    assert_eq!(value.member("a").as_array().unwrap().len(), 3);
    assert_eq!(value.element(0), Value::Undefined);
}

#[test]
fn broken_bytes_end_quietly() {
    for text in [
        "",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "[1,",
        "[",
        "\"",
        "tru",
        "{]",
        "[}",
        "{\"a\" 1}",
        "\\",
        "[,]",
    ] {
        let value = raw(text);
        let _ = (
            value.member("a"),
            value.element(0),
            structural_hash(&value),
            value.to_json_text(),
        );
    }
}

#[test]
fn equality_looks_inside() {
    let check = |left: &str, right: &str, expected: bool| {
        assert_eq!(raw(left) == raw(right), expected, "{left} {right}");
    };
    check("1", "1.0", true);
    check("9007199254740993", "9007199254740992.0", false);
    check(r#"{"a":1,"b":[2]}"#, r#"{ "b" : [2.0], "a":1 }"#, true);
    check(r#"{"a":1}"#, r#"{"a":1,"b":1}"#, false);
    check("[1,2]", "[2,1]", false);
    check(r#""\u0041""#, r#""A""#, true);
    check("null", "false", false);
}

#[test]
fn arrays_and_objects_follow_the_reference_order() {
    let check = |ascending: [&str; 4]| {
        for pair in ascending.windows(2) {
            assert!(raw(pair[0]).total_cmp(&raw(pair[1])).is_lt(), "{pair:?}");
        }
    };
    check([r#"["a"]"#, "[]", r#"["a","b","c"]"#, r#"["a","b"]"#]);
    check([r#"{"a":"a"}"#, "{}", r#"{"a":"b"}"#, r#"{"a":"c"}"#]);
}

#[test]
fn deep_values_do_not_exhaust_the_stack() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let other = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(raw(&deep), raw(&deep));
    assert_ne!(raw(&deep), raw(&other));
    assert_ne!(structural_hash(&raw(&deep)), structural_hash(&raw(&other)));
    let _ = raw(&deep).into_owned();
}

proptest! {
    #[test]
    fn bytes_and_memory_agree(json in any_json()) {
        let text = serde_json::to_string_pretty(&json).unwrap();
        let borrowed = raw(&text);
        let owned = Value::from(&json);
        prop_assert_eq!(&borrowed, &owned);
        prop_assert_eq!(structural_hash(&borrowed), structural_hash(&owned));
        prop_assert_eq!(borrowed.total_cmp(&owned), std::cmp::Ordering::Equal);
        prop_assert_eq!(&borrowed.clone().into_owned(), &owned);
        for value in [&borrowed, &owned] {
            prop_assert_eq!(value.to_json().as_ref().map(Value::from), Some(Value::from(&json)));
        }
        let mut compact = Vec::new();
        borrowed.write_compact(&mut compact);
        prop_assert_eq!(Value::from_slice(&compact).unwrap(), owned);
    }

    #[test]
    fn order_is_total(a in any_json(), b in any_json(), c in any_json()) {
        let (a, b, c) = (Value::from(&a), Value::from(&b), Value::from(&c));
        prop_assert_eq!(a.total_cmp(&b), b.total_cmp(&a).reverse());
        prop_assert_eq!(a == b, a.total_cmp(&b).is_eq());
        prop_assert_eq!(a.total_cmp(&b), OrderKey::from(&a).cmp(&OrderKey::from(&b)));
        if a.total_cmp(&b).is_le() && b.total_cmp(&c).is_le() {
            prop_assert!(a.total_cmp(&c).is_le());
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(prop_oneof![
        Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b'"'), Just(b'\\'), Just(b':'), Just(b','), Just(b' '),
        any::<u8>()
    ], 0..64)) {
        let value = Raw::new(&bytes).value();
        let _ = (value.member("a"), value.element(1), structural_hash(&value), value.clone().into_owned());
    }
}

#[test]
fn numbers_of_json_keep_their_precision() {
    let check = |json: Json, number: Number| {
        assert_eq!(Value::from(&json), Value::Number(number), "{json}");
    };
    check(
        json!(9_007_199_254_740_993_i64),
        Number::from(9_007_199_254_740_993_i64),
    );
    check(json!(u64::MAX), Number::from(u64::MAX));
    check(json!(0.1), Number::from(0.1));
}
