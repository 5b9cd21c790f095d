//! Settings of an account, chosen before it exists.

use std::{
    num::{NonZeroU32, NonZeroU64},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use cosmokit_protocol::wire::{consistency::ConsistencyLevel, region::Region};

use super::{
    Account, AccountKeys, Settings, Staleness, Topology, TopologyError,
    topology_change::MAX_REGIONS,
};
use crate::{
    clock::{Clock, SteeredClock, SystemClock},
    durable::{Durable, Living, Opened, StoreError},
    partition::layout::MAX_INITIAL_PARTITIONS,
    region::lag::Lag,
    snapshot::Snapshot,
};

/// Whether one region takes writes or all do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WriteMode {
    /// The first region in order of priority takes writes.
    #[default]
    Single,
    /// Every region takes writes.
    Multi,
}

/// Whether an account keeps its clients to the throughput of their containers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Throttling {
    /// Every request is served. The default: an embedded account is there to be fast, and tests
    /// that do not ask for 429 are not to see any.
    #[default]
    Off,
    /// Each partition serves what its share of the throughput gives per second; beyond that
    /// requests get 429/3200 with the time to wait, those of low priority first.
    Enforced,
}

/// Who puts the answers of partitions together when a query over several of them needs more than
/// their rows one after another: ORDER BY, GROUP BY, aggregates, DISTINCT, TOP, OFFSET LIMIT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryMerging {
    /// The account, when a client asks for the whole container at once. The default: every query
    /// is answered, whatever its client can merge.
    #[default]
    Account,
    /// The client, as in the cloud: such a request gets 400/1004 with the query's plan, and what
    /// the client does not merge does not work.
    Client,
}

/// Why an account cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The name is empty or holds something else than letters, digits and hyphens.
    #[error("the account name {0:?} is not allowed: use 1 to 50 letters, digits and hyphens")]
    Name(String),
    /// No region.
    #[error("an account needs at least one region")]
    NoRegion,
    /// Regions, or what they are asked to do, that cannot be.
    #[error(transparent)]
    Topology(#[from] TopologyError),
    /// Too many partitions.
    #[error("{0} partitions per container are asked for and the limit is {MAX_INITIAL_PARTITIONS}")]
    TooManyPartitions(u32),
    /// The data directory cannot be opened.
    #[error(transparent)]
    Storage(#[from] StoreError),
}

/// What an account begins with, and where it stays.
#[derive(Debug)]
enum Beginning {
    Empty,
    Directory(PathBuf),
    Snapshot(Snapshot),
    #[cfg(test)]
    Store(Arc<dyn crate::durable::Store>),
}

/// Builds an [`Account`]; every setting has a default.
///
/// ```
/// let account = cosmokit_engine::Account::builder().name("demo").seed(7).build()?;
/// assert_eq!(account.topology().regions().len(), 1);
/// # Ok::<(), cosmokit_engine::BuildError>(())
/// ```
#[derive(Debug)]
pub struct AccountBuilder {
    name: String,
    regions: Vec<Region>,
    write_mode: WriteMode,
    consistency: ConsistencyLevel,
    staleness: Staleness,
    link_lag: Lag,
    keys: AccountKeys,
    seed: u64,
    clock: Arc<dyn Clock>,
    partitions_per_container: Option<NonZeroU32>,
    throttling: Throttling,
    query_merging: QueryMerging,
    scaling_time: Duration,
    beginning: Beginning,
    partition_storage_limit_bytes: Option<NonZeroU64>,
    acknowledgement_timeout: Duration,
}

impl Default for AccountBuilder {
    fn default() -> Self {
        Self {
            name: "cosmokit".to_owned(),
            regions: vec![Region::new("East US")],
            write_mode: WriteMode::default(),
            consistency: ConsistencyLevel::Session,
            staleness: Staleness::default(),
            link_lag: Lag::None,
            keys: AccountKeys::default(),
            seed: 0,
            clock: Arc::new(SystemClock::default()),
            partitions_per_container: None,
            throttling: Throttling::default(),
            query_merging: QueryMerging::default(),
            scaling_time: Duration::ZERO,
            beginning: Beginning::Empty,
            partition_storage_limit_bytes: None,
            acknowledgement_timeout: Duration::from_secs(10),
        }
    }
}

impl AccountBuilder {
    /// The account's name: 1 to 50 letters, digits and hyphens. Default `cosmokit`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Regions in order of priority, at most 64, each once. Default: East US.
    pub fn regions(mut self, regions: impl IntoIterator<Item = Region>) -> Self {
        self.regions = regions.into_iter().collect();
        self
    }

    /// Whether one region takes writes or all do. Default: one. All excludes strong consistency.
    pub fn write_mode(mut self, write_mode: WriteMode) -> Self {
        self.write_mode = write_mode;
        self
    }

    /// What bounded staleness means in this account: how far reads may be behind, and when writes
    /// have to wait. Default: 100 versions or 5 seconds, whichever comes first.
    pub fn staleness(mut self, bound: Staleness) -> Self {
        self.staleness = bound;
        self
    }

    /// Lag of the links between regions. Default: none. [`Account::set_link`] changes one.
    pub fn link_lag(mut self, lag: Lag) -> Self {
        self.link_lag = lag;
        self
    }

    /// Default consistency level of the account. Default: session.
    pub fn consistency(mut self, consistency: ConsistencyLevel) -> Self {
        self.consistency = consistency;
        self
    }

    /// The keys. Default: the emulator's well-known key.
    pub fn keys(mut self, keys: AccountKeys) -> Self {
        self.keys = keys;
        self
    }

    /// Seed of everything random inside the account. Default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Where the time comes from. Default: the computer's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How many partitions every new container gets, at most 1,000. Default: one per started
    /// 10,000 RU/s of its throughput.
    pub fn partitions_per_container(mut self, partitions: NonZeroU32) -> Self {
        self.partitions_per_container = Some(partitions);
        self
    }

    /// Who merges the answers of partitions to a query. Default: the account.
    pub fn query_merging(mut self, merging: QueryMerging) -> Self {
        self.query_merging = merging;
        self
    }

    /// Whether clients are kept to the throughput of their containers. Default: not.
    pub fn throttling(mut self, throttling: Throttling) -> Self {
        self.throttling = throttling;
        self
    }

    /// How long a replacement of an offer stays pending, by the account's clock, when the
    /// container needs more partitions for it than it has; then its partitions are split. Default:
    /// no time, all of it happens at once; the service takes minutes to hours.
    pub fn scaling_time(mut self, time: Duration) -> Self {
        self.scaling_time = time;
        self
    }

    /// Bytes of items above which a write splits its partition, where about half of them lie on
    /// either side. Items of one partition key stay together, however many. Default: never; the
    /// service splits before 50 GB.
    pub fn partition_storage_limit(mut self, bytes: NonZeroU64) -> Self {
        self.partition_storage_limit_bytes = Some(bytes);
        self
    }

    /// How long a write under strong consistency waits, by the account's clock, for a majority in
    /// every region before it is answered with 408. Default: 10 s.
    pub fn acknowledgement_timeout(mut self, timeout: Duration) -> Self {
        self.acknowledgement_timeout = timeout;
        self
    }

    /// Where the account stays on disk: what it acknowledges is there after a crash at any
    /// instant. Default: nowhere, the account is in memory and gone with its last handle.
    ///
    /// The directory is made when it is not there. What it holds counts for more than the
    /// builder: regions, write mode and consistency of an account that was kept are those it had.
    /// Nobody else can open the directory while the account lives.
    ///
    /// Every answer waits until what it rests on is on disk, so nobody sees what a crash could
    /// take back. Changes that were on their way to another region or replica count as delivered
    /// when the account is opened again. The layout is described in `docs/storage-format.md`.
    pub fn data_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.beginning = Beginning::Directory(directory.into());
        self
    }

    /// Begins with what a [`Snapshot`] holds, in memory: an account of its own with this builder's
    /// name, keys, clock and settings, and with the regions of the snapshot. Default: begins
    /// empty. Of this and [`data_directory`](Self::data_directory) the last counts.
    pub fn snapshot(mut self, snapshot: &Snapshot) -> Self {
        self.beginning = Beginning::Snapshot(snapshot.clone());
        self
    }

    /// The settings of another account.
    pub(super) fn settings(self, settings: Settings) -> Self {
        let Settings {
            partitions_per_container,
            throttling,
            query_merging,
            scaling_time,
            partition_storage_limit_bytes,
            acknowledgement_timeout,
        } = settings;
        Self {
            partitions_per_container,
            throttling,
            query_merging,
            scaling_time,
            partition_storage_limit_bytes,
            acknowledgement_timeout,
            ..self
        }
    }

    /// Stays in a store of a test.
    #[cfg(test)]
    pub(crate) fn store(mut self, store: Arc<dyn crate::durable::Store>) -> Self {
        self.beginning = Beginning::Store(store);
        self
    }

    /// Makes the account.
    ///
    /// # Errors
    /// [`BuildError`] for the first setting that is not allowed, and for a data directory that
    /// cannot be opened.
    pub fn build(self) -> Result<Account, BuildError> {
        self.check()?;
        let (living, durable, seed) = self.begun()?;
        let settings = Settings {
            partitions_per_container: self.partitions_per_container,
            throttling: self.throttling,
            query_merging: self.query_merging,
            scaling_time: self.scaling_time,
            partition_storage_limit_bytes: self.partition_storage_limit_bytes,
            acknowledgement_timeout: self.acknowledgement_timeout,
        };
        let (named, clock) = ((self.name, self.keys), SteeredClock::new(self.clock));
        Ok(Account::new(named, living, durable, settings, clock, seed))
    }

    fn check(&self) -> Result<(), BuildError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if self.name.is_empty() || self.name.len() > 50 || !self.name.chars().all(allowed) {
            return Err(BuildError::Name(self.name.clone()));
        }
        if self.regions.is_empty() {
            return Err(BuildError::NoRegion);
        }
        let is_multi = self.write_mode == WriteMode::Multi;
        if is_multi && self.consistency == ConsistencyLevel::Strong {
            return Err(TopologyError::StrongMultiWrite.into());
        }
        if let Some(partitions) = self.partitions_per_container
            && partitions.get() > MAX_INITIAL_PARTITIONS
        {
            return Err(BuildError::TooManyPartitions(partitions.get()));
        }
        check_regions(&self.regions)?;
        Ok(())
    }

    /// What the account begins with, where it stays, and the seed.
    fn begun(&self) -> Result<(Living, Option<Durable>, u64), BuildError> {
        let opened = match &self.beginning {
            Beginning::Empty => {
                let living = Living::new(self.topology()?, Arc::default(), 1);
                return Ok((living, None, self.seed));
            }
            Beginning::Snapshot(snapshot) => return Ok((snapshot.living(), None, self.seed)),
            Beginning::Directory(directory) => Opened::directory(directory)?,
            #[cfg(test)]
            Beginning::Store(store) => Opened::on(Arc::clone(store))?,
        };
        let topology = match opened.topology() {
            Some(topology) => topology,
            None => self.topology()?,
        };
        let living = Living::new(topology, opened.catalog(), opened.writes());
        // Every opening draws other numbers than those before.
        let seed = self.seed.wrapping_add(opened.times_opened());
        let durable = opened.start(living.clone())?;
        Ok((living, Some(durable), seed))
    }

    fn topology(&self) -> Result<Topology, BuildError> {
        let topology = Topology::new(self.regions.clone(), self.write_mode, self.consistency);
        Ok(topology.with_terms(self.staleness.checked()?, self.link_lag))
    }
}

fn check_regions(regions: &[Region]) -> Result<(), TopologyError> {
    if regions.len() > MAX_REGIONS {
        return Err(TopologyError::TooManyRegions);
    }
    let mut rest = regions;
    while let [region, others @ ..] = rest {
        if others.contains(region) {
            return Err(TopologyError::RegionExists(region.clone()));
        }
        rest = others;
    }
    Ok(())
}
