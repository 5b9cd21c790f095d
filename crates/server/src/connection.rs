//! One connection from its first byte to its end: TLS or not, HTTP/1.1 or HTTP/2, requests handed
//! to the gateway one by one, time kept by its vigil. Whatever a peer sends, only its own
//! connection ends.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::wire::region::Region;
use futures_util::FutureExt as _;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::accounts::Accounts;
use crate::activity::{Activity, WatchedStream};
use crate::arrival::{Arrival, Scheme};
use crate::body::gather;
use crate::config::Limits;
use crate::pause::pause;
use crate::reply::Reply;
use crate::reply_body::ReplyBody;
use crate::service::Gateway;
use crate::shutdown::{ShutdownSignal, StreamTasks};
use crate::sniff::{Opening, sniff};
use crate::vigil::{Verdict, Vigil};

/// HTTP/2 flow-control window of one stream: most item bodies fit without a window update.
const STREAM_WINDOW_BYTES: u32 = 256 * 1024;
/// HTTP/2 flow-control window of a connection: several bodies at once.
const CONNECTION_WINDOW_BYTES: u32 = 2 * 1024 * 1024;

/// What every connection of one listener shares.
pub(crate) struct Serving {
    pub(crate) gateway: Gateway,
    /// The accounts that are reached by name, this one among them.
    pub(crate) accounts: Accounts,
    pub(crate) role: ServingRole,
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) limits: Limits,
}

/// What a listener is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ServingRole {
    /// A region of the account.
    Region(Region),
    /// The admin API and nothing else.
    Admin,
}

impl Serving {
    fn region(&self) -> Option<&Region> {
        match &self.role {
            ServingRole::Region(region) => Some(region),
            ServingRole::Admin => None,
        }
    }
}

/// Serves a connection until it ends.
pub(crate) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    serving: Arc<Serving>,
    mut shutdown: ShutdownSignal,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "TCP_NODELAY was refused");
    }
    let gateway = &serving.gateway;
    let _gauge = serving.region().map(|region| gateway.connection(region));
    if serving
        .region()
        .is_some_and(|region| gateway.is_black_hole(region))
    {
        tokio::select! {
            () = pause(serving.limits.idle_timeout) => {}
            () = shutdown.begun() => {}
        }
        return;
    }
    let first = timeout(serving.limits.idle_timeout, sniff(&stream));
    let opening = tokio::select! {
        opening = first => opening,
        () = shutdown.begun() => return,
    };
    let arrival = |scheme| Arrival {
        region: serving.region().cloned(),
        only_admin: serving.role == ServingRole::Admin,
        scheme,
        peer: Some(peer),
    };
    match opening {
        Ok(Ok(Opening::Plain)) => {
            let arrival = arrival(Scheme::Http);
            Box::pin(exchange(stream, arrival, serving, shutdown)).await;
        }
        Ok(Ok(Opening::Tls)) => {
            let refuses = |region| serving.gateway.refuses_tls(region);
            if serving.region().is_some_and(refuses) {
                return;
            }
            let handshake = serving.acceptor.accept(stream);
            let accepted = tokio::select! {
                accepted = timeout(serving.limits.header_read_timeout, handshake) => accepted,
                () = shutdown.begun() => return,
            };
            match accepted {
                Ok(Ok(stream)) => {
                    let arrival = arrival(Scheme::Https);
                    Box::pin(exchange(stream, arrival, serving, shutdown)).await;
                }
                Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS handshake failed"),
                Err(_) => tracing::debug!(%peer, "TLS handshake took too long"),
            }
        }
        Ok(Ok(Opening::Closed)) => {}
        Ok(Err(error)) => tracing::debug!(%peer, %error, "connection broke before its first byte"),
        Err(_) => tracing::debug!(%peer, "connection said nothing"),
    }
}

/// Speaks HTTP over an opened stream.
async fn exchange<S>(stream: S, arrival: Arrival, serving: Arc<Serving>, shutdown: ShutdownSignal)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let peer = arrival.peer;
    let activity = Arc::new(Activity::default());
    let mut vigil = Vigil::new(Arc::clone(&activity), shutdown, &serving.limits);
    let stream = TokioIo::new(WatchedStream::new(stream, Arc::clone(&activity)));
    let http = http_builder(&serving.limits);
    let arrival = Arc::new(arrival);
    let severed = Arc::new(Notify::new());
    let sever = Arc::clone(&severed);
    let service = service_fn(move |request: Request<Incoming>| {
        let running = activity.begin(request.version());
        let (serving, arrival) = (Arc::clone(&serving), Arc::clone(&arrival));
        let sever = Arc::clone(&sever);
        async move {
            let reply = answer(&serving, &arrival, request).await;
            let response = act_out(reply, &serving.limits, &sever).await;
            drop(running);
            Ok::<_, Infallible>(response)
        }
    });
    let mut severed = pin!(severed.notified());
    let mut connection = pin!(http.serve_connection(stream, service));
    loop {
        let verdict = tokio::select! {
            biased;
            served = connection.as_mut() => {
                if let Err(error) = served {
                    tracing::debug!(?peer, %error, "connection ended early");
                }
                return;
            }
            () = severed.as_mut() => return,
            verdict = poll_fn(|cx| vigil.poll(cx)) => verdict,
        };
        match verdict {
            Verdict::Drain => connection.as_mut().graceful_shutdown(),
            Verdict::Close => return,
        }
    }
}

/// Takes the body and asks the gateway of the account that the request is for. A defect that panics costs one request, not the connection.
async fn answer(serving: &Serving, arrival: &Arrival, request: Request<Incoming>) -> Reply {
    let (parts, body) = request.into_parts();
    let asks_for_head = parts.method == http::Method::HEAD;
    let own = &serving.gateway;
    let other = serving.accounts.other_than(own, &parts.uri, &parts.headers);
    let by_name = other.as_ref().map(|_| arrival.by_name());
    let (gateway, arrival) = (
        other.as_ref().unwrap_or(own),
        by_name.as_ref().unwrap_or(arrival),
    );
    let reply = match gather(&parts.headers, body, &serving.limits).await {
        Ok(body) => {
            let request = Request::from_parts(parts, body);
            let answer = gateway.answer(arrival, request);
            match AssertUnwindSafe(answer).catch_unwind().await {
                Ok(reply) => reply,
                Err(_) => gateway.panicked(),
            }
        }
        Err(refusal) => gateway.refuse_body(parts, refusal),
    };
    match reply {
        // HTTP/2 would send the body, which a client then takes for a broken stream.
        Reply::Whole(response) if asks_for_head => Reply::Whole(response.map(|_| Bytes::new())),
        reply => reply,
    }
}

/// Turns a reply into what hyper sends; where there is to be no answer, ends the connection, at once or after the time
/// that the server gives a silent one.
async fn act_out(reply: Reply, limits: &Limits, sever: &Notify) -> Response<ReplyBody> {
    match reply {
        Reply::Whole(response) => return response.map(ReplyBody::whole),
        Reply::Cut(response, kept) => {
            return response.map(|body| ReplyBody::cut(&body, kept));
        }
        Reply::Slow(response, slow) => return response.map(|body| ReplyBody::slow(body, slow)),
        Reply::Dropped | Reply::Refused => {}
        Reply::Silent => pause(limits.idle_timeout).await,
    }
    sever.notify_one();
    std::future::pending().await
}

/// HTTP/1.1 and HTTP/2 with this server's limits; time is kept by the vigil, not by hyper.
fn http_builder(limits: &Limits) -> auto::Builder<StreamTasks> {
    let mut http = auto::Builder::new(StreamTasks::default());
    http.http1()
        .half_close(true)
        .header_read_timeout(None)
        .max_headers(limits.max_headers)
        .max_buf_size(limits.max_header_bytes.max(8 * 1024));
    http.http2()
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_concurrent_streams(limits.max_concurrent_streams)
        .max_header_list_size(u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX));
    http
}
