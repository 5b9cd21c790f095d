//! What Azure Cosmos DB does, embedded: partitions, logs, replicas, regions. Knows no HTTP.
//!
//! An [`Account`] carries out [`request::Request`]s and answers with a
//! [`response::Response`] or a [`response::Failure`]. Inside it, the log is the database: a
//! partition in a region is an append-only log and the items it adds up to, a replica is a
//! position in that log, and everything else follows from positions.
//!
//! Nothing in here reads a clock or draws a random number but through [`clock`] and the seeded
//! generator of the account.

mod account;
mod address;
pub mod clock;
mod conflict;
mod consistency;
mod document;
mod durable;
mod entropy;
mod expiry;
mod feature;
mod index;
mod kept_rows;
mod known_queries;
mod metadata;
mod partition;
mod precondition;
mod refuse;
mod region;
pub mod request;
pub mod response;
mod script;
mod snapshot;
mod sql;
mod throughput;
mod transfer;
mod verb;

pub use account::{
    Account, AccountBuilder, AccountKeys, AccountRegion, Autoscaled, BuildError, ContainerNames,
    Failover, FailoverPhase, Link, LinkBacklog, OfflineMode, PartitionPositions,
    PartitionProperties, QueryMerging, RegionAvailability, RegionPositions, RegionStatus,
    Repartition, RepartitionPhase, ReplicaPosition, SplitPoint, Staleness, Throttling, Topology,
    TopologyError, WriteMode,
};
pub use cosmokit_protocol as protocol;
pub use durable::StoreError;
pub use region::lag::{Lag, LagSyntaxError};
pub use snapshot::Snapshot;
pub use transfer::{Export, Import, ImportCount, TransferError};
