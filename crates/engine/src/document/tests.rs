//! What a draft keeps, strips and refuses.

use super::{DocumentError, Draft, ItemTtl, MAX_DEPTH, MAX_ITEM_BYTES, Stamp};
use proptest::prelude::*;

fn text_of(body: &str) -> String {
    let draft = Draft::read(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
    String::from_utf8(draft.text().to_vec()).unwrap()
}

#[test]
fn keeps_order_numbers_and_text() {
    let check = |body: &str, expected: &str| assert_eq!(text_of(body), expected);
    check(r#"{"z":1,"id":"a","b":2}"#, r#"{"z":1,"id":"a","b":2}"#);
    check(
        " {\n\"id\" : \"a\" , \"n\" : 9007199254740993 } ",
        "{\"id\" : \"a\" , \"n\" : 9007199254740993}",
    );
    check(
        r#"{"id":"a","n":[0.10,1e2,-0,123456789012345678901234567890]}"#,
        r#"{"id":"a","n":[0.10,1e2,-0,123456789012345678901234567890]}"#,
    );
    check(
        r#"{"id":"a","e":{},"f":[],"g":"\ud800"}"#,
        r#"{"id":"a","e":{},"f":[],"g":"\ud800"}"#,
    );
}

#[test]
fn strips_system_properties_wherever_they_stand() {
    let check = |body: &str, expected: &str| assert_eq!(text_of(body), expected);
    check(
        r#"{"_rid":"x","id":"a","_ts":1,"b":2,"_etag":"\"e\"","_self":"s","_attachments":"t"}"#,
        r#"{"id":"a","b":2}"#,
    );
    check(r#"{"id":"a","_lsn":5}"#, r#"{"id":"a"}"#);
    check(r#"{"id":"a","\u005fts":5}"#, r#"{"id":"a"}"#);
    check(
        r#"{"id":"a","_custom":5,"sub":{"_ts":1}}"#,
        r#"{"id":"a","_custom":5,"sub":{"_ts":1}}"#,
    );
    check(
        r#"{"id":"a","_rid":{"deep":[1,2]}, "b":1}"#,
        r#"{"id":"a","b":1}"#,
    );
}

#[test]
fn the_last_duplicate_wins_at_every_level() {
    let check = |body: &str, expected: &str| assert_eq!(text_of(body), expected);
    check(r#"{"id":"a","x":1,"x":2}"#, r#"{"id":"a","x":2}"#);
    check(r#"{"id":"old","x":1,"id":"new"}"#, r#"{"x":1,"id":"new"}"#);
    check(r#"{"id":"a","x":1,"\u0078":2}"#, r#"{"id":"a","\u0078":2}"#);
    check(
        r#"{"id":"a","o":{"k":1,"m":2,"k":3}}"#,
        r#"{"id":"a","o":{"m":2,"k":3}}"#,
    );
    check(
        r#"{"id":"a","o":[{"k":{"d":1,"d":2},"k":{"d":3,"d":4}}]}"#,
        r#"{"id":"a","o":[{"k":{"d":4}}]}"#,
    );
    check(
        r#"{"id":"a","x":{"d":1,"d":2},"x":{"d":5,"d":6},"y":1}"#,
        r#"{"id":"a","x":{"d":6},"y":1}"#,
    );
    let members = |numbers: std::ops::Range<u32>| -> String {
        let members: Vec<String> = numbers.map(|n| format!("\"p{}\":{n},", n % 20)).collect();
        members.concat()
    };
    let (many, last) = (members(0..40), members(20..40));
    check(
        &format!("{{{many}\"id\":\"a\"}}"),
        &format!("{{{last}\"id\":\"a\"}}"),
    );
}

#[test]
fn finds_id_ttl_and_leaves() {
    let check = |body: &str, id: &str, ttl: ItemTtl, leaves: usize| {
        let draft = Draft::read(body.as_bytes()).unwrap();
        assert_eq!(
            (draft.id(), draft.ttl(), draft.leaves()),
            (id, ttl, leaves),
            "{body}"
        );
    };
    check(r#"{"id":"a"}"#, "a", ItemTtl::Absent, 1);
    check(
        r#"{"id":"é\n\u00e9","ttl":60}"#,
        "é\né",
        ItemTtl::Seconds(60),
        2,
    );
    check(
        r#"{"id":"a","ttl":-1,"n":[1,[true,null]],"_ts":5}"#,
        "a",
        ItemTtl::Never,
        5,
    );
    check(r#"{"id":"a","ttl":null}"#, "a", ItemTtl::Absent, 2);
    check(
        r#"{"id":"a","ttl":2147483647}"#,
        "a",
        ItemTtl::Seconds(2_147_483_647),
        2,
    );
    for wrong in ["0", "-2", "2147483648", "1.5", "\"60\"", "{}", "true"] {
        let draft = Draft::read(format!("{{\"id\":\"a\",\"ttl\":{wrong}}}").as_bytes()).unwrap();
        assert_eq!(draft.ttl(), ItemTtl::Invalid, "{wrong}");
    }
}

#[test]
fn refuses_what_is_not_one_json_object() {
    for body in [
        "",
        " ",
        "{",
        "}",
        "{\"id\"}",
        "{\"id\":}",
        "{\"id\":\"a\",}",
        "{\"id\":\"a\"}}",
        "{\"id\":\"a\"} x",
        "{id:\"a\"}",
        "{'id':'a'}",
        "{\"id\":\"a\" \"b\":1}",
        "{\"id\":\"a\",\"b\":[1,]}",
        "{\"id\":\"a\",\"b\":[1 2]}",
        "{\"id\":\"a\",\"b\":tru}",
        "{\"id\":\"a\",\"b\":NaN}",
        "{\"id\":\"a\",\"b\":Infinity}",
        "{\"id\":\"a\",\"b\":\"\n\"}",
        "{\"id\":\"a\",\"b\":\"\\x\"}",
        "{\"id\":\"a\",\"b\":\"\\u12\"}",
        "{\"id\":\"a\",\"b\":\"",
        "{\"id\":\"a\",\"b\":[}",
        "{\"id\":\"a\",\"b\":{]}",
        "\u{feff}{\"id\":\"a\"}",
        "{\"id\":\"a\",\"b\":01}",
    ] {
        let error = Draft::read(body.as_bytes()).unwrap_err();
        assert!(
            matches!(error, DocumentError::Syntax { .. }),
            "{body}: {error:?}"
        );
    }
    for body in ["[]", "\"a\"", "1", "true", "null"] {
        assert_eq!(
            Draft::read(body.as_bytes()).unwrap_err(),
            DocumentError::NotAnObject,
            "{body}"
        );
    }
    assert_eq!(
        Draft::read(b"{\"id\":\"\xff\"}").unwrap_err(),
        DocumentError::NotUtf8(7)
    );
    assert_eq!(
        Draft::read(br#"{"id":"a","n":1e999}"#).unwrap_err(),
        DocumentError::NumberOutOfRange(14)
    );
}

#[test]
fn refuses_ids_by_the_rules() {
    let check = |body: &str, expected: &DocumentError| {
        assert_eq!(
            &Draft::read(body.as_bytes()).unwrap_err(),
            expected,
            "{body}"
        );
    };
    check("{}", &DocumentError::IdMissing);
    check(r#"{"Id":"a"}"#, &DocumentError::IdMissing);
    check(r#"{"id":1}"#, &DocumentError::IdNotAString);
    check(r#"{"id":null}"#, &DocumentError::IdNotAString);
    check(r#"{"id":"\ud800"}"#, &DocumentError::IdNotUnicode);
    for id in ["", "a/b", "a\\\\b"] {
        let body = format!("{{\"id\":\"{id}\"}}");
        assert!(
            matches!(
                Draft::read(body.as_bytes()).unwrap_err(),
                DocumentError::Id(_)
            ),
            "{body}"
        );
    }
    let id = |bytes: usize| format!("{{\"id\":\"{}\"}}", "x".repeat(bytes));
    assert!(Draft::read(id(1023).as_bytes()).is_ok());
    assert!(Draft::read(id(1024).as_bytes()).is_err());
}

#[test]
fn depth_and_size_have_limits() {
    let nested = |levels: usize| {
        let inner = levels - 1;
        format!(
            "{{\"id\":\"a\",\"d\":{}{}}}",
            "[".repeat(inner),
            "]".repeat(inner)
        )
    };
    assert!(Draft::read(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(
        Draft::read(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err(),
        DocumentError::TooDeep
    );
    let sized = |bytes: usize| {
        let frame = r#"{"id":"a","p":""}"#.len();
        format!("{{\"id\":\"a\",\"p\":\"{}\"}}", "x".repeat(bytes - frame))
    };
    assert!(Draft::read(sized(MAX_ITEM_BYTES).as_bytes()).is_ok());
    let over = Draft::read(sized(MAX_ITEM_BYTES + 1).as_bytes()).unwrap_err();
    assert_eq!(over, DocumentError::TooLarge(MAX_ITEM_BYTES + 1));
}

#[test]
fn a_stamp_appends_the_system_properties_in_the_service_order() {
    let draft = Draft::read(br#"{"id":"a","_ts":1,"v":2}"#).unwrap();
    let stamp = Stamp {
        rid: "R",
        container_self: "dbs/D/colls/C/",
        tag: "0-1",
        ts: 1_700_000_000,
    };
    assert_eq!(
        draft.stamp(&stamp),
        r#"{"id":"a","v":2,"_rid":"R","_self":"dbs/D/colls/C/docs/R/","_etag":"\"0-1\"","_attachments":"attachments/","_ts":1700000000}"#
    );
}

/// Any JSON value, as text with random blanks.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        (-1e300..1e300).prop_map(|n: f64| format!("{n:e}")),
        any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap()),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6)
                .prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::vec(("[a-d_]{1,2}", inner), 0..6)
                .prop_map(|members| object(&members)),
        ]
    })
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\" :{value}"))
        .collect();
    format!("{{{}}}", members.join(",\t"))
}

proptest! {
    #[test]
    fn agrees_with_serde_json(members in prop::collection::vec(("[a-d_]{1,2}", json()), 0..8)) {
        let mut members = members;
        members.push(("id".to_owned(), "\"x\"".to_owned()));
        let body = object(&members);
        let expected: serde_json::Value = serde_json::from_str(&body).unwrap();
        let got: serde_json::Value = serde_json::from_str(&text_of(&body)).unwrap();
        prop_assert_eq!(&got, &expected);
        // Once clean, always clean.
        prop_assert_eq!(text_of(&text_of(&body)), text_of(&body));
    }

    #[test]
    fn never_panics_and_agrees_on_validity(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let ours = Draft::read(&bytes);
        let theirs = serde_json::from_slice::<serde_json::Value>(&bytes);
        if ours.is_ok() {
            prop_assert!(theirs.is_ok());
        }
    }

    #[test]
    fn a_damaged_document_is_never_accepted_wrongly(at in 0_usize..60, byte in any::<u8>()) {
        let mut bytes = br#"{"id":"a\n\u00e9","n":[1,-2.5e3,{"k":"v, long text here"}],"t":true}"#.to_vec();
        let index = at.min(bytes.len() - 1);
        bytes[index] = byte;
        let theirs = serde_json::from_slice::<serde_json::Value>(&bytes);
        if let Ok(draft) = Draft::read(&bytes) {
            let mine: serde_json::Value = serde_json::from_slice(draft.text()).unwrap();
            let Ok(mut theirs) = theirs else { return Err(TestCaseError::fail("serde_json refuses")) };
            theirs.as_object_mut().unwrap().retain(|name, _| !["_rid", "_ts"].contains(&name.as_str()));
            prop_assert_eq!(mine, theirs);
        }
    }
}
