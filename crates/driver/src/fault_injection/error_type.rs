//! The ready-made failures: those that the service answers with and those that keep an answer away, as one
//! table.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use cosmokit_protocol::wire::header;
use http::{HeaderValue, Response, StatusCode};

use crate::diagnostics::RequestSentStatus;
use crate::transport::{TransportError, TransportErrorKind};

/// A ready-made failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultInjectionErrorType {
    /// The service answers 500.
    InternalServerError,
    /// The service answers 429/3200, without saying how long to wait.
    TooManyRequests,
    /// The service answers 449: another write is in the way for a moment.
    RetryWith,
    /// The service answers 404/1002: the replica is behind the session.
    ReadSessionNotAvailable,
    /// The service answers 408.
    Timeout,
    /// The service answers 503.
    ServiceUnavailable,
    /// The service answers 410/1002: the partition is not there any more.
    PartitionIsGone,
    /// The service answers 403/3: the region does not take writes.
    WriteForbidden,
    /// The service answers 403/1008: the account is not in this region.
    DatabaseAccountNotFound,
    /// No connection can be made: the request is not sent.
    ConnectionError,
    /// The connection breaks while the request is on its way; the service does not get it, which the client
    /// cannot know.
    ConnectionReset,
    /// No answer comes; the service does not get the request, which the client cannot know.
    ResponseTimeout,
    /// The service gets the request and does what it asks for; the connection breaks before its answer comes.
    ConnectionResetAfterService,
    /// The service gets the request and does what it asks for; its answer is lost.
    ResponseTimeoutAfterService,
    /// The service gets the request and does what it asks for; the body of its answer breaks off.
    ResponseBodyCut,
}

/// What comes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// An answer of the service that it never saw.
    Answer(u16, Option<u16>),
    /// No answer, and the service never sees the request.
    Instead(TransportErrorKind, RequestSentStatus),
    /// No answer, after the service did what was asked.
    Afterwards(TransportErrorKind, RequestSentStatus),
}

use Failure::{Afterwards, Answer, Instead};
use FaultInjectionErrorType as Type;

#[rustfmt::skip]
const KINDS: &[(Type, &str, Failure)] = &[
    (Type::InternalServerError,         "InternalServerError",         Answer(500, None)),
    (Type::TooManyRequests,             "TooManyRequests",             Answer(429, Some(3200))),
    (Type::RetryWith,                   "RetryWith",                   Answer(449, None)),
    (Type::ReadSessionNotAvailable,     "ReadSessionNotAvailable",     Answer(404, Some(1002))),
    (Type::Timeout,                     "Timeout",                     Answer(408, None)),
    (Type::ServiceUnavailable,          "ServiceUnavailable",          Answer(503, None)),
    (Type::PartitionIsGone,             "PartitionIsGone",             Answer(410, Some(1002))),
    (Type::WriteForbidden,              "WriteForbidden",              Answer(403, Some(3))),
    (Type::DatabaseAccountNotFound,     "DatabaseAccountNotFound",     Answer(403, Some(1008))),
    (Type::ConnectionError,             "ConnectionError",             Instead(TransportErrorKind::Connect, RequestSentStatus::NotSent)),
    (Type::ConnectionReset,             "ConnectionReset",             Instead(TransportErrorKind::Broken, RequestSentStatus::Unknown)),
    (Type::ResponseTimeout,             "ResponseTimeout",             Instead(TransportErrorKind::Timeout, RequestSentStatus::Unknown)),
    (Type::ConnectionResetAfterService, "ConnectionResetAfterService", Afterwards(TransportErrorKind::Broken, RequestSentStatus::Unknown)),
    (Type::ResponseTimeoutAfterService, "ResponseTimeoutAfterService", Afterwards(TransportErrorKind::Timeout, RequestSentStatus::Unknown)),
    (Type::ResponseBodyCut,             "ResponseBodyCut",             Afterwards(TransportErrorKind::Body, RequestSentStatus::Sent)),
];

impl FaultInjectionErrorType {
    /// The word, such as `TooManyRequests`.
    pub fn as_str(self) -> &'static str {
        KINDS
            .iter()
            .find(|(kind, ..)| *kind == self)
            .map_or("", |(_, word, _)| word)
    }

    pub(super) fn failure(self) -> Failure {
        let row = KINDS.iter().find(|(kind, ..)| *kind == self);
        row.map_or(Answer(500, None), |(.., failure)| *failure)
    }
}

/// The answer of a service that fails like this.
pub(super) fn answer(status: u16, substatus: Option<u16>) -> Response<Bytes> {
    let message = r#"{"code":"FaultInjection","message":"injected by a fault injection rule"}"#;
    let mut response = Response::new(Bytes::from_static(message.as_bytes()));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::REQUEST_CHARGE, HeaderValue::from_static("0"));
    if let Some(substatus) = substatus {
        headers.insert(header::SUBSTATUS, HeaderValue::from(substatus));
    }
    response
}

pub(super) fn failed(kind: TransportErrorKind, sent: RequestSentStatus) -> TransportError {
    TransportError::new(kind, sent).with_source("injected by a fault injection rule")
}

impl fmt::Display for FaultInjectionErrorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FaultInjectionErrorType {
    type Err = UnknownFaultInjectionErrorType;

    fn from_str(text: &str) -> Result<Self, UnknownFaultInjectionErrorType> {
        let row = KINDS.iter().find(|(_, word, _)| *word == text);
        row.map(|(kind, ..)| *kind)
            .ok_or(UnknownFaultInjectionErrorType)
    }
}

/// The error for a word that names no error type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFaultInjectionErrorType;

impl fmt::Display for UnknownFaultInjectionErrorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an error type of fault injection")
    }
}

impl std::error::Error for UnknownFaultInjectionErrorType {}
