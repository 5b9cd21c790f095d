//! The headers of a response, read on demand.
//!
//! Keeps the header map as it came and copies none of it; values that callers receive by
//! reference are parsed once, on first use. A header that is absent or cannot be read is `None`.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::value::parse_bool;
use crate::id::{ActivityId, Etag};
use crate::session::SessionToken;
use crate::status::SubStatusCode;
use crate::wire::charge::RequestCharge;
use crate::wire::header;

/// Everything a response said in its headers.
///
/// ```
/// use cosmokit_protocol::wire::header::{self, ResponseHeaders};
///
/// let mut map = http::HeaderMap::new();
/// map.insert(header::REQUEST_CHARGE, "5.71".parse()?);
/// map.insert("x-new-header", "kept".parse()?);
/// let headers = ResponseHeaders::from(map);
/// assert_eq!(headers.request_charge().map(|charge| charge.value()), Some(5.71));
/// assert_eq!(headers.item_count(), None);
/// assert_eq!(headers.as_map()["x-new-header"], "kept");
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Default)]
pub struct ResponseHeaders {
    map: HeaderMap,
    parsed: Parsed,
}

/// What was parsed so far; the inner `None` means absent or unreadable.
#[derive(Clone, Default)]
struct Parsed {
    etag: OnceLock<Option<Etag>>,
    request_charge: OnceLock<Option<RequestCharge>>,
    session_token: OnceLock<Option<SessionToken>>,
    activity_id: OnceLock<Option<ActivityId>>,
    substatus: OnceLock<Option<SubStatusCode>>,
}

impl ResponseHeaders {
    /// Puts a header in the place of those that have its name: clients tell their users more than the service does.
    pub fn insert(&mut self, name: HeaderName, value: HeaderValue) {
        self.map.insert(name, value);
        self.parsed = Parsed::default();
    }

    /// All headers, those without an accessor too.
    pub fn as_map(&self) -> &HeaderMap {
        &self.map
    }

    /// All headers, by value.
    pub fn into_map(self) -> HeaderMap {
        self.map
    }

    /// One header as text; `None` when it is absent or holds anything but visible ASCII.
    pub fn get(&self, name: &HeaderName) -> Option<&str> {
        self.map.get(name)?.to_str().ok()
    }

    /// One header as a value with a text form.
    fn parse<T: FromStr>(&self, name: &HeaderName) -> Option<T> {
        self.get(name)?.trim_ascii().parse().ok()
    }

    /// One header as a truth value.
    fn parse_bool(&self, name: &HeaderName) -> Option<bool> {
        self.get(name).and_then(parse_bool)
    }

    /// The etag of the resource, or the continuation of a change feed.
    pub fn etag(&self) -> Option<&Etag> {
        self.parsed
            .etag
            .get_or_init(|| self.get(&header::ETAG).map(Etag::from))
            .as_ref()
    }

    /// What the request cost.
    pub fn request_charge(&self) -> Option<&RequestCharge> {
        self.parsed
            .request_charge
            .get_or_init(|| {
                self.get(&header::REQUEST_CHARGE)
                    .and_then(RequestCharge::from_header_value)
            })
            .as_ref()
    }

    /// The position reached, to be given to later reads. Blank values count as absent.
    pub fn session_token(&self) -> Option<&SessionToken> {
        self.parsed
            .session_token
            .get_or_init(|| {
                self.get(&header::SESSION_TOKEN)
                    .filter(|text| !text.trim_ascii().is_empty())
                    .map(SessionToken::from)
            })
            .as_ref()
    }

    /// Where the next page starts; `None` after the last page.
    pub fn continuation(&self) -> Option<&str> {
        self.get(&header::CONTINUATION)
    }

    /// The id under which the service knows this request.
    pub fn activity_id(&self) -> Option<&ActivityId> {
        self.parsed
            .activity_id
            .get_or_init(|| self.parse(&header::ACTIVITY_ID))
            .as_ref()
    }

    /// What refines the status.
    pub fn substatus(&self) -> Option<&SubStatusCode> {
        self.parsed
            .substatus
            .get_or_init(|| {
                self.get(&header::SUBSTATUS)
                    .and_then(SubStatusCode::from_header_value)
            })
            .as_ref()
    }

    /// Indexes used and missed, encoded as the request asked for.
    pub fn index_metrics(&self) -> Option<&str> {
        self.get(&header::INDEX_METRICS)
    }

    /// Times and counts of a query, `name=value` joined by `;`.
    pub fn query_metrics(&self) -> Option<&str> {
        self.get(&header::QUERY_METRICS)
    }

    /// Hints about a query, percent-encoded JSON.
    pub fn query_advice(&self) -> Option<&str> {
        self.get(&header::QUERY_ADVICE)
    }

    /// How a query was run, JSON.
    pub fn query_execution_info(&self) -> Option<&str> {
        self.get(&header::QUERY_EXECUTION_INFO)
    }

    /// Whether a change of throughput is still running.
    pub fn offer_replace_pending(&self) -> Option<bool> {
        self.parse_bool(&header::OFFER_REPLACE_PENDING)
    }

    /// The least throughput the offer may have, in RU/s.
    pub fn min_throughput(&self) -> Option<u32> {
        self.parse(&header::MIN_THROUGHPUT)
            .or_else(|| self.parse(&header::OFFER_MIN_THROUGHPUT))
    }

    /// Time spent in the service.
    pub fn server_duration(&self) -> Option<Duration> {
        let milliseconds: f64 = self.parse(&header::SERVER_DURATION_MS)?;
        Duration::try_from_secs_f64(milliseconds / 1_000.0).ok()
    }

    /// The LSN of the partition.
    pub fn lsn(&self) -> Option<u64> {
        self.parse(&header::LSN)
            .or_else(|| self.parse(&header::MS_LSN))
    }

    /// The LSN of the item's last change.
    pub fn item_lsn(&self) -> Option<u64> {
        self.parse(&header::ITEM_LSN)
    }

    /// Items in this page.
    pub fn item_count(&self) -> Option<u32> {
        self.parse(&header::ITEM_COUNT)
    }

    /// How long the service asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.parse(&header::RETRY_AFTER_MS)
            .map(Duration::from_millis)
    }

    /// The id shared by all pages of a query.
    pub fn correlated_activity_id(&self) -> Option<&str> {
        self.get(&header::CORRELATED_ACTIVITY_ID)
    }

    /// The counter of the connection inside the service.
    pub fn transport_request_id(&self) -> Option<u32> {
        self.parse(&header::TRANSPORT_REQUEST_ID)
    }

    /// The LSN that every region has; -1 when unknown.
    pub fn global_committed_lsn(&self) -> Option<i64> {
        self.parse(&header::GLOBAL_COMMITTED_LSN)
    }

    /// The LSN that a quorum of replicas has; -1 when unknown.
    pub fn quorum_acked_lsn(&self) -> Option<i64> {
        self.parse(&header::QUORUM_ACKED_LSN)
    }

    /// The LSN of the partition in the region that answered.
    pub fn local_lsn(&self) -> Option<u64> {
        self.parse(&header::LOCAL_LSN)
    }

    /// The LSN of the item's last change in the region that answered.
    pub fn item_local_lsn(&self) -> Option<u64> {
        self.parse(&header::ITEM_LOCAL_LSN)
    }

    /// The number of read regions.
    pub fn number_of_read_regions(&self) -> Option<u32> {
        self.parse(&header::NUMBER_OF_READ_REGIONS)
    }

    /// The version of the gateway.
    pub fn gateway_version(&self) -> Option<&str> {
        self.get(&header::GATEWAY_VERSION)
    }

    /// The version of the backend.
    pub fn service_version(&self) -> Option<&str> {
        self.get(&header::SERVICE_VERSION)
    }

    /// Limits, as `name=value;` pairs.
    pub fn resource_quota(&self) -> Option<&str> {
        self.get(&header::RESOURCE_QUOTA)
    }

    /// Current values of the names in [`resource_quota`](Self::resource_quota).
    pub fn resource_usage(&self) -> Option<&str> {
        self.get(&header::RESOURCE_USAGE)
    }

    /// The owner's path by name, such as `dbs/MyDb/colls/C`.
    pub fn owner_full_name(&self) -> Option<&str> {
        self.get(&header::OWNER_FULL_NAME)
    }

    /// The owner's resource id.
    pub fn owner_id(&self) -> Option<&str> {
        self.get(&header::OWNER_ID)
    }

    /// The partition key range that answered.
    pub fn partition_key_range_id(&self) -> Option<&str> {
        self.get(&header::PARTITION_KEY_RANGE_ID)
    }

    /// The GUID of the partition that answered.
    pub fn internal_partition_id(&self) -> Option<&str> {
        self.get(&header::INTERNAL_PARTITION_ID)
    }

    /// The number of the physical partition that answered.
    pub fn physical_partition_id(&self) -> Option<&str> {
        self.get(&header::PHYSICAL_PARTITION_ID)
    }

    /// Percent of a reindexing that is done.
    pub fn collection_index_transformation_progress(&self) -> Option<i64> {
        self.parse(&header::COLLECTION_INDEX_TRANSFORMATION_PROGRESS)
    }

    /// Percent of lazy indexing that is done.
    pub fn collection_lazy_indexing_progress(&self) -> Option<i64> {
        self.parse(&header::COLLECTION_LAZY_INDEXING_PROGRESS)
    }

    /// A script's log, percent-encoded.
    pub fn script_log(&self) -> Option<&str> {
        self.get(&header::LOG_RESULTS)
    }

    /// The media type of the body.
    pub fn content_type(&self) -> Option<&str> {
        self.get(&header::CONTENT_TYPE)
    }

    /// When the service answered, by its own clock, RFC 1123.
    pub fn date(&self) -> Option<&str> {
        self.get(&header::HTTP_DATE)
    }

    /// The LSN that a quorum of the region's replicas has, in the region's numbering; -1 when unknown.
    pub fn quorum_acked_local_lsn(&self) -> Option<i64> {
        self.parse(&header::QUORUM_ACKED_LOCAL_LSN)
    }

    /// Replicas that must confirm a write.
    pub fn current_write_quorum(&self) -> Option<u32> {
        self.parse(&header::CURRENT_WRITE_QUORUM)
    }

    /// Replicas of the partition that answered.
    pub fn current_replica_set_size(&self) -> Option<u32> {
        self.parse(&header::CURRENT_REPLICA_SET_SIZE)
    }

    /// The role of the replica that answered: 1 primary, 2 secondary.
    pub fn xp_role(&self) -> Option<u32> {
        self.parse(&header::XP_ROLE)
    }

    /// When the replica that answered took its role.
    pub fn last_state_change_utc(&self) -> Option<&str> {
        self.get(&header::LAST_STATE_CHANGE_UTC)
    }

    /// The version of the storage schema.
    pub fn schema_version(&self) -> Option<&str> {
        self.get(&header::SCHEMA_VERSION)
    }

    /// Whether a deletion by partition key is still running.
    pub fn is_partition_key_delete_pending(&self) -> Option<bool> {
        self.parse_bool(&header::PENDING_PARTITION_KEY_DELETE)
    }

    /// When a conflict between regions over the item was resolved.
    pub fn conflict_resolved_timestamp(&self) -> Option<i64> {
        self.parse(&header::CONFLICT_RESOLVED_TIMESTAMP)
    }

    /// Whether the integrated cache answered.
    pub fn is_cache_hit(&self) -> Option<bool> {
        self.parse_bool(&header::CACHE_HIT)
    }

    /// Which wish of the request was honoured: `return=minimal`.
    pub fn preference_applied(&self) -> Option<&str> {
        self.get(&header::PREFERENCE_APPLIED)
    }

    /// How often the client was throttled before this answer; clients add it, the service does not.
    pub fn throttle_retry_count(&self) -> Option<u32> {
        self.parse(&header::THROTTLE_RETRY_COUNT)
    }

    /// How long the client waited because it was throttled before this answer; clients add it too.
    pub fn throttle_retry_wait_time(&self) -> Option<Duration> {
        self.parse(&header::THROTTLE_RETRY_WAIT_TIME_MS)
            .map(Duration::from_millis)
    }
}

impl From<HeaderMap> for ResponseHeaders {
    fn from(map: HeaderMap) -> Self {
        Self {
            map,
            parsed: Parsed::default(),
        }
    }
}

impl From<ResponseHeaders> for HeaderMap {
    fn from(headers: ResponseHeaders) -> Self {
        headers.map
    }
}

impl fmt::Debug for ResponseHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.map, f)
    }
}
