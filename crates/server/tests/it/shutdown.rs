//! The end of a server: by its handle, gracefully; by being dropped, at once.

use std::fmt::Write as _;
use std::time::Duration;

use cosmokit_server::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::call::{signed, unsigned};
use crate::scene::{server, server_with};
use crate::wire::{Client, Speech, read_to_close};

/// Longest that anything here may take; nothing waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn idle_connections_end_with_the_server() {
    let server = server().await;
    let address = server.endpoint().address();
    let mut clients = Vec::new();
    for speech in Speech::ALL {
        let mut client = Client::connect(address, speech).await;
        client
            .send(unsigned("GET", "/_cosmokit/ready", &[], ""))
            .await
            .expect(200);
        clients.push(client);
    }
    let silent = TcpStream::connect(address).await.unwrap();
    timeout(PATIENCE, server.shutdown())
        .await
        .expect("nothing keeps the server");
    for mut client in clients {
        assert!(
            client
                .try_send(unsigned("GET", "/_cosmokit/ready", &[], ""))
                .await
                .is_err()
        );
    }
    drop(silent);
    assert!(
        TcpStream::connect(address).await.is_err(),
        "the port is free again"
    );
}

#[tokio::test]
async fn a_request_on_its_way_is_answered() {
    let server = server().await;
    let mut stream = TcpStream::connect(server.endpoint().address())
        .await
        .unwrap();
    let request = signed("POST", "/dbs", &[], r#"{"id":"d"}"#);
    let mut head =
        "POST /dbs HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 10\r\n"
            .to_owned();
    for (name, value) in request.headers() {
        write!(head, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    stream
        .write_all(format!("{head}\r\n").as_bytes())
        .await
        .unwrap();
    // The server asks for the body, so the request has begun.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    let handle = server.shutdown_handle();
    handle.begin();
    stream.write_all(br#"{"id":"d"}"#).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    timeout(PATIENCE, server.shutdown())
        .await
        .expect("the last connection has ended");
}

/// The clock is paused: it jumps to the next timer as soon as nothing else can happen.
#[tokio::test(start_paused = true)]
async fn a_request_that_does_not_end_is_cut_off_in_time() {
    let limits = Limits {
        drain_timeout: Duration::from_secs(7),
        ..Limits::default()
    };
    let server = server_with(limits).await;
    let mut stream = TcpStream::connect(server.endpoint().address())
        .await
        .unwrap();
    let head =
        b"POST /dbs HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\n";
    stream.write_all(head).await.unwrap();
    stream.read_exact(&mut [0; 25]).await.unwrap();
    let begun = Instant::now();
    server.shutdown().await;
    assert_eq!(begun.elapsed().as_secs(), 7);
    assert_eq!(read_to_close(&mut stream).await, "");
}

#[tokio::test]
async fn a_dropped_server_leaves_nothing_behind() {
    let server = server().await;
    let address = server.endpoint().address();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /_cosmokit/ready HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    stream.read_exact(&mut [0; 15]).await.unwrap();
    drop(server);
    let mut rest = Vec::new();
    // Closed or reset, but not kept open.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut rest))
        .await
        .expect("the connection ends");
    let refused = timeout(PATIENCE, async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    });
    refused.await.expect("the port is free again");
}

#[tokio::test]
async fn a_dropped_server_lets_go_of_the_account() {
    let gateway = crate::scene::gateway();
    let config = cosmokit_server::ServerConfig::new().with_port(0);
    let server = cosmokit_server::Server::bind_gateway(&config, gateway)
        .await
        .unwrap();
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let mut client = Client::connect(server.endpoint().address(), Speech::Http2).await;
    client
        .send(unsigned("GET", "/_cosmokit/ready", &[], ""))
        .await
        .expect(200);
    assert!(tasks() > 0);
    drop(client);
    drop(server);
    timeout(PATIENCE, async {
        while tasks() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("every task of the server ends");
}
