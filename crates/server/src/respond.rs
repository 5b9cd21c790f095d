//! The engine's answers as HTTP responses: status, headers, body. An error body is always JSON with
//! `code` and `message` (protocol.md §3.3), whoever refused the request.

use bytes::Bytes;
use cosmokit_engine::response::{Failure, Response};
use cosmokit_protocol::op::ErrorBody;
use http::{HeaderValue, StatusCode};

use crate::header::encode::{BodyKind, Outcome, Stamp, encode};

/// A successful answer.
pub(crate) fn success(response: Response, stamp: Stamp) -> http::Response<Bytes> {
    let body = if response.body.is_empty() {
        BodyKind::Empty
    } else {
        BodyKind::Json
    };
    let outcome = Outcome {
        body,
        ..Outcome::default()
    };
    let headers = encode(&response.facts, outcome, stamp);
    let mut answer = http::Response::new(response.body);
    *answer.status_mut() = response.status;
    *answer.headers_mut() = headers;
    answer
}

/// A refusal. Its message ends with the activity id, so that a report by a user leads to the log.
pub(crate) fn failure(failure: &Failure, stamp: Stamp) -> http::Response<Bytes> {
    let activity_id = stamp.activity_id.to_str().unwrap_or_default();
    let message = format!("{}\r\nActivityId: {activity_id}", failure.message());
    let body = ErrorBody::for_status(failure.status().as_u16(), message).to_bytes();
    let outcome = Outcome {
        substatus: failure.substatus(),
        retry_after: failure.retry_after(),
        body: BodyKind::Json,
    };
    let headers = encode(failure.facts(), outcome, stamp);
    let mut answer = http::Response::new(Bytes::from(body));
    *answer.status_mut() = failure.status();
    *answer.headers_mut() = headers;
    answer
}

/// 405 with the methods that the resource has.
pub(crate) fn no_such_method(allowed: &str, stamp: Stamp) -> http::Response<Bytes> {
    let message = if allowed.is_empty() {
        "the resource at this path has no methods".to_owned()
    } else {
        format!("the resource at this path has the methods {allowed} only")
    };
    let refused = Failure::new(StatusCode::METHOD_NOT_ALLOWED, message);
    let mut answer = failure(&refused, stamp);
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        answer.headers_mut().insert(http::header::ALLOW, allowed);
    }
    answer
}
