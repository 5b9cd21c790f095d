//! Bodies of batches and their results.

use super::*;

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

#[test]
fn operations_have_the_form_of_the_service() {
    let operations = [
        BatchOperation::create(raw(r#"{"id":"1", "n":9007199254740993}"#)),
        BatchOperation::upsert(raw("{}")).with_if_match("\"e\"".into()),
        BatchOperation::read("2").with_if_none_match("*".into()),
        BatchOperation::replace("3", raw("{}")),
        BatchOperation::delete("4").with_partition_key(&PartitionKey::from("a")),
        BatchOperation::patch("5", raw(r#"{"operations":[]}"#)),
    ];
    let body = serde_json::to_string(&operations).unwrap();
    let expected = concat!(
        r#"[{"operationType":"Create","resourceBody":{"id":"1", "n":9007199254740993}},"#,
        r#"{"operationType":"Upsert","resourceBody":{},"ifMatch":"\"e\""},"#,
        r#"{"operationType":"Read","id":"2","ifNoneMatch":"*"},"#,
        r#"{"operationType":"Replace","id":"3","resourceBody":{}},"#,
        r#"{"operationType":"Delete","id":"4","partitionKey":"[\"a\"]"},"#,
        r#"{"operationType":"Patch","id":"5","resourceBody":{"operations":[]}}]"#,
    );
    assert_eq!(body, expected);
    let read = parse_batch(body.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), expected);
    assert_eq!(read[0].body(), r#"{"id":"1", "n":9007199254740993}"#);
    assert_eq!(read[2].body(), "");
}

#[test]
fn refuses_what_the_service_refuses() {
    let check = |text: &str, expected: &str| {
        let error = parse_batch(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    };
    check("", "not an array");
    check("{}", "not an array");
    check("[1]", "not an array");
    check(r#"[{"operationType":"Sing"}]"#, "Sing");
    check("[]", "at least one");
    check(
        r#"[{"operationType":"Create"}]"#,
        "operation 0 (Create) needs 'resourceBody'",
    );
    check(
        r#"[{"operationType":"Create","resourceBody":null}]"#,
        "needs 'resourceBody'",
    );
    check(
        r#"[{"operationType":"Read","id":"1"},{"operationType":"Delete","id":""}]"#,
        "operation 1 (Delete) needs 'id'",
    );
    let reads = |count: usize| {
        let one = r#"{"operationType":"Read","id":"1"}"#;
        format!("[{}]", vec![one; count].join(","))
    };
    assert_eq!(parse_batch(reads(100).as_bytes()).unwrap().len(), 100);
    check(&reads(101), "101 operations, and the limit is 100");
    let large = format!("[{}]", " ".repeat(MAX_BATCH_BODY_BYTES));
    assert!(matches!(
        parse_batch(large.as_bytes()),
        Err(BatchError::TooLarge { .. })
    ));
}

#[test]
fn results_round_trip() {
    let result = TransactionalBatchOperationResult::new(201)
        .with_substatus_code(0)
        .with_request_charge(6.29)
        .with_etag("\"e\"".into())
        .with_resource_body(raw(r#"{"id":"1"}"#))
        .with_retry_after(Duration::from_millis(1500));
    let response = TransactionalBatchResponse::new(vec![result]);
    let body = serde_json::to_string(&response).unwrap();
    let expected = r#"[{"statusCode":201,"subStatusCode":0,"requestCharge":6.29,"eTag":"\"e\"","resourceBody":{"id":"1"},"retryAfterMilliseconds":1500}]"#;
    assert_eq!(body, expected);
    let read = TransactionalBatchResponse::parse(body.as_bytes()).unwrap();
    let result = &read.results()[0];
    assert_eq!(
        (
            result.status_code(),
            result.substatus_code(),
            result.request_charge()
        ),
        (201, Some(0), Some(6.29))
    );
    assert_eq!(
        (result.etag(), result.retry_after()),
        (Some("\"e\""), Some(Duration::from_millis(1500)))
    );
    assert_eq!(
        result.into_model::<serde_json::Value>().unwrap().unwrap()["id"],
        "1"
    );
    assert!(result.into_model::<Vec<u8>>().is_err());
}

#[test]
fn the_first_failure_that_is_not_dependent_counts() {
    let check = |statuses: &[u16], status: u16, failure: Option<u16>| {
        let results = statuses
            .iter()
            .map(|status| TransactionalBatchOperationResult::new(*status))
            .collect();
        let response = TransactionalBatchResponse::new(results);
        assert_eq!(response.status_code(), status, "{statuses:?}");
        assert_eq!(
            response
                .first_failure()
                .map(TransactionalBatchOperationResult::status_code),
            failure,
            "{statuses:?}"
        );
    };
    check(&[], 200, None);
    check(&[200, 201, 204], 200, None);
    check(&[424, 409, 424], 207, Some(409));
    check(&[201, 424], 207, Some(424));
    check(&[304], 207, Some(304));
}

#[test]
fn reads_the_spelling_of_other_servers() {
    let read =
        TransactionalBatchResponse::parse(br#"[{"statusCode":404,"substatusCode":1002,"x":1}]"#)
            .unwrap();
    assert_eq!(read.results()[0].substatus_code(), Some(1002));
    assert_eq!(read.results()[0].into_model::<u8>().unwrap(), None);
}
