//! The same requests over every transport of the one port.

use cosmokit_server::{Server, ServerConfig, ServerError};
use tokio::sync::Mutex;

use crate::call::{signed, unsigned};
use crate::lifecycle::lifecycle;
use crate::scene::{gateway, server};
use crate::wire::{Client, Speech};

#[tokio::test]
async fn the_story_over_every_transport() {
    for speech in Speech::ALL {
        let server = server().await;
        let client = Client::connect(server.endpoint().address(), speech).await;
        let client = &Mutex::new(client);
        lifecycle(|request| async move { client.lock().await.send(request).await }).await;
        server.shutdown().await;
    }
}

#[tokio::test]
async fn one_port_serves_all_transports_at_once() {
    let server = server().await;
    let address = server.endpoint().address();
    let mut clients = Vec::new();
    for speech in Speech::ALL {
        clients.push((speech, Client::connect(address, speech).await));
    }
    for (speech, client) in &mut clients {
        let account = client
            .send(signed("GET", "/", &[], ""))
            .await
            .expect(200)
            .json();
        let scheme = match speech {
            Speech::Http1 | Speech::Http2 => "http",
            Speech::Http1Tls | Speech::Http2Tls => "https",
        };
        let endpoint = &account["writableLocations"][0]["databaseAccountEndpoint"];
        assert_eq!(*endpoint, format!("{scheme}://{address}/"), "{speech:?}");
    }
}

#[tokio::test]
async fn a_304_ends_without_a_body_and_the_connection_lives_on() {
    for speech in Speech::ALL {
        let server = server().await;
        let mut client = Client::connect(server.endpoint().address(), speech).await;
        client
            .send(signed("POST", "/dbs", &[], r#"{"id":"d"}"#))
            .await
            .expect(201);
        let database = client
            .send(signed("GET", "/dbs/d", &[], ""))
            .await
            .expect(200);
        let etag = [("if-none-match", database.header("etag"))];
        for _ in 0..3 {
            let unchanged = client
                .send(signed("GET", "/dbs/d", &etag, ""))
                .await
                .expect(304);
            assert!(unchanged.body.is_empty());
        }
        client
            .send(signed("GET", "/dbs", &[], ""))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn head_is_refused_without_a_body() {
    for speech in Speech::ALL {
        let server = server().await;
        let mut client = Client::connect(server.endpoint().address(), speech).await;
        let refused = client
            .send(unsigned("HEAD", "/", &[], ""))
            .await
            .expect(405);
        assert!(refused.body.is_empty());
        client
            .send(unsigned("GET", "/_cosmokit/ready", &[], ""))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn several_requests_share_one_http_2_connection() {
    let server = server().await;
    let mut client = Client::connect(server.endpoint().address(), Speech::Http2).await;
    for id in 0..300 {
        let body = format!(r#"{{"id":"d{id}"}}"#);
        client
            .send(signed("POST", "/dbs", &[], body))
            .await
            .expect(201);
    }
    let all = client
        .send(signed(
            "GET",
            "/dbs",
            &[("x-ms-max-item-count", "1000")],
            "",
        ))
        .await;
    assert_eq!(all.expect(200).json()["_count"], 300);
}

#[tokio::test]
async fn a_taken_port_is_a_clear_error() {
    let first = server().await;
    let port = first.endpoint().address().port();
    let config = ServerConfig::new().with_port(port);
    let refused = Server::bind_gateway(&config, gateway()).await.unwrap_err();
    assert!(matches!(refused, ServerError::PortTaken { port: taken, .. } if taken == port));
    assert!(refused.to_string().contains(&port.to_string()), "{refused}");
    let nowhere = ServerConfig::new().with_host("192.0.2.1").with_port(0);
    let refused = Server::bind_gateway(&nowhere, gateway()).await.unwrap_err();
    assert!(matches!(refused, ServerError::Bind { .. }), "{refused}");
}
