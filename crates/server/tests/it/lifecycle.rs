//! One story over any transport: a database, a container, an item through all its states.

use bytes::Bytes;
use http::Request;

use crate::call::{Answer, CONTAINER, key, signed};

/// Tells the story; `send` is the transport.
pub(crate) async fn lifecycle<F>(mut send: impl FnMut(Request<Bytes>) -> F)
where
    F: Future<Output = Answer>,
{
    let pk = key("zürich \u{1f600}");
    let pk: String = pk
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    let keyed = [("x-ms-documentdb-partitionkey", pk.as_str())];
    let item = "/dbs/d/colls/c/docs/caf%C3%A9%20%2B1";

    send(signed("POST", "/dbs", &[], r#"{"id":"d"}"#))
        .await
        .expect(201);
    send(signed("POST", "/dbs", &[], r#"{"id":"d"}"#))
        .await
        .expect(409);
    send(signed("POST", "/dbs/d/colls/", &[], CONTAINER))
        .await
        .expect(201);
    send(signed("GET", "/dbs/d/colls/c", &[], ""))
        .await
        .expect(200);

    let body = "{\"id\":\"café +1\",\"pk\":\"zürich \u{1f600}\",\"n\":1}";
    let created = send(signed("POST", "/dbs/d/colls/c/docs", &keyed, body))
        .await
        .expect(201);
    assert_eq!(created.json()["n"], 1);
    let read = send(signed("GET", item, &keyed, "")).await.expect(200);
    assert_eq!(read.body, created.body);
    assert_eq!(
        read.header("etag"),
        created.json()["_etag"].as_str().unwrap()
    );
    let etag = read.header("etag").to_owned();

    let unchanged = [keyed[0], ("if-none-match", etag.as_str())];
    let not_modified = send(signed("GET", item, &unchanged, "")).await.expect(304);
    assert!(not_modified.body.is_empty());

    let guarded = [keyed[0], ("if-match", etag.as_str())];
    let body = body.replace("\"n\":1", "\"n\":2");
    send(signed("PUT", item, &guarded, body.clone()))
        .await
        .expect(200);
    let lost = send(signed("PUT", item, &guarded, body.clone()))
        .await
        .expect(412);
    assert_eq!(lost.code(), "PreconditionFailed");

    let upsert = [
        keyed[0],
        ("x-ms-documentdb-is-upsert", "True"),
        ("prefer", "return=minimal"),
    ];
    let minimal = send(signed("POST", "/dbs/d/colls/c/docs", &upsert, body))
        .await
        .expect(200);
    assert!(minimal.body.is_empty());
    assert!(!minimal.header("etag").is_empty() && !minimal.header("x-ms-session-token").is_empty());

    let feed = send(signed("GET", "/dbs/d/colls/c/docs/", &[], ""))
        .await
        .expect(200);
    assert_eq!(feed.json()["_count"], 1);
    assert_eq!(feed.header("x-ms-item-count"), "1");

    let deleted = send(signed("DELETE", item, &keyed, "")).await.expect(204);
    assert!(deleted.body.is_empty());
    assert_eq!(
        send(signed("GET", item, &keyed, ""))
            .await
            .expect(404)
            .code(),
        "NotFound"
    );
    send(signed("DELETE", "/dbs/d", &[], "")).await.expect(204);
}
