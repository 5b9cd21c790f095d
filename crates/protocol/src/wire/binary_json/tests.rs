//! The format by hand-made bodies, by an independent writer, and under every small damage.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::forms::Writer;
use super::*;
use crate::value::Number;

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

fn decoded(body: &str) -> Result<String, BinaryJsonError> {
    decode(&hex(body)).map(|text| String::from_utf8(text).unwrap())
}

#[track_caller]
fn check(body: &str, expected: &str) {
    assert_eq!(decoded(body).as_deref(), Ok(expected), "{body}");
}

#[test]
fn the_documented_example() {
    let body = "80 ED 10 03 82 6964 83 612062 81 6E 01 82 706B 82 C3A9";
    check(body, r#"{"id":"a b","n":1,"pk":"é"}"#);
    assert_eq!(
        encode(r#"{"id":"a b","n":1,"pk":"é"}"#.as_bytes()).unwrap(),
        hex(body)
    );
}

#[test]
fn scalars() {
    check("80 D0", "null");
    check("80 D1", "false");
    check("80 D2", "true");
    check("80 00", "0");
    check("80 1F", "31");
    check("80 C8 FF", "255");
    check("80 C9 18FC", "-1000");
    check("80 CA 70110100", "70000");
    check("80 CB 000EFAD5FEFFFFFF", "-5000000000");
    check("80 C7 FFFFFFFFFFFFFFFF", "18446744073709551615");
    check("80 CC 0000000000000C40", "3.5");
    check("80 CC 0000000000000840", "3");
    check("80 CC 0000000000000080", "-0");
    check("80 CD 0000C03F", "1.5");
    check("80 CE 00000000000002C0", "-2.25");
    check("80 CF 003C", "1");
    check("80 CF 00C1", "-2.5");
    check("80 CF 0100", "5.960464477539063e-8");
    check("80 CF FF7B", "65504");
    check("80 D7 C8", "200");
    check("80 D8 FB", "-5");
    check("80 D9 18FC", "-1000");
    check("80 DA 90EEFEFF", "-70000");
    check("80 DB FFFFFFFFFFFFFF7F", "9223372036854775807");
    check("80 DC FEFFFFFF", "4294967294");
}

#[test]
fn strings() {
    check("80 20", "\"$s\"");
    check("80 2C", "\"id\"");
    check("80 3F", "\"_id\"");
    check("80 80", "\"\"");
    check("80 82 6869", "\"hi\"");
    check("80 83 0A2200", "\"\\n\\\"\\u0000\"");
    check("80 C0 05 68656C6C6F", "\"hello\"");
    check("80 C1 0500 68656C6C6F", "\"hello\"");
    check("80 C2 05000000 68656C6C6F", "\"hello\"");
    // 4 characters of base64 hold 3 bytes: 01 02 03 is AQID.
    check("80 71 01 00 010203", "\"AQID\"");
    check("80 71 01 01 0102", "\"AQI=\"");
    check("80 71 01 02 01", "\"AQ==\"");
    check("80 71 01 FE 0102", "\"AQI\"");
    check("80 71 01 FD 01", "\"AQ\"");
    check("80 71 00 00", "\"\"");
    check("80 72 0100 00 FBEFFF", "\"++//\"");
    check("80 73 01 00 FBEFFF", "\"--__\"");
    check("80 74 0100 00 FBEFFF", "\"--__\"");
    let guid = "10 32 54 76 98 BA DC FE 10 32 54 76 98 BA DC FE";
    check(
        &format!("80 75 {guid}"),
        "\"01234567-89ab-cdef-0123-456789abcdef\"",
    );
    check(
        &format!("80 76 {guid}"),
        "\"01234567-89AB-CDEF-0123-456789ABCDEF\"",
    );
    check(
        &format!("80 77 {guid}"),
        "\"\\\"01234567-89ab-cdef-0123-456789abcdef\\\"\"",
    );
    check(
        "80 D3 67452301 AB89 EFCD 0123456789ABCDEF",
        "\"01234567-89ab-cdef-0123-456789abcdef\"",
    );
    check("80 78 03 A1 0B", "\"1ab\"");
    check("80 79 04 A1 CB", "\"1ABC\"");
    check("80 7A 05 13 3C 04", "\"20-23\"");
    check("80 7B 04 61 10 32", "\"abcd\"");
    check("80 7C 03 61 20 08", "\"abc\"");
    check("80 7D 04 41 40 20 0C", "\"ABCD\"");
    check("80 7E 02 E8 34", "\"hi\"");
    check("80 7F 0200 E8 34", "\"hi\"");
    check("80 DD 03 010203", "\"AQID\"");
    check("80 DE 0100 01", "\"AQ==\"");
    check("80 DF 00000000", "\"\"");
}

#[test]
fn containers() {
    check("80 E0", "[]");
    check("80 E1 D2", "[true]");
    check("80 E2 02 01 02", "[1,2]");
    check("80 E3 0200 01 02", "[1,2]");
    check("80 E4 02000000 01 02", "[1,2]");
    check("80 E5 02 02 01 02", "[1,2]");
    check("80 E6 0200 0200 01 02", "[1,2]");
    check("80 E7 02000000 02000000 01 02", "[1,2]");
    check("80 E8", "{}");
    check("80 E9 2C D0", "{\"id\":null}");
    check("80 EA 02 2C 01", "{\"id\":1}");
    check("80 EB 0200 2C 01", "{\"id\":1}");
    check("80 EC 02000000 2C 01", "{\"id\":1}");
    check("80 ED 04 02 2C 01 2C 02", "{\"id\":1,\"id\":2}");
    check("80 EE 0000 0000", "{}");
    check("80 EF 00000000 00000000", "{}");
    check("80 F0 DA 02 01000000 FFFFFFFF", "[1,-1]");
    check("80 F1 D9 0200 0100 FFFF", "[1,-1]");
    check("80 F0 CF 00", "[]");
    check("80 F2 F0 D7 02 03 01 02 03 04 05 06", "[[1,2],[3,4],[5,6]]");
    check("80 F3 F1 D8 0100 0200 FF 7F", "[[-1],[127]]");
    check("80 F2 F0 D7 00 02", "[[],[]]");
}

#[test]
fn references() {
    check("80 E5 06 03 82 6162 C3 04 20", "[\"ab\",\"ab\",\"$s\"]");
    check("80 E2 08 82 6162 C4 0300 C3 03", "[\"ab\",\"ab\",\"ab\"]");
    check("80 E2 07 82 6162 C5 030000", "[\"ab\",\"ab\"]");
    check(
        "80 EA 0B 81 61 81 62 C3 05 C6 03000000",
        "{\"a\":\"b\",\"b\":\"a\"}",
    );
}

#[track_caller]
fn refused(body: &str, expected: BinaryJsonError) {
    assert_eq!(decoded(body), Err(expected), "{body}");
}

#[test]
fn refuses_what_does_not_end_where_it_says() {
    use BinaryJsonError as E;
    refused("", E::NotBinary);
    refused("7B 7D", E::NotBinary);
    refused("80", E::Truncated { offset: 1 });
    refused("80 CB 01", E::Truncated { offset: 3 });
    refused("80 82 61", E::Truncated { offset: 3 });
    refused("80 C2 FFFFFFFF 61", E::Truncated { offset: 7 });
    refused("80 E2 05 01", E::Truncated { offset: 4 });
    refused("80 D0 D0", E::Trailing { offset: 2 });
    refused("80 E5 02 03 01 02", E::Length { offset: 2 });
    refused("80 EA 01 2C", E::Truncated { offset: 4 });
    // A child may not reach over the end of its parent.
    refused("80 E2 02 82 61 62", E::Truncated { offset: 5 });
    refused("80 F1 DB FFFF 00", E::Length { offset: 2 });
    refused("80 F3 F1 DB FFFF FFFF 00", E::Length { offset: 3 });
}

#[test]
fn refuses_what_means_nothing() {
    use BinaryJsonError as E;
    for reserved in [0x68, 0x70, 0xD4, 0xD5, 0xD6, 0xF4, 0xFF] {
        let expected = Err(E::Marker {
            marker: reserved,
            offset: 1,
        });
        assert_eq!(decode(&[0x80, reserved]), expected, "{reserved:x}");
    }
    refused("80 40", E::DictionaryString { offset: 1 });
    refused("80 67 00", E::DictionaryString { offset: 1 });
    refused("80 82 FFFF", E::String { offset: 1 });
    refused("80 7B 01 7F 0F", E::String { offset: 1 });
    refused("80 78 01 10", E::String { offset: 1 });
    refused("80 71 01 03 010203", E::Length { offset: 1 });
    refused("80 71 00 01", E::Length { offset: 1 });
    refused(
        "80 E9 01 01",
        E::Marker {
            marker: 1,
            offset: 2,
        },
    );
    let guid_as_name = format!("80 E9 D3 {} 01", "00".repeat(16));
    refused(
        &guid_as_name,
        E::Marker {
            marker: 0xD3,
            offset: 2,
        },
    );
    for number in [
        "CC 000000000000F87F",
        "CE 000000000000F0FF",
        "CD 0000807F",
        "CF 007C",
        "CF 01FC",
    ] {
        refused(&format!("80 {number}"), E::Number { offset: 1 });
    }
    refused(
        "80 F0 C8 01 01",
        E::Marker {
            marker: 0xC8,
            offset: 2,
        },
    );
    refused(
        "80 F2 F1 D7 01 01 01",
        E::Marker {
            marker: 0xF1,
            offset: 2,
        },
    );
}

#[test]
fn refuses_references_to_anything_but_an_earlier_string() {
    let check =
        |body: &str, offset, target| refused(body, BinaryJsonError::Reference { offset, target });
    check("80 C3 01", 1, 1); // itself
    check("80 E2 03 C3 05 20", 3, 5); // a later one
    check("80 C3 00", 1, 0); // the preamble
    check("80 E2 03 01 C3 03", 4, 3); // a number
    check("80 E2 05 20 C3 03 C3 04", 6, 4); // a reference
}

#[test]
fn depth_has_a_limit() {
    let nested = |depth: usize| {
        let mut body = vec![0x80];
        body.extend(vec![0xE1; depth]);
        body.push(0xD0);
        body
    };
    assert_eq!(decode(&nested(128)).unwrap().len(), 128 * 2 + 4);
    let too_deep = Err(BinaryJsonError::TooDeep { limit: 128 });
    assert_eq!(decode(&nested(129)), too_deep);
    assert_eq!(decode(&nested(1_000_000)), too_deep);
    // Arrays of numbers count as levels, too.
    let with_numbers =
        |depth: usize, tail: &str| [nested(depth)[..=depth].to_vec(), hex(tail)].concat();
    assert!(decode(&with_numbers(127, "F0 D7 01 01")).is_ok());
    assert_eq!(decode(&with_numbers(128, "F0 D7 01 01")), too_deep);
    assert!(decode(&with_numbers(126, "F2 F0 D7 01 01 01")).is_ok());
    assert_eq!(decode(&with_numbers(127, "F2 F0 D7 01 01 01")), too_deep);

    let value = |depth: usize| (0..depth).fold(Value::Null, |inner, _| json!([inner]));
    assert!(encode_value(&value(128)).is_ok());
    assert!(encode_value(&value(129)).is_err());
    assert!(encode(format!("{}{}", "[".repeat(127), "]".repeat(127)).as_bytes()).is_ok());
    assert!(encode(format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes()).is_err());
}

#[test]
fn expansion_has_a_limit() {
    // One string of 64 KiB and 30,000 references to it: 2 GB of text out of 160 KB.
    let text = "a".repeat(65_535);
    let mut content = hex("C1 FFFF");
    content.extend_from_slice(text.as_bytes());
    for _ in 0..30_000 {
        content.extend(hex("C3 06"));
    }
    let mut body = hex("80 E4");
    body.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
    body.extend(content);
    assert_eq!(
        decode(&body),
        Err(BinaryJsonError::TooLarge {
            limit: 64 * 1024 * 1024
        })
    );
    let limits = DecodeLimits::of_text_bytes(10);
    assert_eq!(
        decode_within(&hex("80 88 3132333435363738"), limits)
            .unwrap()
            .len(),
        10
    );
    let large = decode_within(&hex("80 89 313233343536373839"), limits);
    assert_eq!(large, Err(BinaryJsonError::TooLarge { limit: 10 }));
}

#[test]
fn encodes_the_subset_of_the_published_writer() {
    let check = |text: &str, expected: &str| {
        assert_eq!(encode(text.as_bytes()).unwrap(), hex(expected), "{text}");
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(encode_value(&value).unwrap(), hex(expected), "{text}");
    };
    check("null", "80 D0");
    check(" [ true , false ] ", "80 E5 02 02 D2 D1");
    check("0", "80 00");
    check("31", "80 1F");
    check("32", "80 CB 2000000000000000");
    check("-1", "80 CB FFFFFFFFFFFFFFFF");
    check("9223372036854775808", "80 C7 0000000000000080");
    check("3.5", "80 CC 0000000000000C40");
    check("1.0", "80 CC 000000000000F03F");
    check("\"\"", "80 80");
    check("\"a\\u0062\"", "80 82 6162");
    check("[]", "80 E5 00 00");
    check("{}", "80 ED 00 00");
    for (length, head) in [
        (63, "BF"),
        (64, "C0 40"),
        (255, "C0 FF"),
        (256, "C1 0001"),
        (65_536, "C2 00000100"),
    ] {
        let body = encode(format!("\"{}\"", "x".repeat(length)).as_bytes()).unwrap();
        assert_eq!(
            body,
            [hex("80"), hex(head), vec![b'x'; length]].concat(),
            "{length}"
        );
    }
    for (count, head) in [
        (255, "E5 FF FF"),
        (256, "E6 0001 0001"),
        (65_536, "E7 00000100 00000100"),
    ] {
        let body = encode(format!("[{}]", vec!["1"; count].join(",")).as_bytes()).unwrap();
        assert_eq!(
            body,
            [hex("80"), hex(head), vec![1; count]].concat(),
            "{count}"
        );
    }
    for text in [
        "",
        "{",
        "nul",
        "1 2",
        "[1,]",
        "\"\\ud800\"",
        "NaN",
        "{\"a\"}",
        "{1:2}",
    ] {
        assert!(
            matches!(encode(text.as_bytes()), Err(BinaryJsonError::NotJson(_))),
            "{text}"
        );
    }
}

#[test]
fn text_passes_through_unchanged() {
    let text = Bytes::from_static(b"{\"a\": 1}");
    let same = to_text(&text, DecodeLimits::default()).unwrap();
    assert_eq!(same.as_ptr(), text.as_ptr());
    let binary = Bytes::from(encode(&text).unwrap());
    assert_eq!(
        to_text(&binary, DecodeLimits::default()).unwrap(),
        "{\"a\":1}"
    );
    assert!(is_binary(&binary) && !is_binary(&text) && !is_binary(b""));
}

/// The value with every integral double as the integer that it prints as.
fn normalised(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(double) => serde_json::from_str(&Number::from(double).to_string()).unwrap(),
            None => value.clone(),
        },
        Value::Array(values) => values.iter().map(normalised).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| (name.clone(), normalised(value)))
            .collect(),
        other => other.clone(),
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z]{0,8}",
        "[0-9a-f]{0,20}",
        "[0-9A-F]{0,20}",
        "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}",
        "\"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\"",
        "[a-zA-Z0-9_/+-]{0,16}(AQ==|AQI=|AQID)?",
        "[ -~]{0,300}",
        (0..SYSTEM_STRINGS.len()).prop_map(|index| SYSTEM_STRINGS[index].to_owned()),
    ]
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i16>().prop_map(Value::from),
        (-40i64..40).prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has no others", |double| double.is_finite())
            .prop_map(Value::from),
        any::<f32>()
            .prop_filter("JSON has no others", |single| single.is_finite())
            .prop_map(Value::from),
        (-100i32..100).prop_map(|quarter| Value::from(f64::from(quarter) / 4.0)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from)
    ];
    leaf.prop_recursive(5, 48, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec(number(), 0..8).prop_map(Value::from),
            prop::collection::vec(prop::collection::vec(-5i64..300, 2), 0..5)
                .prop_map(|rows| rows.into_iter().map(Value::from).collect()),
            prop::collection::vec((text(), inner), 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(value in value()) {
        let text = serde_json::to_vec(&value).unwrap();
        let binary = encode(&text).unwrap();
        prop_assert_eq!(&binary, &encode_value(&value).unwrap());
        let back: Value = serde_json::from_slice(&decode(&binary).unwrap()).unwrap();
        prop_assert_eq!(back, normalised(&value));
    }

    #[test]
    fn reads_every_form(value in value(), choices in prop::collection::vec(any::<u8>(), 64)) {
        let body = Writer::write(&value, choices.into_iter().cycle());
        let text = decode(&body).unwrap();
        let back: Value = serde_json::from_slice(&text).unwrap();
        prop_assert_eq!(back, normalised(&value), "{:02x?}", body);
    }

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        bytes.insert(0, PREAMBLE);
        if let Ok(text) = decode(&bytes) {
            prop_assert!(serde_json::from_slice::<Value>(&text).is_ok());
        }
        let _ = encode(&bytes);
    }
}

/// Short bodies that together hold every form.
fn samples() -> Vec<(Value, Vec<u8>)> {
    let values = [
        json!({"id": "a b", "type": "Point", "coordinates": [[1, 2], [3, 4]]}),
        json!([
            1.5,
            -2,
            300,
            70_000,
            9_007_199_254_740_993_u64,
            1e300,
            true,
            null
        ]),
        json!({"g": "01234567-89ab-cdef-0123-456789abcdef", "h": "00ff"}),
        json!(["2024-01-02T03:04:05Z", "AQIDBA==", "again", "again", {"again": "a\"b"}]),
        json!([[], {}, "", "é".repeat(40), [-3, 3], [0.5, 0.25]]),
    ];
    let mut samples = Vec::new();
    for value in values {
        samples.push((value.clone(), encode_value(&value).unwrap()));
        // Each step walks through the forms in another order.
        for step in [211u32, 523, 1031] {
            let choices =
                (1u32..).map(move |at| at.wrapping_mul(at).wrapping_mul(step).to_le_bytes()[1]);
            let body = Writer::write(&value, choices);
            samples.push((value.clone(), body));
        }
    }
    samples
}

#[test]
fn samples_decode() {
    for (value, body) in samples() {
        let back: Value = serde_json::from_slice(&decode(&body).unwrap()).unwrap();
        assert_eq!(back, normalised(&value));
    }
}

#[test]
fn every_truncation_is_refused() {
    for (_, body) in samples() {
        for length in 0..body.len() {
            assert!(decode(&body[..length]).is_err(), "{length} of {body:02x?}");
        }
    }
}

#[test]
fn every_changed_byte_gives_json_or_an_error() {
    for (_, mut body) in samples() {
        for at in 0..body.len() {
            let original = body[at];
            for byte in 0..=u8::MAX {
                body[at] = byte;
                if let Ok(text) = decode(&body) {
                    let valid = serde_json::from_slice::<serde::de::IgnoredAny>(&text).is_ok();
                    assert!(
                        valid,
                        "byte {at} = {byte:02x}: {}",
                        String::from_utf8_lossy(&text)
                    );
                }
            }
            body[at] = original;
        }
    }
}
