//! The headers of an attempt. Values that do not change are made once and only cloned here.

use bytes::Bytes;
use cosmokit_protocol::id::ActivityId;
use cosmokit_protocol::wire::consistency::ReadConsistencyStrategy;
use cosmokit_protocol::wire::header::{self, value};
use http::{HeaderMap, HeaderValue};

use super::attempt::Leg;
use super::prepare::Prepared;
use crate::operation::{Content, Plane, Reply};
use crate::options::{ContentResponseOnWrite, UserAgentSuffix, user_agent};
use crate::routing::Access;
use crate::topology::Snapshot;

/// What the client copes with: merged partitions.
const CAPABILITIES: HeaderValue = HeaderValue::from_static("1");

/// Headers of every request, made once per driver.
pub(super) fn base_headers(suffix: Option<&UserAgentSuffix>) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(32);
    headers.insert(
        header::VERSION,
        HeaderValue::from_static(value::API_VERSION),
    );
    headers.insert(header::USER_AGENT, user_agent(suffix));
    headers.insert(header::ACCEPT, value::APPLICATION_JSON);
    headers.insert(header::CACHE_CONTROL, value::NO_CACHE);
    headers.insert(header::SUPPORTED_CAPABILITIES, CAPABILITIES);
    // A gateway that repeats a write by itself does so out of sight: the driver does it, and tells.
    headers.insert(header::NO_RETRY_449, value::TRUE);
    headers
}

/// What identifies and signs one attempt.
pub(super) struct Identity {
    pub(super) activity_id: ActivityId,
    pub(super) date: HeaderValue,
    pub(super) authorization: HeaderValue,
}

/// The headers of one attempt: the client's, the caller's custom ones, the verb's, the operation's inputs,
/// and last those that sign it, which nothing can replace.
pub(super) fn headers(
    base: &HeaderMap,
    prepared: &Prepared<'_>,
    snapshot: &Snapshot,
    leg: &Leg,
    identity: Identity,
) -> HeaderMap {
    let (operation, settings) = (prepared.operation, &prepared.settings);
    let verb = operation.verb();
    let mut headers = base.clone();
    headers.reserve(16);
    for (name, value) in &settings.custom_headers {
        headers.insert(name.clone(), value.clone());
    }
    for flag in verb.flags {
        headers.insert(flag.header(), value::TRUE);
    }
    match verb.content {
        Content::None => {}
        Content::Json => drop(headers.insert(header::CONTENT_TYPE, value::APPLICATION_JSON)),
        Content::Query => drop(headers.insert(header::CONTENT_TYPE, value::QUERY_JSON)),
        Content::Patch => drop(headers.insert(header::CONTENT_TYPE, value::PATCH_JSON)),
    }
    if let Some((_, key)) = &operation.subject().partition_key {
        headers.insert(header::PARTITION_KEY, key.clone());
    }
    if let Some(container) = prepared
        .container
        .as_ref()
        .filter(|container| container.reference().is_by_name())
    {
        headers.insert(
            header::INTENDED_COLLECTION_RID,
            container.rid_header().clone(),
        );
    }
    if verb.reply == Reply::Minimal
        && settings.content_response_on_write == ContentResponseOnWrite::Disabled
    {
        headers.insert(header::PREFER, value::RETURN_MINIMAL);
    }
    if prepared.access == Access::Write && snapshot.has_multiple_write_regions() {
        headers.insert(header::ALLOW_TENTATIVE_WRITES, value::TRUE);
    }
    if leg.hub_only {
        headers.insert(header::HUB_REGION_PROCESSING_ONLY, value::TRUE);
    }
    let has_session = verb.plane == Plane::Data && data_plane(&mut headers, prepared);
    for (name, value) in operation.headers() {
        // In a session the operation's own token is part of that already.
        if !has_session || name != header::SESSION_TOKEN {
            headers.insert(name.clone(), value.clone());
        }
    }
    headers.insert(header::ACTIVITY_ID, activity_header(&identity.activity_id));
    headers.insert(header::DATE, identity.date);
    headers.insert(header::AUTHORIZATION, identity.authorization);
    headers
}

/// Returns whether a session token of the driver's is among them.
fn data_plane(headers: &mut HeaderMap, prepared: &Prepared<'_>) -> bool {
    let settings = &prepared.settings;
    let strategy = prepared.strategy;
    if prepared.access == Access::Read && strategy != ReadConsistencyStrategy::Default {
        let strategy = HeaderValue::from_static(strategy.as_str());
        headers.insert(header::READ_CONSISTENCY_STRATEGY, strategy);
    }
    let (control, group) = (&settings.throughput_control, prepared.group.as_ref());
    let bucket = control.throughput_bucket;
    if let Some(bucket) = bucket.or_else(|| group?.throughput_bucket()) {
        headers.insert(header::THROUGHPUT_BUCKET, HeaderValue::from(bucket));
    }
    let priority = control.priority_level;
    if let Some(priority) = priority.or_else(|| group?.priority_level()) {
        headers.insert(
            header::PRIORITY_LEVEL,
            HeaderValue::from_static(priority.as_str()),
        );
    }
    let session = prepared.session_header();
    let has_session = session.is_some();
    if let Some(token) = session {
        headers.insert(header::SESSION_TOKEN, token);
    }
    has_session
}

fn activity_header(id: &ActivityId) -> HeaderValue {
    HeaderValue::from_maybe_shared(Bytes::copy_from_slice(id.as_str().as_bytes()))
        .expect("a UUID is visible ASCII")
}
