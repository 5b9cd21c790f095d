//! A pool whose tokio runtime goes away.

use std::net::{TcpListener, TcpStream};

use super::*;
use crate::options::{ConnectionPoolOptions, Environment};
use crate::transport::http::tls::Trust;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn request() -> Outgoing {
    let headers = ::http::HeaderMap::new();
    Outgoing {
        method: ::http::Method::GET,
        path: "/".parse().unwrap(),
        headers,
        body: Bytes::new(),
    }
}

/// Polls a request until the peer sees a connection.
async fn send_until_accepted(pool: &Arc<EndpointPool>, listener: &TcpListener) -> TcpStream {
    let (target, trace, mut request) = (
        Target::of(&pool.connector.to.endpoint),
        AttemptTrace::default(),
        Some(request()),
    );
    let mut sending = Box::pin(pool.send(&target, &mut request, &trace));
    // Far more turns than a connection on this machine takes.
    for _ in 0..1_000_000 {
        assert!(futures_util::poll!(&mut sending).is_pending());
        if let Ok((stream, _)) = listener.accept() {
            return stream;
        }
        tokio::task::yield_now().await;
    }
    panic!("no connection was begun");
}

#[test]
fn a_connection_that_was_never_finished_does_not_block_the_next() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let options = ConnectionPoolOptions::default();
    let settings = Arc::new(ConnectionPoolSettings::of(&options, &Environment::empty()).unwrap());
    let endpoint = format!("https://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let tls = Arc::new(TlsConfigs::new(&settings));
    let pool = Arc::new(EndpointPool::new(
        Destination {
            endpoint,
            trust: Trust::Anyone,
            proxy: None,
        },
        settings,
        Clock::system(),
        tls,
    ));
    // The peer says nothing, so the TLS handshake is still going on when the tokio runtime is shut down.
    let _silent = runtime().block_on(send_until_accepted(&pool, &listener));
    let _second = runtime().block_on(send_until_accepted(&pool, &listener));
}
