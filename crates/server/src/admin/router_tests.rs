//! The admin API by path, method and origin of the caller.

use http::uri::Authority;

use super::*;
use crate::arrival::Scheme;

async fn answer(
    access: AdminAccess,
    from_this_machine: bool,
    method: &str,
    path: &str,
) -> (u16, serde_json::Value) {
    let account = Account::builder().name("shop").build().unwrap();
    let state = AdminState {
        account,
        endpoints: Arc::new(Endpoints::Names),
        access,
    };
    let dialled = Dialled {
        scheme: Scheme::Http,
        authority: Authority::from_static("localhost:8081"),
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(Bytes::new())
        .unwrap();
    let response = AdminRouter::new(state)
        .answer(request, from_this_machine, dialled)
        .await;
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status().as_u16(), body)
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
