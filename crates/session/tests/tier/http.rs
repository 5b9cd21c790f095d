//! Requests as they go over a connection: bytes of HTTP/1.1, written by a client and read by a server. The connection
//! is a pipe in memory, so that virtual time can stand still while bytes are under way.

use axum::Router;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1 as server;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::task::JoinSet;

/// Bytes that the pipe holds.
const PIPE_BYTES: usize = 64 * 1024;
/// Bytes of a request's head that the server reads: more than usual, so that long cookies reach the layer.
const HEAD_BYTES: usize = 4 << 20;

/// Sends one request to an instance and reads its answer to the end. Dropping the future hangs up.
pub(crate) async fn exchange(instance: &Router, mut request: Request<Body>) -> Response<Bytes> {
    let (near, far) = tokio::io::duplex(PIPE_BYTES);
    let service = TowerToHyperService::new(instance.clone());
    let mut ends = JoinSet::new();
    ends.spawn(async move {
        let serving = server::Builder::new()
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(far), service);
        // A client that hangs up is no failure here.
        let _ = serving.await;
    });
    let (mut sender, connection) = client::handshake(TokioIo::new(near)).await.unwrap();
    ends.spawn(async move {
        let _ = connection.await;
    });
    let host = HeaderValue::from_static("bookshop.test");
    request.headers_mut().insert(HOST, host);
    let response = sender.send_request(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(Body::new(body), 1 << 20).await.unwrap();
    Response::from_parts(parts, bytes)
}
