//! Patches against documents, one row per rule.

use serde_json::json;

use super::*;
use crate::partition::PartitionKeyDefinition;

fn op(text: &str) -> PatchOperation {
    serde_json::from_str(text).unwrap()
}

/// Applies one operation, written as JSON, to a document, as text.
fn one(document: &str, operation: &str) -> Result<String, PatchReason> {
    match apply(&[op(operation)], document.as_bytes()) {
        Ok(patched) => Ok(String::from_utf8(patched).unwrap()),
        Err(PatchError::Operation {
            number: 1, reason, ..
        }) => Err(reason),
        Err(other) => panic!("{operation}: {other}"),
    }
}

#[track_caller]
fn check(document: &str, operation: &str, expected: Result<&str, PatchReason>) {
    assert_eq!(
        one(document, operation),
        expected.map(str::to_owned),
        "{document} {operation}"
    );
}

#[test]
fn add_and_set_on_objects() {
    for word in ["add", "set"] {
        let with = |rest: &str| format!(r#"{{"op":"{word}",{rest}}}"#);
        check(
            r#"{"b":1}"#,
            &with(r#""path":"/a","value":2"#),
            Ok(r#"{"b":1,"a":2}"#),
        );
        check(
            r#"{"b":1,"a":0}"#,
            &with(r#""path":"/b","value":[]"#),
            Ok(r#"{"b":[],"a":0}"#),
        );
        check(
            r#"{"a":{}}"#,
            &with(r#""path":"/a/b","value":{"c":null}"#),
            Ok(r#"{"a":{"b":{"c":null}}}"#),
        );
        check(
            r#"{"a":1}"#,
            &with(r#""path":"/a/b","value":1"#),
            Err(PatchReason::MissingParent),
        );
        check(
            r"{}",
            &with(r#""path":"/a/b","value":1"#),
            Err(PatchReason::MissingParent),
        );
        check(
            r"{}",
            &with(r#""path":"","value":1"#),
            Err(PatchReason::Root),
        );
        check(
            r"{}",
            &with(r#""path":"a","value":1"#),
            Err(PatchReason::InvalidPath),
        );
        check(
            r"{}",
            &with(r#""path":"/~2","value":1"#),
            Err(PatchReason::InvalidPath),
        );
        check(
            r"{}",
            &with(r#""path":"/a~","value":1"#),
            Err(PatchReason::InvalidPath),
        );
        check(
            r"{}",
            &with(r#""path":"/~0~1","value":1"#),
            Ok(r#"{"~/":1}"#),
        );
        check(
            r"{}",
            &with(r#""path":"/~01","value":1"#),
            Ok(r#"{"~1":1}"#),
        );
        check(
            r#"{"a":{}}"#,
            &with(r#""path":"/a/-","value":1"#),
            Ok(r#"{"a":{"-":1}}"#),
        );
        check(
            r#"{"a":{}}"#,
            &with(r#""path":"/a/0","value":1"#),
            Ok(r#"{"a":{"0":1}}"#),
        );
    }
}

#[test]
fn add_and_set_on_arrays() {
    type Outcome = Result<&'static str, PatchReason>;
    let rows: [(&str, Outcome, Outcome); 9] = [
        ("0", Ok("[9,1,2]"), Ok("[9,2]")),
        ("1", Ok("[1,9,2]"), Ok("[1,9]")),
        ("2", Ok("[1,2,9]"), Ok("[1,2,9]")),
        ("-", Ok("[1,2,9]"), Ok("[1,2,9]")),
        (
            "3",
            Err(PatchReason::IndexOutOfRange { len: 2 }),
            Err(PatchReason::IndexOutOfRange { len: 2 }),
        ),
        (
            "01",
            Err(PatchReason::InvalidIndex),
            Err(PatchReason::InvalidIndex),
        ),
        (
            "-1",
            Err(PatchReason::InvalidIndex),
            Err(PatchReason::InvalidIndex),
        ),
        (
            "x",
            Err(PatchReason::InvalidIndex),
            Err(PatchReason::InvalidIndex),
        ),
        (
            "99999999999999999999",
            Err(PatchReason::InvalidIndex),
            Err(PatchReason::InvalidIndex),
        ),
    ];
    for (index, add, set) in rows {
        for (word, expected) in [("add", add), ("set", set)] {
            let operation = format!(r#"{{"op":"{word}","path":"/a/{index}","value":9}}"#);
            let expected = expected.map(|array| format!(r#"{{"a":{array}}}"#));
            assert_eq!(one(r#"{"a":[1,2]}"#, &operation), expected, "{operation}");
        }
    }
    check(
        r#"{"a":[[1]]}"#,
        r#"{"op":"add","path":"/a/0/-","value":2}"#,
        Ok(r#"{"a":[[1,2]]}"#),
    );
    check(
        r#"{"a":[[1]]}"#,
        r#"{"op":"add","path":"/a/1/-","value":2}"#,
        Err(PatchReason::MissingParent),
    );
    check(
        r#"{"a":[[1]]}"#,
        r#"{"op":"add","path":"/a/-/0","value":2}"#,
        Err(PatchReason::MissingParent),
    );
    check(
        r#"{"a":[]}"#,
        r#"{"op":"set","path":"/a/0","value":2}"#,
        Ok(r#"{"a":[2]}"#),
    );
}

#[test]
fn replace_and_remove_need_a_target() {
    let both = |document,
                path: &str,
                replaced: Result<&str, PatchReason>,
                removed: Result<&str, PatchReason>| {
        check(
            document,
            &format!(r#"{{"op":"replace","path":"{path}","value":9}}"#),
            replaced,
        );
        check(
            document,
            &format!(r#"{{"op":"remove","path":"{path}"}}"#),
            removed,
        );
    };
    let missing = PatchReason::MissingTarget;
    both(
        r#"{"a":1,"b":2}"#,
        "/a",
        Ok(r#"{"a":9,"b":2}"#),
        Ok(r#"{"b":2}"#),
    );
    both(
        r#"{"a":1}"#,
        "/b",
        Err(missing.clone()),
        Err(missing.clone()),
    );
    both(
        r#"{"a":[1,2,3]}"#,
        "/a/1",
        Ok(r#"{"a":[1,9,3]}"#),
        Ok(r#"{"a":[1,3]}"#),
    );
    both(r#"{"a":[1]}"#, "/a/-", Err(missing.clone()), Err(missing));
    let beyond = PatchReason::IndexOutOfRange { len: 1 };
    both(r#"{"a":[1]}"#, "/a/1", Err(beyond.clone()), Err(beyond));
    both(
        r#"{"a":1}"#,
        "/a/b",
        Err(PatchReason::MissingParent),
        Err(PatchReason::MissingParent),
    );
    both(r#"{"a":1,"a":2}"#, "/a", Ok(r#"{"a":1,"a":9}"#), Ok("{}"));
    check(
        r#"{"a":{"b":null}}"#,
        r#"{"op":"replace","path":"/a/b","value":null}"#,
        Ok(r#"{"a":{"b":null}}"#),
    );
}

#[test]
fn increments() {
    let by = |n: &str, by: &str, expected: Result<&str, PatchReason>| {
        let expected = expected.map(|sum| format!(r#"{{"n":{sum}}}"#));
        let found = one(
            &format!(r#"{{"n":{n}}}"#),
            &format!(r#"{{"op":"incr","path":"/n","value":{by}}}"#),
        );
        assert_eq!(found, expected, "{n} + {by}");
    };
    by("1", "2", Ok("3"));
    by("1", "-2", Ok("-1"));
    by("1.5", "1", Ok("2.5"));
    by("1.5", "0.5", Ok("2"));
    by("1", "0.25", Ok("1.25"));
    by("9007199254740992", "1", Ok("9007199254740993"));
    by("9223372036854775807", "1", Ok("9223372036854776000"));
    by("1e308", "1e308", Err(PatchReason::NotFinite));
    for text in ["\"1\"", "null", "true", "[1]", "{}"] {
        by(text, "1", Err(PatchReason::NotANumber));
    }
    check(
        "{}",
        r#"{"op":"incr","path":"/n","value":5}"#,
        Ok(r#"{"n":5}"#),
    );
    check(
        "{}",
        r#"{"op":"increment","path":"/n","value":2.5}"#,
        Ok(r#"{"n":2.5}"#),
    );
    check(
        "{}",
        r#"{"op":"incr","path":"/a/n","value":5}"#,
        Err(PatchReason::MissingParent),
    );
    check(
        r#"{"a":[1,2]}"#,
        r#"{"op":"incr","path":"/a/1","value":5}"#,
        Ok(r#"{"a":[1,7]}"#),
    );
    check(
        r#"{"a":[1]}"#,
        r#"{"op":"incr","path":"/a/2","value":5}"#,
        Err(PatchReason::IndexOutOfRange { len: 1 }),
    );
}

#[test]
fn moves() {
    check(
        r#"{"a":1,"b":2}"#,
        r#"{"op":"move","from":"/a","path":"/c"}"#,
        Ok(r#"{"b":2,"c":1}"#),
    );
    check(
        r#"{"a":1,"b":2}"#,
        r#"{"op":"move","from":"/a","path":"/b"}"#,
        Ok(r#"{"b":1}"#),
    );
    check(
        r#"{"a":{"x":1},"b":{}}"#,
        r#"{"op":"move","from":"/a/x","path":"/b/y"}"#,
        Ok(r#"{"a":{},"b":{"y":1}}"#),
    );
    check(
        r#"{"a":[1,2,3]}"#,
        r#"{"op":"move","from":"/a/0","path":"/a/2"}"#,
        Ok(r#"{"a":[2,3,1]}"#),
    );
    check(
        r#"{"a":[1,2,3]}"#,
        r#"{"op":"move","from":"/a/0","path":"/a/-"}"#,
        Ok(r#"{"a":[2,3,1]}"#),
    );
    check(
        r#"{"a":1}"#,
        r#"{"op":"move","from":"/a","path":"/a"}"#,
        Ok(r#"{"a":1}"#),
    );
    check(
        r#"{"a":1}"#,
        r#"{"op":"move","from":"/x","path":"/b"}"#,
        Err(PatchReason::MissingTarget),
    );
    check(
        r#"{"a":{"b":1}}"#,
        r#"{"op":"move","from":"/a","path":"/a/b"}"#,
        Err(PatchReason::MoveIntoItself),
    );
    check(
        r#"{"a":1,"ab":{}}"#,
        r#"{"op":"move","from":"/a","path":"/ab/c"}"#,
        Ok(r#"{"ab":{"c":1}}"#),
    );
    check(
        r#"{"a":1}"#,
        r#"{"op":"move","from":"/a","path":"/b/c"}"#,
        Err(PatchReason::MissingParent),
    );
    check(
        r#"{"a":{"b":1}}"#,
        r#"{"op":"move","from":"/a/b","path":"/a"}"#,
        Ok(r#"{"a":1}"#),
    );
}

#[test]
fn operations_see_the_effects_of_earlier_ones_and_fail_together() {
    let operations = [
        PatchOperation::add("/a", json!({"list": [{"n": 1}]})),
        PatchOperation::add("/a/list/0/m", json!(2)),
        PatchOperation::increment("/a/list/0/n", 4),
        PatchOperation::move_value("/a/list", "/b"),
        PatchOperation::remove("/a"),
    ];
    let patched = apply(&operations, br#"{"id":"1"}"#).unwrap();
    assert_eq!(
        String::from_utf8(patched).unwrap(),
        r#"{"id":"1","b":[{"n":5,"m":2}]}"#
    );

    let mut document = json!({"id": "1"});
    let before = document.clone();
    let failing = [
        PatchOperation::set("/a", json!(1)),
        PatchOperation::remove("/x"),
    ];
    let error = apply_to_value(&failing, &mut document).unwrap_err();
    assert_eq!(document, before);
    assert_eq!(
        error.to_string(),
        "patch operation 2 (remove \"/x\") is refused: the target does not exist"
    );
    apply_to_value(&operations, &mut document).unwrap();
    assert_eq!(document, json!({"id": "1", "b": [{"n": 5, "m": 2}]}));
}

#[test]
fn what_is_not_touched_keeps_its_bytes() {
    let document = r#"{"id":"1","x": [ 1.0, 1e2 ,"\u0041"],"big":123456789012345678901234567890,"z":{"y":1,"b":0}}"#;
    let patched = one(document, r#"{"op":"set","path":"/z/b","value":1}"#).unwrap();
    assert_eq!(
        patched,
        document
            .replace(r#""x": ["#, r#""x":["#)
            .replace(r#""b":0"#, r#""b":1"#)
    );
}

#[test]
fn documents_that_are_not_objects() {
    for document in ["", "[]", "1", "{", "{\"a\":1} x", "\u{0}"] {
        let result = apply(&[PatchOperation::remove("/a")], document.as_bytes());
        assert!(
            matches!(result, Err(PatchError::Document(_))),
            "{document:?}"
        );
    }
    assert!(matches!(
        apply(&[], b"{\"a\":\"\xff\"}"),
        Err(PatchError::Document(_))
    ));
}

#[test]
fn depth_has_a_limit() {
    let too_deep = PatchReason::TooDeep { limit: 128 };
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    let put = |path: &str, value| match apply(&[PatchOperation::set(path, value)], br#"{"b":{}}"#) {
        Ok(_) => None,
        Err(PatchError::Operation { reason, .. }) => Some(reason),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(put("/a", nested(127)), None);
    assert_eq!(put("/a", nested(128)), Some(too_deep.clone()));
    assert_eq!(put("/b/a", nested(126)), None);
    assert_eq!(put("/b/a", nested(127)), Some(too_deep.clone()));

    // A document that no server stores, and a path to its ground.
    let levels = 100_000;
    let document = format!(r#"{{"a":{}1{}}}"#, "[".repeat(levels), "]".repeat(levels));
    let path = format!("/a{}", "/0".repeat(levels));
    let result = apply(&[PatchOperation::set(path, json!(1))], document.as_bytes());
    assert!(matches!(result, Err(PatchError::Operation { reason, .. }) if reason == too_deep));
    // Moving a value down again and again does not dig deeper either.
    let mut operations = Vec::new();
    for _ in 0..200 {
        operations.push(PatchOperation::set("/c", json!({"d": {}})));
        operations.push(PatchOperation::move_value("/b", "/c/d/e"));
        operations.push(PatchOperation::move_value("/c", "/b"));
    }
    let result = apply(&operations, br#"{"b":{}}"#);
    assert!(
        matches!(result, Err(PatchError::Operation { reason, .. }) if reason == PatchReason::TooDeep { limit: 128 })
    );
}

#[test]
fn bodies() {
    let wrapped = PatchRequest::parse(
        br#"{"condition":"from c where true","operations":[{"op":"remove","path":"/a"}]}"#,
    );
    let wrapped = wrapped.unwrap();
    assert_eq!(wrapped.condition.as_deref(), Some("from c where true"));
    assert_eq!(wrapped.operations, [PatchOperation::remove("/a")]);
    let bare = PatchRequest::parse(br#" [{"op":"remove","path":"/a"}]"#).unwrap();
    assert_eq!(
        bare,
        PatchRequest::new(vec![PatchOperation::remove("/a")].into())
    );
    assert_eq!(
        bare.to_bytes(),
        br#"{"operations":[{"op":"remove","path":"/a"}]}"#
    );
    assert_eq!(PatchRequest::parse(&wrapped.to_bytes()), Ok(wrapped));

    let many = |count: usize| {
        format!(
            "[{}]",
            vec![r#"{"op":"remove","path":"/a"}"#; count].join(",")
        )
    };
    assert_eq!(
        PatchRequest::parse(many(10).as_bytes())
            .unwrap()
            .operations
            .len(),
        10
    );
    assert_eq!(
        PatchRequest::parse(many(11).as_bytes()),
        Err(PatchError::TooManyOperations {
            found: 11,
            limit: 10
        })
    );
    for empty in ["[]", r#"{"operations":[]}"#] {
        assert_eq!(
            PatchRequest::parse(empty.as_bytes()),
            Err(PatchError::NoOperations)
        );
    }
    for malformed in [
        "",
        "{}",
        "1",
        "null",
        r#"{"operations":{}}"#,
        r#"[{"op":"sing","path":"/a"}]"#,
        r#"[{"op":"add","path":"/a"}]"#,
        r#"[{"op":"move","path":"/a"}]"#,
        r#"[{"op":"incr","path":"/a","value":"1"}]"#,
        r#"[{"path":"/a","value":1}]"#,
        r#"[{"op":"add","path":1,"value":1}]"#,
    ] {
        let result = PatchRequest::parse(malformed.as_bytes());
        assert!(
            matches!(result, Err(PatchError::Malformed(_))),
            "{malformed}"
        );
    }
}

#[test]
fn forbidden_targets() {
    let definition = PartitionKeyDefinition::from(("/tenant", "/user/id"));
    let check = |operation: PatchOperation, expected: Option<PatchReason>| {
        let text = format!("{operation:?}");
        let result = PatchRequest::new(vec![operation].into()).validate(&definition);
        let reason = match result {
            Ok(()) => None,
            Err(PatchError::Operation { reason, .. }) => Some(reason),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(reason, expected, "{text}");
    };
    check(PatchOperation::remove("/id"), Some(PatchReason::Id));
    check(PatchOperation::remove("/id/x"), Some(PatchReason::Id));
    for name in ["_rid", "_self", "_etag", "_ts", "_attachments", "_lsn"] {
        check(
            PatchOperation::set(format!("/{name}"), json!(1)),
            Some(PatchReason::SystemProperty),
        );
    }
    for path in ["/tenant", "/tenant/x", "/user", "/user/id", "/user/id/x"] {
        check(
            PatchOperation::set(path, json!(1)),
            Some(PatchReason::PartitionKey),
        );
        check(
            PatchOperation::move_value(path, "/x"),
            Some(PatchReason::PartitionKey),
        );
        check(
            PatchOperation::move_value("/x", path),
            Some(PatchReason::PartitionKey),
        );
    }
    for path in ["/user/name", "/tenants", "/x/id", "/ttl", "/_mine", "/Id"] {
        check(PatchOperation::set(path, json!(1)), None);
    }
    check(
        PatchOperation::move_value("/a", "/id"),
        Some(PatchReason::Id),
    );
    check(PatchOperation::set("", json!(1)), Some(PatchReason::Root));
    let none = PatchRequest::default().validate(&definition);
    assert_eq!(none, Err(PatchError::NoOperations));
}

#[test]
fn retry_safety() {
    let safe = |operations: &[PatchOperation]| {
        PatchInstructions::from(operations.to_vec()).is_retry_safe()
    };
    let set = |path: &str| PatchOperation::set(path, json!(1));
    assert!(safe(&[]));
    assert!(safe(&[set("/a"), PatchOperation::replace("/b", json!(1))]));
    assert!(safe(&[set("/a"), set("/a"), set("/a-"), set("/ab")]));
    assert!(!safe(&[set("/a/b"), set("/a-"), set("/a")]));
    assert!(!safe(&[set("/a"), set("")]));
    assert!(!safe(&[set("/a/-")]));
    assert!(safe(&[PatchOperation::replace("/a/-", json!(1))]));
    for operation in [
        PatchOperation::add("/a", json!(1)),
        PatchOperation::remove("/a"),
        PatchOperation::increment("/a", 1i64),
        PatchOperation::move_value("/a", "/b"),
    ] {
        assert!(!safe(&[operation]));
    }
}

#[test]
fn operations_have_the_words_of_the_service() {
    for (operation, text) in [
        (
            PatchOperation::add("/a", json!(1)),
            r#"{"op":"add","path":"/a","value":1}"#,
        ),
        (
            PatchOperation::set("/a", json!(1)),
            r#"{"op":"set","path":"/a","value":1}"#,
        ),
        (
            PatchOperation::replace("/a", json!(1)),
            r#"{"op":"replace","path":"/a","value":1}"#,
        ),
        (
            PatchOperation::remove("/a"),
            r#"{"op":"remove","path":"/a"}"#,
        ),
        (
            PatchOperation::increment("/a", 9_007_199_254_740_993_i64),
            r#"{"op":"incr","path":"/a","value":9007199254740993}"#,
        ),
        (
            PatchOperation::move_value("/a", "/b"),
            r#"{"op":"move","from":"/a","path":"/b"}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&operation).unwrap(), text);
        assert_eq!(op(text), operation);
        assert!(text.contains(operation.op()));
    }
}
