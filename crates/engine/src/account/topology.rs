//! The regions of an account: an immutable snapshot, swapped as a whole.
//!
//! [`TopologyError`](super::TopologyError) and the methods that change it stand in
//! `topology_change`; here is what a snapshot says.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use cosmokit_protocol::{
    session::RegionId,
    wire::{consistency::ConsistencyLevel, region::Region},
};

use super::WriteMode;
use crate::region::{lag::Lag, trail::LinkTerms};

/// A region that the account is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRegion {
    /// Its name.
    pub region: Region,
    /// Its number in session tokens; never given to another region of the account, nor again to
    /// the same one after it was removed.
    pub id: RegionId,
    /// Whether it can be reached.
    pub status: RegionStatus,
}

/// Whether a region can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegionStatus {
    /// It answers.
    #[default]
    Online,
    /// It is being removed: it answers 403/1008 and is gone from the account document.
    Draining,
    /// It does not answer, and changes neither leave nor reach it.
    Offline(OfflineMode),
}

/// How a region that is offline shows itself to whoever tries to reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfflineMode {
    /// Connections are refused.
    Refuse,
    /// Connections are taken and nothing is ever answered.
    BlackHole,
}

/// By how much reads may be behind under bounded staleness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staleness {
    /// Versions, at least 1. Default 100.
    pub versions: u64,
    /// Time, at least a second. Default 5 s.
    pub interval: Duration,
}

impl Default for Staleness {
    fn default() -> Self {
        Self {
            versions: 100,
            interval: Duration::from_secs(5),
        }
    }
}

/// A failover that was announced and is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failover {
    /// The region that will take writes.
    pub to: Region,
    /// How far it is.
    pub phase: FailoverPhase,
}

/// How far a planned failover is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailoverPhase {
    /// Nothing has changed yet.
    Announced,
    /// No region takes writes: they are answered with 403/3.
    Begun,
}

/// How the write region of a snapshot came by the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Handover {
    /// With everything in it.
    #[default]
    Whole,
    /// With what had reached it: the rest is lost.
    Cut,
}

/// Regions in order of priority, and what the account does with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    /// Counts the snapshots.
    pub(super) revision: u64,
    /// Counts changes of regions; see [`version`](Self::version).
    pub(super) version: u32,
    /// In order of priority; those that are being removed come last.
    pub(super) regions: Vec<AccountRegion>,
    pub(super) write_mode: WriteMode,
    pub(super) consistency: ConsistencyLevel,
    pub(super) staleness: Staleness,
    pub(super) failover: Option<Failover>,
    pub(super) handover: Handover,
    /// Lags other than none, by source and destination.
    pub(super) links: Vec<((RegionId, RegionId), Lag)>,
    /// Lag of every link that is not listed.
    pub(super) default_link: Lag,
    /// Lags other than none, by region and replica.
    pub(super) replicas: Vec<((RegionId, u8), Lag)>,
    /// Every number that was ever given to a region.
    pub(super) used_ids: BTreeSet<u32>,
    /// The regions that tokens list, in the order of their numbers; none in an account that has
    /// one region.
    token_regions: Option<Arc<[RegionId]>>,
}

/// What a durable account keeps of its topology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptTopology {
    pub(crate) regions: Vec<AccountRegion>,
    pub(crate) version: u32,
    pub(crate) write_mode: WriteMode,
    pub(crate) consistency: ConsistencyLevel,
    pub(crate) staleness: Staleness,
    pub(crate) used_ids: BTreeSet<u32>,
}

/// Numbers for regions that have no published one begin here.
const FIRST_PRIVATE_ID: u32 = 1_000;

impl Topology {
    /// Regions in this order; the first takes writes in single-write mode.
    pub(crate) fn new(
        regions: Vec<Region>,
        write_mode: WriteMode,
        consistency: ConsistencyLevel,
    ) -> Self {
        let mut topology = Self {
            revision: 1,
            version: u32::from(regions.len() > 1),
            regions: Vec::new(),
            write_mode,
            consistency,
            staleness: Staleness::default(),
            failover: None,
            handover: Handover::Whole,
            links: Vec::new(),
            default_link: Lag::None,
            replicas: Vec::new(),
            used_ids: BTreeSet::new(),
            token_regions: None,
        };
        for region in regions {
            topology.admit(region);
        }
        topology.list_token_regions();
        topology
    }

    /// A topology that was kept. Lags of links and replicas belong to a run and are not.
    pub(crate) fn restored(kept: KeptTopology) -> Self {
        let mut topology = Self::new(Vec::new(), kept.write_mode, kept.consistency);
        topology.regions = kept.regions;
        topology.version = kept.version;
        topology.staleness = kept.staleness;
        topology.used_ids = kept.used_ids;
        topology.list_token_regions();
        topology
    }

    /// What is to be kept.
    pub(crate) fn kept(&self) -> KeptTopology {
        KeptTopology {
            regions: self.regions.clone(),
            version: self.version,
            write_mode: self.write_mode,
            consistency: self.consistency,
            staleness: self.staleness,
            used_ids: self.used_ids.clone(),
        }
    }

    /// The same with this bound and lag of links.
    pub(super) fn with_terms(self, staleness: Staleness, default_link: Lag) -> Self {
        Self {
            staleness,
            default_link,
            ..self
        }
    }

    /// Gives a region a number and the last place.
    pub(super) fn admit(&mut self, region: Region) {
        let published = region.id().filter(|id| !self.used_ids.contains(id));
        let mut private = FIRST_PRIVATE_ID..;
        let free = || private.find(|id| !self.used_ids.contains(id));
        let id = published.or_else(free).unwrap_or(u32::MAX);
        self.used_ids.insert(id);
        let place = self.regions().len();
        let entry = AccountRegion {
            region,
            id: RegionId(id),
            status: RegionStatus::Online,
        };
        self.regions.insert(place, entry);
    }

    /// Brings the list for tokens up to date with the regions.
    pub(super) fn list_token_regions(&mut self) {
        let mut ids: Vec<RegionId> = self.regions().iter().map(|entry| entry.id).collect();
        ids.sort_unstable();
        self.token_regions = (ids.len() > 1).then(|| ids.into());
    }

    /// The regions that the account document lists as readable, in order of priority: all but
    /// those that are being removed. Some may be offline, which the service does not notice.
    pub fn regions(&self) -> &[AccountRegion] {
        let is_draining = |entry: &AccountRegion| entry.status == RegionStatus::Draining;
        let count = self.regions.iter().take_while(|entry| !is_draining(entry));
        self.regions.get(..count.count()).unwrap_or_default()
    }

    /// Every region that has replicas, also those that are being removed.
    pub fn all_regions(&self) -> &[AccountRegion] {
        &self.regions
    }

    /// The regions that the account document lists as writable. While a failover is under way
    /// that is still the old write region, which refuses writes.
    pub fn writable(&self) -> &[AccountRegion] {
        let regions = self.regions();
        match self.write_mode {
            WriteMode::Multi => regions,
            WriteMode::Single => regions.get(..1).unwrap_or_default(),
        }
    }

    /// Whether one region takes writes or all do.
    pub fn write_mode(&self) -> WriteMode {
        self.write_mode
    }

    /// The account's default consistency level.
    pub fn consistency(&self) -> ConsistencyLevel {
        self.consistency
    }

    /// What bounded staleness means in this account.
    pub fn staleness(&self) -> Staleness {
        self.staleness
    }

    /// The planned failover that is under way.
    pub fn failover(&self) -> Option<&Failover> {
        self.failover.as_ref()
    }

    /// The lag of a link.
    pub fn link(&self, from: RegionId, to: RegionId) -> Lag {
        let found = self.links.iter().find(|(ends, _)| *ends == (from, to));
        found.map_or(self.default_link, |(_, lag)| *lag)
    }

    /// The lag of a replica behind the leader of its region, which is replica 0.
    pub fn replica_lag(&self, region: RegionId, replica: u8) -> Lag {
        let place = (region, replica);
        let found = self.replicas.iter().find(|(known, _)| *known == place);
        found.map_or(Lag::None, |(_, lag)| *lag)
    }

    /// How often regions have come, gone, or given the right to write to each other. The version in
    /// session tokens grows with it.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The version in session tokens of a partition that was merged so often: -1 before any
    /// change.
    pub(crate) fn token_version(&self, merges: u32) -> i64 {
        match i64::from(self.version) + i64::from(merges) {
            0 => -1,
            version => version,
        }
    }

    /// The account's entry for a region, unless it is being removed.
    pub fn find(&self, region: &Region) -> Option<&AccountRegion> {
        self.regions().iter().find(|entry| entry.region == *region)
    }

    /// Whether a region takes writes now.
    pub fn is_writable(&self, id: RegionId) -> bool {
        let begun = |failover: &Failover| failover.phase == FailoverPhase::Begun;
        !self.failover.as_ref().is_some_and(begun)
            && self.writable().iter().any(|entry| entry.id == id)
    }

    /// The region whose log the others follow, in single-write mode.
    pub(crate) fn hub(&self) -> RegionId {
        self.regions
            .first()
            .map_or(RegionId(u32::MAX), |entry| entry.id)
    }

    /// The regions that tokens list; `None` in an account of one region.
    pub(crate) fn token_regions(&self) -> Option<&Arc<[RegionId]>> {
        self.token_regions.as_ref()
    }

    /// Which snapshot this is.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// How the write region came by the log.
    pub(crate) fn handover(&self) -> Handover {
        self.handover
    }

    /// What the link between two regions is like.
    pub(crate) fn link_terms(&self, from: RegionId, to: RegionId) -> LinkTerms {
        LinkTerms {
            lag: self.link(from, to),
            cut: self.is_offline(from) || self.is_offline(to),
        }
    }

    /// Whether a region is offline.
    pub(crate) fn is_offline(&self, id: RegionId) -> bool {
        let found = self.regions.iter().find(|entry| entry.id == id);
        found.is_some_and(|entry| matches!(entry.status, RegionStatus::Offline(_)))
    }

    /// Whether a region counts for majorities.
    pub(crate) fn is_member(&self, id: RegionId) -> bool {
        self.regions().iter().any(|entry| entry.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_region_writes_unless_all_do() {
        let regions = || vec![Region::new("East US"), Region::new("My Lab")];
        let single = Topology::new(regions(), WriteMode::Single, ConsistencyLevel::Session);
        let multi = Topology::new(regions(), WriteMode::Multi, ConsistencyLevel::Session);
        let ids: Vec<_> = single.regions().iter().map(|entry| entry.id).collect();
        assert_ne!(ids[0], ids[1]);
        assert!(single.is_writable(ids[0]) && !single.is_writable(ids[1]));
        assert!(multi.is_writable(ids[0]) && multi.is_writable(ids[1]));
        assert_eq!(
            single.find(&Region::new("eastus")),
            single.regions().first()
        );
        assert_eq!(single.find(&Region::new("West US")), None);
    }

    #[test]
    fn a_number_is_given_once() {
        let mut topology = Topology::new(
            vec![Region::new("East US"), Region::new("My Lab")],
            WriteMode::Single,
            ConsistencyLevel::Session,
        );
        let before: Vec<_> = topology.regions.drain(1..).map(|entry| entry.id).collect();
        topology.admit(Region::new("My Lab"));
        topology.admit(Region::new("East US"));
        let ids: Vec<_> = topology.regions().iter().map(|entry| entry.id).collect();
        assert_eq!(ids[0].0, Region::new("East US").id().unwrap());
        assert!(ids[1] != before[0] && ids[1].0 >= FIRST_PRIVATE_ID);
        assert!(ids[2] != ids[0] && ids[2] != ids[1]);
    }
}
