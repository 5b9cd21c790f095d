//! One request on its way: where it arrived, what it asks of consistency, and the shortest ways
//! to what verbs need.

use std::{cell::RefCell, sync::Arc};

use cosmokit_protocol::{
    id::Etag, partition::EffectivePartitionKey, session::Lsn, wire::charge::RequestCharge,
};

use super::{AccountRegion, AccountState, Topology, admission::Meter};
use crate::{
    clock::Timestamp,
    consistency::{
        read::{self, EffectiveRead},
        token::{self, TokenSubject},
    },
    durable::Looked,
    metadata::{catalog::Addressing, container::Container},
    partition::{
        partition::Partition,
        replica_set::{REPLICAS, ReplicaId, ReplicaSet},
        state::State,
    },
    refuse,
    request::{ContainerAddress, RequestOptions},
    response::Failure,
    throughput::charge::{Work, charge},
};

/// A request on its way.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) state: &'a AccountState,
    pub(crate) topology: &'a Topology,
    pub(crate) region: &'a AccountRegion,
    pub(crate) options: RequestOptions,
    /// The budgets that let the request in and were not paid yet.
    pub(crate) meters: RefCell<Vec<Meter>>,
    /// What the answer rests on.
    pub(crate) looked: Looked<'a>,
}

/// A container that was found for an operation on its items.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) container: Arc<Container>,
    pub(crate) addressing: Addressing,
}

/// Where an item lives.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) container: Arc<Container>,
    pub(crate) point: EffectivePartitionKey,
    pub(crate) partition: Arc<Partition>,
    pub(crate) replicas: Arc<ReplicaSet>,
}

impl Call<'_> {
    /// The present instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.state.now()
    }

    /// A new etag for metadata written at `at`.
    pub(crate) fn next_etag(&self, at: Timestamp) -> Etag {
        self.state.next_tag(self.region.id, at).etag()
    }

    /// The container for an operation below it.
    ///
    /// # Errors
    /// 404/1003 when it does not exist, 400/1024 when the client means an earlier one.
    pub(crate) fn target(&self, address: &ContainerAddress) -> Result<Target, Failure> {
        let catalog = self.state.catalog.load();
        let located = catalog
            .container(address)
            .map_err(|missing| missing.as_owner(address))?;
        let target = Target {
            container: Arc::clone(located.container),
            addressing: located.addressing,
        };
        let actual = &target.container.rid_text;
        match &self.options.intended_container_rid {
            Some(intended) if intended != actual => {
                Err(refuse::container_recreated(intended, actual))
            }
            _ => Ok(target),
        }
    }

    /// The place of a point in a container.
    ///
    /// # Errors
    /// 410/1002 when no partition owns the point, which the layout rules out for points of keys;
    /// 429/3200 when its budget is used up.
    pub(crate) fn place(
        &self,
        container: Arc<Container>,
        point: EffectivePartitionKey,
    ) -> Result<Place, Failure> {
        let partition = container.live.layout().owner_of(&point).map(Arc::clone);
        let partition = partition.ok_or_else(|| refuse::range_gone(&point.to_hex()))?;
        self.admit(&container, &partition)?;
        let replicas = self.replicas(&partition)?;
        Ok(Place {
            container,
            point,
            partition,
            replicas,
        })
    }

    /// The replicas of a partition in the region of this call.
    ///
    /// # Errors
    /// 403/1008 when the partition is not in the region.
    pub(crate) fn replicas(&self, partition: &Partition) -> Result<Arc<ReplicaSet>, Failure> {
        partition
            .in_region(self.region.id)
            .map(Arc::clone)
            .ok_or_else(|| refuse::account_not_in_region(self.region.region.display_name()))
    }

    /// Refuses writes in a region that takes none.
    ///
    /// # Errors
    /// 403/3.
    pub(crate) fn require_writable(&self) -> Result<(), Failure> {
        if self.topology.is_writable(self.region.id) {
            return Ok(());
        }
        Err(refuse::write_forbidden(self.region.region.display_name()))
    }

    /// The level and rule that hold for a read.
    ///
    /// # Errors
    /// 400 when the request asks for more than the account gives.
    pub(crate) fn effective_read(&self) -> Result<EffectiveRead, Failure> {
        let RequestOptions {
            consistency,
            read_strategy,
            ..
        } = self.options;
        read::effective(self.topology.consistency(), consistency, read_strategy)
            .map_err(refuse::bad_request)
    }

    /// Has a replica that may answer look at its state; `None` (404/1002) when none may.
    ///
    /// # Errors
    /// 400 when the session token is malformed.
    pub(crate) fn serve<T>(
        &self,
        partition: &Partition,
        replicas: &ReplicaSet,
        read: EffectiveRead,
        look: impl FnOnce(ReplicaId, &State) -> T,
    ) -> Result<Option<T>, Failure> {
        let token = match read.rule {
            read::ReadRule::Session => self.options.session_token.as_deref(),
            _ => None,
        };
        let subject = TokenSubject {
            range: partition.id,
            ancestors: &partition.ancestors,
            version: partition.clock_version,
            region: self.region.id,
        };
        let required = token::requirement(token, &subject).map_err(|error| {
            refuse::bad_request(format!("the session token is not valid: {error}"))
        })?;
        let pick = |positions: &[Lsn; REPLICAS]| {
            read::pick(read.rule, required, positions, self.state.entropy.next())
        };
        Ok(replicas.serve(pick, look))
    }

    /// What a write costs; its consistency is the account's.
    pub(crate) fn write_charge(&self, work: Work) -> RequestCharge {
        charge(work, self.topology.consistency())
    }
}
