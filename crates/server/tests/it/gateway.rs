//! The gateway in process: what each part of the protocol promises, request by request.

use bytes::Bytes;
use cosmokit_server::Gateway;
use serde_json::json;

use crate::call::{CONTAINER, Header, call, create_container, key, signed, unsigned};
use crate::lifecycle::lifecycle;
use crate::scene::gateway;

#[tokio::test]
async fn the_story_in_process() {
    let gateway = gateway();
    lifecycle(|request| {
        let gateway = gateway.clone();
        async move { call(&gateway, request).await }
    })
    .await;
}

#[tokio::test]
async fn the_account_document_follows_the_authority() {
    let gateway = gateway();
    let table: &[(&str, &[Header<'_>], &str)] = &[
        ("http://localhost:8081/", &[], "http://localhost:8081/"),
        ("https://127.0.0.1:9/", &[], "https://127.0.0.1:9/"),
        (
            "/",
            &[("host", "host.docker.internal:8081")],
            "http://host.docker.internal:8081/",
        ),
        ("/", &[("host", "[::1]:8081")], "http://[::1]:8081/"),
        ("//", &[("host", "box")], "http://box/"),
    ];
    for (uri, headers, endpoint) in table {
        let answer = call(&gateway, signed("GET", uri, headers, ""))
            .await
            .expect(200);
        let account = answer.json();
        assert_eq!(account["id"], "shop");
        for locations in ["writableLocations", "readableLocations"] {
            let expected = json!([{"name": "East US", "databaseAccountEndpoint": endpoint}]);
            assert_eq!(account[locations], expected, "{uri}");
        }
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn every_answer_carries_the_servers_headers() {
    let gateway = gateway();
    let requests = [
        signed("GET", "/", &[], ""),
        signed("GET", "/dbs", &[], ""),
        signed("GET", "/dbs/none", &[], ""),
        unsigned("GET", "/dbs", &[], ""),
        unsigned("HEAD", "/dbs", &[], ""),
        signed("GET", "/nothing", &[], ""),
        signed("POST", "/dbs", &[], "not json"),
    ];
    for request in requests {
        let told = format!("{} {}", request.method(), request.uri());
        let answer = call(&gateway, request).await;
        for name in [
            "date",
            "x-ms-activity-id",
            "x-ms-request-charge",
            "x-ms-schemaversion",
            "x-ms-gatewayversion",
            "x-ms-serviceversion",
            "x-ms-last-state-change-utc",
            "x-ms-request-duration-ms",
            "x-ms-transport-request-id",
        ] {
            assert!(!answer.header(name).is_empty(), "{told}: {name}");
        }
        assert_eq!(answer.header("date"), crate::scene::NOW);
    }
}

#[tokio::test]
async fn activity_ids_are_echoed_on_success_and_failure() {
    let gateway = gateway();
    let id = ("x-ms-activity-id", "0f1e2d3c-0000-4000-8000-000000000001");
    let ok = call(&gateway, signed("GET", "/dbs", &[id], ""))
        .await
        .expect(200);
    let failed = call(&gateway, signed("GET", "/dbs/none", &[id], ""))
        .await
        .expect(404);
    assert_eq!((ok.header(id.0), failed.header(id.0)), (id.1, id.1));
    assert!(failed.json()["message"].as_str().unwrap().ends_with(id.1));
    let (first, second) = (
        call(&gateway, signed("GET", "/dbs", &[], "")).await,
        call(&gateway, signed("GET", "/dbs", &[], "")).await,
    );
    assert_ne!(first.header(id.0), second.header(id.0));
}

#[tokio::test]
async fn item_answers_carry_what_sessions_need() {
    let gateway = gateway();
    create_container(&gateway).await;
    let pk = key("p");
    let keyed = [("x-ms-documentdb-partitionkey", pk.as_str())];
    let body = r#"{"id":"i","pk":"p"}"#;
    let container = call(&gateway, signed("GET", "/dbs/d/colls/c", &[], ""))
        .await
        .json();
    let created = call(
        &gateway,
        signed("POST", "/dbs/d/colls/c/docs", &keyed, body),
    )
    .await
    .expect(201);
    let read = call(&gateway, signed("GET", "/dbs/d/colls/c/docs/i", &keyed, ""))
        .await
        .expect(200);
    let missing = call(
        &gateway,
        signed("GET", "/dbs/d/colls/c/docs/none", &keyed, ""),
    )
    .await
    .expect(404);
    for answer in [&created, &read, &missing] {
        assert_eq!(answer.header("x-ms-alt-content-path"), "dbs/d/colls/c");
        assert_eq!(
            answer.header("x-ms-content-path"),
            container["_rid"].as_str().unwrap()
        );
        assert!(
            answer.header("x-ms-session-token").starts_with("0:"),
            "{:?}",
            answer.headers
        );
        assert!(
            answer.header("x-ms-session-token").contains('#'),
            "only the vector form"
        );
        assert_eq!(answer.header("x-ms-documentdb-partitionkeyrangeid"), "0");
        assert!(answer.header("x-ms-request-charge").parse::<f64>().unwrap() > 0.0);
        assert!(answer.header("lsn").parse::<u64>().is_ok());
        assert_eq!(answer.header("lsn"), answer.header("x-ms-lsn"));
    }
    let token = ("x-ms-session-token", created.header("x-ms-session-token"));
    call(
        &gateway,
        signed("GET", "/dbs/d/colls/c/docs/i", &[keyed[0], token], ""),
    )
    .await
    .expect(200);
    let ahead = ("x-ms-session-token", "0:99#1000000");
    let refused = call(
        &gateway,
        signed("GET", "/dbs/d/colls/c/docs/i", &[keyed[0], ahead], ""),
    )
    .await
    .expect(404);
    assert_eq!(refused.header("x-ms-substatus"), "1002");
}

#[tokio::test]
async fn resources_answer_by_name_and_by_resource_id() {
    let gateway = gateway();
    create_container(&gateway).await;
    let pk = key("p");
    let keyed = [("x-ms-documentdb-partitionkey", pk.as_str())];
    let body = r#"{"id":"i","pk":"p"}"#;
    let item = call(
        &gateway,
        signed("POST", "/dbs/d/colls/c/docs", &keyed, body),
    )
    .await
    .expect(201)
    .json();
    let database = call(&gateway, signed("GET", "/dbs/d", &[], ""))
        .await
        .json();
    let container = call(&gateway, signed("GET", "/dbs/d/colls/c", &[], ""))
        .await
        .json();
    for document in [&database, &container, &item] {
        let link = document["_self"].as_str().unwrap();
        for path in [
            format!("/{link}"),
            format!("//{link}/"),
            format!("/{}", link.trim_end_matches('/')),
        ] {
            let read = call(&gateway, signed("GET", &path, &keyed, ""))
                .await
                .expect(200);
            assert_eq!(read.json()["_rid"], document["_rid"], "{path}");
        }
    }
    let feed = format!("/{}docs", container["_self"].as_str().unwrap());
    let feed = call(&gateway, signed("GET", &feed, &[], ""))
        .await
        .expect(200);
    assert_eq!(feed.json()["_rid"], container["_rid"]);
}

/// A database whose name has the shape of a resource id is found by its name too, whichever way
/// its requests are signed.
#[tokio::test]
async fn a_name_that_looks_like_a_resource_id_is_still_a_name() {
    let gateway = gateway();
    let name = "AbCdEA==";
    call(
        &gateway,
        signed("POST", "/dbs", &[], format!(r#"{{"id":"{name}"}}"#)),
    )
    .await
    .expect(201);
    let path = format!("/dbs/{name}");
    let by_rid = call(&gateway, signed("GET", &path, &[], ""))
        .await
        .expect(200);
    assert_eq!(by_rid.json()["id"], name);
    let mut by_name = signed("GET", &path, &[], "");
    let other_path = "/dbs/no-resource-id";
    let text = crate::call::authorization(by_name.method(), other_path);
    by_name.headers_mut().insert("authorization", text);
    call(&gateway, by_name).await.expect(401);
}

#[tokio::test]
async fn partition_key_ranges_end_with_a_literal_304() {
    let gateway = gateway();
    create_container(&gateway).await;
    let path = "/dbs/d/colls/c/pkranges/";
    let feed = ("a-im", "Incremental Feed");
    let first = call(&gateway, signed("GET", path, &[feed], ""))
        .await
        .expect(200);
    assert_eq!(first.json()["PartitionKeyRanges"][0]["minInclusive"], "");
    let etag = ("if-none-match", first.header("etag"));
    let second = call(&gateway, signed("GET", path, &[feed, etag], ""))
        .await
        .expect(304);
    assert!(second.body.is_empty());
    assert_eq!(second.header("etag"), etag.1);
    let plain = call(&gateway, signed("GET", path, &[], ""))
        .await
        .expect(200);
    assert_eq!(plain.body, first.body);
}

#[tokio::test]
async fn binary_bodies_are_read_and_texts_are_answered() {
    let gateway = gateway();
    create_container(&gateway).await;
    let pk = key("é");
    let keyed = [("x-ms-documentdb-partitionkey", pk.as_str())];
    // protocol.md §24.2, the example seen on the wire.
    let body: &[u8] = b"\x80\xED\x10\x03\x82id\x83a b\x81n\x01\x82pk\x82\xC3\xA9";
    let created = call(
        &gateway,
        signed(
            "POST",
            "/dbs/d/colls/c/docs",
            &keyed,
            Bytes::from_static(body),
        ),
    )
    .await
    .expect(201)
    .json();
    assert_eq!(
        (&created["id"], &created["n"], &created["pk"]),
        (&json!("a b"), &json!(1), &json!("é"))
    );
    let damaged = Bytes::from_static(&[0x80, 0xED, 0x10, 0x03, 0x82]);
    let refused = call(
        &gateway,
        signed("POST", "/dbs/d/colls/c/docs", &keyed, damaged),
    )
    .await
    .expect(400);
    assert_eq!(refused.code(), "BadRequest");
}

#[tokio::test]
async fn metadata_queries_reach_the_engine() {
    let gateway = gateway();
    create_container(&gateway).await;
    let query = [
        ("content-type", "application/query+json"),
        ("x-ms-documentdb-isquery", "True"),
    ];
    let body = r#"{"query":"SELECT * FROM root r WHERE r.id=@id","parameters":[{"name":"@id","value":"d"}]}"#;
    let found = call(&gateway, signed("POST", "/dbs", &query, body))
        .await
        .expect(200);
    assert_eq!(found.json()["Databases"][0]["id"], "d");
    let container = call(&gateway, signed("GET", "/dbs/d/colls/c", &[], ""))
        .await
        .json();
    let body = json!({
        "query": "SELECT * FROM c WHERE c.offerResourceId = @rid",
        "parameters": [{"name": "@rid", "value": container["_rid"]}],
    });
    let offers = call(
        &gateway,
        signed("POST", "/offers", &query, body.to_string()),
    )
    .await
    .expect(200);
    assert_eq!(
        offers.json()["Offers"][0]["content"]["offerThroughput"],
        400
    );
    for malformed in ["", "SELECT 1", "[]", r#"{"query":1}"#] {
        let refused = call(&gateway, signed("POST", "/dbs", &query, malformed))
            .await
            .expect(400);
        assert_eq!(refused.code(), "BadRequest");
    }
}

#[tokio::test]
async fn what_is_not_implemented_says_so() {
    let gateway = gateway();
    let request = signed("POST", "/operations/dtc", &[], "{}");
    let refused = call(&gateway, request).await.expect(501);
    assert_eq!(refused.code(), "NotImplemented");
    let message = refused.json()["message"].to_string();
    assert!(message.contains("distributed transactions"), "{message}");
}

#[tokio::test]
async fn probes_and_readiness_need_no_signature() {
    let gateway = gateway();
    call(&gateway, unsigned("GET", "/probe", &[], ""))
        .await
        .expect(200);
    let ready = call(&gateway, unsigned("GET", "/_cosmokit/ready", &[], ""))
        .await
        .expect(200);
    assert_eq!(ready.json(), json!({"status": "ready"}));
    let state = call(&gateway, unsigned("GET", "/_cosmokit/state", &[], ""))
        .await
        .expect(200);
    assert_eq!(state.json()["account"], "shop");
    call(&gateway, unsigned("GET", "/_cosmokit/nothing", &[], ""))
        .await
        .expect(404);
}

/// The item created before a request that fails is as it was: refusals change nothing.
#[tokio::test]
async fn refused_writes_leave_no_trace() {
    let gateway: Gateway = gateway();
    create_container(&gateway).await;
    let pk = key("p");
    let keyed = [("x-ms-documentdb-partitionkey", pk.as_str())];
    let docs = "/dbs/d/colls/c/docs";
    for body in [
        "",
        "{",
        "[]",
        "null",
        r#"{"pk":"p"}"#,
        r#"{"id":1,"pk":"p"}"#,
        r#"{"id":"i","pk":"q"}"#,
    ] {
        let refused = call(&gateway, signed("POST", docs, &keyed, body))
            .await
            .expect(400);
        assert_eq!(refused.code(), "BadRequest", "{body}");
    }
    call(
        &gateway,
        unsigned("POST", docs, &keyed, r#"{"id":"i","pk":"p"}"#),
    )
    .await
    .expect(401);
    let feed = call(&gateway, signed("GET", docs, &[], ""))
        .await
        .expect(200);
    assert_eq!(feed.json()["_count"], 0);
    call(&gateway, signed("POST", "/dbs/d/colls", &[], CONTAINER))
        .await
        .expect(409);
}
