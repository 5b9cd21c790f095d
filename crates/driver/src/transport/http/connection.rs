//! One request over one connection.

use std::pin::Pin;
use std::task::{Context, Poll};

use ::http::{HeaderValue, Request, Response, header};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};

use crate::clock::Clock;
use crate::diagnostics::RequestSentStatus;
use crate::transport::error::{TransportError, TransportErrorKind};
use crate::transport::exchange::{Outgoing, Target};
use crate::transport::trace::AttemptTrace;

/// The sending end of a connection.
#[derive(Debug)]
pub(super) enum Sender {
    Http1(http1::SendRequest<RequestBody>, RequestForm),
    Http2(http2::SendRequest<RequestBody>),
}

/// How the first line of an HTTP/1.1 request names its target.
#[derive(Clone, Debug)]
pub(super) enum RequestForm {
    /// By the path.
    Origin,
    /// By the whole URI, for a proxy, with this `Proxy-Authorization`.
    ToProxy(Option<HeaderValue>),
}

impl RequestForm {
    fn apply<B: From<Bytes>>(&self, request: Outgoing, target: &Target) -> Request<B> {
        match self {
            Self::Origin => request.origin_form(target),
            Self::ToProxy(authorization) => {
                let mut request: Request<B> = request.absolute(target);
                let headers = request.headers_mut();
                headers.insert(header::HOST, target.host.clone());
                if let Some(authorization) = authorization {
                    headers.insert(header::PROXY_AUTHORIZATION, authorization.clone());
                }
                request
            }
        }
    }
}

/// What came of a request.
pub(super) enum Sent {
    /// The headers of an answer; its body is still to be read.
    Answered(Response<Incoming>),
    /// Nothing: the connection was closed already, and the request is where it was.
    Back,
}

impl Sender {
    pub(super) fn is_closed(&self) -> bool {
        match self {
            Self::Http1(sender, _) => sender.is_closed(),
            Self::Http2(sender) => sender.is_closed(),
        }
    }

    pub(super) async fn send(
        &mut self,
        target: &Target,
        request: &mut Option<Outgoing>,
        trace: &AttemptTrace,
        clock: Clock,
    ) -> Result<Sent, TransportError> {
        let started = clock.now();
        let sent = match self {
            Self::Http1(sender, form) => {
                // A connection that was just given back may still be busy with the end of its last answer.
                if sender.ready().await.is_err() {
                    return Ok(Sent::Back);
                }
                let request = request.take().ok_or_else(TransportError::already_sent)?;
                trace.handed_over();
                let request = form.apply(request, target);
                sender.try_send_request(request).await
            }
            Self::Http2(sender) => {
                if sender.ready().await.is_err() {
                    return Ok(Sent::Back);
                }
                let request = request.take().ok_or_else(TransportError::already_sent)?;
                trace.handed_over();
                sender.try_send_request(request.absolute(target)).await
            }
        };
        match sent {
            Ok(answer) => {
                trace.answered(clock, started);
                Ok(Sent::Answered(answer))
            }
            Err(mut error) => match error.take_message().and_then(unsent) {
                Some(unsent) => {
                    trace.taken_back();
                    *request = Some(unsent);
                    Ok(Sent::Back)
                }
                None => Err(broken(error.into_error())),
            },
        }
    }
}

/// The request as it was before it was handed over.
fn unsent(request: Request<RequestBody>) -> Option<Outgoing> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.into_parts().path_and_query?;
    Some(Outgoing {
        method: parts.method,
        path,
        headers: parts.headers,
        body: body.0,
    })
}

fn broken(error: hyper::Error) -> TransportError {
    let sent = if was_refused(&error) {
        RequestSentStatus::NotSent
    } else {
        RequestSentStatus::Unknown
    };
    TransportError::new(TransportErrorKind::Broken, sent).with_source(error)
}

/// What the peer gave as its reason for ending an HTTP/2 stream or connection.
fn told_reason(error: &hyper::Error) -> Option<h2::Reason> {
    let source = std::error::Error::source(error)?.downcast_ref::<h2::Error>()?;
    source.reason().filter(|_| source.is_remote())
}

/// Whether the peer said that it did not look at the request.
fn was_refused(error: &hyper::Error) -> bool {
    matches!(
        told_reason(error),
        Some(h2::Reason::REFUSED_STREAM | h2::Reason::HTTP_1_1_REQUIRED)
    )
}

/// Whether the peer said that it speaks HTTP/1.1 only.
pub(super) fn requires_http1(error: &TransportError) -> bool {
    let source = std::error::Error::source(error);
    let source = source.and_then(|source| source.downcast_ref::<hyper::Error>());
    source.and_then(told_reason) == Some(h2::Reason::HTTP_1_1_REQUIRED)
}

/// The body of a request: bytes in one piece, which can be had back when the request did not leave.
#[derive(Debug)]
pub(super) struct RequestBody(Bytes);

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let bytes = std::mem::take(&mut self.0);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.0.len()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use hyper_util::rt::TokioIo;

    use super::*;

    #[tokio::test]
    async fn a_request_that_the_connection_did_not_take_comes_back_whole() {
        let (near, _far) = tokio::io::duplex(1_024);
        let (sender, connection) = http1::handshake(TokioIo::new(near)).await.unwrap();
        let mut connection = Box::pin(connection);
        assert!(futures_util::poll!(&mut connection).is_pending());
        let mut headers = ::http::HeaderMap::new();
        headers.insert("x-mine", "yes".parse().unwrap());
        let outgoing = Outgoing {
            method: ::http::Method::PUT,
            path: "/dbs/a".parse().unwrap(),
            headers,
            body: Bytes::from_static(b"{}"),
        };
        let endpoint = "http://localhost:1/".parse().unwrap();
        let (target, trace) = (Target::of(&endpoint), AttemptTrace::default());
        let mut request = Some(outgoing);
        let mut sender = Sender::Http1(sender, RequestForm::Origin);
        let sent = {
            let clock = Clock::system();
            let mut sending = Box::pin(sender.send(&target, &mut request, &trace, clock));
            assert!(futures_util::poll!(&mut sending).is_pending());
            drop(connection);
            sending.await
        };
        assert!(matches!(sent, Ok(Sent::Back)));
        assert_eq!(trace.sent(), RequestSentStatus::NotSent);
        let request = request.unwrap();
        assert_eq!(
            (request.method, request.path.as_str()),
            (::http::Method::PUT, "/dbs/a")
        );
        assert_eq!(
            (&request.headers["x-mine"], &request.body[..]),
            (&"yes".parse().unwrap(), &b"{}"[..])
        );
    }
}
