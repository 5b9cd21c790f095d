//! Status and substatus together, with the questions that callers and retry rules ask.

use std::fmt;

use http::StatusCode;
use serde::{Serialize, Serializer};

use super::action::ClientAction;
use super::codes::substatus;
use super::http_status::HttpStatus;
use super::substatus::SubStatusCode;
use super::table::{self, StatusRow};

/// An HTTP status and the substatus that refines it.
///
/// ```
/// use cosmokit_protocol::status::{CosmosStatus, StatusCode};
///
/// let lagging = CosmosStatus::new(StatusCode::NOT_FOUND).with_sub_status(1002);
/// assert_eq!(lagging.to_string(), "404/1002 (ReadSessionNotAvailable)");
/// assert!(!lagging.is_not_found(), "the item may well exist");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CosmosStatus {
    status: StatusCode,
    sub_status: Option<SubStatusCode>,
}

impl CosmosStatus {
    /// A status without substatus.
    pub const fn new(status: StatusCode) -> Self {
        Self {
            status,
            sub_status: None,
        }
    }

    /// The same status with a substatus.
    pub const fn with_sub_status(mut self, code: u16) -> Self {
        self.sub_status = Some(SubStatusCode::new(code));
        self
    }

    /// Both parts as a response has them.
    pub const fn from_parts(status: StatusCode, sub_status: Option<SubStatusCode>) -> Self {
        Self { status, sub_status }
    }

    /// The HTTP status.
    pub const fn status_code(self) -> HttpStatus {
        HttpStatus::new(self.status)
    }

    /// The substatus, if one was given.
    pub const fn sub_status(self) -> Option<SubStatusCode> {
        self.sub_status
    }

    const fn is(self, status: u16) -> bool {
        self.status.as_u16() == status
    }

    fn has(self, code: SubStatusCode) -> bool {
        self.sub_status == Some(code)
    }

    /// 2xx or 304.
    pub fn is_success(self) -> bool {
        self.status.is_success() || self.is(304)
    }

    /// 429: the throughput, or another resource, is used up for now.
    pub const fn is_throttled(self) -> bool {
        self.is(429)
    }

    /// 449: two writes met; the same request will do in a moment.
    pub const fn is_retry_with(self) -> bool {
        self.is(449)
    }

    /// 410: what the request was aimed at has moved.
    pub const fn is_gone(self) -> bool {
        self.is(410)
    }

    /// 404 without substatus or with 0: the resource does not exist. Other substatuses of 404
    /// say something else, so they are not "not found".
    pub fn is_not_found(self) -> bool {
        self.is(404) && self.sub_status.is_none_or(|code| code.value() == 0)
    }

    /// 409: the id, or a unique value, is taken.
    pub const fn is_conflict(self) -> bool {
        self.is(409)
    }

    /// 412: the etag, or the condition of a patch, does not hold.
    pub const fn is_precondition_failed(self) -> bool {
        self.is(412)
    }

    /// 408, by the service or by the client's own deadline.
    pub const fn is_timeout(self) -> bool {
        self.is(408)
    }

    /// 400.
    pub const fn is_bad_request(self) -> bool {
        self.is(400)
    }

    /// 401, by the service or because no token could be had.
    pub const fn is_unauthorized(self) -> bool {
        self.is(401)
    }

    /// 403 with any substatus.
    pub const fn is_forbidden(self) -> bool {
        self.is(403)
    }

    /// 503, by the service or by the client's transport.
    pub const fn is_service_unavailable(self) -> bool {
        self.is(503)
    }

    /// Whether trying again later may help: 408, 429, 449, 503.
    pub const fn is_transient(self) -> bool {
        matches!(self.status.as_u16(), 408 | 429 | 449 | 503)
    }

    /// 403/3: this region takes no writes.
    pub fn is_write_forbidden(self) -> bool {
        self.is(403) && self.has(substatus::WRITE_FORBIDDEN)
    }

    /// 403/1008: this region no longer has the account.
    pub fn is_database_account_not_found(self) -> bool {
        self.is(403) && self.has(substatus::DATABASE_ACCOUNT_NOT_FOUND)
    }

    /// 404/1002: this region has not come as far as the session token asks; or 503/20310, with which clients report
    /// that no region in reach has.
    pub fn is_read_session_not_available(self) -> bool {
        (self.is(404) && self.has(substatus::READ_SESSION_NOT_AVAILABLE))
            || (self.is(503) && self.has(SubStatusCode::new(20310)))
    }

    /// 410/1002: the partition key range was split, merged or moved away.
    pub fn is_partition_key_range_gone(self) -> bool {
        self.is(410) && self.has(substatus::PARTITION_KEY_RANGE_GONE)
    }

    /// 410 because partitions are changing: 1002, 1007 or 1008.
    pub fn is_partition_topology_change(self) -> bool {
        self.is(410) && self.client_action() == ClientAction::RefreshRanges
    }

    /// 503/20003: no answer came, so the client made one up.
    pub fn is_transport_generated_503(self) -> bool {
        self.is(503) && self.has(substatus::TRANSPORT_GENERATED_503)
    }

    /// This pair's row, or the row of the status alone when the substatus is unknown.
    pub fn row(self) -> Option<&'static StatusRow> {
        table::lookup(self)
    }

    /// The name of the pair; for an unknown substatus nothing, without substatus the name of the
    /// status.
    pub fn name(self) -> Option<&'static str> {
        match self.sub_status {
            Some(code) => code.name(Some(self.status)),
            None => table::exact(self.status.as_u16(), 0).map(|row| row.name),
        }
    }

    /// What a client does about it. Pairs that have no row follow their status; statuses that
    /// have none are results below 400, errors of the region from 500 on, and final between.
    pub fn client_action(self) -> ClientAction {
        match (self.row(), self.status.as_u16()) {
            (Some(row), _) => row.action,
            (None, ..400) => ClientAction::Finish,
            (None, 500..) => ClientAction::RetryOtherRegion,
            (None, _) => ClientAction::Surface,
        }
    }
}

impl From<StatusCode> for CosmosStatus {
    fn from(status: StatusCode) -> Self {
        Self::new(status)
    }
}

impl From<CosmosStatus> for StatusCode {
    fn from(status: CosmosStatus) -> Self {
        status.status
    }
}

impl From<CosmosStatus> for u16 {
    fn from(status: CosmosStatus) -> Self {
        status.status.as_u16()
    }
}

impl PartialEq<StatusCode> for CosmosStatus {
    /// Compares the HTTP status alone.
    fn eq(&self, other: &StatusCode) -> bool {
        self.status == *other
    }
}

impl PartialEq<CosmosStatus> for StatusCode {
    fn eq(&self, other: &CosmosStatus) -> bool {
        *self == other.status
    }
}

impl PartialEq<u16> for CosmosStatus {
    /// Compares the HTTP status alone.
    fn eq(&self, other: &u16) -> bool {
        self.is(*other)
    }
}

impl fmt::Display for CosmosStatus {
    /// Writes `404`, `404/1002 (ReadSessionNotAvailable)`, `404/4711`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status.as_u16())?;
        let Some(code) = self.sub_status else {
            return Ok(());
        };
        write!(f, "/{}", code.value())?;
        match self.name() {
            Some(name) => write!(f, " ({name})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for CosmosStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CosmosStatus({self})")
    }
}

impl Serialize for CosmosStatus {
    /// Writes the text of `Display`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
