//! Proxies of the environment and root certificates of one's own, over real sockets: a proxy of few lines in
//! threads of its own, behind which a server with a certificate of the test's authority stands.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use cosmokit_driver::options::{ConnectionPoolOptions, Environment, PlainHttp, RootCertificates};
use cosmokit_driver::{
    AccountReference, ContainerReference, CosmosDriver, CosmosDriverRuntime, CosmosOperation,
    DatabaseReference, DriverOptions, ItemReference, OperationOptions, Result,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::fake::KEY;
use crate::h2_server::H2Server;

/// A name that only the proxy can resolve.
const HOST: &str = "acct.behind.test";

/// The first line of a request to the proxy, and its `Proxy-Authorization`.
type Head = (String, Option<String>);

/// What came in.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<Head>>>);

impl Lines {
    fn all(&self) -> Vec<Head> {
        self.0.lock().unwrap().clone()
    }
}

/// The head of the next request: its first line, and a header.
fn read_head(stream: &mut impl Read, header: &str) -> Option<Head> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.split("\r\n");
    let first = lines.next()?.to_owned();
    let value = lines.find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case(header).then(|| value.to_owned())
    });
    Some((first, value))
}

/// An answer with the account document.
fn account(scheme: &str) -> String {
    let location =
        format!(r#"[{{"name":"East US","databaseAccountEndpoint":"{scheme}://{HOST}/"}}]"#);
    let body =
        format!(r#"{{"id":"a","readableLocations":{location},"writableLocations":{location}}}"#);
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// Answers every request with the account document.
fn serve(mut stream: impl Read + Write) {
    while read_head(&mut stream, "").is_some() {
        let sent = stream.write_all(account("https").as_bytes());
        if sent.is_err() || stream.flush().is_err() {
            return;
        }
    }
}

fn listen(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(std::result::Result::ok) {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// A server whose certificate is its own authority; its PEM is given.
fn tls_server() -> (SocketAddr, String) {
    let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let address = listen(move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        serve(StreamOwned::new(connection, stream));
    });
    (address, made.cert.pem())
}

/// A proxy that leads every tunnel to `upstream` and answers plain requests itself.
fn proxy(upstream: SocketAddr, lines: &Lines) -> SocketAddr {
    let lines = lines.clone();
    listen(move |mut near| {
        while let Some(head) = read_head(&mut near, "proxy-authorization") {
            let is_tunnel = head.0.starts_with("CONNECT ");
            lines.0.lock().unwrap().push(head);
            if !is_tunnel {
                near.write_all(account("http").as_bytes()).unwrap();
                continue;
            }
            let far = TcpStream::connect(upstream).unwrap();
            near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                .unwrap();
            let (back, forth) = (far.try_clone().unwrap(), near.try_clone().unwrap());
            thread::spawn(move || copy(back, forth));
            copy(near, far);
            return;
        }
    })
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

async fn connect(
    scheme: &str,
    variables: &[(&str, String)],
    pool: ConnectionPoolOptions,
) -> Result<Arc<CosmosDriver>> {
    let variables = variables.iter().map(|(name, value)| (*name, value.clone()));
    let runtime = CosmosDriverRuntime::builder()
        .with_environment(Environment::fixed(variables))
        .with_connection_pool(pool)
        .build()?;
    let endpoint = format!("{scheme}://{HOST}/").parse()?;
    let account = AccountReference::with_account_key(endpoint, KEY);
    runtime
        .get_or_create_driver(account, DriverOptions::default())
        .await
}

fn trusting(pem: &str) -> ConnectionPoolOptions {
    let roots = RootCertificates::from_pem(pem.as_bytes()).unwrap();
    ConnectionPoolOptions::default().with_root_certificates(roots)
}

#[tokio::test]
async fn an_https_endpoint_is_reached_through_a_tunnel_with_a_certificate_of_ones_own() {
    let (server, pem) = tls_server();
    let lines = Lines::default();
    let proxy = proxy(server, &lines);
    let variables = [("HTTPS_PROXY", format!("http://me:secret@{proxy}"))];
    let driver = connect("https", &variables, trusting(&pem)).await.unwrap();
    assert_eq!(driver.account_properties().id, "a");
    let expected = (
        format!("CONNECT {HOST}:443 HTTP/1.1"),
        Some("Basic bWU6c2VjcmV0".to_owned()),
    );
    assert_eq!(lines.all(), [expected]);
    driver.refresh_account().await.unwrap();
    assert_eq!(lines.all().len(), 1, "the tunnel is used again");
}

#[tokio::test]
async fn http2_is_negotiated_through_a_tunnel_and_its_streams_share_it() {
    let server = H2Server::tls(HOST, &format!("https://{HOST}/"));
    let lines = Lines::default();
    let proxy = proxy(server.address, &lines);
    let variables = [("HTTPS_PROXY", format!("http://{proxy}"))];
    let pem = server.pem.as_ref().unwrap();
    // The server speaks HTTP/2 alone, so that an answer shows that it was negotiated.
    let only_http1 = trusting(pem).with_is_http2_allowed(false);
    assert!(connect("https", &variables, only_http1).await.is_err());
    let before = lines.all().len();
    let driver = connect("https", &variables, trusting(pem)).await.unwrap();
    let database = DatabaseReference::from_name(driver.account().clone(), "db");
    let container = ContainerReference::from_name(&database, "c");
    let item = ItemReference::from_name(&container, "pk", "1");
    let options = OperationOptions::default();
    let reads = (0..6)
        .map(|_| driver.execute_operation(CosmosOperation::read_item(item.clone()), &options));
    for outcome in futures_util::future::join_all(reads).await {
        let diagnostics = outcome.unwrap().diagnostics();
        let request = diagnostics.requests().next().unwrap();
        assert_eq!(request.endpoint(), format!("https://{HOST}/"));
    }
    assert_eq!(
        server.log.items.load(std::sync::atomic::Ordering::SeqCst),
        6
    );
    let tunnels = &lines.all()[before..];
    assert_eq!(tunnels.len(), 1, "one tunnel, one connection, six streams");
    assert_eq!(tunnels[0].0, format!("CONNECT {HOST}:443 HTTP/1.1"));
}

#[tokio::test]
async fn without_its_root_certificate_the_server_is_not_trusted() {
    let (server, _) = tls_server();
    let lines = Lines::default();
    let proxy = proxy(server, &lines);
    let variables = [("HTTPS_PROXY", proxy.to_string())];
    // A certificate of another authority, so that there is a root on machines that have none.
    let (_, other) = tls_server();
    let refused = connect("https", &variables, trusting(&other)).await;
    let error = refused.unwrap_err();
    assert!(error.message().contains("TLS"), "{error}");
    assert!(!lines.all().is_empty());
}

#[tokio::test]
async fn a_plain_endpoint_is_asked_for_from_the_proxy_itself() {
    let lines = Lines::default();
    let proxy = proxy("127.0.0.1:1".parse().unwrap(), &lines);
    let variables = [("http_proxy", format!("u:p@{proxy}"))];
    let pool = ConnectionPoolOptions::default().with_plain_http(PlainHttp::Anywhere);
    connect("http", &variables, pool).await.unwrap();
    let expected = (
        format!("GET http://{HOST}/ HTTP/1.1"),
        Some("Basic dTpw".to_owned()),
    );
    assert_eq!(lines.all(), [expected]);
}

#[tokio::test]
async fn exceptions_and_the_option_lead_around_the_proxy() {
    let (server, pem) = tls_server();
    let lines = Lines::default();
    let proxy = proxy(server, &lines);
    let named = ("HTTPS_PROXY", proxy.to_string());
    let excepted = [named.clone(), ("NO_PROXY", "behind.test".to_owned())];
    assert!(connect("https", &excepted, trusting(&pem)).await.is_err());
    let without = trusting(&pem).with_is_proxy_allowed(false);
    assert!(connect("https", &[named], without).await.is_err());
    assert!(lines.all().is_empty(), "the proxy was not asked");
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_an_error_and_not_gone_around() {
    let variables = [("HTTPS_PROXY", "socks5://127.0.0.1:1".to_owned())];
    let refused = connect("https", &variables, ConnectionPoolOptions::default()).await;
    let error = refused.unwrap_err();
    assert!(error.message().contains("SOCKS"), "{error}");
}
