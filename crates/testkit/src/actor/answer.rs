//! What an answer of the client means to a history.

use std::sync::Arc;

use cosmokit::{CosmosError, SubStatusCode};
use cosmokit_driver::{CosmosResponse, DiagnosticsContext};
use cosmokit_protocol::id::Etag;
use cosmokit_protocol::wire::header::ResponseHeaders;

use crate::history::{Mark, OpenOperation, Outcome};

/// An item as it was found, with what is needed to replace exactly that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// What it held.
    pub mark: Mark,
    /// Its etag.
    pub etag: Option<Etag>,
}

/// Notes where an answer came from and how many requests it took.
pub(super) fn traced(
    open: OpenOperation,
    headers: Option<&ResponseHeaders>,
    diagnostics: Option<&Arc<DiagnosticsContext>>,
) -> OpenOperation {
    let last = diagnostics.and_then(|it| it.requests().next_back());
    let region = last.and_then(|it| it.region()).map(ToString::to_string);
    open.answered_by(region)
        .at_lsn(headers.and_then(ResponseHeaders::lsn))
        .after_requests(diagnostics.map_or(0, |it| it.request_count()))
}

/// Notes an error.
pub(super) fn failed(open: OpenOperation, error: &CosmosError) {
    let diagnostics = error.diagnostics();
    let headers = error.response().map(CosmosResponse::headers);
    let status = error.status().status_code().as_u16();
    let substatus = error.substatus().map_or(0, SubStatusCode::value);
    let outcome = if error.may_have_been_applied() {
        Outcome::Unknown { status, substatus }
    } else {
        Outcome::Refused { status, substatus }
    };
    traced(open, headers, diagnostics.as_ref()).finish(outcome);
}
