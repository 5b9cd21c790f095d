//! Documents: every property may be absent or of any type; values are few, so that they meet.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::nature;

/// Properties that hold a value of any type, or are absent.
pub(super) const MIXED: [&str; 3] = ["a", "b", "c"];
/// Texts of documents and queries.
pub(super) const TEXTS: [&str; 9] = ["", "a", "b", "ab", "aB", "é", "a%", "10", "x_y z"];
/// Numbers that a float of 64 bits does not hold, and one that it does.
const NUMBERS_OF_NOTE: [i64; 3] = [9_007_199_254_740_993, -9_007_199_254_740_993, 1_000_000_007];
/// Different partition keys.
const KEYS: u8 = 30;

/// One of several.
pub(super) fn pick<T: Copy + Default>(rng: &mut Rng, from: &[T]) -> T {
    from.get(rng.usize(..from.len().max(1)))
        .copied()
        .unwrap_or_default()
}

/// A partition key that documents may have.
pub(super) fn key(rng: &mut Rng) -> String {
    format!("key {}", rng.u8(..KEYS))
}

/// A value that is neither array nor object.
pub(super) fn primitive(rng: &mut Rng) -> Value {
    match rng.u8(..12) {
        0 => Value::Null,
        1 | 2 => json!(rng.bool()),
        3..=6 => json!(rng.i64(-3..6)),
        7 => json!(f64::from(rng.i32(-4..4)) / 2.0),
        8 => json!(pick(rng, &NUMBERS_OF_NOTE)),
        _ => json!(pick(rng, &TEXTS)),
    }
}

/// A value of any type.
pub(super) fn value(rng: &mut Rng) -> Value {
    match rng.u8(..10) {
        0 => json!([rng.i64(0..3), {"x": rng.i64(0..2)}]),
        1 => json!({"x": primitive(rng), "y": rng.i64(0..3)}),
        2 => (0..rng.usize(..3)).map(|_| primitive(rng)).collect(),
        _ => primitive(rng),
    }
}

/// The document of a number, which is in `n` and in the id.
pub(super) fn document(rng: &mut Rng, number: usize) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("id", json!(format!("d{number:03}")));
    put("pk", json!(key(rng)));
    put("n", json!(number));
    for name in MIXED {
        if rng.u8(..5) > 0 {
            put(name, value(rng));
        }
    }
    if rng.u8(..6) > 0 {
        let list: Value = (0..rng.usize(..4)).map(|_| value(rng)).collect();
        put("list", list);
    }
    put(
        "o",
        json!({"x": primitive(rng), "y z": primitive(rng), "l": [rng.u8(..4), rng.u8(..4)]}),
    );
    nature::members(rng, &mut members);
    Value::from(members)
}

/// The partition key and the id of a document.
pub(super) fn place(document: &Value) -> (&str, &str) {
    let text = |name: &str| {
        document
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    (text("pk"), text("id"))
}
