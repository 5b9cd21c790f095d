//! Keys, their order and their hash points, against recordings. The protocol crate computes them; routing depends on them.

use cosmokit_protocol::partition::{
    EffectivePartitionKey, PartitionKeyKind, PartitionKeyValue, PartitionKeyVersion, murmur3,
};
use serde_json::Value as Json;

use crate::cases::{Case, run};

fn value(json: &Json) -> PartitionKeyValue {
    match json {
        Json::Null => PartitionKeyValue::NULL,
        Json::Bool(value) => PartitionKeyValue::from(*value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => PartitionKeyValue::from(integer),
            None => PartitionKeyValue::try_from(number.as_f64().expect("a double"))
                .expect("a finite number"),
        },
        Json::String(text) => PartitionKeyValue::from(text.as_str()),
        Json::Array(_) | Json::Object(_) => PartitionKeyValue::UNDEFINED,
    }
}

/// The values of a key; `None` for infinity.
fn key(text: &str) -> Option<Vec<PartitionKeyValue>> {
    let json: Json = serde_json::from_str(text).expect("a key is JSON");
    json.as_array()
        .map(|values| values.iter().map(value).collect())
}

#[test]
fn effective_partition_keys() {
    run("routing/ms-effective-partition-key.jsonl", |case| {
        let kind = if case.json["kind"] == "Range" {
            PartitionKeyKind::Range
        } else {
            PartitionKeyKind::Hash
        };
        let version = if case.json["version"] == 1 {
            PartitionKeyVersion::V1
        } else {
            PartitionKeyVersion::V2
        };
        let point = key(case.json["partitionKey"].as_str().expect("a key"))
            .map_or(EffectivePartitionKey::MAX, |values| {
                EffectivePartitionKey::of_values(&values, kind, version)
            });
        if point.to_hex() == case.json["epk"] {
            Ok(())
        } else {
            Err(format!("is {point}, wanted {}", case.json["epk"]))
        }
    });
}

#[test]
fn order_of_keys() {
    run("routing/ms-partition-key-compare.jsonl", |case| {
        let side = |name: &str| key(case.json[name].as_str().expect("a key"));
        let (left, right) = (side("left"), side("right"));
        // Infinity, which has no values, is above every key.
        let order = left
            .is_none()
            .cmp(&right.is_none())
            .then_with(|| left.cmp(&right));
        let sign = match order {
            std::cmp::Ordering::Less => -1,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => 1,
        };
        if case.json["sign"] == sign {
            Ok(())
        } else {
            Err(format!("is {sign}, wanted {}", case.json["sign"]))
        }
    });
}

/// The bytes of one value that the recorded hash class hashes: strings have no end, and at most `longest` bytes count.
fn hashed(case: &Case, json: &Json, longest: usize) -> Vec<u8> {
    let number = |number: f64| [&[5][..], &number.to_le_bytes()[..]].concat();
    let text = case.json.get("valueText").and_then(Json::as_str);
    match json {
        Json::Null => vec![1],
        Json::Bool(value) => vec![2 + u8::from(*value)],
        Json::Number(_) if text == Some("-0") => number(-0.0),
        Json::Number(value) => number(value.as_f64().expect("a double")),
        Json::String(text) if case.name.starts_with("Numbers") && text == "NaN" => {
            number(-f64::NAN)
        }
        Json::String(text) if case.name.starts_with("Numbers") && text == "Infinity" => {
            number(f64::INFINITY)
        }
        Json::String(text) => [8].into_iter().chain(text.bytes()).take(longest).collect(),
        Json::Array(_) | Json::Object(_) => vec![0],
    }
}

#[test]
fn hashes() {
    run("routing/ms-partition-key-hash.jsonl", |case| {
        let single = std::slice::from_ref(&case.json["value"]);
        let values = case.json["value"].as_array().map_or(single, Vec::as_slice);
        let v2 = |value: &Json| {
            let (low, high) = murmur3::x64_128(&hashed(case, value, usize::MAX), 0);
            format!("{high:016X}{low:016X}")
        };
        let v1 = |value: &Json| format!("{:032X}", murmur3::x86_32(&hashed(case, value, 101), 0));
        let found = (
            values.iter().map(v1).collect::<String>(),
            values.iter().map(v2).collect::<String>(),
        );
        if found.0 == case.json["hashV1"] && found.1 == case.json["hashV2"] {
            Ok(())
        } else {
            Err(format!("{found:?}"))
        }
    });
}
