//! The engine's answers as HTTP responses: status, headers, body. An error body is always JSON with
//! `code` and `message` (protocol.md §3.3), whoever refused the request. A fault that spoils an answer, or stands in its
//! place, is put in here.

use bytes::Bytes;
use cosmokit_engine::response::{Facts, Failure, Response};
use cosmokit_protocol::op::ErrorBody;
use cosmokit_protocol::wire::fault::FaultResponse;
use http::{HeaderValue, StatusCode};

use crate::fault::Forestalled;
use crate::header::encode::{BodyKind, Outcome, Stamp, encode};
use crate::observe::Note;
use crate::process::Refused;
use crate::reply::Reply;

/// An answer, and what is remembered of it.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) reply: Reply,
    /// `None` when there is no answer.
    pub(crate) status: Option<StatusCode>,
    pub(crate) refusal: Option<Failure>,
    pub(crate) facts: Facts,
}

/// Makes the answer, and spoils it where the note has a rule that says so.
pub(crate) fn respond(answered: Result<Response, Refused>, note: &Note, stamp: Stamp) -> Answered {
    let (response, refusal, facts) = match answered {
        Ok(Response {
            status,
            body,
            facts,
        }) => (success(status, body, &facts, stamp), None, facts),
        Err(refused) => match refused {
            Refused::Failure(refusal) => {
                (failure(&refusal, stamp), Some(refusal), Facts::default())
            }
            Refused::NoSuchMethod(allowed) => {
                let refusal = method_refusal(&allowed);
                let mut response = failure(&refusal, stamp);
                if let Ok(allowed) = HeaderValue::from_str(&allowed) {
                    response.headers_mut().insert(http::header::ALLOW, allowed);
                }
                (response, Some(refusal), Facts::default())
            }
            Refused::Forestalled(Forestalled::Answer(answer)) => {
                let refusal = fault_refusal(&answer, note);
                let response = on_purpose(&answer, &refusal, stamp);
                (response, Some(refusal), Facts::default())
            }
            Refused::Forestalled(Forestalled::Dropped) => return unanswered(Reply::Dropped),
            Refused::Forestalled(Forestalled::Silent) => return unanswered(Reply::Silent),
            Refused::Forestalled(Forestalled::Refused) => return unanswered(Reply::Refused),
        },
    };
    let status = Some(response.status());
    let reply = match &note.fault {
        Some(live) => Reply::spoilt(response, &live.rule.effect),
        None => Reply::Whole(response),
    };
    let status = status.filter(|_| !matches!(reply, Reply::Dropped | Reply::Silent));
    Answered {
        reply,
        status,
        refusal,
        facts,
    }
}

fn unanswered(reply: Reply) -> Answered {
    Answered {
        reply,
        status: None,
        refusal: None,
        facts: Facts::default(),
    }
}

/// A successful answer.
fn success(status: StatusCode, body: Bytes, facts: &Facts, stamp: Stamp) -> http::Response<Bytes> {
    let kind = if body.is_empty() {
        BodyKind::Empty
    } else {
        BodyKind::Json
    };
    let outcome = Outcome {
        body: kind,
        ..Outcome::default()
    };
    let headers = encode(facts, outcome, stamp);
    let mut answer = http::Response::new(body);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}

/// A refusal. Its message ends with the activity id, so that a report by a user leads to the log.
fn failure(failure: &Failure, stamp: Stamp) -> http::Response<Bytes> {
    let activity_id = stamp.activity_id.to_str().unwrap_or_default();
    let message = format!("{}\r\nActivityId: {activity_id}", failure.message());
    let mut body = ErrorBody::for_status(failure.status().as_u16(), message);
    body.additional_error_info = failure.additional().map(str::to_owned);
    let outcome = Outcome {
        substatus: failure.substatus(),
        retry_after: failure.retry_after(),
        body: BodyKind::Json,
    };
    let headers = encode(failure.facts(), outcome, stamp);
    let mut answer = http::Response::new(Bytes::from(body.to_bytes()));
    *answer.status_mut() = failure.status();
    *answer.headers_mut() = headers;
    answer
}

/// 405 with the methods that the resource has.
fn method_refusal(allowed: &str) -> Failure {
    let message = if allowed.is_empty() {
        "the resource at this path has no methods".to_owned()
    } else {
        format!("the resource at this path has the methods {allowed} only")
    };
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, message)
}

fn fault_refusal(answer: &FaultResponse, note: &Note) -> Failure {
    let rule = note.fault.as_ref().map_or("", |live| &live.rule.id);
    let refusal = Failure::new(answer.status, format!("a fault on purpose: rule {rule:?}"));
    match answer.substatus {
        Some(substatus) => refusal.with_substatus(substatus),
        None => refusal,
    }
}

/// The answer that a fault gives instead of the real one: with the rule's body, else with the usual one of an error and
/// none of a success.
fn on_purpose(answer: &FaultResponse, refusal: &Failure, stamp: Stamp) -> http::Response<Bytes> {
    let mut response = failure(refusal, stamp);
    match &answer.body {
        Some(body) => *response.body_mut() = body.to_string().into(),
        None if answer.status.as_u16() < 400 => {
            *response.body_mut() = Bytes::new();
            response.headers_mut().remove(http::header::CONTENT_TYPE);
        }
        None => {}
    }
    for (name, value) in answer.header_pairs() {
        response.headers_mut().insert(name, value);
    }
    response
}
