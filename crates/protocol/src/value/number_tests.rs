//! Tables and laws of numbers.

use super::*;
use proptest::prelude::*;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
}

#[test]
fn texts_that_are_numbers_print_canonically() {
    let check =
        |input: &str, printed: &str| assert_eq!(number(input).to_string(), printed, "{input}");
    check("0", "0");
    check("-0", "-0");
    check("1.0", "1");
    check("1e2", "100");
    check("-12.50", "-12.5");
    check("9007199254740993", "9007199254740993");
    check("9223372036854775807", "9223372036854775807");
    check("9223372036854775808", "9223372036854776000");
    check("383180552377385800.0", "383180552377385792");
    check("18446744073709551615", "18446744073709552000");
    check("-9223372036854775808", "-9223372036854775808");
    check("16331239353195370.0", "16331239353195370");
    check("1e21", "1e21");
    check("1E-7", "1e-7");
    check("0.000001", "0.000001");
    check("1e400", "Infinity");
}

#[test]
fn other_texts_are_refused() {
    for text in [
        "", "-", "+1", "01", ".5", "1.", "1e", "1e+", "0x10", "NaN", "Infinity", "1 ", " 1", "--1",
        "1.2.3",
    ] {
        assert!(Number::parse(text).is_none(), "{text:?}");
    }
}

#[test]
fn order_is_exact_between_integers_and_doubles() {
    let check = |left: &str, right: &str, expected: Ordering| {
        assert_eq!(
            number(left).cmp(&number(right)),
            expected,
            "{left} ? {right}"
        );
        assert_eq!(
            number(right).cmp(&number(left)),
            expected.reverse(),
            "{right} ? {left}"
        );
    };
    check("1", "1.0", Ordering::Equal);
    check("9007199254740993", "9007199254740992.0", Ordering::Greater);
    check("9007199254740992", "9007199254740992.0", Ordering::Equal);
    check("9223372036854775807", "9223372036854775808", Ordering::Less);
    check(
        "-9223372036854775808",
        "-9223372036854775808.0",
        Ordering::Equal,
    );
    check("-1", "-1.5", Ordering::Greater);
    check("1", "1.5", Ordering::Less);
    check("-0", "0", Ordering::Equal);
    check("5", "1e400", Ordering::Less);
    assert!(Number::from(f64::NAN) < number("-9e307"));
    assert_eq!(Number::from(f64::NAN), Number::from(f64::NAN));
}

#[test]
fn integers_are_recognised_behind_doubles() {
    let check =
        |text: &str, expected: Option<i64>| assert_eq!(number(text).as_i64(), expected, "{text}");
    check("3.0", Some(3));
    check("-0", Some(0));
    check("3.5", None);
    check("18446744073709551615", None);
    check("-9223372036854775808.0", Some(i64::MIN));
    check("9223372036854775807", Some(i64::MAX));
}

#[test]
fn extended_form_keeps_what_a_double_cannot() {
    assert_eq!(number("1234").to_extended(), (1234.0, 0));
    assert_eq!(
        number("9007199254740993").to_extended(),
        (9_007_199_254_740_992.0, 0x8000)
    );
    assert_eq!(
        number("-9007199254740993").to_extended(),
        (-9_007_199_254_740_992.0, 0x8000)
    );
    assert_eq!(Number::from(i64::MIN).to_extended(), (-TWO_POW_63, 0));
}

fn any_number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        (-1000i64..1000).prop_map(Number::from),
        any::<f64>().prop_map(Number::from),
        (-1000i32..1000).prop_map(|v| Number::from(f64::from(v) / 2.0)),
    ]
}

fn hash_of(number: Number) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    number.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    #[test]
    fn texts_are_read_as_the_standard_library_reads_them(
        text in "-?(0|[1-9][0-9]{0,18})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?"
    ) {
        let read = number(&text);
        let integer = text.parse::<i64>().ok().filter(|value| *value != 0 || !text.starts_with('-'));
        if let Some(value) = integer {
            prop_assert!(matches!(read.0, Form::Integer(mine) if mine == value), "{text}");
        } else {
            prop_assert_eq!(read.as_f64().to_bits(), text.parse::<f64>().unwrap().to_bits(), "{}", text);
        }
    }

    #[test]
    fn order_is_total(a in any_number(), b in any_number(), c in any_number()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
        if a == b {
            prop_assert_eq!(hash_of(a), hash_of(b));
        }
    }

    #[test]
    fn printing_reads_back(a in any_number()) {
        if a.is_finite() {
            prop_assert_eq!(Number::parse(&a.to_string()), Some(a));
            let json = serde_json::to_string(&a).unwrap();
            prop_assert_eq!(serde_json::from_str::<Number>(&json).unwrap(), a);
        }
    }
}
