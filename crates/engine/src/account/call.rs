//! One request on its way: where it arrived, what it asks of consistency, and the shortest ways
//! to what verbs need.

use std::{cell::RefCell, sync::Arc};

use cosmokit_protocol::{
    id::Etag,
    partition::EffectivePartitionKey,
    wire::{charge::RequestCharge, consistency::ConsistencyLevel},
};

use super::{AccountRegion, AccountState, Topology, WriteMode, admission::Meter};
use crate::{
    clock::Timestamp,
    consistency::{
        read::{self, Candidate, EffectiveRead, ReadRule},
        token::{self, Requirement, TokenServer, TokenSubject},
        write::{self, Acknowledgement},
    },
    durable::Looked,
    metadata::{catalog::Addressing, container::Container},
    partition::{
        appender::{AppendRefusal, Appender},
        partition::Partition,
        replica_set::ReplicaId,
        replica_sets::View,
        standpoint::Standpoint,
        state::State,
    },
    refuse,
    region::record::HeldBack,
    request::{ContainerAddress, RequestOptions},
    response::{Facts, Failure},
    throughput::charge::{Work, charge},
};

/// A request on its way.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) state: &'a Arc<AccountState>,
    pub(crate) topology: &'a Arc<Topology>,
    pub(crate) region: &'a AccountRegion,
    pub(crate) options: RequestOptions,
    /// The budgets that let the request in and were not paid yet.
    pub(crate) meters: RefCell<Vec<Meter>>,
    /// What the answer rests on.
    pub(crate) looked: Looked<'a>,
    /// What the answer waits for.
    pub(crate) acknowledgements: RefCell<Vec<Acknowledgement>>,
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
        Ok(Place {
            container,
            point,
            partition,
        })
    }

    /// Opens the door for a write to a partition in the region of this call.
    ///
    /// # Errors
    /// 403/3 in a region that takes no writes; 410/1007 or 410/1002 when the partition was split or
    /// merged while the write waited; 429/3096 when another region is so far behind that it has to
    /// wait longer.
    pub(crate) fn appender<'p>(
        &self,
        container: &Container,
        partition: &'p Partition,
        now: Timestamp,
    ) -> Result<Appender<'p>, Failure> {
        let loaded = partition.replicas.load();
        loaded.map_err(|error| refuse::unreadable(&error))?;
        let door = partition.replicas.appender(self.region.id, now);
        let door = door.map_err(|refusal| match refusal {
            AppendRefusal::NotWritable => {
                refuse::write_forbidden(self.region.region.display_name())
            }
            AppendRefusal::RegionBehind { until } => refuse::region_behind(until.since(now)),
            AppendRefusal::QueueFull => refuse::replication_queue_full(),
        })?;
        super::admission::require_serving(container, partition)?;
        self.require_knowledge(container, partition, &door)?;
        Ok(door.holding_back(self.held_back()))
    }

    /// Where what this call writes arrives later; nowhere when it names a region that the account
    /// is not in.
    fn held_back(&self) -> Option<HeldBack> {
        let delay = self.options.replication_delay.as_ref()?;
        let region = match &delay.to {
            Some(region) => Some(self.topology.find(region)?.id),
            None => None,
        };
        Some(HeldBack {
            region,
            follower: delay.replica,
            by: delay.by,
        })
    }

    /// Where several regions take writes, refuses one in a region that does not have what the
    /// session has seen: it would be in conflict with what it follows.
    ///
    /// # Errors
    /// 404/1002, 400 for a malformed token.
    fn require_knowledge(
        &self,
        container: &Container,
        partition: &Partition,
        door: &Appender<'_>,
    ) -> Result<(), Failure> {
        let token = self.options.session_token.as_deref();
        if token.is_none() || self.topology.write_mode() == WriteMode::Single {
            return Ok(());
        }
        let required = requirement(token, partition)?;
        let (is_met, standpoint) = door.view(|view| {
            let server = self.server(view);
            (required.is_met(view.head(), &server), view.leader())
        });
        if is_met {
            return Ok(());
        }
        let read = EffectiveRead {
            level: ConsistencyLevel::Session,
            rule: ReadRule::Session,
        };
        Err(no_replica(container, partition, &standpoint, read))
    }

    /// Has the answer wait until what a write left, or saw, is acknowledged as the account's
    /// consistency asks.
    pub(crate) fn acknowledge(&self, partition: &Partition, standpoint: &Standpoint) {
        if self.topology.consistency() != ConsistencyLevel::Strong
            || standpoint.committed_lsn >= Some(standpoint.lsn)
        {
            return;
        }
        let (state, replicas) = (Arc::clone(self.state), Arc::clone(&partition.replicas));
        let majority = write::majority(state, replicas, standpoint.lsn);
        let acknowledgement = Acknowledgement::new(majority);
        self.acknowledgements.borrow_mut().push(acknowledgement);
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

    /// Has a replica that may answer look at its state.
    ///
    /// # Errors
    /// 404/1002 when none has what the session token asks for, 503 when none is as recent as the
    /// consistency level asks; 400 when the session token is malformed.
    pub(crate) fn serve<T>(
        &self,
        container: &Container,
        partition: &Partition,
        read: EffectiveRead,
        look: impl FnOnce(Standpoint, &State) -> T,
    ) -> Result<T, Failure> {
        let token = match read.rule {
            ReadRule::Session => self.options.session_token.as_deref(),
            _ => None,
        };
        let required = requirement(token, partition)?;
        let served = partition.replicas.view(
            self.region.id,
            || self.now(),
            |view| match self.choose(view, read.rule, &required) {
                Some((replica, state)) => Ok(look(view.standpoint(replica, state), state)),
                None => Err(view.leader()),
            },
        );
        match served {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(standpoint)) => Err(no_replica(container, partition, &standpoint, read)),
            None => Err(refuse::account_not_in_region(
                self.region.region.display_name(),
            )),
        }
    }

    /// The region of this call as the one that tokens ask something of.
    fn server<'v>(&'v self, view: View<'v>) -> TokenServer<'v> {
        let regions = self.topology.token_regions();
        TokenServer {
            region: self.region.id,
            regions: regions.map_or(&[], |ids| ids),
            version: view.token_version(),
            horizon: view.horizon(),
        }
    }

    /// The replica that answers, and the state it answers from.
    fn choose<'v>(
        &'v self,
        view: View<'v>,
        rule: ReadRule,
        required: &Requirement,
    ) -> Option<(ReplicaId, &'v State)> {
        let draw = self.state.entropy.next();
        let states = view.states();
        let committed = match rule {
            ReadRule::Committed => view.committed(),
            _ => None,
        };
        let server = self.server(view);
        let mut number = 0;
        let candidates = states.map(|state| {
            let replica = ReplicaId::new(number);
            number += 1;
            Candidate {
                lsn: state.lsn(),
                is_fit: match rule {
                    ReadRule::Any | ReadRule::Quorum => true,
                    ReadRule::Session => required.is_met(state, &server),
                    ReadRule::Bounded => self.is_within_bound(view, replica),
                    ReadRule::Committed => committed.is_some(),
                },
            }
        });
        let replica = read::pick(rule, &candidates, draw)?;
        let state = match rule {
            ReadRule::Committed => committed?,
            _ => view.replica(replica),
        };
        Some((replica, state))
    }

    fn is_within_bound(&self, view: View<'_>, replica: ReplicaId) -> bool {
        let bound = view.topology().staleness();
        let (versions, since) = view.behind(replica);
        let is_recent = |since: Timestamp| since.after(bound.interval) > self.now();
        versions <= bound.versions && since.is_none_or(is_recent)
    }

    /// What a write costs; its consistency is the account's.
    pub(crate) fn write_charge(&self, work: Work) -> RequestCharge {
        charge(work, self.topology.consistency())
    }
}

/// The refusal of a read that no replica of the region may answer, with the position that the
/// region has.
fn no_replica(
    container: &Container,
    partition: &Partition,
    standpoint: &Standpoint,
    read: EffectiveRead,
) -> Failure {
    let failure = match read.rule {
        ReadRule::Session => refuse::session_not_available(),
        _ => refuse::region_too_far_behind(),
    };
    failure.with_facts(Facts {
        charge: charge(Work::Miss, read.level),
        session_token: Some(token::token_at(
            partition.id,
            &standpoint.clock,
            standpoint.lsn,
            &standpoint.progress,
        )),
        position: Some(standpoint.position(None)),
        partition: Some(Arc::clone(&partition.facts)),
        owner: Some(Arc::clone(&container.owner)),
        ..Facts::default()
    })
}

/// What a token asks of a partition.
fn requirement(token: Option<&str>, partition: &Partition) -> Result<Requirement, Failure> {
    let subject = TokenSubject {
        range: partition.id,
        ancestors: &partition.ancestors,
    };
    token::requirement(token, &subject)
        .map_err(|error| refuse::bad_request(format!("the session token is not valid: {error}")))
}
