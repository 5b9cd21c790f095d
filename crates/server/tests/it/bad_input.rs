//! Requests that should not be: each is refused with the right status and a JSON body, in process
//! and whatever it is.

use http::HeaderValue;

use crate::call::{Header, call, create_container, key, signed, unsigned};
use crate::scene::gateway;

#[tokio::test]
async fn authorization_is_checked() {
    let gateway = gateway();
    let wrong_key =
        "type%3Dmaster%26ver%3D1.0%26sig%3DAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D";
    let now = ("x-ms-date", crate::scene::NOW);
    let old = ("x-ms-date", "Tue, 31 Dec 2024 23:44:00 GMT");
    let table: &[(&[Header<'_>], u16, &str)] = &[
        (&[], 401, "Unauthorized"),
        (&[now], 401, "Unauthorized"),
        (&[("authorization", wrong_key)], 401, "Unauthorized"),
        (&[("authorization", wrong_key), now], 401, "Unauthorized"),
        (&[("authorization", wrong_key), old], 403, "Forbidden"),
        (
            &[("authorization", "Bearer token"), now],
            401,
            "Unauthorized",
        ),
        (
            &[("authorization", "type=resource&ver=1&sig=x;y;"), now],
            501,
            "NotImplemented",
        ),
        (
            &[("authorization", "type=aad&ver=1.0&sig=a.b.c"), now],
            501,
            "NotImplemented",
        ),
    ];
    for (headers, status, code) in table {
        let refused = call(&gateway, unsigned("GET", "/dbs", headers, ""))
            .await
            .expect(*status);
        assert_eq!(refused.code(), *code, "{headers:?}");
    }
    // A good signature for another request.
    let mut request = signed("DELETE", "/dbs/d", &[], "");
    *request.uri_mut() = "/dbs/other".parse().unwrap();
    call(&gateway, request).await.expect(401);
}

#[tokio::test]
async fn read_only_keys_read_only() {
    use cosmokit_protocol::wire::signing::{MasterKey, StringToSign};
    let gateway = gateway();
    let key = MasterKey::try_from(&gateway.account().keys().primary_read_only).unwrap();
    for (method, status) in [("GET", 200), ("POST", 401)] {
        let mut request = signed(method, "/dbs", &[], r#"{"id":"d"}"#);
        let text = StringToSign {
            method: &request.method().clone(),
            resource_type: "dbs",
            link: "",
            x_ms_date: crate::scene::NOW,
            http_date: "",
        };
        request
            .headers_mut()
            .insert("authorization", key.authorization(&text));
        call(&gateway, request).await.expect(status);
    }
}

#[tokio::test]
async fn paths_and_methods_that_do_not_exist() {
    let gateway = gateway();
    let table = [
        ("GET", "/nothing", 404),
        ("GET", "/dbs/d/nothing/x", 404),
        ("GET", "/dbs/d/colls/c/docs/i/more", 404),
        ("GET", "/..%2f..%2fetc/passwd", 404),
        ("GET", "/dbs/%ff", 400),
        ("HEAD", "/", 405),
        ("OPTIONS", "/dbs", 405),
        ("BREW", "/dbs", 405),
        ("PUT", "/dbs/d", 405),
        ("GET", "/dbs/none", 404),
        ("GET", "/dbs/none/colls/c", 404),
        ("GET", "/dbs/none/colls/c/docs/i", 404),
        ("GET", "/offers/abCd", 404),
    ];
    for (method, path, status) in table {
        let pk = key("p");
        let keyed = [("x-ms-documentdb-partitionkey", pk.as_str())];
        let refused = call(&gateway, signed(method, path, &keyed, "")).await;
        assert_eq!(
            refused.status, status,
            "{method} {path}: {:?}",
            refused.body
        );
        refused.code();
        assert_eq!(refused.header("content-type"), "application/json");
        assert_eq!(
            refused.header("allow").is_empty(),
            status != 405,
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn headers_that_cannot_be_read() {
    let gateway = gateway();
    create_container(&gateway).await;
    let pk = key("p");
    let keyed = ("x-ms-documentdb-partitionkey", pk.as_str());
    let item = "/dbs/d/colls/c/docs/i";
    let docs = "/dbs/d/colls/c/docs";
    let table: &[(&str, Header<'_>)] = &[
        (item, ("x-ms-documentdb-partitionkey", "not json")),
        (item, ("x-ms-documentdb-partitionkey", "[[]]")),
        (item, ("x-ms-consistency-level", "Sometimes")),
        (item, ("x-ms-consistency-level", "Strong")),
        (item, ("x-ms-session-token", "not a token")),
        (item, ("x-ms-version", "2011-01-01")),
        (docs, ("x-ms-max-item-count", "many")),
        (docs, ("x-ms-continuation", "not a continuation")),
        (docs, ("x-ms-start-epk", "00")),
    ];
    for (path, header) in table {
        let headers: &[Header<'_>] = if header.0 == keyed.0 {
            &[*header]
        } else {
            &[keyed, *header]
        };
        let refused = call(&gateway, signed("GET", path, headers, "")).await;
        assert_eq!(refused.status, 400, "{path} {header:?}: {:?}", refused.body);
        assert_eq!(refused.code(), "BadRequest");
    }
    let mut latin1 = signed("GET", item, &[keyed], "");
    latin1.headers_mut().insert(
        "x-ms-session-token",
        HeaderValue::from_bytes(b"\xff\xfe").unwrap(),
    );
    call(&gateway, latin1).await.expect(400);
    call(&gateway, signed("GET", item, &[], ""))
        .await
        .expect(400);
}

#[tokio::test]
async fn large_bodies_are_refused_and_bodies_at_the_limit_are_not() {
    const LIMIT: usize = 2 * 1024 * 1024;
    let gateway = gateway();
    create_container(&gateway).await;
    let pk = key("p");
    let keyed = [("x-ms-documentdb-partitionkey", pk.as_str())];
    let item = |bytes: usize| {
        let frame = r#"{"id":"i","pk":"p","x":""}"#.len();
        format!(
            r#"{{"id":"i","pk":"p","x":"{}"}}"#,
            "x".repeat(bytes - frame)
        )
    };
    for bytes in [LIMIT + 1, 3 * 1024 * 1024] {
        let refused = call(
            &gateway,
            signed("POST", "/dbs/d/colls/c/docs", &keyed, item(bytes)),
        )
        .await
        .expect(413);
        assert_eq!(refused.code(), "RequestEntityTooLarge");
    }
    let near = LIMIT - 1024;
    call(
        &gateway,
        signed("POST", "/dbs/d/colls/c/docs", &keyed, item(near)),
    )
    .await
    .expect(201);
}
