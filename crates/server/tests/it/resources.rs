//! Users, permissions, keys and scripts over the wire.

use serde_json::{Value, json};

use crate::call::{call, create_container, signed};
use crate::scene::gateway;

/// The feeds, each with a document that it takes, and the name of its array.
fn feeds() -> [(&'static str, Value, &'static str); 6] {
    let script = json!({"id": "a", "body": "function () {}"});
    let trigger = json!({"id": "a", "body": "function () {}", "triggerType": "Post", "triggerOperation": "create"});
    let permission = json!({"id": "a", "permissionMode": "Read", "resource": "dbs/d/colls/c"});
    [
        ("/dbs/d/users", json!({"id": "a"}), "Users"),
        ("/dbs/d/users/a/permissions/", permission, "Permissions"),
        (
            "/dbs/d/clientencryptionkeys",
            json!({"id": "a"}),
            "ClientEncryptionKeys",
        ),
        ("/dbs/d/colls/c/sprocs/", script.clone(), "StoredProcedures"),
        ("/dbs/d/colls/c/triggers", trigger, "Triggers"),
        ("/dbs/d/colls/c/udfs", script, "UserDefinedFunctions"),
    ]
}

#[tokio::test]
async fn every_feed_has_the_verbs_of_the_service() {
    let gateway = gateway();
    create_container(&gateway).await;
    for (feed, document, array) in feeds() {
        let body = document.to_string();
        let created = call(&gateway, signed("POST", feed, &[], body.clone()))
            .await
            .expect(201);
        let (etag, rid) = (created.header("etag"), &created.json()["_rid"]);
        assert_eq!(created.json()["_etag"], etag, "{feed}");
        assert_ne!(created.header("x-ms-request-charge"), "");
        let path = format!("{}/a", feed.trim_end_matches('/'));
        let read = call(&gateway, signed("GET", &path, &[], ""))
            .await
            .expect(200);
        assert_eq!(read.json()["_rid"], *rid);
        call(
            &gateway,
            signed("GET", &path, &[("if-none-match", etag)], ""),
        )
        .await
        .expect(304);
        call(
            &gateway,
            signed("PUT", &path, &[("if-match", "\"x\"")], body.clone()),
        )
        .await
        .expect(412);
        call(&gateway, signed("PUT", &path, &[], body.clone()))
            .await
            .expect(200);
        let list = call(&gateway, signed("GET", feed, &[], ""))
            .await
            .expect(200);
        assert_eq!(list.json()[array][0]["_rid"], *rid);
        let query = [("content-type", "application/query+json")];
        let text = json!({"query": "SELECT VALUE c._rid FROM c"}).to_string();
        let found = call(&gateway, signed("POST", feed, &query, text))
            .await
            .expect(200);
        assert_eq!(found.json()[array], json!([rid]));
        assert_eq!(found.header("x-ms-item-count"), "1");
    }
    for (feed, document, _) in feeds().into_iter().rev() {
        let path = format!("{}/a", feed.trim_end_matches('/'));
        if feed.ends_with("keys") {
            let refused = call(&gateway, signed("DELETE", &path, &[], "")).await;
            refused.expect(405);
            continue;
        }
        let upsert = [("x-ms-documentdb-is-upsert", "True")];
        call(
            &gateway,
            signed("POST", feed, &upsert, document.to_string()),
        )
        .await
        .expect(200);
        call(&gateway, signed("DELETE", &path, &[], ""))
            .await
            .expect(204);
        call(&gateway, signed("GET", &path, &[], ""))
            .await
            .expect(404);
    }
}

#[tokio::test]
async fn the_lifetime_of_a_token_is_checked() {
    let gateway = gateway();
    create_container(&gateway).await;
    call(
        &gateway,
        signed("POST", "/dbs/d/users", &[], r#"{"id":"u"}"#),
    )
    .await
    .expect(201);
    let body = json!({"id": "p", "permissionMode": "All", "resource": "dbs/d/colls/c"}).to_string();
    for (seconds, status) in [("9", 400), ("x", 400), ("86401", 400), ("10", 201)] {
        let headers = [("x-ms-documentdb-expiry-seconds", seconds)];
        let request = signed("POST", "/dbs/d/users/u/permissions", &headers, body.clone());
        let answer = call(&gateway, request).await.expect(status);
        assert_eq!(answer.json()["_token"].is_string(), status == 201);
    }
}
