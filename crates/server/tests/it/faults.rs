//! Faults on purpose, put in force over HTTP: what a client sees over every transport and in process, and what the
//! account has of it.

use std::io;
use std::net::SocketAddr;

use cosmokit_server::Gateway;
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::call::{Answer, Header, call, create_container, key, signed, unsigned};
use crate::scene::{gateway, server_of};
use crate::wire::{Client, Speech};

async fn admin(gateway: &Gateway, method: &str, path: &str, body: &Value) -> Answer {
    let path = format!("/_cosmokit/{path}");
    call(gateway, unsigned(method, &path, &[], body.to_string())).await
}

async fn put_in_force(gateway: &Gateway, rule: Value) {
    admin(gateway, "DELETE", "faults", &json!({}))
        .await
        .expect(200);
    admin(gateway, "POST", "faults", &rule).await.expect(201);
}

fn create(id: &str) -> Request<bytes::Bytes> {
    let key = key("x");
    let headers: [Header<'_>; 1] = [("x-ms-documentdb-partitionkey", &key)];
    let body = json!({"id": id, "pk": "x", "text": "y".repeat(500)}).to_string();
    signed("POST", "/dbs/d/colls/c/docs", &headers, body)
}

fn read(id: &str) -> Request<bytes::Bytes> {
    let key = key("x");
    let headers: [Header<'_>; 1] = [("x-ms-documentdb-partitionkey", &key)];
    signed("GET", &format!("/dbs/d/colls/c/docs/{id}"), &headers, "")
}

/// Whether the item is there, asked without any rule.
async fn exists(gateway: &Gateway, id: &str) -> bool {
    admin(gateway, "DELETE", "faults", &json!({}))
        .await
        .expect(200);
    call(gateway, read(id)).await.status == 200
}

async fn send(
    address: SocketAddr,
    speech: Speech,
    request: Request<bytes::Bytes>,
) -> hyper::Result<Answer> {
    Client::connect(address, speech)
        .await
        .try_send(request)
        .await
}

#[tokio::test]
async fn an_answer_stands_in_for_the_real_one() {
    let gateway = gateway();
    create_container(&gateway).await;
    let server = server_of(&gateway).await;
    for speech in Speech::ALL {
        put_in_force(&gateway, json!({
            "id": "busy", "limit": 1, "condition": {"operation": "CreateItem", "container": "c"},
            "effect": {"status": 429, "substatus": 3200, "headers": {"x-ms-retry-after-ms": "7"}},
        }))
        .await;
        let id = format!("{speech:?}");
        let address = server.endpoint().address();
        let refused = send(address, speech, create(&id))
            .await
            .unwrap()
            .expect(429);
        assert_eq!(refused.header("x-ms-substatus"), "3200");
        assert_eq!(refused.header("x-ms-retry-after-ms"), "7");
        assert_eq!(refused.code(), "TooManyRequests");
        assert!(refused.json()["message"].as_str().unwrap().contains("busy"));
        send(address, speech, create(&id))
            .await
            .unwrap()
            .expect(201);
    }
}

#[tokio::test]
async fn a_dropped_connection_leaves_a_write_undone_or_done() {
    let gateway = gateway();
    create_container(&gateway).await;
    let server = server_of(&gateway).await;
    for speech in Speech::ALL {
        for (moment, done) in [("before", false), ("after", true)] {
            put_in_force(&gateway, json!({
                "id": "drop", "condition": {"operation": "CreateItem"}, "effect": {"dropConnection": moment},
            }))
            .await;
            let id = format!("{speech:?}-{moment}");
            let mut client = Client::connect(server.endpoint().address(), speech).await;
            assert!(client.try_send(create(&id)).await.is_err(), "{id}");
            assert!(
                client.try_send(read(&id)).await.is_err(),
                "{id}: the connection is gone"
            );
            assert_eq!(exists(&gateway, &id).await, done, "{id}");
        }
    }
}

#[tokio::test]
async fn a_cut_body_breaks_off_and_the_write_stays() {
    let gateway = gateway();
    create_container(&gateway).await;
    let server = server_of(&gateway).await;
    for speech in Speech::ALL {
        for cut in [
            json!({}),
            json!({"afterBytes": 0}),
            json!({"afterBytes": 100}),
        ] {
            put_in_force(&gateway, json!({"id": "cut", "effect": {"cutBody": cut}})).await;
            let id = format!("{speech:?}-{}", cut["afterBytes"]);
            let sent = send(server.endpoint().address(), speech, create(&id)).await;
            assert!(sent.is_err(), "{id}");
            assert!(exists(&gateway, &id).await, "{id}");
        }
    }
}

#[tokio::test]
async fn a_slow_body_comes_whole() {
    let gateway = gateway();
    create_container(&gateway).await;
    call(&gateway, create("a")).await.expect(201);
    let server = server_of(&gateway).await;
    let plain = call(&gateway, read("a")).await.body;
    for speech in Speech::ALL {
        put_in_force(
            &gateway,
            json!({"id": "slow", "effect": {"slowBody": {"chunkBytes": 200, "pauseMs": 1}}}),
        )
        .await;
        let slow = send(server.endpoint().address(), speech, read("a"))
            .await
            .unwrap();
        assert_eq!(slow.expect(200).body, plain, "{speech:?}");
    }
}

#[tokio::test]
async fn a_delay_is_waited_for_and_said() {
    let gateway = gateway();
    put_in_force(&gateway, json!({"id": "wait", "effect": {"delayMs": 5}})).await;
    call(&gateway, signed("GET", "/dbs", &[], ""))
        .await
        .expect(200);
    let last = admin(&gateway, "GET", "requests?limit=1", &json!({}))
        .await
        .json();
    assert_eq!(last["requests"][0]["fault"], "wait");
    assert!(
        last["requests"][0]["durationMs"].as_f64().unwrap() >= 5.0,
        "{last}"
    );
}

#[tokio::test]
async fn tls_is_refused_and_plain_http_is_not() {
    let gateway = gateway();
    let server = server_of(&gateway).await;
    let address = server.endpoint().address();
    put_in_force(
        &gateway,
        json!({
            "id": "tls", "condition": {"region": "East US"}, "effect": {"refuseTls": true},
        }),
    )
    .await;
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    assert!(crate::wire::try_tls(stream, &[b"h2"]).await.is_err());
    send(address, Speech::Http1, signed("GET", "/dbs", &[], ""))
        .await
        .unwrap()
        .expect(200);
    put_in_force(
        &gateway,
        json!({
            "id": "tls", "condition": {"region": "West US"}, "effect": {"refuseTls": true},
        }),
    )
    .await;
    send(address, Speech::Http2Tls, signed("GET", "/dbs", &[], ""))
        .await
        .unwrap()
        .expect(200);
}

#[tokio::test]
async fn in_process_a_fault_is_an_error_of_its_kind() {
    let gateway = gateway();
    create_container(&gateway).await;
    let table = [
        (
            json!({"dropConnection": "before"}),
            io::ErrorKind::ConnectionReset,
            false,
        ),
        (
            json!({"dropConnection": "after"}),
            io::ErrorKind::ConnectionReset,
            true,
        ),
        (json!({"cutBody": {}}), io::ErrorKind::UnexpectedEof, true),
    ];
    for (number, (effect, kind, done)) in table.into_iter().enumerate() {
        put_in_force(&gateway, json!({"id": "f", "effect": effect})).await;
        let id = number.to_string();
        let error = gateway.clone().oneshot(create(&id)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{effect}");
        assert_eq!(exists(&gateway, &id).await, done, "{effect}");
    }
    put_in_force(
        &gateway,
        json!({"id": "tls", "effect": {"refuseTls": true}}),
    )
    .await;
    let over_tls = signed("GET", "https://localhost/dbs", &[], "");
    let refused = gateway.clone().oneshot(over_tls).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_rule_can_name_a_partition() {
    let gateway = gateway();
    call(&gateway, signed("POST", "/dbs", &[], r#"{"id":"d"}"#))
        .await
        .expect(201);
    let throughput = [("x-ms-offer-throughput", "40000")];
    call(
        &gateway,
        signed("POST", "/dbs/d/colls", &throughput, crate::call::CONTAINER),
    )
    .await
    .expect(201);
    let created = call(&gateway, create("a")).await.expect(201);
    let range = created
        .header("x-ms-documentdb-partitionkeyrangeid")
        .to_owned();
    for number in 0..4 {
        put_in_force(&gateway, json!({
            "id": "p", "condition": {"partition": number.to_string()}, "effect": {"status": 503},
        }))
        .await;
        let expected = if number.to_string() == range {
            503
        } else {
            200
        };
        call(&gateway, read("a")).await.expect(expected);
    }
}

#[tokio::test]
async fn a_write_reaches_a_region_later() {
    let account = cosmokit_engine::Account::builder()
        .regions(["East US", "West US"].map(cosmokit_protocol::wire::region::Region::new))
        .clock(std::sync::Arc::new(
            cosmokit_engine::clock::ManualClock::default(),
        ))
        .build()
        .unwrap();
    let gateway = Gateway::new(account).unwrap();
    create_container(&gateway).await;
    put_in_force(
        &gateway,
        json!({"id": "late", "effect": {"delayReplication": {"to": "West US", "byMs": 500}}}),
    )
    .await;
    call(&gateway, create("1")).await.expect(201);
    let there = || {
        let mut request = read("1");
        let path = request.uri().path().to_owned();
        *request.uri_mut() = format!("http://cosmokit-westus.localhost{path}")
            .parse()
            .unwrap();
        request
    };
    call(&gateway, read("1")).await.expect(200);
    call(&gateway, there()).await.expect(404);
    admin(&gateway, "POST", "clock/advance", &json!({"byMs": 500}))
        .await
        .expect(200);
    call(&gateway, there()).await.expect(200);
}

#[tokio::test]
async fn a_window_is_kept_by_the_accounts_clock() {
    let gateway = gateway();
    put_in_force(
        &gateway,
        json!({
            "id": "w", "effect": {"status": 500}, "startAfterMs": 1_000, "endAfterMs": 2_000,
        }),
    )
    .await;
    for (advance, expected) in [(0, 200), (1_000, 500), (999, 500), (1, 200)] {
        admin(&gateway, "POST", "clock/advance", &json!({"byMs": advance}))
            .await
            .expect(200);
        call(&gateway, signed("GET", "/dbs", &[], ""))
            .await
            .expect(expected);
    }
}

#[tokio::test]
async fn the_request_log_and_the_metrics_tell_what_happened() {
    let gateway = gateway();
    create_container(&gateway).await;
    call(&gateway, create("a")).await.expect(201);
    call(&gateway, create("a")).await.expect(409);
    let log = admin(
        &gateway,
        "GET",
        "requests?operation=CreateItem&limit=5",
        &json!({}),
    )
    .await
    .json();
    let [conflict, created] = log["requests"].as_array().unwrap().as_slice() else {
        panic!("{log}");
    };
    assert_eq!(
        (&conflict["status"], &created["status"]),
        (&json!(409), &json!(201))
    );
    assert_eq!(created["path"], "/dbs/d/colls/c/docs");
    assert_eq!(created["region"], "East US");
    assert_eq!(created["partition"], "0");
    assert_eq!(created["headers"]["authorization"], "(redacted)");
    assert!(created["requestCharge"].as_f64().unwrap() > 1.0);
    assert!(created["bodyBytes"].as_u64().unwrap() > 500);
    assert!(conflict["message"].is_string());
    let metrics = admin(&gateway, "GET", "metrics", &json!({}))
        .await
        .expect(200);
    let text = String::from_utf8(metrics.body.to_vec()).unwrap();
    for line in [
        r#"cosmokit_requests_total{region="East US",operation="CreateItem",status="201"} 1"#,
        r#"cosmokit_requests_total{region="East US",operation="CreateItem",status="409"} 1"#,
        r#"cosmokit_request_duration_seconds_count{region="East US",operation="CreateItem"} 2"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    admin(&gateway, "GET", "requests?colour=blue", &json!({}))
        .await
        .expect(400);
    admin(&gateway, "DELETE", "requests", &json!({}))
        .await
        .expect(200);
    let log = admin(&gateway, "GET", "requests", &json!({})).await.json();
    assert_eq!(log["requests"], json!([]));
}
