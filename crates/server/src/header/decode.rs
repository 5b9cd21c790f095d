//! Request headers (protocol.md §5) as typed inputs. Each function reads what one input needs, so
//! that a point read looks at the handful of headers that concern it. What is ignored on purpose
//! stands in protocol.md; what cannot be read is refused with the header's name.

use cosmokit_engine::request::{
    ContentResponse, CrossPartition, Effort, FeedMode, FeedScope, IndexMetricsForm, OfferMigration,
    Paging, Populate, PopulateOptions, Precondition, QuerySettings, RequestOptions, ScriptLogging,
    ThroughputHeaders, TokenLifetime, Triggers,
};
use cosmokit_engine::response::Failure;
use cosmokit_protocol::id::Etag;
use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, PartitionKey};
use cosmokit_protocol::wire::consistency::{ConsistencyLevel, ReadConsistencyStrategy};
use cosmokit_protocol::wire::header::{self, value};
use cosmokit_protocol::wire::priority::PriorityLevel;
use http::{HeaderMap, HeaderName};

use crate::refusal::bad_request;

/// The text of a header; `None` when it is absent.
pub(crate) fn text<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'h str>, Failure> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(bad_request(format!("header {name} is not UTF-8 text"))),
    }
}

/// Whether a header says `true`, in any case; any other text counts as `false`, as clients send
/// `False` and the like.
pub(crate) fn flag(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers
        .get(name)
        .is_some_and(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"true"))
}

fn owned(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Failure> {
    Ok(text(headers, name)?
        .filter(|text| !text.is_empty())
        .map(str::to_owned))
}

/// Refuses API versions that are malformed or too old; none at all is accepted.
pub(crate) fn check_api_version(headers: &HeaderMap) -> Result<(), Failure> {
    let Some(version) = text(headers, &header::VERSION)? else {
        return Ok(());
    };
    if is_date(version) && version >= value::OLDEST_API_VERSION {
        return Ok(());
    }
    Err(bad_request(format!(
        "{} {version:?} is not supported: send a date from {} on, such as {}",
        header::VERSION,
        value::OLDEST_API_VERSION,
        value::API_VERSION
    )))
}

/// `2020-07-15`: digits and dashes in their places, which then compare as text.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// What holds for every verb. Triggers are left out: few requests have any.
pub(crate) fn options(headers: &HeaderMap) -> Result<RequestOptions, Failure> {
    Ok(RequestOptions {
        session_token: owned(headers, &header::SESSION_TOKEN)?,
        consistency: word::<ConsistencyLevel>(headers, &header::CONSISTENCY_LEVEL)?,
        read_strategy: word::<ReadConsistencyStrategy>(
            headers,
            &header::READ_CONSISTENCY_STRATEGY,
        )?,
        intended_container_rid: owned(headers, &header::INTENDED_COLLECTION_RID)?,
        content: content(headers),
        priority: word::<PriorityLevel>(headers, &header::PRIORITY_LEVEL)?,
        replication_delay: None,
        effort: Effort::Whole,
        triggers: None,
    })
}

/// The triggers that a write names, without those that it leaves out.
pub(crate) fn triggers(headers: &HeaderMap) -> Result<Option<Box<Triggers>>, Failure> {
    let names = |include: &HeaderName, exclude: &HeaderName| -> Result<Vec<String>, Failure> {
        let excluded = text(headers, exclude)?.unwrap_or_default();
        let is_left_out = |id: &str| excluded.split(',').any(|excluded| excluded.trim() == id);
        let included = text(headers, include)?.unwrap_or_default().split(',');
        let included = included.map(str::trim);
        let included = included.filter(|id| !id.is_empty() && !is_left_out(id));
        Ok(included.map(str::to_owned).collect())
    };
    let before = names(&header::PRE_TRIGGER_INCLUDE, &header::PRE_TRIGGER_EXCLUDE)?;
    let after = names(&header::POST_TRIGGER_INCLUDE, &header::POST_TRIGGER_EXCLUDE)?;
    let is_any = !before.is_empty() || !after.is_empty();
    Ok(is_any.then(|| Box::new(Triggers { before, after })))
}

/// Whether a write names triggers at all.
pub(crate) fn names_triggers(headers: &HeaderMap) -> bool {
    headers.contains_key(header::PRE_TRIGGER_INCLUDE)
        || headers.contains_key(header::POST_TRIGGER_INCLUDE)
}

/// Whether the log of a stored procedure is wanted.
pub(crate) fn script_logging(headers: &HeaderMap) -> ScriptLogging {
    if flag(headers, &header::SCRIPT_ENABLE_LOGGING) {
        ScriptLogging::On
    } else {
        ScriptLogging::Off
    }
}

/// A header whose value is one of a few words.
fn word<T>(headers: &HeaderMap, name: &HeaderName) -> Result<Option<T>, Failure>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let Some(text) = text(headers, name)?.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match text.trim_ascii().parse() {
        Ok(word) => Ok(Some(word)),
        Err(error) => Err(bad_request(format!("header {name}: {error}"))),
    }
}

/// `Prefer: return=minimal`, alone or in a list of preferences.
fn content(headers: &HeaderMap) -> ContentResponse {
    let minimal = headers.get_all(header::PREFER).iter().any(|value| {
        value
            .as_bytes()
            .split(|byte| matches!(byte, b',' | b';'))
            .any(|wish| {
                wish.trim_ascii()
                    .eq_ignore_ascii_case(value::RETURN_MINIMAL.as_bytes())
            })
    });
    if minimal {
        ContentResponse::Minimal
    } else {
        ContentResponse::Full
    }
}

/// `If-Match` and `If-None-Match`.
pub(crate) fn precondition(headers: &HeaderMap) -> Result<Precondition, Failure> {
    Ok(Precondition {
        if_match: etag(headers, &header::IF_MATCH)?,
        if_none_match: etag(headers, &header::IF_NONE_MATCH)?,
    })
}

/// An etag, opaque: compared byte for byte.
pub(crate) fn etag(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Etag>, Failure> {
    Ok(text(headers, name)?
        .filter(|text| !text.is_empty())
        .map(Etag::from))
}

/// Page size and position.
pub(crate) fn paging(headers: &HeaderMap) -> Result<Paging, Failure> {
    let max_item_count = match text(headers, &header::MAX_ITEM_COUNT)? {
        None | Some("") => None,
        Some(text) => Some(text.trim_ascii().parse().map_err(|_| {
            bad_request(format!(
                "header {} is not a whole number: send a page size, or -1 to leave it to the server",
                header::MAX_ITEM_COUNT
            ))
        })?),
    };
    Ok(Paging {
        max_item_count,
        continuation: owned(headers, &header::CONTINUATION)?,
    })
}

/// The partition key of an item operation or of a feed.
pub(crate) fn partition_key(headers: &HeaderMap) -> Result<Option<PartitionKey>, Failure> {
    let Some(text) = text(headers, &header::PARTITION_KEY)? else {
        return Ok(None);
    };
    match PartitionKey::from_header(text) {
        Ok(key) => Ok(Some(key)),
        Err(error) => Err(bad_request(format!(
            "header {}: {error}",
            header::PARTITION_KEY
        ))),
    }
}

/// Which part of a container a feed reads.
pub(crate) fn feed_scope(headers: &HeaderMap) -> Result<FeedScope, Failure> {
    Ok(FeedScope {
        partition_key: partition_key(headers)?,
        partition_key_range_id: partition_key_range_id(headers)?,
        epk_range: epk_range(headers)?,
    })
}

/// What a query may do and tell.
pub(crate) fn query_settings(headers: &HeaderMap) -> QuerySettings {
    QuerySettings {
        may_scan: flag(headers, &header::ENABLE_SCAN_IN_QUERY),
        query_metrics: wanted(headers, &header::POPULATE_QUERY_METRICS),
        index_metrics: index_metrics(headers),
    }
}

fn index_metrics(headers: &HeaderMap) -> Option<IndexMetricsForm> {
    if flag(headers, &header::POPULATE_INDEX_METRICS_V2) {
        Some(IndexMetricsForm::Second)
    } else {
        flag(headers, &header::POPULATE_INDEX_METRICS).then_some(IndexMetricsForm::First)
    }
}

/// Whether a query may read every partition.
pub(crate) fn cross_partition(headers: &HeaderMap) -> CrossPartition {
    if flag(headers, &header::ENABLE_CROSS_PARTITION_QUERY) {
        CrossPartition::Enabled
    } else {
        CrossPartition::Disabled
    }
}

/// The physical partition that a request is for.
pub(crate) fn partition_key_range_id(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    owned(headers, &header::PARTITION_KEY_RANGE_ID)
}

/// The EPK bounds. The header that qualifies them is ignored without them (protocol.md §26, P15).
fn epk_range(headers: &HeaderMap) -> Result<Option<EpkRange>, Failure> {
    let start = text(headers, &header::START_EPK)?;
    let end = text(headers, &header::END_EPK)?;
    let (start, end) = match (start, end) {
        (None, None) => return Ok(None),
        (Some(start), Some(end)) => (start, end),
        _ => {
            return Err(bad_request(format!(
                "headers {} and {} belong together; one of them is missing",
                header::START_EPK,
                header::END_EPK
            )));
        }
    };
    if let Some(kind) = text(headers, &header::READ_KEY_TYPE)? {
        let ranges = value::EFFECTIVE_PARTITION_KEY_RANGE;
        if !kind.as_bytes().eq_ignore_ascii_case(ranges.as_bytes()) {
            return Err(bad_request(format!(
                "header {} is {kind:?}; only EffectivePartitionKeyRange is supported",
                header::READ_KEY_TYPE
            )));
        }
    }
    let bound = |name: &HeaderName, text: &str| {
        EffectivePartitionKey::from_hex(text)
            .map_err(|error| bad_request(format!("header {name}: {error}")))
    };
    let min = bound(&header::START_EPK, start)?;
    let max = bound(&header::END_EPK, end)?;
    match EpkRange::new(min, max) {
        Ok(range) => Ok(Some(range)),
        Err(error) => Err(bad_request(format!(
            "header {}: {error}",
            header::START_EPK
        ))),
    }
}

/// Full feed, or what changed since an etag.
pub(crate) fn feed_mode(headers: &HeaderMap) -> FeedMode {
    if headers.contains_key(header::A_IM) {
        FeedMode::Incremental
    } else {
        FeedMode::Full
    }
}

/// Throughput of a new database or container.
pub(crate) fn throughput(headers: &HeaderMap) -> Result<ThroughputHeaders, Failure> {
    Ok(ThroughputHeaders {
        manual: owned(headers, &header::OFFER_THROUGHPUT)?,
        autopilot_settings: owned(headers, &header::OFFER_AUTOPILOT_SETTINGS)?,
    })
}

/// How long the token of a permission holds.
pub(crate) fn token_lifetime(headers: &HeaderMap) -> Result<Option<TokenLifetime>, Failure> {
    let Some(text) = text(headers, &header::EXPIRY_SECONDS)?.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let seconds = text.trim_ascii().parse().ok();
    match seconds.and_then(TokenLifetime::from_secs) {
        Some(lifetime) => Ok(Some(lifetime)),
        None => Err(bad_request(format!(
            "header {} must be a whole number of seconds from {} to {}",
            header::EXPIRY_SECONDS,
            TokenLifetime::BOUNDS.start(),
            TokenLifetime::BOUNDS.end(),
        ))),
    }
}

/// What a container read fills in.
pub(crate) fn populate(headers: &HeaderMap) -> PopulateOptions {
    PopulateOptions {
        quota: wanted(headers, &header::POPULATE_QUOTA_INFO),
        partition_statistics: wanted(headers, &header::POPULATE_PARTITION_STATISTICS),
    }
}

fn wanted(headers: &HeaderMap, name: &HeaderName) -> Populate {
    if flag(headers, name) {
        Populate::Yes
    } else {
        Populate::No
    }
}

/// Whether a replace of an offer switches its mode.
pub(crate) fn offer_migration(headers: &HeaderMap) -> Result<OfferMigration, Failure> {
    let to_autoscale = flag(headers, &header::MIGRATE_OFFER_TO_AUTOPILOT);
    let to_manual = flag(headers, &header::MIGRATE_OFFER_TO_MANUAL_THROUGHPUT);
    match (to_autoscale, to_manual) {
        (false, false) => Ok(OfferMigration::None),
        (true, false) => Ok(OfferMigration::ToAutoscale),
        (false, true) => Ok(OfferMigration::ToManual),
        (true, true) => Err(bad_request(
            "an offer cannot migrate to autoscale and to manual at once",
        )),
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
