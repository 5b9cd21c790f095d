//! One answered request as it is kept, and as it is shown. Keeping moves what the request was made of; the work of
//! making it readable, and of leaving out secrets, is done for whoever looks.

use std::collections::BTreeMap;
use std::fmt;

use cosmokit_engine::clock::Timestamp;
use cosmokit_engine::response::Failure;
use cosmokit_protocol::status::SubStatusCode;
use cosmokit_protocol::wire::fault::FaultOperationType;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde::Serialize;

use super::note::{Ended, Note};
use super::redaction::shown;

/// Bytes of path and headers that are kept of one request. Longer requests are kept without headers, and with the
/// beginning of their path.
const MAX_KEPT_BYTES: usize = 16 * 1024;

/// A request that was answered, or was left without an answer on purpose.
pub(crate) struct RequestRecord {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) activity_id: HeaderValue,
    pub(crate) body_bytes: usize,
    pub(crate) note: Note,
    pub(crate) ended: Ended,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

/// What the gateway knows of a request besides its parts, its note and its end.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) activity_id: HeaderValue,
    pub(crate) body_bytes: usize,
}

impl RequestRecord {
    pub(crate) fn new(identity: Identity, parts: Parts, note: Note, ended: Ended) -> Self {
        let is_long = kept_bytes(&parts) > MAX_KEPT_BYTES;
        Self {
            number: identity.number,
            at: identity.at,
            activity_id: identity.activity_id,
            body_bytes: identity.body_bytes,
            note,
            ended,
            method: parts.method,
            uri: if is_long {
                shortened(&parts.uri)
            } else {
                parts.uri
            },
            headers: if is_long {
                HeaderMap::new()
            } else {
                parts.headers
            },
        }
    }
}

fn kept_bytes(parts: &Parts) -> usize {
    let path = parts
        .uri
        .path_and_query()
        .map_or(0, |path| path.as_str().len());
    let headers = parts.headers.iter();
    headers.fold(path, |sum, (name, value)| {
        sum + name.as_str().len() + value.len()
    })
}

fn shortened(uri: &Uri) -> Uri {
    let path: String = uri.path().chars().take(MAX_KEPT_BYTES / 16).collect();
    Uri::try_from(path).unwrap_or_default()
}

impl fmt::Debug for RequestRecord {
    /// Without the headers, which hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestRecord")
            .field("number", &self.number)
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .finish_non_exhaustive()
    }
}

/// A request as it is shown. Credentials, session tokens and bodies are not in it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestLine {
    /// Counts the gateway's requests from 1.
    pub(crate) number: u64,
    /// By the account's clock.
    pub(crate) time_ms: u64,
    activity_id: String,
    region: Option<String>,
    method: String,
    path: String,
    operation: FaultOperationType,
    /// Absent when the request got no answer, on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    substatus: Option<SubStatusCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    request_charge: f64,
    duration_ms: f64,
    body_bytes: usize,
    /// The rule that struck.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lsn: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    headers: BTreeMap<String, String>,
}

impl From<&RequestRecord> for RequestLine {
    fn from(record: &RequestRecord) -> Self {
        let RequestRecord { note, ended, .. } = record;
        let facts = ended.facts();
        let retry_after = ended.refusal.as_ref().and_then(Failure::retry_after);
        Self {
            number: record.number,
            time_ms: record.at.millis(),
            activity_id: record.activity_id.to_str().unwrap_or_default().to_owned(),
            region: note
                .region
                .as_ref()
                .map(|region| region.display_name().to_owned()),
            method: record.method.to_string(),
            path: record.uri.path().to_owned(),
            operation: note.operation,
            status: ended.status.map(|status: StatusCode| status.as_u16()),
            substatus: ended.substatus(),
            message: ended
                .refusal
                .as_ref()
                .map(|refusal| refusal.message().to_owned()),
            request_charge: ended.charge(),
            duration_ms: ended.duration.as_secs_f64() * 1_000.0,
            body_bytes: record.body_bytes,
            fault: note.fault.as_ref().map(|live| live.rule.id.clone()),
            partition: facts
                .partition
                .as_ref()
                .map(|partition| partition.range_id.clone()),
            lsn: facts.position.map(|position| position.lsn.value()),
            etag: facts.etag.as_ref().map(|etag| etag.as_str().to_owned()),
            item_count: facts.item_count,
            retry_after_ms: retry_after
                .map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            headers: shown(&record.headers).collect(),
        }
    }
}
