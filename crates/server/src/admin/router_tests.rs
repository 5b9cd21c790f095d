//! The admin API by path, method and origin of the caller.

use std::collections::BTreeSet;

use cosmokit_engine::Account;
use http::uri::Authority;
use serde_json::json;

use super::super::AdminAccess;
use super::*;
use crate::arrival::Scheme;
use crate::service::Gateway;

/// A gateway's admin API as one caller sees it.
struct Scene {
    gateway: Gateway,
    from_this_machine: bool,
}

impl Scene {
    fn new(access: AdminAccess, from_this_machine: bool) -> Self {
        let account = Account::builder().name("shop").build().unwrap();
        let gateway = Gateway::builder(account)
            .admin_access(access)
            .build()
            .unwrap();
        Self {
            gateway,
            from_this_machine,
        }
    }

    fn here() -> Self {
        Self::new(AdminAccess::ThisMachine, true)
    }

    async fn call(&self, method: &str, path: &str, body: &str) -> (u16, serde_json::Value) {
        let dialled = Dialled {
            scheme: Scheme::Http,
            authority: Authority::from_static("localhost:8081"),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap();
        let admin = self.gateway.admin();
        let response = admin.answer(request, self.from_this_machine, dialled).await;
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16(), body)
    }
}

async fn answer(
    access: AdminAccess,
    from_this_machine: bool,
    method: &str,
    path: &str,
) -> (u16, serde_json::Value) {
    let scene = Scene::new(access, from_this_machine);
    scene.call(method, path, "").await
}

#[test]
fn the_prefix_is_a_whole_segment() {
    let table = [
        ("/_cosmokit", true),
        ("/_cosmokit/", true),
        ("/_cosmokit/ready", true),
        ("/_cosmokitten", false),
        ("/dbs/_cosmokit", false),
        ("/", false),
    ];
    for (path, expected) in table {
        assert_eq!(is_admin_path(path), expected, "{path}");
    }
}

#[tokio::test]
async fn everyone_may_ask_whether_it_is_ready() {
    for local in [true, false] {
        let (status, body) =
            answer(AdminAccess::ThisMachine, local, "GET", "/_cosmokit/ready").await;
        assert_eq!(
            (status, body),
            (200, serde_json::json!({"status": "ready"}))
        );
    }
}

#[tokio::test]
async fn the_rest_is_for_this_machine_unless_told_otherwise() {
    let table = [
        (AdminAccess::ThisMachine, true, 200),
        (AdminAccess::ThisMachine, false, 403),
        (AdminAccess::Everyone, false, 200),
    ];
    for (access, local, expected) in table {
        let (status, _) = answer(access, local, "GET", "/_cosmokit/state").await;
        assert_eq!(status, expected, "{access:?} {local}");
    }
}

#[tokio::test]
async fn the_state_names_account_and_regions() {
    let (_, body) = answer(AdminAccess::ThisMachine, true, "GET", "/_cosmokit/state").await;
    assert_eq!(body["account"], "shop");
    assert_eq!(body["writeMode"], "single");
    assert_eq!(body["consistency"], "Session");
    assert_eq!(body["regions"][0]["name"], "East US");
    assert_eq!(body["regions"][0]["endpoint"], "http://localhost:8081/");
    assert_eq!(body["regions"][0]["writable"], true);
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_json() {
    let table = [
        ("GET", "/_cosmokit/nothing", 404, "NotFound"),
        ("GET", "/_cosmokit", 404, "NotFound"),
        ("GET", "/_cosmokit/", 404, "NotFound"),
        ("POST", "/_cosmokit/ready", 405, "MethodNotAllowed"),
        ("DELETE", "/_cosmokit/state", 405, "MethodNotAllowed"),
    ];
    for (method, path, expected, code) in table {
        let (status, body) = answer(AdminAccess::ThisMachine, true, method, path).await;
        assert_eq!(
            (status, body["code"].as_str()),
            (expected, Some(code)),
            "{method} {path}"
        );
        assert!(body["message"].is_string());
    }
}

#[tokio::test]
async fn the_document_lists_exactly_the_routes() {
    let scene = Scene::here();
    let (status, document) = scene.call("GET", "/_cosmokit/openapi.json", "").await;
    assert_eq!((status, document["openapi"].as_str()), (200, Some("3.1.0")));
    let paths = document["paths"].as_object().unwrap();
    let listed: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let mut expected: BTreeSet<(String, String)> = routes()
        .iter()
        .map(|route| (route.method.to_string(), format!("{PREFIX}{}", route.path)))
        .collect();
    expected.insert(("GET".to_owned(), "/_cosmokit/ready".to_owned()));
    assert_eq!(listed, expected);
    for path in paths.keys() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let (status, _) = Scene::here().call(method, path, "not json").await;
            let is_listed = listed.contains(&(method.to_owned(), path.clone()));
            assert_eq!(status != 405, is_listed, "{method} {path}: {status}");
        }
    }
}

/// What a handler says it knows of a body with a field that nobody knows.
fn known_fields(message: &str) -> Option<BTreeSet<&str>> {
    let (_, unknown) = message.split_once("unknown field")?;
    let (_, expected) = unknown.split_once("expected")?;
    Some(expected.split('`').skip(1).step_by(2).collect())
}

#[tokio::test]
async fn the_document_names_exactly_the_fields_that_are_read() {
    let scene = Scene::here();
    let mut compared = 0;
    for route in routes().iter().filter(|route| !route.body.is_empty()) {
        let path = format!("{PREFIX}{}", route.path).replace(['{', '}'], "");
        let unknown = r#"{"no such field": 1}"#;
        let (status, body) = scene.call(route.method.as_str(), &path, unknown).await;
        let message = body["message"].as_str().unwrap();
        assert_eq!(status, 400, "{path}: {message}");
        let documented: BTreeSet<&str> = route.body.iter().map(|field| field.name).collect();
        if let Some(known) = known_fields(message) {
            assert_eq!(known, documented, "{path}");
            compared += 1;
        }
    }
    assert!(compared > 10, "{compared}");
}

#[tokio::test]
async fn the_document_tells_the_status_of_what_is_made() {
    let scene = Scene::here();
    let (_, document) = scene.call("GET", "/_cosmokit/openapi.json", "").await;
    let responses = |path: &str| document["paths"][path]["post"]["responses"].clone();
    assert!(responses("/_cosmokit/snapshots")["201"].is_object());
    assert!(responses("/_cosmokit/snapshots")["200"].is_null());
    assert!(responses("/_cosmokit/reset")["200"].is_object());
    let (made, _) = scene.call("POST", "/_cosmokit/snapshots", "{}").await;
    let (reset, _) = scene.call("POST", "/_cosmokit/reset", "").await;
    assert_eq!((made, reset), (201, 200));
}

#[tokio::test]
async fn every_body_that_is_no_body_is_refused_in_words() {
    for route in routes().iter().filter(|route| !route.body.is_empty()) {
        for body in [
            "not json",
            "[1]",
            "3",
            "null",
            "{\"nothing\": 1}",
            "\"\\u0000\"",
        ] {
            let path = format!("{PREFIX}{}", route.path);
            let (status, answer) = Scene::here().call(route.method.as_str(), &path, body).await;
            assert!(
                (400..600).contains(&status) && status != 500,
                "{path} {body}: {status}"
            );
            assert!(answer["message"].is_string(), "{path} {body}");
        }
    }
}

#[tokio::test]
async fn rules_are_added_listed_and_taken_away() {
    let scene = Scene::here();
    let rule = r#"{"id": "busy", "effect": {"status": 429}, "limit": 3}"#;
    let (status, added) = scene.call("POST", "/_cosmokit/faults", rule).await;
    assert_eq!(
        (status, added["faults"][0]["hits"].as_u64()),
        (201, Some(0))
    );
    let table = [
        (rule, 409, "busy"),
        (r#"{"id": "x", "effect": {"status": 5}}"#, 400, "200 to 599"),
        (r#"{"id": "x"}"#, 400, "effect"),
        (r#"{"id": "", "effect": {}}"#, 400, "characters"),
        (
            r#"[{"id": "x", "effect": {}}, {"id": "busy", "effect": {}}]"#,
            409,
            "busy",
        ),
    ];
    for (body, expected, mentioned) in table {
        let (status, answer) = scene.call("POST", "/_cosmokit/faults", body).await;
        assert_eq!(status, expected, "{body}");
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains(mentioned), "{body}: {message}");
    }
    let (_, listed) = scene.call("GET", "/_cosmokit/faults", "").await;
    assert_eq!(
        listed["faults"].as_array().unwrap().len(),
        1,
        "all or none: {listed}"
    );
    let both = r#"[{"id": "a", "effect": {}}, {"id": "b", "effect": {}}]"#;
    assert_eq!(scene.call("POST", "/_cosmokit/faults", both).await.0, 201);
    assert_eq!(scene.call("DELETE", "/_cosmokit/faults/a", "").await.0, 200);
    assert_eq!(scene.call("DELETE", "/_cosmokit/faults/a", "").await.0, 404);
    assert_eq!(
        scene.call("GET", "/_cosmokit/faults/b", "").await.1["id"],
        "b"
    );
    let (_, removed) = scene.call("DELETE", "/_cosmokit/faults", "").await;
    assert_eq!(removed, json!({"removed": 2}));
}

#[tokio::test]
async fn the_clock_is_moved_stopped_and_let_go() {
    let scene = Scene::here();
    let now = |state: &serde_json::Value| state["nowMs"].as_u64().unwrap();
    let (_, stopped) = scene.call("POST", "/_cosmokit/clock/freeze", "").await;
    assert_eq!(stopped["frozen"], true);
    let (_, moved) = scene
        .call("POST", "/_cosmokit/clock/advance", r#"{"by": "30d"}"#)
        .await;
    assert_eq!(now(&moved), now(&stopped) + 30 * 86_400_000);
    let (_, moved) = scene
        .call("POST", "/_cosmokit/clock/advance", r#"{"byMs": 5}"#)
        .await;
    assert_eq!(now(&moved), now(&stopped) + 30 * 86_400_000 + 5);
    let (_, resumed) = scene.call("POST", "/_cosmokit/clock/resume", "").await;
    assert_eq!(resumed["frozen"], false);
    for bad in [
        "",
        r#"{"by": "soon"}"#,
        r#"{"byMs": -1}"#,
        r#"{"byMs": 1, "by": "1s"}"#,
    ] {
        let (status, _) = scene.call("POST", "/_cosmokit/clock/advance", bad).await;
        assert_eq!(status, 400, "{bad}");
    }
}
