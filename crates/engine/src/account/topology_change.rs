//! Changing the regions of an account while it runs.
//!
//! Each change makes the next snapshot, has every partition follow it, and then publishes it; one
//! change happens at a time. A change that is refused changes nothing.

use std::sync::{Arc, PoisonError};

use cosmokit_protocol::{
    session::RegionId,
    wire::{consistency::ConsistencyLevel, region::Region},
};

use super::{
    Account, AccountState, Failover, FailoverPhase, Handover, OfflineMode, RegionStatus, Staleness,
    Topology, WriteMode,
};
use crate::{
    durable::Durable,
    metadata::container::Container,
    partition::{
        partition::Partition,
        replica_set::{REPLICAS, ReplicaId},
        replica_sets::ReplicaSets,
    },
    region::{lag::Lag, trail::LinkTerms},
};

/// Most regions that an account may have: as many as a session token can list.
pub(crate) const MAX_REGIONS: usize = cosmokit_protocol::session::MAX_REGIONS;

/// Why a change of the regions is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TopologyError {
    /// The account is not in the region.
    #[error("the account is not in region {0}")]
    NoSuchRegion(Region),
    /// The account is in the region already, or is still being removed from it.
    #[error("the account is in region {0} already")]
    RegionExists(Region),
    /// More regions than session tokens can list.
    #[error("an account has at most {MAX_REGIONS} regions")]
    TooManyRegions,
    /// The write region cannot be removed, nor lose its priority, but by a failover.
    #[error("region {0} takes the writes: fail over to another region first")]
    WriteRegion(Region),
    /// The region is not being removed.
    #[error("region {0} is not being removed: begin with that")]
    NotDraining(Region),
    /// The region is offline.
    #[error("region {0} is offline: bring it online first")]
    RegionOffline(Region),
    /// The list of priorities does not name each region once.
    #[error("priorities must name each region of the account once")]
    Priorities,
    /// The region has the right to write already.
    #[error("region {0} takes the writes already")]
    AlreadyWriteRegion(Region),
    /// Every region takes writes, so none can take over.
    #[error("every region of a multi-write account takes writes: there is nothing to fail over")]
    MultiWrite,
    /// Another failover is under way.
    #[error("a failover to region {0} is under way: complete or cancel it first")]
    FailoverUnderWay(Region),
    /// No failover was announced, or it has not begun.
    #[error("no failover is {0}")]
    NoFailover(&'static str),
    /// Changes cannot reach a region: a link is paused, or an end of it is offline.
    #[error(
        "changes on the way to region {0} are held: let its links run and both ends be online, or force the failover"
    )]
    NotCaughtUp(Region),
    /// Strong consistency has acknowledged writes that the region does not have.
    #[error("region {0} lacks writes that were acknowledged under strong consistency")]
    WouldLoseAcknowledged(Region),
    /// Strong consistency needs one write region.
    #[error("strong consistency and several write regions exclude each other")]
    StrongMultiWrite,
    /// A replica that leads, or that there is not.
    #[error("replica {0} has no lag of its own: 1 to 3 have, 0 leads its region")]
    Replica(u8),
    /// A bound below what it can mean.
    #[error("bounded staleness needs at least 1 version and 1 second")]
    Staleness,
}

/// Whether requests that are sent to a region reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionAvailability {
    /// They do.
    Online,
    /// Connections are to be refused.
    Refuses,
    /// Connections are to be taken, and nothing answered.
    BlackHole,
    /// The account is not, or no longer, in the region: requests get 403/1008.
    NotInRegion,
}

/// The ends of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where changes come from.
    pub from: Region,
    /// Where they go.
    pub to: Region,
}

impl Account {
    /// Adds a region, with the last priority. It has all items at once; the version of session
    /// tokens grows.
    ///
    /// # Errors
    /// [`TopologyError::RegionExists`], [`TopologyError::TooManyRegions`].
    pub fn add_region(&self, region: Region) -> Result<RegionId, TopologyError> {
        self.change(|topology| {
            if topology
                .all_regions()
                .iter()
                .any(|entry| entry.region == region)
            {
                return Err(TopologyError::RegionExists(region));
            }
            if topology.all_regions().len() >= MAX_REGIONS {
                return Err(TopologyError::TooManyRegions);
            }
            topology.admit(region.clone());
            topology.regions_changed();
            topology.entry(&region).map(|entry| entry.id)
        })
    }

    /// Begins to remove a region: it answers 403/1008 and is gone from the account document.
    ///
    /// # Errors
    /// [`TopologyError::NoSuchRegion`], [`TopologyError::WriteRegion`],
    /// [`TopologyError::FailoverUnderWay`] when the region is about to take the writes.
    pub fn begin_remove_region(&self, region: &Region) -> Result<(), TopologyError> {
        self.change(|topology| {
            topology.entry(region)?;
            let is_last = topology.regions().len() == 1;
            let writes = topology.write_mode == WriteMode::Single && topology.leads(region);
            if is_last || writes {
                return Err(TopologyError::WriteRegion(region.clone()));
            }
            topology.not_failing_over()?;
            let place = topology.place(region)?;
            let mut entry = topology.regions.remove(place);
            entry.status = RegionStatus::Draining;
            topology.regions.push(entry);
            topology.regions_changed();
            Ok(())
        })
    }

    /// Ends the removal of a region: its replicas are gone, and what they alone had with them.
    ///
    /// # Errors
    /// [`TopologyError::NoSuchRegion`], [`TopologyError::NotDraining`].
    pub fn finish_remove_region(&self, region: &Region) -> Result<(), TopologyError> {
        self.change(|topology| {
            let place = topology.place(region)?;
            let entry = topology.regions.get(place);
            if entry.is_none_or(|entry| entry.status != RegionStatus::Draining) {
                return Err(TopologyError::NotDraining(region.clone()));
            }
            let gone = topology.regions.remove(place).id;
            topology
                .links
                .retain(|((from, to), _)| *from != gone && *to != gone);
            topology.replicas.retain(|((region, _), _)| *region != gone);
            Ok(())
        })
    }

    /// Takes a region offline, as an outage does: nobody reaches it, and no change leaves or
    /// reaches it. The account document goes on listing it.
    ///
    /// # Errors
    /// [`TopologyError::NoSuchRegion`].
    pub fn take_offline(&self, region: &Region, mode: OfflineMode) -> Result<(), TopologyError> {
        self.change(|topology| topology.set_status(region, RegionStatus::Offline(mode)))
    }

    /// Ends an outage. What was held on the links of the region is sent now.
    ///
    /// # Errors
    /// [`TopologyError::NoSuchRegion`].
    pub fn bring_online(&self, region: &Region) -> Result<(), TopologyError> {
        self.change(|topology| topology.set_status(region, RegionStatus::Online))
    }

    /// Puts the regions in another order of priority. In single-write mode the first stays the
    /// first: a failover changes that.
    ///
    /// # Errors
    /// [`TopologyError::Priorities`], [`TopologyError::WriteRegion`].
    pub fn set_priorities(&self, order: &[Region]) -> Result<(), TopologyError> {
        self.change(|topology| {
            let count = topology.regions().len();
            let places: Vec<_> = order.iter().map(|region| topology.place(region)).collect();
            let places = places.into_iter().collect::<Result<Vec<_>, _>>()?;
            let each_once = (0..count).all(|place| places.contains(&place));
            if order.len() != count || !each_once {
                return Err(TopologyError::Priorities);
            }
            if topology.write_mode == WriteMode::Single && places.first() != Some(&0) {
                let first = topology.regions.first().map(|entry| entry.region.clone());
                return Err(first.map_or(TopologyError::Priorities, TopologyError::WriteRegion));
            }
            let rank = |region: &Region| order.iter().position(|named| named == region);
            topology
                .regions
                .sort_by_key(|entry| rank(&entry.region).unwrap_or(usize::MAX));
            Ok(())
        })
    }

    /// Announces that a region is to take over the writes. Nothing else changes yet.
    ///
    /// # Errors
    /// [`TopologyError::NoSuchRegion`], [`TopologyError::AlreadyWriteRegion`],
    /// [`TopologyError::MultiWrite`], [`TopologyError::FailoverUnderWay`],
    /// [`TopologyError::RegionOffline`].
    pub fn announce_failover(&self, to: &Region) -> Result<(), TopologyError> {
        self.change(|topology| {
            topology.may_take_over(to)?;
            topology.not_failing_over()?;
            topology.failover = Some(Failover {
                to: to.clone(),
                phase: FailoverPhase::Announced,
            });
            Ok(())
        })
    }

    /// Begins the announced failover: the old write region answers writes with 403/3, and no
    /// other takes them yet.
    ///
    /// # Errors
    /// [`TopologyError::NoFailover`].
    pub fn begin_failover(&self) -> Result<(), TopologyError> {
        self.change(|topology| match &mut topology.failover {
            Some(failover) if failover.phase == FailoverPhase::Announced => {
                failover.phase = FailoverPhase::Begun;
                Ok(())
            }
            _ => Err(TopologyError::NoFailover("announced")),
        })
    }

    /// Completes the failover that has begun. What is on the way to the new write region arrives
    /// first, so nothing is lost; then it takes the writes, the account document lists it first,
    /// and the version of session tokens grows.
    ///
    /// # Errors
    /// [`TopologyError::NoFailover`]; [`TopologyError::NotCaughtUp`] when the link between the
    /// two regions holds changes back.
    pub fn complete_failover(&self) -> Result<(), TopologyError> {
        self.change(|topology| {
            let begun = |failover: &Failover| failover.phase == FailoverPhase::Begun;
            let failover = topology.failover.take().filter(begun);
            let to = failover.ok_or(TopologyError::NoFailover("begun"))?.to;
            self.0.require_flow(topology, &to)?;
            topology.give_writes_to(&to, Handover::Whole)
        })
    }

    /// Gives up a failover that is not complete: the old write region goes on.
    ///
    /// # Errors
    /// [`TopologyError::NoFailover`].
    pub fn cancel_failover(&self) -> Result<(), TopologyError> {
        self.change(|topology| {
            let failover = topology.failover.take();
            failover
                .map(|_| ())
                .ok_or(TopologyError::NoFailover("announced"))
        })
    }

    /// Announces, begins and completes a failover.
    ///
    /// # Errors
    /// As the three steps; the old write region goes on then.
    pub fn fail_over(&self, to: &Region) -> Result<(), TopologyError> {
        self.change(|topology| {
            topology.may_take_over(to)?;
            topology.not_failing_over()?;
            self.0.require_flow(topology, to)?;
            topology.give_writes_to(to, Handover::Whole)
        })
    }

    /// Has a region take over the writes with what has reached it, as after the loss of the write
    /// region. Whatever had not reached it is lost, in every region; when the old write region
    /// is reached again, it has discarded what it alone had. Positions that were given out are
    /// not given out again. A failover that was under way is given up.
    ///
    /// # Errors
    /// [`TopologyError::NoSuchRegion`], [`TopologyError::AlreadyWriteRegion`],
    /// [`TopologyError::MultiWrite`], [`TopologyError::RegionOffline`];
    /// [`TopologyError::WouldLoseAcknowledged`] under strong consistency, when the region was
    /// left out of majorities during an outage and has not caught up.
    pub fn force_failover(&self, to: &Region) -> Result<(), TopologyError> {
        self.change(|topology| {
            topology.may_take_over(to)?;
            let id = topology.entry(to)?.id;
            if topology.consistency == ConsistencyLevel::Strong {
                let has_committed = |sets: &ReplicaSets| {
                    let view = sets.view(id);
                    view.is_some_and(|view| view.head().lsn() >= sets.committed_lsn())
                };
                if !self.0.holds_everywhere(has_committed) {
                    return Err(TopologyError::WouldLoseAcknowledged(to.clone()));
                }
            }
            topology.failover = None;
            topology.give_writes_to(to, Handover::Cut)
        })
    }

    /// Has one region take writes, or all. What is on the way between regions arrives first, and
    /// the version of session tokens grows.
    ///
    /// # Errors
    /// [`TopologyError::StrongMultiWrite`], [`TopologyError::FailoverUnderWay`];
    /// [`TopologyError::NotCaughtUp`] when a link holds changes back.
    pub fn set_write_mode(&self, mode: WriteMode) -> Result<(), TopologyError> {
        self.change(|topology| {
            if mode == topology.write_mode {
                return Ok(());
            }
            if mode == WriteMode::Multi && topology.consistency == ConsistencyLevel::Strong {
                return Err(TopologyError::StrongMultiWrite);
            }
            topology.not_failing_over()?;
            self.0.require_flow_everywhere(topology)?;
            topology.write_mode = mode;
            topology.regions_changed();
            Ok(())
        })
    }

    /// Changes the default consistency level.
    ///
    /// # Errors
    /// [`TopologyError::StrongMultiWrite`].
    pub fn set_consistency(&self, level: ConsistencyLevel) -> Result<(), TopologyError> {
        self.change(|topology| {
            if level == ConsistencyLevel::Strong && topology.write_mode == WriteMode::Multi {
                return Err(TopologyError::StrongMultiWrite);
            }
            topology.consistency = level;
            Ok(())
        })
    }

    /// Changes what bounded staleness means.
    ///
    /// # Errors
    /// [`TopologyError::Staleness`].
    pub fn set_staleness(&self, bound: Staleness) -> Result<(), TopologyError> {
        self.change(|topology| {
            topology.staleness = bound.checked()?;
            Ok(())
        })
    }

    /// Sets the lag of a link, in one direction. What is on the way keeps its instant of arrival;
    /// what a paused link held is sent now; a link without lag delivers everything at once.
    ///
    /// # Errors
    /// [`TopologyError::NoSuchRegion`].
    pub fn set_link(&self, link: &Link, lag: Lag) -> Result<(), TopologyError> {
        self.change(|topology| {
            let ends = (topology.id_of(&link.from)?, topology.id_of(&link.to)?);
            topology.links.retain(|(known, _)| *known != ends);
            topology.links.push((ends, lag));
            Ok(())
        })
    }

    /// Sets the lag of all links, also of those that regions added later will have.
    ///
    /// # Errors
    /// None at present.
    pub fn set_all_links(&self, lag: Lag) -> Result<(), TopologyError> {
        self.change(|topology| {
            topology.links.clear();
            topology.default_link = lag;
            Ok(())
        })
    }

    /// Sets the lag of a replica, 1 to 3, behind the leader of its region.
    ///
    /// # Errors
    /// [`TopologyError::NoSuchRegion`], [`TopologyError::Replica`].
    pub fn set_replica_lag(
        &self,
        region: &Region,
        replica: u8,
        lag: Lag,
    ) -> Result<(), TopologyError> {
        self.change(|topology| {
            if replica == 0 || usize::from(replica) >= REPLICAS {
                return Err(TopologyError::Replica(replica));
            }
            let place = (topology.id_of(region)?, replica);
            topology.replicas.retain(|(known, _)| *known != place);
            topology.replicas.push((place, lag));
            Ok(())
        })
    }

    /// Whether requests that are sent to a region reach it: for whoever owns the sockets.
    pub fn region_availability(&self, region: &Region) -> RegionAvailability {
        let topology = self.0.topology.load();
        match topology.find(region).map(|entry| entry.status) {
            Some(RegionStatus::Online) => RegionAvailability::Online,
            Some(RegionStatus::Offline(OfflineMode::Refuse)) => RegionAvailability::Refuses,
            Some(RegionStatus::Offline(OfflineMode::BlackHole)) => RegionAvailability::BlackHole,
            Some(RegionStatus::Draining) | None => RegionAvailability::NotInRegion,
        }
    }

    /// Makes the next snapshot, has every partition follow, and publishes it.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Topology) -> Result<T, TopologyError>,
    ) -> Result<T, TopologyError> {
        let state = &self.0;
        let turn = state.changing.lock();
        let turn = turn.unwrap_or_else(PoisonError::into_inner);
        let _entered = state.durable.as_ref().map(Durable::enter);
        let mut next = Topology::clone(&state.topology.load());
        next.handover = Handover::Whole;
        let made = change(&mut next)?;
        next.revision += 1;
        let next = Arc::new(next);
        let now = state.now();
        state.for_each_partition(|_, partition| partition.replicas.conform(&next, now));
        state.topology.store(next);
        drop(turn);
        if let Some(durable) = &state.durable {
            durable.touch_everything();
        }
        state.changed.notify_waiters();
        Ok(made)
    }
}

impl AccountState {
    /// Has a container follow the regions as they are now. Whoever publishes partitions calls
    /// this afterwards: they were made under a topology that may have changed meanwhile.
    pub(crate) fn follow_topology(&self, container: &Container) {
        let turn = self.changing.lock();
        let _turn = turn.unwrap_or_else(PoisonError::into_inner);
        let topology = self.topology.load_full();
        let now = self.now();
        for partition in container.live.layout().partitions() {
            partition.replicas.conform(&topology, now);
        }
    }

    pub(super) fn for_each_partition(&self, mut visit: impl FnMut(&Container, &Partition)) {
        let catalog = self.catalog.load_full();
        for (_, database) in catalog.databases() {
            for (_, container) in database.containers() {
                for partition in container.live.layout().partitions() {
                    visit(container, partition);
                }
            }
        }
    }

    fn holds_everywhere(&self, condition: impl Fn(&ReplicaSets) -> bool) -> bool {
        let now = self.now();
        let mut holds = true;
        self.for_each_partition(|_, partition| {
            // Where the content is still on disk, nothing is on the way.
            let replicas = &partition.replicas;
            holds = holds && (!replicas.is_present() || replicas.inspect(now, &condition));
        });
        holds
    }

    /// Refuses when something on the way between regions cannot arrive.
    fn require_flow_everywhere(&self, topology: &Topology) -> Result<(), TopologyError> {
        for to in topology.regions() {
            let writers = topology.writable().iter();
            let mut links = writers.map(|from| topology.link_terms(from.id, to.id));
            let holds = links.any(LinkTerms::holds);
            let idle = |sets: &ReplicaSets| {
                let view = sets.view(to.id);
                view.is_none_or(|view| view.behind(ReplicaId::LEADER).0 == 0)
            };
            if holds && !self.holds_everywhere(idle) {
                return Err(TopologyError::NotCaughtUp(to.region.clone()));
            }
        }
        Ok(())
    }

    /// Refuses when something on the way from the write region to `to` cannot arrive.
    fn require_flow(&self, topology: &Topology, to: &Region) -> Result<(), TopologyError> {
        let id = topology.entry(to)?.id;
        if !topology.link_terms(topology.hub(), id).holds() {
            return Ok(());
        }
        let has_all = |sets: &ReplicaSets| {
            let view = sets.view(id);
            view.is_some_and(|view| view.head().lsn() >= sets.log.lsn())
        };
        if self.holds_everywhere(has_all) {
            return Ok(());
        }
        Err(TopologyError::NotCaughtUp(to.clone()))
    }
}

impl Topology {
    fn place(&self, region: &Region) -> Result<usize, TopologyError> {
        let place = self
            .regions
            .iter()
            .position(|entry| entry.region == *region);
        place.ok_or_else(|| TopologyError::NoSuchRegion(region.clone()))
    }

    fn entry(&self, region: &Region) -> Result<&super::AccountRegion, TopologyError> {
        let entry = self.find(region);
        entry.ok_or_else(|| TopologyError::NoSuchRegion(region.clone()))
    }

    fn id_of(&self, region: &Region) -> Result<RegionId, TopologyError> {
        Ok(self.entry(region)?.id)
    }

    fn leads(&self, region: &Region) -> bool {
        let first = self.regions.first();
        first.is_some_and(|entry| entry.region == *region)
    }

    fn set_status(&mut self, region: &Region, status: RegionStatus) -> Result<(), TopologyError> {
        self.entry(region)?;
        let place = self.place(region)?;
        if let Some(entry) = self.regions.get_mut(place) {
            entry.status = status;
        }
        Ok(())
    }

    fn not_failing_over(&self) -> Result<(), TopologyError> {
        match &self.failover {
            Some(failover) => Err(TopologyError::FailoverUnderWay(failover.to.clone())),
            None => Ok(()),
        }
    }

    fn may_take_over(&self, to: &Region) -> Result<(), TopologyError> {
        if self.write_mode == WriteMode::Multi {
            return Err(TopologyError::MultiWrite);
        }
        let entry = self.entry(to)?;
        if self.leads(to) {
            return Err(TopologyError::AlreadyWriteRegion(to.clone()));
        }
        if matches!(entry.status, RegionStatus::Offline(_)) {
            return Err(TopologyError::RegionOffline(to.clone()));
        }
        Ok(())
    }

    fn give_writes_to(&mut self, to: &Region, handover: Handover) -> Result<(), TopologyError> {
        let place = self.place(to)?;
        let entry = self.regions.remove(place);
        self.regions.insert(0, entry);
        self.handover = handover;
        self.regions_changed();
        Ok(())
    }

    /// The version of tokens grows, and what they list follows the regions.
    fn regions_changed(&mut self) {
        self.version += 1;
        self.list_token_regions();
    }
}

impl Staleness {
    /// The bound, if it means something.
    pub(super) fn checked(self) -> Result<Self, TopologyError> {
        if self.versions == 0 || self.interval < std::time::Duration::from_secs(1) {
            return Err(TopologyError::Staleness);
        }
        Ok(self)
    }
}
