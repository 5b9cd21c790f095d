//! The account as it was, over the admin API: restored, forked behind ports of its own, emptied.

use serde_json::json;

use crate::call::{call, create_container, signed, unsigned};
use crate::scene::{gateway, server_of};
use crate::wire::{Client, Speech};

fn admin(method: &str, path: &str, body: &str) -> http::Request<bytes::Bytes> {
    unsigned(method, &format!("/_cosmokit/{path}"), &[], body.to_owned())
}

#[tokio::test]
async fn a_snapshot_brings_the_account_back() {
    let gateway = gateway();
    create_container(&gateway).await;
    let taken = call(&gateway, admin("POST", "snapshots", r#"{"id": "before"}"#))
        .await
        .expect(201);
    assert_eq!(taken.json()["id"], "before");
    call(&gateway, admin("POST", "snapshots", r#"{"id": "before"}"#))
        .await
        .expect(409);
    call(&gateway, admin("POST", "snapshots", r#"{"id": ""}"#))
        .await
        .expect(400);
    call(&gateway, signed("DELETE", "/dbs/d", &[], ""))
        .await
        .expect(204);
    call(&gateway, signed("GET", "/dbs/d", &[], ""))
        .await
        .expect(404);
    call(&gateway, admin("POST", "snapshots/nothing/restore", ""))
        .await
        .expect(404);
    call(&gateway, admin("POST", "snapshots/before/restore", ""))
        .await
        .expect(200);
    call(&gateway, signed("GET", "/dbs/d/colls/c", &[], ""))
        .await
        .expect(200);
    call(&gateway, admin("POST", "reset", "")).await.expect(200);
    call(&gateway, signed("GET", "/dbs/d", &[], ""))
        .await
        .expect(404);
    let listed = call(&gateway, admin("GET", "snapshots", "")).await.json();
    assert_eq!(listed["snapshots"][0]["id"], "before");
    call(&gateway, admin("DELETE", "snapshots/before", ""))
        .await
        .expect(200);
    call(&gateway, admin("DELETE", "snapshots/before", ""))
        .await
        .expect(404);
    let forked = call(&gateway, admin("POST", "snapshots", ""))
        .await
        .expect(201)
        .json();
    let path = format!("snapshots/{}/fork", forked["id"].as_str().unwrap());
    call(&gateway, admin("POST", &path, "")).await.expect(501);
}

#[tokio::test]
async fn a_fork_goes_on_by_itself_at_its_own_port() {
    let gateway = gateway();
    create_container(&gateway).await;
    let server = server_of(&gateway).await;
    let mut client = Client::connect(server.endpoint().address(), Speech::Http1).await;
    client
        .send(admin("POST", "snapshots", r#"{"id": "s"}"#))
        .await
        .expect(201);
    let forked = client
        .send(admin("POST", "snapshots/s/fork", ""))
        .await
        .expect(201)
        .json();
    let endpoint = forked["endpoint"].as_str().unwrap();
    let address = endpoint
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .parse()
        .unwrap();
    assert_ne!(address, server.endpoint().address());
    let mut fork = Client::connect(address, Speech::Http1).await;
    fork.send(signed("POST", "/dbs", &[], r#"{"id":"fork"}"#))
        .await
        .expect(201);
    fork.send(signed("GET", "/dbs/d", &[], ""))
        .await
        .expect(200);
    client
        .send(signed("GET", "/dbs/fork", &[], ""))
        .await
        .expect(404);
    let state = fork
        .send(admin("GET", "state", ""))
        .await
        .expect(200)
        .json();
    assert_eq!(state["regions"][0]["endpoint"], json!(endpoint));
    server.shutdown().await;
    assert!(
        tokio::net::TcpStream::connect(address).await.is_err(),
        "the fork ends with the server"
    );
}
