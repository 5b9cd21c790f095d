//! The recorded hashes of other clients: every vector of `tests/data`, read as data.

use std::fmt::Write as _;

use cosmokit_protocol::partition::{
    EffectivePartitionKey, PartitionKey, PartitionKeyKind, PartitionKeyValue, PartitionKeyVersion,
    murmur3,
};
use serde_json::Value;

const XML: [(&str, &str, usize); 4] = [
    (
        "Lists",
        include_str!("../../data/partition-key-hash/Lists.xml"),
        3,
    ),
    (
        "Numbers",
        include_str!("../../data/partition-key-hash/Numbers.xml"),
        16,
    ),
    (
        "Singletons",
        include_str!("../../data/partition-key-hash/Singletons.xml"),
        4,
    ),
    (
        "Strings",
        include_str!("../../data/partition-key-hash/Strings.xml"),
        6,
    ),
];
const HASHES: &str = include_str!("../../data/routing/ms-partition-key-hash.jsonl");
const POINTS: &str = include_str!("../../data/routing/ms-effective-partition-key.jsonl");
const ORDER: &str = include_str!("../../data/routing/ms-partition-key-compare.jsonl");

/// What differs between the recorded hash classes.
#[derive(Clone, Copy)]
enum Strings {
    /// As the service hashes: terminated, whole.
    Terminated,
    /// As the .NET hash class: no terminator, V1 cut at 100 bytes.
    Bare,
}

/// The bytes that a vector hashes, encoded here independently of the crate.
fn encode(value: &Value, version: PartitionKeyVersion, strings: Strings) -> Vec<u8> {
    let number = |bits: u64| [&[5_u8][..], &bits.to_le_bytes()].concat();
    match value {
        Value::Object(_) => vec![0],
        Value::Null => vec![1],
        Value::Bool(value) => vec![2 + u8::from(*value)],
        Value::Number(value) => number(value.as_f64().unwrap().to_bits()),
        // The recordings hold doubles that JSON cannot.
        Value::String(text) if text == "NaN" => number(0xFFF8_0000_0000_0000),
        Value::String(text) if text == "Infinity" => number(f64::INFINITY.to_bits()),
        Value::String(text) if text == "-Infinity" => number(f64::NEG_INFINITY.to_bits()),
        Value::String(text) => {
            let mut bytes = [&[8][..], text.as_bytes()].concat();
            match (strings, version) {
                (Strings::Terminated, PartitionKeyVersion::V2) => bytes.push(0xFF),
                (Strings::Terminated, _) => bytes.push(0),
                (Strings::Bare, PartitionKeyVersion::V1) => bytes.truncate(101),
                (Strings::Bare, _) => {}
            }
            bytes
        }
        Value::Array(_) => unreachable!("lists hash each element"),
    }
}

fn components(value: &Value) -> Vec<Value> {
    value
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![value.clone()])
}

/// The recorded form: V1 behind 24 zero digits, V2 high half first; one after the other for lists.
fn raw_hash(value: &Value, version: PartitionKeyVersion, strings: Strings) -> String {
    let one = |value: &Value| {
        let bytes = encode(value, version, strings);
        if version == PartitionKeyVersion::V1 {
            return format!("{:032X}", murmur3::x86_32(&bytes, 0));
        }
        let (low, high) = murmur3::x64_128(&bytes, 0);
        format!("{high:016X}{low:016X}")
    };
    components(value).iter().map(one).collect()
}

/// The value of a vector: `UNDEFINED` stands for none.
fn read_value(text: &str) -> Value {
    if text == "UNDEFINED" {
        Value::Object(serde_json::Map::new())
    } else {
        serde_json::from_str(text).unwrap()
    }
}

fn between<'a>(text: &'a str, tag: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("<{tag}>")).unwrap();
    rest.split_once(&format!("</{tag}>")).unwrap().0
}

fn key_value(value: &Value) -> Option<PartitionKeyValue> {
    Some(match value {
        Value::Object(_) => PartitionKeyValue::UNDEFINED,
        Value::Null => PartitionKeyValue::NULL,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => PartitionKeyValue::try_from(number.as_f64()?).unwrap(),
        Value::String(text) if text.ends_with("Infinity") || text == "NaN" => return None,
        Value::String(text) => text.into(),
        Value::Array(_) => return None,
    })
}

/// Undoes the ordered encoding of a number, bit by bit, as the protocol reference describes it.
fn leading_number(point: &EffectivePartitionKey) -> f64 {
    let bytes = point.as_bytes();
    assert_eq!(bytes[0], 0x05);
    let mut bits = format!("{:08b}", bytes[1]);
    for byte in &bytes[2..] {
        write!(bits, "{:07b}", byte >> 1).unwrap();
        if byte & 1 == 0 {
            break;
        }
    }
    let bits = u64::from_str_radix(&format!("{bits:0<64}")[..64], 2).unwrap();
    f64::from_bits(bits ^ (1 << 63))
}

#[test]
fn every_recorded_hash_comes_out() {
    for (file, text, expected_count) in XML {
        let vectors: Vec<&str> = text.split("<Result>").skip(1).collect();
        assert_eq!(vectors.len(), expected_count, "{file}");
        for vector in vectors {
            let name = between(vector, "Description");
            let value = read_value(between(vector, "PartitionKeyValue"));
            let (v1, v2) = (
                between(vector, "PartitionKeyHashV1"),
                between(vector, "PartitionKeyHashV2"),
            );
            assert_eq!(
                raw_hash(&value, PartitionKeyVersion::V1, Strings::Terminated),
                v1,
                "{file}: {name}"
            );
            assert_eq!(
                raw_hash(&value, PartitionKeyVersion::V2, Strings::Terminated),
                v2,
                "{file}: {name}"
            );
            check_points(&value, v1, v2);
        }
    }
}

/// The points that the crate computes must carry the recorded hashes: V2 masked, V1 as the leading number.
fn check_points(value: &Value, v1: &str, v2: &str) {
    let Some(values) = components(value)
        .iter()
        .map(key_value)
        .collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let point = EffectivePartitionKey::of_values(
        &values,
        PartitionKeyKind::MultiHash,
        PartitionKeyVersion::V2,
    );
    let mut masked = String::new();
    for hash in v2.as_bytes().chunks(32) {
        let hash = u128::from_str_radix(std::str::from_utf8(hash).unwrap(), 16).unwrap();
        write!(masked, "{:032X}", hash & (u128::MAX >> 2)).unwrap();
    }
    assert_eq!(point.to_hex(), masked);
    if let [one] = &values[..] {
        let hash =
            |version| EffectivePartitionKey::of_values(&values, PartitionKeyKind::Hash, version);
        assert_eq!(hash(PartitionKeyVersion::V2), point);
        if one.as_str().is_none_or(|text| text.len() <= 100) {
            let recorded = f64::from(u32::from_str_radix(&v1[24..], 16).unwrap());
            assert_eq!(
                leading_number(&hash(PartitionKeyVersion::V1)).to_bits(),
                recorded.to_bits()
            );
        }
    }
}

fn cases(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_dotnet_hash_class_agrees_on_the_function() {
    let cases = cases(HASHES);
    assert_eq!(cases.len(), 14);
    for case in cases {
        let value = read_value(case["valueText"].as_str().unwrap());
        for (field, version) in [
            ("hashV1", PartitionKeyVersion::V1),
            ("hashV2", PartitionKeyVersion::V2),
        ] {
            let expected = case[field].as_str().unwrap();
            assert_eq!(
                raw_hash(&value, version, Strings::Bare),
                expected,
                "{}",
                case["name"]
            );
        }
    }
}

/// A key as the recordings write it: JSON, with the internal upper bound as the text `"Infinity"`.
fn recorded_point(
    text: &str,
    kind: PartitionKeyKind,
    version: PartitionKeyVersion,
) -> EffectivePartitionKey {
    if text == "\"Infinity\"" {
        return EffectivePartitionKey::MAX;
    }
    // More values than a key may have occur: the function takes any number.
    let values: Vec<PartitionKeyValue> = serde_json::from_str(text).unwrap();
    EffectivePartitionKey::of_values(&values, kind, version)
}

#[test]
fn every_recorded_point_comes_out() {
    let cases = cases(POINTS);
    assert_eq!(cases.len(), 46);
    for case in cases {
        let kind: PartitionKeyKind = serde_json::from_value(case["kind"].clone()).unwrap();
        let version: PartitionKeyVersion = serde_json::from_value(case["version"].clone()).unwrap();
        let point = recorded_point(case["partitionKey"].as_str().unwrap(), kind, version);
        assert_eq!(
            point.to_hex(),
            case["epk"].as_str().unwrap(),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn keys_order_as_recorded() {
    let cases = cases(ORDER);
    assert_eq!(cases.len(), 35);
    for case in cases {
        let (left, right) = (
            case["left"].as_str().unwrap(),
            case["right"].as_str().unwrap(),
        );
        let expected = case["sign"].as_i64().unwrap().cmp(&0);
        // The encoding of Range definitions orders as the keys do; the bytes are compared whole.
        let [low, high] = [left, right].map(|key| {
            recorded_point(key, PartitionKeyKind::Range, PartitionKeyVersion::V1)
                .as_bytes()
                .to_vec()
        });
        assert_eq!(low.cmp(&high), expected, "{left} {right}");
        if let (Ok(left), Ok(right)) = (
            PartitionKey::from_header(left),
            PartitionKey::from_header(right),
        ) {
            assert_eq!(left.cmp(&right), expected, "{left} {right}");
        }
    }
}
