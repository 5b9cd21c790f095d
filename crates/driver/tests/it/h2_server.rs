//! A server that speaks HTTP/2 alone, plain or under TLS, in a thread of its own.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use bytes::Bytes;
use h2::server::{Connection, SendResponse};
use http::Response;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// What the server has seen, and how it behaves.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) connections: AtomicUsize,
    pub(crate) items: AtomicUsize,
    /// Whether it says nothing more once an item is asked for, not even to a ping.
    pub(crate) goes_deaf: AtomicBool,
}

/// The server; the documents that it gives name `endpoint` as the account's only region.
pub(crate) struct H2Server {
    pub(crate) address: SocketAddr,
    pub(crate) log: Arc<Log>,
    /// The certificate of its authority, when it speaks TLS.
    pub(crate) pem: Option<String>,
}

impl H2Server {
    pub(crate) fn plain() -> Self {
        Self::start(None, None)
    }

    /// Under TLS, for this host, at this endpoint.
    pub(crate) fn tls(host: &str, endpoint: &str) -> Self {
        let made = rcgen::generate_simple_self_signed(vec![host.to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let mut server = Self::start(Some(acceptor), Some(endpoint.to_owned()));
        server.pem = Some(made.cert.pem());
        server
    }

    fn start(tls: Option<TlsAcceptor>, endpoint: Option<String>) -> Self {
        let log = Arc::new(Log::default());
        let (told, address) = mpsc::channel();
        let seen = Arc::clone(&log);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build();
            runtime.unwrap().block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                told.send(address).unwrap();
                let endpoint = endpoint.unwrap_or_else(|| format!("http://{address}/"));
                let mut connections = JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    seen.connections.fetch_add(1, Ordering::SeqCst);
                    let (seen, endpoint) = (Arc::clone(&seen), endpoint.clone());
                    let tls = tls.clone();
                    connections.spawn(async move {
                        match tls {
                            None => serve(stream, &seen, &endpoint).await,
                            Some(tls) => {
                                if let Ok(stream) = tls.accept(stream).await {
                                    serve(stream, &seen, &endpoint).await;
                                }
                            }
                        }
                    });
                }
            });
        });
        Self {
            address: address.recv().unwrap(),
            log,
            pem: None,
        }
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, log: &Log, endpoint: &str) {
    let Ok(mut connection): Result<Connection<_, Bytes>, _> = h2::server::handshake(stream).await
    else {
        return;
    };
    while let Some(Ok((request, answer))) = connection.accept().await {
        let path = request.uri().path();
        if path.contains("/docs") {
            log.items.fetch_add(1, Ordering::SeqCst);
            if log.goes_deaf.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
        }
        respond(answer, document(path, endpoint));
    }
}

fn respond(mut answer: SendResponse<Bytes>, body: String) {
    let head = Response::builder()
        .header("x-ms-request-charge", "1")
        .body(());
    if let Ok(mut stream) = answer.send_response(head.unwrap(), false) {
        let _ = stream.send_data(Bytes::from(body), true);
    }
}

fn document(path: &str, endpoint: &str) -> String {
    if path == "/" {
        let location = format!(r#"[{{"name":"East US","databaseAccountEndpoint":"{endpoint}"}}]"#);
        return format!(
            r#"{{"id":"a","readableLocations":{location},"writableLocations":{location}}}"#
        );
    }
    r#"{"id":"c","_rid":"AAAAAIAAAAE=","partitionKey":{"paths":["/pk"],"kind":"Hash","version":2}}"#
        .to_owned()
}
