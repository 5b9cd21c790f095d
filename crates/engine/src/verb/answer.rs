//! Facts of answers that a partition gives.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::{session::Lsn, status::StatusCode, wire::charge::RequestCharge};

use crate::{
    account::Place,
    consistency::token::token_at,
    partition::{items::Usage, standpoint::Standpoint, version::Version},
    response::{Facts, QuotaFacts, QuotaSubject, Response},
};

/// Facts of an answer about an item or its absence.
pub(super) fn item_facts(
    place: &Place,
    standpoint: &Standpoint,
    item_lsn: Option<Lsn>,
    charge: RequestCharge,
) -> Facts {
    let partition = &place.partition;
    Facts {
        charge,
        session_token: Some(token_at(
            partition.id,
            &standpoint.clock,
            standpoint.lsn,
            &standpoint.progress,
        )),
        position: Some(standpoint.position(item_lsn)),
        partition: Some(Arc::clone(&partition.facts)),
        owner: Some(Arc::clone(&place.container.owner)),
        quota: Some(quota(standpoint.usage)),
        ..Facts::default()
    }
}

/// How full the partition is.
pub(super) fn quota(usage: Usage) -> QuotaFacts {
    QuotaFacts {
        documents: usage.items,
        documents_bytes: usage.bytes,
        subject: QuotaSubject::Items,
        index_transformation_progress: None,
    }
}

/// An answer with this version as its body and etag.
pub(super) fn with_item(
    status: StatusCode,
    version: &Version,
    body: Bytes,
    facts: Facts,
) -> Response {
    let facts = Facts {
        etag: Some(version.tag.etag()),
        ..facts
    };
    Response {
        status,
        body,
        facts,
    }
}
