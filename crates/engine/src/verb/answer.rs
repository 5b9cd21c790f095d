//! Facts of answers that a partition gives.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::{session::Lsn, status::StatusCode, wire::charge::RequestCharge};

use crate::{
    account::Place,
    consistency::token::token_at,
    partition::{
        items::Usage,
        replica_set::{REPLICAS, ReplicaId, WRITE_QUORUM},
        state::State,
        version::Version,
    },
    response::{Facts, Position, QuotaFacts, QuotaSubject, Response},
};

/// Which replica answered, from which position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standpoint {
    /// The replica.
    pub(super) replica: ReplicaId,
    /// Its position.
    pub(super) lsn: Lsn,
    /// How much it holds.
    pub(super) usage: Usage,
}

impl Standpoint {
    /// That of a replica with this state.
    pub(super) fn of(replica: ReplicaId, state: &State) -> Self {
        Self {
            replica,
            lsn: state.lsn(),
            usage: state.items().usage(),
        }
    }

    /// That of the leader.
    pub(super) fn leader(lsn: Lsn, usage: Usage) -> Self {
        Self {
            replica: ReplicaId::LEADER,
            lsn,
            usage,
        }
    }
}

/// Facts of an answer about an item or its absence.
pub(super) fn item_facts(
    place: &Place,
    standpoint: Standpoint,
    item_lsn: Option<Lsn>,
    charge: RequestCharge,
) -> Facts {
    let partition = &place.partition;
    Facts {
        charge,
        session_token: Some(token_at(
            partition.id,
            partition.clock_version,
            standpoint.lsn,
        )),
        position: Some(position(standpoint, item_lsn)),
        partition: Some(Arc::clone(&partition.facts)),
        owner: Some(Arc::clone(&place.container.owner)),
        quota: Some(quota(standpoint.usage)),
        ..Facts::default()
    }
}

/// Where the log stood.
pub(super) fn position(standpoint: Standpoint, item_lsn: Option<Lsn>) -> Position {
    let lsn = standpoint.lsn;
    Position {
        lsn,
        item_lsn,
        local_lsn: lsn,
        item_local_lsn: item_lsn,
        global_committed_lsn: Some(lsn),
        quorum_acked_lsn: Some(lsn),
        quorum_acked_local_lsn: Some(lsn),
        write_quorum: WRITE_QUORUM,
        replica_set_size: u8::try_from(REPLICAS).unwrap_or(u8::MAX),
        read_regions: 0,
        role: standpoint.replica.role(),
    }
}

fn quota(usage: Usage) -> QuotaFacts {
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
