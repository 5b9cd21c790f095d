//! The verbs that touch many items, with the headers that each client really sends.

use cosmokit_server::Gateway;
use serde_json::{Value, json};

use crate::call::{Answer, Header, call, create_container, key, signed};
use crate::scene::gateway;

const DOCS: &str = "/dbs/d/colls/c/docs";
const KEY: &str = "x-ms-documentdb-partitionkey";

async fn with_items(ids: &[&str]) -> Gateway {
    let gateway = gateway();
    create_container(&gateway).await;
    for id in ids {
        let body = json!({"id": id, "pk": "p", "n": 1}).to_string();
        call(&gateway, signed("POST", DOCS, &[(KEY, &key("p"))], body))
            .await
            .expect(201);
    }
    gateway
}

async fn send(gateway: &Gateway, method: &str, headers: &[Header<'_>], body: Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    call(gateway, signed(method, DOCS, headers, body)).await
}

#[tokio::test]
async fn a_patch_comes_with_any_content_type() {
    let gateway = with_items(&["i"]).await;
    let pk = key("p");
    let types: [&[Header<'_>]; 4] = [
        &[("content-type", "application/json-patch+json")],
        &[("content-type", "application/json_patch+json")],
        &[("content-type", "application/json")],
        &[],
    ];
    let operations = json!([{"op": "incr", "path": "/n", "value": 1}]);
    for (number, content_type) in types.iter().enumerate() {
        let body = if number == 3 {
            operations.clone()
        } else {
            json!({ "operations": operations })
        };
        let mut headers = vec![(KEY, pk.as_str())];
        headers.extend_from_slice(content_type);
        let path = "/dbs/d/colls/c/docs/i/";
        let answer = call(&gateway, signed("PATCH", path, &headers, body.to_string()))
            .await
            .expect(200);
        assert_eq!(answer.json()["n"], number + 2);
        assert_eq!(
            answer.header("etag"),
            answer.json()["_etag"].as_str().unwrap()
        );
    }
    let condition = json!({"condition": "from c where c.n = 0", "operations": operations});
    let path = "/dbs/d/colls/c/docs/i";
    let refused = call(
        &gateway,
        signed("PATCH", path, &[(KEY, &pk)], condition.to_string()),
    )
    .await
    .expect(412);
    assert_eq!(refused.header("x-ms-substatus"), "1110");
    assert_eq!(refused.code(), "PreconditionFailed");
}

#[tokio::test]
async fn a_transaction_answers_200_or_207() {
    let gateway = with_items(&["i"]).await;
    let pk = key("p");
    let headers = [
        (KEY, pk.as_str()),
        ("x-ms-cosmos-is-batch-request", "True"),
        ("x-ms-cosmos-batch-atomic", "True"),
        ("x-ms-cosmos-batch-continue-on-error", "False"),
    ];
    let create =
        |id: &str| json!({"operationType": "Create", "resourceBody": {"id": id, "pk": "p"}});
    let read = json!({"operationType": "Read", "id": "i"});
    let done = send(&gateway, "POST", &headers, json!([create("j"), read]))
        .await
        .expect(200);
    assert_eq!(done.json()[0]["statusCode"], 201);
    assert_eq!(done.json()[1]["resourceBody"]["n"], 1);
    for name in [
        "x-ms-session-token",
        "x-ms-request-charge",
        "x-ms-alt-content-path",
        "lsn",
    ] {
        assert!(!done.header(name).is_empty(), "{name}");
    }
    let failed = send(
        &gateway,
        "POST",
        &headers,
        json!([create("k"), create("i")]),
    )
    .await
    .expect(207);
    assert_eq!(failed.json()[0]["statusCode"], 424);
    assert_eq!(failed.json()[1]["statusCode"], 409);
    let refused = send(&gateway, "POST", &headers, json!([]))
        .await
        .expect(400);
    assert_eq!(refused.code(), "BadRequest");
    let minimal = [
        headers[0],
        headers[1],
        headers[2],
        ("prefer", "return=minimal"),
    ];
    let done = send(&gateway, "POST", &minimal, json!([create("k")]))
        .await
        .expect(200);
    assert_eq!(done.json()[0].get("resourceBody"), None);
}

#[tokio::test]
async fn bulk_goes_by_range() {
    let gateway = with_items(&["i"]).await;
    let headers = [
        ("x-ms-documentdb-partitionkeyrangeid", "0"),
        ("x-ms-cosmos-is-batch-request", "true"),
        ("x-ms-cosmos-batch-atomic", "false"),
        ("x-ms-cosmos-batch-continue-on-error", "true"),
    ];
    let on =
        |id: &str, pk: &str| json!({"operationType": "Read", "id": id, "partitionKey": key(pk)});
    let answer = send(
        &gateway,
        "POST",
        &headers,
        json!([on("x", "p"), on("i", "p"), on("i", "q")]),
    )
    .await
    .expect(207);
    let results = answer.json();
    let statuses: Vec<_> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["statusCode"].as_u64())
        .collect();
    assert_eq!(statuses, [Some(404), Some(200), Some(404)]);
    let everywhere = results
        .as_array()
        .unwrap()
        .iter()
        .all(|r| r["requestCharge"].is_number());
    assert!(everywhere, "clients sum the charges");
    let gone = [
        ("x-ms-documentdb-partitionkeyrangeid", "7"),
        headers[1],
        headers[2],
    ];
    let answer = send(&gateway, "POST", &gone, json!([on("i", "p")]))
        .await
        .expect(410);
    assert_eq!(answer.header("x-ms-substatus"), "1002");
}

#[tokio::test]
async fn a_change_feed_goes_on_by_etag() {
    let gateway = with_items(&["1", "2", "3"]).await;
    let base = [("a-im", "Incremental Feed"), ("x-ms-max-item-count", "2")];
    let first = send(&gateway, "GET", &base, Value::Null).await.expect(200);
    assert_eq!(first.json()["_count"], 2);
    assert_eq!(first.header("x-ms-item-count"), "2");
    assert_eq!(first.header("etag"), "\"2\"");
    assert_eq!(first.header("x-ms-continuation"), "");
    assert_eq!(first.json()["Documents"][1]["_lsn"], 2);
    let next = [base[0], ("if-none-match", first.header("etag"))];
    let second = send(&gateway, "GET", &next, Value::Null).await.expect(200);
    assert_eq!(second.json()["Documents"][0]["id"], "3");
    let end = [base[0], ("if-none-match", second.header("etag"))];
    let end = send(&gateway, "GET", &end, Value::Null).await.expect(304);
    assert_eq!((end.body.len(), end.header("etag")), (0, "\"3\""));
    assert!(!end.header("x-ms-session-token").is_empty());
    let now = [base[0], ("if-none-match", "*")];
    let now = send(&gateway, "GET", &now, Value::Null).await.expect(304);
    assert_eq!(now.header("etag"), "\"3\"");
    let later = [
        base[0],
        ("if-modified-since", "Wed, 01 Jan 2025 00:00:01 GMT"),
    ];
    send(&gateway, "GET", &later, Value::Null).await.expect(304);
    let then = [base[0], ("if-modified-since", crate::scene::NOW)];
    let then = send(&gateway, "GET", &then, Value::Null).await.expect(200);
    assert_eq!(then.json()["_count"], 3);
    let wrong = [base[0], ("if-modified-since", "yesterday")];
    send(&gateway, "GET", &wrong, Value::Null).await.expect(400);
    send(&gateway, "GET", &[("a-im", "Everything")], Value::Null)
        .await
        .expect(400);
}

#[tokio::test]
async fn changes_come_in_envelopes_and_slices() {
    let gateway = with_items(&["1"]).await;
    let feed = [
        ("a-im", "Incremental feed"),
        ("x-ms-cosmos-changefeed-wire-format-version", "2021-09-15"),
        ("x-ms-documentdb-partitionkeyrangeid", "0"),
        ("x-ms-start-epk", ""),
        ("x-ms-end-epk", "FF"),
        ("x-ms-read-key-type", "EffectivePartitionKeyRange"),
    ];
    let answer = send(&gateway, "GET", &feed, Value::Null).await.expect(200);
    let entry = &answer.json()["Documents"][0];
    assert_eq!(entry["current"]["id"], "1");
    assert_eq!(entry["metadata"]["lsn"], 1);
    assert_eq!(answer.header("x-ms-documentdb-partitionkeyrangeid"), "0");
    let nowhere = [feed[0], ("x-ms-start-epk", "FE"), ("x-ms-end-epk", "FF")];
    send(&gateway, "GET", &nowhere, Value::Null)
        .await
        .expect(304);
    let all = [("a-im", "Full-Fidelity Feed"), ("if-none-match", "*")];
    let refused = send(&gateway, "GET", &all, Value::Null).await.expect(400);
    assert!(
        refused.json()["message"]
            .as_str()
            .unwrap()
            .contains("changeFeedPolicy")
    );
}

#[tokio::test]
async fn a_key_is_deleted_by_an_empty_post() {
    let gateway = with_items(&["1", "2"]).await;
    let path = "/dbs/d/colls/c/operations/partitionkeydelete";
    let pk = key("p");
    let answer = call(&gateway, signed("POST", path, &[(KEY, &pk)], ""))
        .await
        .expect(200);
    assert_eq!(answer.body.len(), 0);
    call(
        &gateway,
        signed("GET", "/dbs/d/colls/c/docs/1", &[(KEY, &pk)], ""),
    )
    .await
    .expect(404);
    call(&gateway, signed("POST", path, &[], ""))
        .await
        .expect(400);
}

#[tokio::test]
async fn priorities_and_buckets_are_accepted() {
    let gateway = with_items(&["i"]).await;
    let pk = key("p");
    let table = [("Low", 200), ("high", 200), ("urgent", 400)];
    for (level, expected) in table {
        let headers = [
            (KEY, pk.as_str()),
            ("x-ms-cosmos-priority-level", level),
            ("x-ms-cosmos-throughput-bucket", "3"),
        ];
        call(
            &gateway,
            signed("GET", "/dbs/d/colls/c/docs/i", &headers, ""),
        )
        .await
        .expect(expected);
    }
}

#[tokio::test]
async fn a_query_reads_the_scope_of_its_headers() {
    let gateway = with_items(&["i", "j", "k"]).await;
    let pk = key("p");
    let is_query = ("x-ms-documentdb-isquery", "True");
    let every = ("x-ms-documentdb-query-enablecrosspartition", "true");
    let body = json!({
        "query": "SELECT VALUE c.id FROM c WHERE c.n = @n",
        "parameters": [{"name": "@n", "value": 1}],
    });
    for scope in [(KEY, pk.as_str()), every] {
        let headers = [is_query, scope, ("x-ms-max-item-count", "2")];
        let first = send(&gateway, "POST", &headers, body.clone())
            .await
            .expect(200);
        assert_eq!(first.json()["Documents"], json!(["i", "j"]));
        assert_eq!(first.header("x-ms-item-count"), "2");
        let token = first.header("x-ms-continuation").to_owned();
        let headers = [is_query, scope, ("x-ms-continuation", token.as_str())];
        let last = send(&gateway, "POST", &headers, body.clone())
            .await
            .expect(200);
        assert_eq!(last.json()["Documents"], json!(["k"]));
    }
    let refused = send(&gateway, "POST", &[is_query], body.clone())
        .await
        .expect(400);
    assert_eq!(refused.code(), "BadRequest");
    let plan = [is_query, ("x-ms-cosmos-is-query-plan-request", "True")];
    let planned = send(&gateway, "POST", &plan, body).await.expect(200);
    assert_eq!(planned.json()["partitionedQueryExecutionInfoVersion"], 2);
}
