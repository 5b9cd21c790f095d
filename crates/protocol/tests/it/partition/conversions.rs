//! What becomes a partition key, and how exactly.

use std::borrow::Cow;
use std::collections::HashSet;

use cosmokit_protocol::partition::{PartitionKey, PartitionKeyError, PartitionKeyValue};
use proptest::prelude::*;

use super::strategies::key_value;

fn check(key: impl Into<PartitionKey>, header: &str) {
    assert_eq!(key.into().to_header(), header);
}

#[test]
fn strings_of_any_lifetime() {
    let owned = String::from("tenant");
    check(owned.as_str(), r#"["tenant"]"#);
    check(&owned, r#"["tenant"]"#);
    check(Cow::Borrowed(&owned[1..]), r#"["enant"]"#);
    check(Cow::<str>::Owned(owned.clone()), r#"["tenant"]"#);
    check(owned.clone().into_boxed_str(), r#"["tenant"]"#);
    check(owned, r#"["tenant"]"#);
    check("x".repeat(5000), &format!("[\"{}\"]", "x".repeat(5000)));
}

#[test]
fn every_integer_is_kept_exactly() {
    check(i8::MIN, "[-128]");
    check(i16::MIN, "[-32768]");
    check(i32::MIN, "[-2147483648]");
    check(i64::MIN, "[-9223372036854775808]");
    check(i64::MAX, "[9223372036854775807]");
    check(isize::MAX, "[9223372036854775807]");
    check(u8::MAX, "[255]");
    check(u16::MAX, "[65535]");
    check(u32::MAX, "[4294967295]");
    check(u64::MAX, "[18446744073709551615]");
    check(usize::MAX, "[18446744073709551615]");
    check(9_007_199_254_740_993_i64, "[9007199254740993]");
    check(
        PartitionKeyValue::try_from(i128::from(i64::MIN)).unwrap(),
        "[-9223372036854775808]",
    );
    check(
        PartitionKeyValue::try_from(i128::from(u64::MAX)).unwrap(),
        "[18446744073709551615]",
    );
    check(
        PartitionKeyValue::try_from(u128::from(u64::MAX)).unwrap(),
        "[18446744073709551615]",
    );
    let beyond = |value: i128| PartitionKey::try_from(value).unwrap_err();
    assert!(matches!(
        beyond(i128::from(u64::MAX) + 1),
        PartitionKeyError::IntegerOutOfRange(_)
    ));
    assert!(matches!(
        beyond(i128::MIN),
        PartitionKeyError::IntegerOutOfRange(_)
    ));
    assert!(PartitionKey::try_from(u128::MAX).is_err());
}

#[test]
fn floats_are_exact_or_refused() {
    let header = |value: f64| PartitionKey::try_from(value).unwrap().to_header();
    assert_eq!(header(1.5), "[1.5]");
    assert_eq!(header(1.0), "[1]");
    assert_eq!(header(-0.0), "[-0]");
    assert_eq!(header(1e15), "[1000000000000000]");
    assert_eq!(header(1e16), "[1e16]");
    assert_eq!(header(123_456_789_012.0), "[123456789012]");
    assert_eq!(header(f64::MAX), "[1.7976931348623157e308]");
    assert_eq!(header(5e-324), "[5e-324]");
    assert_eq!(
        PartitionKey::try_from(0.5_f32).unwrap(),
        PartitionKey::try_from(0.5).unwrap()
    );
    assert_eq!(
        PartitionKey::try_from(0.1_f32).unwrap().to_header(),
        "[0.10000000149011612]"
    );
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(
            PartitionKey::try_from(bad),
            Err(PartitionKeyError::NonFiniteNumber)
        );
        assert_eq!(
            PartitionKeyValue::try_from(Some(bad)),
            Err(PartitionKeyError::NonFiniteNumber)
        );
    }
    assert_eq!(
        PartitionKey::try_from(f32::NAN),
        Err(PartitionKeyError::NonFiniteNumber)
    );
    assert_eq!(
        PartitionKey::try_from(None::<f64>),
        Ok(PartitionKey::from(PartitionKey::NULL))
    );
}

#[test]
fn options_tuples_and_lists() {
    check(None::<&str>, "[null]");
    check(Some("x"), r#"["x"]"#);
    check(Some(Some(1)), "[1]");
    check(true, "[true]");
    check(PartitionKey::NULL, "[null]");
    check(PartitionKey::UNDEFINED, "[{}]");
    check(("a",), r#"["a"]"#);
    check(("a", 1), r#"["a",1]"#);
    check(
        (String::from("a"), None::<i64>, false),
        r#"["a",null,false]"#,
    );
    check(
        ("a", PartitionKeyValue::try_from(1.5).unwrap()),
        r#"["a",1.5]"#,
    );

    let values: Vec<PartitionKeyValue> = vec![1.into(), 2.into(), 3.into()];
    check(PartitionKey::try_from(values.clone()).unwrap(), "[1,2,3]");
    check(PartitionKey::try_from(Vec::new()).unwrap(), "[]");
    let four = [values, vec![4.into()]].concat();
    assert_eq!(
        PartitionKey::try_from(four),
        Err(PartitionKeyError::TooManyValues { actual: 4 })
    );
    let mut full = PartitionKey::from((1, 2, 3));
    assert_eq!(
        full.push(4),
        Err(PartitionKeyError::TooManyValues { actual: 4 })
    );
    assert_eq!(full.len(), 3);
}

#[test]
fn accessors_tell_what_a_value_is() {
    let key = PartitionKey::from(("a", 7, None::<bool>));
    let [text, number, null] = key.values() else {
        panic!("three values")
    };
    assert_eq!(
        (text.as_str(), text.as_f64(), text.as_bool()),
        (Some("a"), None, None)
    );
    assert_eq!((number.as_str(), number.as_f64()), (None, Some(7.0)));
    assert!(null.is_null() && !null.is_undefined());
    assert!(PartitionKeyValue::UNDEFINED.is_undefined());
    assert_eq!(PartitionKeyValue::from(true).as_bool(), Some(true));
    assert!(PartitionKey::EMPTY.is_empty());
    assert!(PartitionKey::from("a").is_prefix_of(&key));
    assert!(PartitionKey::EMPTY.is_prefix_of(&key));
    assert!(!PartitionKey::from("b").is_prefix_of(&key));
    assert!(!key.is_prefix_of(&PartitionKey::from("a")));
}

/// The service reads numbers as doubles; the sign of zero counts for it.
#[test]
fn equality_is_that_of_the_service() {
    let double = |value: f64| PartitionKeyValue::try_from(value).unwrap();
    assert_eq!(PartitionKeyValue::from(1), double(1.0));
    assert_eq!(
        PartitionKeyValue::from(i64::MAX),
        PartitionKeyValue::from(i64::MAX - 1)
    );
    assert_eq!(
        PartitionKeyValue::from(u64::MAX),
        double(18_446_744_073_709_551_616.0)
    );
    assert_ne!(double(0.0), double(-0.0));
    assert_ne!(PartitionKeyValue::from("1"), PartitionKeyValue::from(1));
    assert_ne!(PartitionKeyValue::NULL, PartitionKeyValue::UNDEFINED);
    let distinct: HashSet<PartitionKey> = [
        1.into(),
        PartitionKey::try_from(1.0).unwrap(),
        "1".into(),
        (1, 1).into(),
    ]
    .into_iter()
    .collect();
    assert_eq!(distinct.len(), 3);
}

#[test]
fn debug_prints_what_a_reader_expects() {
    let key = PartitionKey::from(("a\"", 7, PartitionKey::UNDEFINED));
    assert_eq!(format!("{key:?}"), r#"["a\"", 7, undefined]"#);
    assert_eq!(format!("{key}"), r#"["a\"",7,{}]"#);
}

proptest! {
    #[test]
    fn order_and_equality_agree(a in key_value(), b in key_value(), c in key_value()) {
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
    }
}
