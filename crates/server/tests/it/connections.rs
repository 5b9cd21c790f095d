//! Connections that misbehave: each ends by itself, and the port keeps serving the others.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use cosmokit_server::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::call::{CONTAINER, key, signed, unsigned};
use crate::scene::{server, server_with};
use crate::wire::{Client, Speech, raw, read_to_close, tls};

async fn still_serves(address: SocketAddr) {
    let mut client = Client::connect(address, Speech::Http1).await;
    client
        .send(unsigned("GET", "/_cosmokit/ready", &[], ""))
        .await
        .expect(200);
}

/// First line of an answer, or nothing.
fn status_line(answer: &str) -> &str {
    answer.lines().next().unwrap_or_default()
}

#[tokio::test]
async fn garbage_ends_only_its_own_connection() {
    let server = server().await;
    let address = server.endpoint().address();
    let table: &[(&[u8], &str)] = &[
        (b"", ""),
        (b"\r\n", ""),
        (b"\x00\x01\x02\x03", "HTTP/1.1 400 Bad Request"),
        (b"GARBAGE\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"GET / HTTP/9.9\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (
            b"GET /\xff HTTP/1.1\r\nhost: a\r\n\r\n",
            "HTTP/1.1 400 Bad Request",
        ),
        (
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
            "HTTP/1.1 400 Bad Request",
        ),
        (b"GET / HTTP/1.1\r\nhost: a\r\n", ""),
        (
            b"POST /dbs HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
            "HTTP/1.1 400 Bad Request",
        ),
        (
            b"POST /dbs HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            "HTTP/1.1 400 Bad Request",
        ),
        (
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage that is no frame",
            "",
        ),
        (b"PRI * HTTP/2.0\r\n\r\n", ""),
        (b"\x16\x03\x01\x00\x05hello", ""),
        (b"\x16", ""),
        (b"GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 401 Unauthorized"),
    ];
    for (bytes, expected) in table {
        let answer = raw(address, bytes).await;
        let line = status_line(&answer);
        if expected.is_empty() {
            assert!(!line.starts_with("HTTP/1.1 2"), "{bytes:?}: {line}");
        } else {
            assert_eq!(line, *expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
    still_serves(address).await;
}

#[tokio::test]
async fn headers_have_a_limit() {
    let server = server().await;
    let address = server.endpoint().address();
    let long = format!(
        "GET / HTTP/1.1\r\nhost: a\r\nx-long: {}\r\n\r\n",
        "x".repeat(512 * 1024)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nhost: a\r\n{}\r\n",
        "x-many: x\r\n".repeat(500)
    );
    for hostile in [long, many] {
        let answer = raw(address, hostile.as_bytes()).await;
        let line = status_line(&answer);
        assert!(
            line.is_empty() || line.starts_with("HTTP/1.1 431"),
            "{line}"
        );
    }
    let token = "0:1#1".repeat(12 * 1024);
    for speech in Speech::ALL {
        let mut client = Client::connect(address, speech).await;
        let allowed = [("x-ms-session-token", token.as_str())];
        client
            .send(signed("GET", "/dbs", &allowed, ""))
            .await
            .expect(200);
    }
    still_serves(address).await;
}

#[tokio::test]
async fn a_half_closed_connection_still_gets_its_answer() {
    let server = server().await;
    let answer = raw(
        server.endpoint().address(),
        b"GET /_cosmokit/ready HTTP/1.1\r\nhost: a\r\n\r\n",
    )
    .await;
    assert_eq!(status_line(&answer), "HTTP/1.1 200 OK");
    assert!(answer.ends_with(r#"{"status":"ready"}"#), "{answer}");
}

#[tokio::test]
async fn a_body_that_is_cut_off_writes_nothing() {
    let server = server().await;
    let address = server.endpoint().address();
    let mut client = Client::connect(address, Speech::Http1).await;
    let whole = signed("POST", "/dbs", &[], r#"{"id":"d"}"#);
    let mut head = "POST /dbs HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n".to_owned();
    for (name, value) in whole.headers() {
        write!(head, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    let answer = raw(address, format!("{head}\r\n{{\"id\":").as_bytes()).await;
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    client
        .send(signed("GET", "/dbs/d", &[], ""))
        .await
        .expect(404);
}

#[tokio::test]
async fn oversized_bodies_are_refused_in_json_over_every_transport() {
    let server = server().await;
    let address = server.endpoint().address();
    for speech in Speech::ALL {
        let mut client = Client::connect(address, speech).await;
        let body = vec![b'x'; 3 * 1024 * 1024];
        let refused = client
            .send(signed("POST", "/dbs", &[], body))
            .await
            .expect(413);
        assert_eq!(refused.code(), "RequestEntityTooLarge", "{speech:?}");
    }
    still_serves(address).await;
}

#[tokio::test]
async fn endless_bodies_are_refused_at_once() {
    let server = server().await;
    let address = server.endpoint().address();
    let huge = b"POST /dbs HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999\r\n\r\n{";
    let asking =
        b"POST /dbs HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3000000\r\n\r\n";
    for head in [huge.as_slice(), asking.as_slice()] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head).await.unwrap();
        let answer = read_to_close(&mut stream).await;
        assert_eq!(status_line(&answer), "HTTP/1.1 413 Payload Too Large");
        assert!(
            answer.contains(r#""code":"RequestEntityTooLarge""#),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_thousand_idle_connections_are_harmless() {
    let server = server().await;
    let address = server.endpoint().address();
    let mut idle = Vec::new();
    for _ in 0..1_000 {
        idle.push(TcpStream::connect(address).await.unwrap());
    }
    let mut client = Client::connect(address, Speech::Http2Tls).await;
    client
        .send(signed("POST", "/dbs", &[], r#"{"id":"d"}"#))
        .await
        .expect(201);
    for (at, stream) in idle.iter_mut().enumerate().step_by(333) {
        stream
            .write_all(b"GET /_cosmokit/ready HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        let mut head = [0; 15];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200 OK", "connection {at}");
    }
    drop(idle);
    still_serves(address).await;
}

#[tokio::test(start_paused = true)]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let server = server_with(Limits {
        max_connections: 2,
        ..Limits::default()
    })
    .await;
    let address = server.endpoint().address();
    let first = Client::connect(address, Speech::Http1).await;
    let second = Client::connect(address, Speech::Http1).await;
    let mut third = Client::connect(address, Speech::Http1).await;
    let request = || unsigned("GET", "/_cosmokit/ready", &[], "");
    let waiting = tokio::time::timeout(Duration::from_millis(50), third.send(request())).await;
    assert!(waiting.is_err());
    drop((first, third));
    let mut fourth = Client::connect(address, Speech::Http1).await;
    fourth.send(request()).await.expect(200);
    drop(second);
}

#[tokio::test]
async fn a_client_without_alpn_speaks_either_version_over_tls() {
    let server = server().await;
    let stream = TcpStream::connect(server.endpoint().address())
        .await
        .unwrap();
    let mut stream = tls(stream, &[]).await;
    stream
        .write_all(b"GET /_cosmokit/ready HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(status_line(&answer), "HTTP/1.1 200 OK");
}

/// The clock is paused: it jumps to the next timer as soon as nothing else can happen.
#[tokio::test(start_paused = true)]
async fn silent_and_slow_connections_are_closed_in_time() {
    let server = server().await;
    let address = server.endpoint().address();
    for bytes in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: a\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        assert_eq!(read_to_close(&mut stream).await, "", "{bytes:?}");
    }
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"POST /dbs HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{")
        .await
        .unwrap();
    let answer = read_to_close(&mut stream).await;
    assert_eq!(status_line(&answer), "HTTP/1.1 408 Request Timeout");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /_cosmokit/ready HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let answer = read_to_close(&mut stream).await;
    assert_eq!(
        status_line(&answer),
        "HTTP/1.1 200 OK",
        "served, then closed for silence"
    );
}

#[tokio::test]
async fn items_near_the_limit_travel_over_every_transport() {
    let server = server().await;
    let pk = key("p");
    let keyed = [("x-ms-documentdb-partitionkey", pk.as_str())];
    for (at, speech) in Speech::ALL.into_iter().enumerate() {
        let mut client = Client::connect(server.endpoint().address(), speech).await;
        if at == 0 {
            client
                .send(signed("POST", "/dbs", &[], r#"{"id":"d"}"#))
                .await
                .expect(201);
            client
                .send(signed("POST", "/dbs/d/colls", &[], CONTAINER))
                .await
                .expect(201);
        }
        let filling = "é".repeat(1_000_000);
        let body = format!(r#"{{"id":"i{at}","pk":"p","x":"{filling}"}}"#);
        client
            .send(signed("POST", "/dbs/d/colls/c/docs", &keyed, body))
            .await
            .expect(201);
        let path = format!("/dbs/d/colls/c/docs/i{at}");
        let read = client
            .send(signed("GET", &path, &keyed, ""))
            .await
            .expect(200);
        assert_eq!(read.json()["x"].as_str().unwrap().len(), 2_000_000);
    }
}
