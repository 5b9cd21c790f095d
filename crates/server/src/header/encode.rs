//! Response headers (protocol.md §6): what the engine says about an answer, and what only the
//! server knows. The same function serves success and failure, so that neither forgets one.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmokit_engine::request::IndexMetricsForm;
use cosmokit_engine::response::{Facts, MetricsFacts, Position};
use cosmokit_protocol::session::Lsn;
use cosmokit_protocol::status::SubStatusCode;
use cosmokit_protocol::wire::header::{self, value};
use http::{HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::value_writer::ValueWriter;

/// Versions that the service reports; clients only log them.
const SCHEMA_VERSION: HeaderValue = HeaderValue::from_static("1.19");
const GATEWAY_VERSION: HeaderValue = HeaderValue::from_static("version=2.14.0");
const SERVICE_VERSION: HeaderValue = HeaderValue::from_static("version=2.14.0.0");

/// What the server adds to every answer.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    /// The request's, or one made for it.
    pub(crate) activity_id: HeaderValue,
    /// The present second, RFC 1123.
    pub(crate) date: HeaderValue,
    /// When the account came up, RFC 1123.
    pub(crate) last_state_change: HeaderValue,
    /// Counts the gateway's requests.
    pub(crate) request_number: u64,
    /// From the complete request to the answer.
    pub(crate) duration: Duration,
}

/// What an answer is, besides its facts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) substatus: Option<SubStatusCode>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: BodyKind,
}

/// What the body of an answer holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum BodyKind {
    /// Nothing: 204, 304, or a write that asked for no document.
    #[default]
    Empty,
    /// JSON text.
    Json,
}

/// Builds the headers of an answer.
pub(crate) fn encode(facts: &Facts, outcome: Outcome, stamp: Stamp) -> HeaderMap {
    let mut writer = ValueWriter::new();
    if outcome.body == BodyKind::Json {
        writer.ready(header::CONTENT_TYPE, value::APPLICATION_JSON);
    }
    put_stamp(&mut writer, stamp);
    if let Some(substatus) = outcome.substatus {
        writer.number(header::SUBSTATUS, substatus.value().into());
    }
    if let Some(wait) = outcome.retry_after {
        writer.number(
            header::RETRY_AFTER_MS,
            u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        );
    }
    put_facts(&mut writer, facts);
    writer.finish()
}

fn put_stamp(writer: &mut ValueWriter, stamp: Stamp) {
    writer.ready(header::HTTP_DATE, stamp.date);
    writer.ready(header::ACTIVITY_ID, stamp.activity_id);
    writer.ready(header::LAST_STATE_CHANGE_UTC, stamp.last_state_change);
    writer.ready(header::SCHEMA_VERSION, SCHEMA_VERSION);
    writer.ready(header::GATEWAY_VERSION, GATEWAY_VERSION);
    writer.ready(header::SERVICE_VERSION, SERVICE_VERSION);
    writer.number(header::TRANSPORT_REQUEST_ID, stamp.request_number);
    let micros = u64::try_from(stamp.duration.as_micros()).unwrap_or(u64::MAX);
    writer.thousandths(header::SERVER_DURATION_MS, micros);
}

fn put_facts(writer: &mut ValueWriter, facts: &Facts) {
    put_charge(writer, facts.charge.value());
    if let Some(etag) = &facts.etag {
        writer.text(header::ETAG, etag.as_str());
    }
    if let Some(token) = &facts.session_token {
        writer.text(header::SESSION_TOKEN, token);
    }
    if let Some(continuation) = &facts.continuation {
        writer.text(header::CONTINUATION, continuation);
    }
    if let Some(count) = facts.item_count {
        writer.number(header::ITEM_COUNT, count);
    }
    if let Some(position) = &facts.position {
        put_position(writer, position);
    }
    if let Some(partition) = &facts.partition {
        writer.text(header::PARTITION_KEY_RANGE_ID, &partition.range_id);
        writer.text(header::INTERNAL_PARTITION_ID, &partition.internal_id);
        writer.text(header::PHYSICAL_PARTITION_ID, &partition.physical_id);
    }
    if let Some(owner) = &facts.owner {
        writer.text(header::OWNER_FULL_NAME, &owner.alt_content_path);
        writer.text(header::OWNER_ID, &owner.content_path);
    }
    if let Some(quota) = &facts.quota {
        writer.text(header::RESOURCE_QUOTA, quota.quota());
        writer.text(header::RESOURCE_USAGE, &quota.usage());
        if let Some(percent) = quota.index_transformation_progress {
            writer.number(
                header::COLLECTION_INDEX_TRANSFORMATION_PROGRESS,
                percent.into(),
            );
        }
    }
    if let Some(offer) = &facts.offer {
        let pending = if offer.replace_pending {
            value::TRUE
        } else {
            value::FALSE
        };
        writer.ready(header::OFFER_REPLACE_PENDING, pending);
        writer.number(header::OFFER_MIN_THROUGHPUT, offer.minimum_throughput);
        writer.number(header::MIN_THROUGHPUT, offer.minimum_throughput);
    }
    if let Some(log) = &facts.script_log {
        let log = utf8_percent_encode(log, NON_ALPHANUMERIC);
        writer.printed(header::LOG_RESULTS, log);
    }
    if let Some(metrics) = &facts.metrics {
        put_metrics(writer, metrics);
    }
}

/// The forms of index metrics differ in their encoding too.
fn put_metrics(writer: &mut ValueWriter, metrics: &MetricsFacts) {
    if let Some(query) = &metrics.query {
        writer.text(header::QUERY_METRICS, query);
    }
    match &metrics.index {
        Some((IndexMetricsForm::First, json)) => {
            writer.text(header::INDEX_METRICS, &BASE64_STANDARD.encode(json));
        }
        Some((IndexMetricsForm::Second, json)) => {
            let encoded = utf8_percent_encode(json, NON_ALPHANUMERIC).to_string();
            writer.text(header::INDEX_METRICS, &encoded);
        }
        None => {}
    }
}

/// Charges are finite and not negative; most are whole numbers or have two decimals.
fn put_charge(writer: &mut ValueWriter, charge: f64) {
    if charge.to_bits() == 1.0_f64.to_bits() {
        writer.ready(header::REQUEST_CHARGE, HeaderValue::from_static("1"));
    } else {
        writer.printed(header::REQUEST_CHARGE, charge);
    }
}

fn put_position(writer: &mut ValueWriter, position: &Position) {
    let number = |lsn: Option<Lsn>| lsn.map(Lsn::value);
    writer.number(header::LSN, position.lsn.value());
    writer.number(header::MS_LSN, position.lsn.value());
    writer.number(header::LOCAL_LSN, position.local_lsn.value());
    if let Some(lsn) = position.item_lsn {
        writer.number(header::ITEM_LSN, lsn.value());
    }
    if let Some(lsn) = position.item_local_lsn {
        writer.number(header::ITEM_LOCAL_LSN, lsn.value());
    }
    writer.number_or_minus_one(
        header::GLOBAL_COMMITTED_LSN,
        number(position.global_committed_lsn),
    );
    writer.number_or_minus_one(header::QUORUM_ACKED_LSN, number(position.quorum_acked_lsn));
    writer.number_or_minus_one(
        header::QUORUM_ACKED_LOCAL_LSN,
        number(position.quorum_acked_local_lsn),
    );
    writer.number(header::CURRENT_WRITE_QUORUM, position.write_quorum.into());
    writer.number(
        header::CURRENT_REPLICA_SET_SIZE,
        position.replica_set_size.into(),
    );
    writer.number(header::NUMBER_OF_READ_REGIONS, position.read_regions.into());
    writer.number(header::XP_ROLE, position.role.code().into());
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
