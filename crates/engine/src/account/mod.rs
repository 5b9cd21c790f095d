//! The account: what it is made of, its settings, and the door through which requests come.

mod admission;
mod autoscale;
mod builder;
mod call;
mod growth;
mod handle;
mod keys;
mod lookup;
mod partitions;
mod positions;
mod repartition;
mod topology;
mod topology_change;

pub use autoscale::Autoscaled;
pub use builder::{AccountBuilder, BuildError, QueryMerging, Throttling, WriteMode};
pub(crate) use call::{Call, Place, Target};
pub use handle::Account;
pub(crate) use handle::{AccountState, Settings};
pub use keys::AccountKeys;
pub use lookup::ContainerNames;
pub use partitions::PartitionProperties;
pub use positions::{LinkBacklog, PartitionPositions, RegionPositions, ReplicaPosition};
pub use repartition::{Repartition, RepartitionPhase, SplitPoint};
pub use topology::{
    AccountRegion, Failover, FailoverPhase, OfflineMode, RegionStatus, Staleness, Topology,
};
pub(crate) use topology::{Handover, KeptTopology};
pub use topology_change::{Link, RegionAvailability, TopologyError};
