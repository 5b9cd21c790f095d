//! Clients over sockets: HTTP/1.1 and HTTP/2, plain and over TLS, and bytes as they are.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use crate::call::Answer;

/// How a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speech {
    Http1,
    Http2,
    Http1Tls,
    Http2Tls,
}

impl Speech {
    pub(crate) const ALL: [Self; 4] = [Self::Http1, Self::Http2, Self::Http1Tls, Self::Http2Tls];

    fn alpn(self) -> &'static [u8] {
        match self {
            Self::Http1 | Self::Http1Tls => b"http/1.1",
            Self::Http2 | Self::Http2Tls => b"h2",
        }
    }

    fn scheme(self) -> &'static str {
        match self {
            Self::Http1 | Self::Http2 => "http",
            Self::Http1Tls | Self::Http2Tls => "https",
        }
    }
}

enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

/// One connection.
pub(crate) struct Client {
    sender: Sender,
    speech: Speech,
    address: SocketAddr,
    _connection: JoinSet<()>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr, speech: Speech) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        match speech {
            Speech::Http1 | Speech::Http2 => Self::handshake(stream, address, speech).await,
            Speech::Http1Tls | Speech::Http2Tls => {
                let stream = tls(stream, &[speech.alpn()]).await;
                let chosen = stream.get_ref().1.alpn_protocol();
                assert_eq!(
                    chosen,
                    Some(speech.alpn()),
                    "the server takes what is offered"
                );
                Self::handshake(stream, address, speech).await
            }
        }
    }

    async fn handshake<S>(stream: S, address: SocketAddr, speech: Speech) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = TokioIo::new(stream);
        let mut connection = JoinSet::new();
        let sender = match speech {
            Speech::Http1 | Speech::Http1Tls => {
                let (sender, driver) = http1::handshake(stream).await.unwrap();
                connection.spawn(async move {
                    // The end of the connection shows in the requests.
                    let _ = driver.await;
                });
                Sender::Http1(sender)
            }
            Speech::Http2 | Speech::Http2Tls => {
                let (sender, driver) = http2::handshake(TokioExecutor::new(), stream)
                    .await
                    .unwrap();
                connection.spawn(async move {
                    let _ = driver.await;
                });
                Sender::Http2(sender)
            }
        };
        Self {
            sender,
            speech,
            address,
            _connection: connection,
        }
    }

    pub(crate) async fn send(&mut self, request: Request<Bytes>) -> Answer {
        self.try_send(request).await.unwrap()
    }

    /// Sends a request whose URI is a path; the authority is that of the connection.
    pub(crate) async fn try_send(&mut self, request: Request<Bytes>) -> hyper::Result<Answer> {
        let mut request = request.map(Full::new);
        let response = match &mut self.sender {
            Sender::Http1(sender) => {
                let host = self.address.to_string().parse().unwrap();
                request.headers_mut().entry("host").or_insert(host);
                sender.ready().await?;
                sender.send_request(request).await?
            }
            Sender::Http2(sender) => {
                let path = request.uri().path_and_query().unwrap().as_str();
                let uri = format!("{}://{}{path}", self.speech.scheme(), self.address);
                *request.uri_mut() = uri.parse::<Uri>().unwrap();
                sender.ready().await?;
                sender.send_request(request).await?
            }
        };
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer::from_response(http::Response::from_parts(
            parts, body,
        )))
    }
}

/// A TLS session that trusts any certificate.
pub(crate) async fn tls(
    stream: TcpStream,
    alpn: &[&[u8]],
) -> tokio_rustls::client::TlsStream<TcpStream> {
    try_tls(stream, alpn).await.unwrap()
}

/// The same, where the server may refuse.
pub(crate) async fn try_tls(
    stream: TcpStream,
    alpn: &[&[u8]],
) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(AnyCertificate(Arc::clone(&provider)));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

#[derive(Debug)]
struct AnyCertificate(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Writes bytes and reads until the server closes; an empty text is a close without a word.
pub(crate) async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may close before it has read everything.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    read_to_close(&mut stream).await
}

/// Reads until the server closes or resets.
pub(crate) async fn read_to_close(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        read.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8_lossy(&read).into_owned()
}
