//! What the engine answers: [`Response`] or [`Failure`], both with the same [`Facts`].
//!
//! Facts are everything that protocol.md calls a response header and that only the engine can
//! know; the server turns each into its header and adds date, versions and activity id.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use cosmokit_protocol::{
    id::Etag,
    session::Lsn,
    status::{StatusCode, SubStatusCode},
    wire::charge::RequestCharge,
};

use crate::request::IndexMetricsForm;

/// A successful answer (2xx, or 304 when a condition says "unchanged").
#[derive(Clone, Debug)]
pub struct Response {
    /// 200, 201, 204 or 304.
    pub status: StatusCode,
    /// JSON text; empty for 204, 304 and minimal answers.
    pub body: Bytes,
    /// What becomes headers.
    pub facts: Facts,
}

/// Everything about an answer besides status and body; an absent fact sends no header.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// `x-ms-request-charge`.
    pub charge: RequestCharge,
    /// `etag` of the single resource, or the position of a feed.
    pub etag: Option<Etag>,
    /// `x-ms-session-token`; never an empty text.
    pub session_token: Option<String>,
    /// `x-ms-continuation`; present only when more pages remain.
    pub continuation: Option<String>,
    /// `x-ms-item-count` of a feed page.
    pub item_count: Option<u64>,
    /// The logs' positions, on answers that a partition gave.
    pub position: Option<Position>,
    /// The partition that answered.
    pub partition: Option<Arc<PartitionFacts>>,
    /// Paths of the owning resource.
    pub owner: Option<Arc<OwnerFacts>>,
    /// Quota and usage.
    pub quota: Option<QuotaFacts>,
    /// Facts of an offer answer.
    pub offer: Option<OfferFacts>,
    /// What a query did, when that was asked for.
    pub metrics: Option<Box<MetricsFacts>>,
    /// `x-ms-documentdb-script-log-results`, before its encoding.
    pub script_log: Option<Box<str>>,
}

/// What a query did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricsFacts {
    /// `x-ms-documentdb-query-metrics`: `name=value;name=value`.
    pub query: Option<String>,
    /// `x-ms-cosmos-index-utilization`: JSON text, before its form's encoding.
    pub index: Option<(IndexMetricsForm, String)>,
}

/// Where the log stood when a replica answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// `lsn`, `x-ms-lsn`: the partition's global LSN at the replica that answered.
    pub lsn: Lsn,
    /// `x-ms-item-lsn`: LSN of the item's last change.
    pub item_lsn: Option<Lsn>,
    /// `x-ms-cosmos-llsn`: the region's own log position.
    pub local_lsn: Lsn,
    /// `x-ms-cosmos-item-llsn`.
    pub item_local_lsn: Option<Lsn>,
    /// `x-ms-global-committed-lsn`: `None` is sent as `-1`.
    pub global_committed_lsn: Option<Lsn>,
    /// `x-ms-quorum-acked-lsn`: `None` is sent as `-1`.
    pub quorum_acked_lsn: Option<Lsn>,
    /// `x-ms-cosmos-quorum-acked-llsn`: `None` is sent as `-1`.
    pub quorum_acked_local_lsn: Option<Lsn>,
    /// `x-ms-current-write-quorum`.
    pub write_quorum: u8,
    /// `x-ms-current-replica-set-size`.
    pub replica_set_size: u8,
    /// `x-ms-number-of-read-regions`: regions besides the one that takes writes.
    pub read_regions: u16,
    /// `x-ms-xp-role`.
    pub role: ReplicaRole,
}

/// What the replica that answered is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplicaRole {
    /// Leader of its region: `x-ms-xp-role: 1`.
    Primary,
    /// Follower: `x-ms-xp-role: 2`.
    Secondary,
}

impl ReplicaRole {
    /// The number on the wire.
    pub const fn code(self) -> u8 {
        match self {
            Self::Primary => 1,
            Self::Secondary => 2,
        }
    }
}

/// The partition that answered; made once per partition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_field_names,
    reason = "named like the headers they become"
)]
pub struct PartitionFacts {
    /// `x-ms-documentdb-partitionkeyrangeid`.
    pub range_id: String,
    /// `x-ms-cosmos-internal-partition-id`: a GUID.
    pub internal_id: String,
    /// `x-ms-cosmos-physical-partition-id`.
    pub physical_id: String,
}

/// Paths of the resource that owns the answered one; made once per owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerFacts {
    /// `x-ms-alt-content-path`: by name, raw (not percent-encoded): `dbs/MyDb/colls/C`.
    pub alt_content_path: String,
    /// `x-ms-content-path`: the owner's resource id.
    pub content_path: String,
}

/// How full the answering partition is, against the service's limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuotaFacts {
    /// Live items.
    pub documents: u64,
    /// Size of their bodies in bytes.
    pub documents_bytes: u64,
    /// What the quota texts are about.
    pub subject: QuotaSubject,
    /// `x-ms-documentdb-collection-index-transformation-progress` in percent, on container reads.
    pub index_transformation_progress: Option<u8>,
}

/// What quota texts are about: the keys they list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuotaSubject {
    /// An answer about items.
    #[default]
    Items,
    /// A container read: scripts are counted too.
    Container,
}

impl QuotaFacts {
    /// Text of `x-ms-resource-quota`, sizes in KiB.
    pub fn quota(&self) -> &'static str {
        match self.subject {
            QuotaSubject::Items => {
                "documentSize=10240;documentsSize=10485760;documentsCount=-1;collectionSize=10485760;"
            }
            QuotaSubject::Container => {
                "functions=50;storedProcedures=100;triggers=25;documentSize=10240;\
                 documentsSize=10485760;documentsCount=-1;collectionSize=10485760;"
            }
        }
    }

    /// Text of `x-ms-resource-usage`, with the same keys; sizes in KiB, rounded up.
    pub fn usage(&self) -> String {
        let kib = self.documents_bytes.div_ceil(1024);
        let scripts = match self.subject {
            QuotaSubject::Items => "",
            QuotaSubject::Container => "functions=0;storedProcedures=0;triggers=0;",
        };
        let count = self.documents;
        let items = kib / 1024;
        format!(
            "{scripts}documentSize={items};documentsSize={kib};documentsCount={count};collectionSize={kib};"
        )
    }
}

/// Facts of an offer answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferFacts {
    /// `x-ms-offer-replace-pending`.
    pub replace_pending: bool,
    /// `x-ms-cosmos-min-throughput` and `x-ms-offer-min-throughput` in RU/s.
    pub minimum_throughput: u64,
}

/// A refusal, with everything the error answer shows. One pointer wide.
#[derive(Clone)]
pub struct Failure(Box<FailureParts>);

#[derive(Clone)]
struct FailureParts {
    status: StatusCode,
    substatus: Option<SubStatusCode>,
    message: String,
    retry_after: Option<Duration>,
    additional: Option<String>,
    out_of_steps: bool,
    facts: Facts,
}

impl Failure {
    /// A refusal with this status and message.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self(Box::new(FailureParts {
            status,
            substatus: None,
            message: message.into(),
            retry_after: None,
            additional: None,
            out_of_steps: false,
            facts: Facts::default(),
        }))
    }

    /// The same refusal with a substatus.
    pub fn with_substatus(mut self, substatus: SubStatusCode) -> Self {
        self.0.substatus = Some(substatus);
        self
    }

    /// The same refusal with these facts.
    pub fn with_facts(mut self, facts: Facts) -> Self {
        self.0.facts = facts;
        self
    }

    /// The same refusal with a wait before the next try.
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// The same refusal with JSON text for `additionalErrorInfo` of the error body.
    pub fn with_additional(mut self, json: String) -> Self {
        self.0.additional = Some(json);
        self
    }

    /// The same refusal, of a query that ran out of steps.
    pub(crate) fn out_of_steps(mut self) -> Self {
        self.0.out_of_steps = true;
        self
    }

    /// HTTP status, 400 or above.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// `x-ms-substatus`.
    pub fn substatus(&self) -> Option<SubStatusCode> {
        self.0.substatus
    }

    /// What went wrong, for people: the `message` of the error body.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether a query was stopped because it had taken all the steps it may take: with more
    /// [effort](crate::request::Effort) it may end.
    pub fn is_out_of_steps(&self) -> bool {
        self.0.out_of_steps
    }

    /// `additionalErrorInfo` of the error body.
    pub fn additional(&self) -> Option<&str> {
        self.0.additional.as_deref()
    }

    /// `x-ms-retry-after-ms`.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What becomes headers.
    pub fn facts(&self) -> &Facts {
        &self.0.facts
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("status", &self.0.status)
            .field("substatus", &self.0.substatus)
            .field("message", &self.0.message)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.status.as_u16(), self.0.message)
    }
}

impl std::error::Error for Failure {}
