//! Options of the built-in transport that only sockets show.

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use cosmokit_driver::options::{
    ConnectionPoolOptions, Environment, PlainHttpVersion, RootCertificates,
};
use cosmokit_driver::{
    AccountReference, ContainerReference, CosmosDriver, CosmosDriverRuntime, CosmosError,
    CosmosOperation, DatabaseReference, DriverOptions, ItemReference, OperationOptions,
    RequestSentStatus,
};
use futures_util::future::{Either, join, join_all, select};
use rustls::server::Acceptor;

use crate::fake::KEY;
use crate::h2_server::H2Server;

fn pool() -> ConnectionPoolOptions {
    ConnectionPoolOptions::default()
}

async fn connect(
    endpoint: &str,
    pool: ConnectionPoolOptions,
) -> Result<Arc<CosmosDriver>, CosmosError> {
    let runtime = CosmosDriverRuntime::builder()
        .with_environment(Environment::empty())
        .with_connection_pool(pool)
        .build()?;
    let account = AccountReference::with_account_key(endpoint.parse()?, KEY);
    runtime.get_or_create_driver(account, once_driver()).await
}

fn once() -> OperationOptions {
    OperationOptions::default().with_max_failover_retry_count(0_u32)
}

fn once_driver() -> DriverOptions {
    DriverOptions::builder()
        .with_operation_options(once())
        .build()
}

async fn read(driver: &CosmosDriver) -> Result<cosmokit_driver::CosmosResponse, CosmosError> {
    let database = DatabaseReference::from_name(driver.account().clone(), "db");
    let container = ContainerReference::from_name(&database, "c");
    let item = ItemReference::from_name(&container, "pk", "1");
    driver
        .execute_operation(CosmosOperation::read_item(item), &once())
        .await
}

fn h2() -> ConnectionPoolOptions {
    pool().with_plain_http_version(PlainHttpVersion::Http2)
}

#[tokio::test]
async fn plain_http_version_chooses_http2_and_its_streams_share_connections() {
    let server = H2Server::plain();
    let endpoint = format!("http://{}/", server.address);
    assert!(
        connect(&endpoint, pool()).await.is_err(),
        "it speaks HTTP/2 alone"
    );
    let before = server.log.connections.load(Ordering::SeqCst);
    let driver = connect(&endpoint, h2()).await.unwrap();
    let reads = join_all((0..6).map(|_| read(&driver))).await;
    assert!(reads.iter().all(Result::is_ok));
    let connections = server.log.connections.load(Ordering::SeqCst) - before;
    assert_eq!(connections, 1, "six streams on one connection");
}

#[tokio::test]
async fn streams_threshold_and_connections_of_http2_bound_its_growth() {
    // Two streams on each, another from one on; at most three.
    let options = h2()
        .with_max_http2_streams_per_client(2_u32)
        .with_http2_fan_out_threshold_percent(50_u32)
        .with_max_http2_connections_per_endpoint(3_usize);
    let server = H2Server::plain();
    let driver = connect(&format!("http://{}/", server.address), options)
        .await
        .unwrap();
    let reads = join_all((0..40).map(|_| read(&driver))).await;
    assert!(reads.iter().all(Result::is_ok));
    assert_eq!(server.log.connections.load(Ordering::SeqCst), 3);
}

/// Lets the runtime take in what came over sockets.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

async fn later(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
    settle().await;
}

#[tokio::test]
async fn http2_keep_alive_interval_and_timeout_find_a_dead_connection() {
    let server = H2Server::plain();
    let options = h2()
        .with_http2_keep_alive_interval(Duration::from_secs(30))
        .with_http2_keep_alive_timeout(Duration::from_secs(10))
        .with_min_dataplane_request_timeout(Duration::from_secs(300))
        .with_max_dataplane_request_timeout(Duration::from_secs(300));
    let driver = connect(&format!("http://{}/", server.address), options)
        .await
        .unwrap();
    read(&driver).await.unwrap();
    server.log.goes_deaf.store(true, Ordering::SeqCst);
    let started = tokio::time::Instant::now();
    let silence = async {
        while server.log.items.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        later(Duration::from_secs(31)).await;
        later(Duration::from_secs(11)).await;
    };
    let (outcome, ()) = join(read(&driver), silence).await;
    let error = outcome.unwrap_err();
    let diagnostics = error.diagnostics().unwrap();
    let request = diagnostics.requests().next().unwrap();
    assert!(!request.timed_out(), "{error}");
    assert_eq!(request.request_sent(), RequestSentStatus::Unknown);
    let took = started.elapsed();
    assert!(
        took < Duration::from_secs(60),
        "long before the attempt's own timeout: {took:?}"
    );
}

/// The ALPN protocols that a client offers; it gets no further.
fn alpn_listener() -> (SocketAddr, mpsc::Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, offers) = mpsc::channel();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut acceptor = Acceptor::default();
            let accepted = loop {
                acceptor.read_tls(&mut stream).unwrap();
                if let Some(accepted) = acceptor.accept().unwrap() {
                    break accepted;
                }
            };
            let hello = accepted.client_hello();
            let offered = hello.alpn().into_iter().flatten();
            let names = offered.map(|name| String::from_utf8_lossy(name).into_owned());
            told.send(names.collect()).unwrap();
        }
    });
    (address, offers)
}

#[tokio::test]
async fn is_http2_allowed_says_what_tls_offers() {
    use cosmokit_driver::options::ServerCertificateValidation;

    let (address, offers) = alpn_listener();
    for (allowed, expected) in [(true, &["h2", "http/1.1"][..]), (false, &["http/1.1"][..])] {
        let options = pool()
            .with_is_http2_allowed(allowed)
            .with_server_certificate_validation(
                ServerCertificateValidation::RequiredUnlessEmulator,
            );
        assert!(
            connect(&format!("https://{address}/"), options)
                .await
                .is_err()
        );
        let offered: Vec<Vec<String>> = offers.try_iter().collect();
        assert!(!offered.is_empty());
        for offer in offered {
            assert_eq!(offer, expected);
        }
    }
}

#[tokio::test]
async fn local_address_is_where_connections_start() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, peers) = mpsc::channel();
    thread::spawn(move || {
        while let Ok((mut stream, peer)) = listener.accept() {
            told.send(peer.ip().to_string()).unwrap();
            let _ = stream.read(&mut [0; 16]);
        }
    });
    let options = pool().with_local_address("127.0.0.7".parse::<std::net::IpAddr>().unwrap());
    assert!(
        connect(&format!("http://{address}/"), options)
            .await
            .is_err()
    );
    assert_eq!(peers.recv().unwrap(), "127.0.0.7");
}

#[tokio::test]
async fn max_connect_timeout_cuts_off_a_handshake_that_hangs() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, accepted) = mpsc::channel();
    thread::spawn(move || {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept() {
            held.push(stream);
            told.send(()).unwrap();
        }
    });
    let options = pool().with_max_connect_timeout(Duration::from_secs(3));
    let endpoint = format!("https://{address}/");
    let silence = pin!(async {
        loop {
            while accepted.try_recv().is_err() {
                tokio::task::yield_now().await;
            }
            later(Duration::from_secs(3)).await;
        }
    });
    let connecting = pin!(connect(&endpoint, options));
    let Either::Left((outcome, _)) = select(connecting, silence).await;
    let error = outcome.unwrap_err();
    let diagnostics = error.diagnostics().unwrap();
    for request in diagnostics.requests() {
        assert_eq!(
            request.request_sent(),
            RequestSentStatus::NotSent,
            "{error}"
        );
        assert!(
            !request.timed_out(),
            "a connect timeout is no read timeout: {error}"
        );
        let took = request.duration().as_secs_f64();
        assert!((3.0..4.0).contains(&took), "{took}");
    }
}

#[tokio::test]
async fn idle_connection_timeout_closes_what_nobody_uses() {
    for (idle, connections) in [(30, 2), (3_600, 1)] {
        let server = H2Server::plain();
        let options = h2().with_idle_connection_timeout(Duration::from_secs(idle));
        let driver = connect(&format!("http://{}/", server.address), options)
            .await
            .unwrap();
        read(&driver).await.unwrap();
        later(Duration::from_secs(31)).await;
        read(&driver).await.unwrap();
        let made = server.log.connections.load(Ordering::SeqCst);
        assert_eq!(made, connections, "idle for {idle} s");
    }
}

#[tokio::test]
async fn server_certificate_validation_trusts_this_machine_when_told_to() {
    use cosmokit_driver::options::ServerCertificateValidation::{Required, RequiredUnlessEmulator};

    let server = H2Server::tls("localhost", "https://localhost:1/");
    let endpoint = format!("https://localhost:{}/", server.address.port());
    let (_, other) = (&server, H2Server::tls("elsewhere", "https://elsewhere/"));
    let roots = RootCertificates::from_pem(other.pem.as_ref().unwrap().as_bytes()).unwrap();
    for (validation, trusted) in [(Required, false), (RequiredUnlessEmulator, true)] {
        let options = pool()
            .with_root_certificates(roots.clone())
            .with_server_certificate_validation(validation);
        let connected = connect(&endpoint, options).await;
        assert_eq!(connected.is_ok(), trusted, "{validation:?}");
    }
}
