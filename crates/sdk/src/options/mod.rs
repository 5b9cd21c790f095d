//! What a call may ask for, all optional.
//!
//! Every options type carries [`OperationOptions`], the layer of settings that may also be given for a whole client
//! or runtime; the driver resolves the layers once per operation. A type stands next to the one call that takes it,
//! also when it has nothing else yet, so that a wish can be added without changing a signature.

mod batch;
mod change_feed;
mod conflict;
mod container;
mod database;
mod feed;
mod feed_ranges;
mod item;
mod named_resource;
mod operation_only;
mod patch;
mod query;
mod routing_strategy;
mod shared;
mod throughput;

pub use self::shared::*;

pub use self::batch::{
    BatchDeleteOptions, BatchOptions, BatchPatchOptions, BatchReadOptions, BatchReplaceOptions,
    BatchUpsertOptions, BulkOptions,
};
pub use self::change_feed::ChangeFeedOptions;
pub use self::conflict::ConflictOptions;
pub use self::container::{
    ContainerClientOptions, CreateContainerOptions, DeleteAllItemsOptions, DeleteContainerOptions,
    ReadContainerOptions, ReplaceContainerOptions,
};
pub use self::database::{CreateDatabaseOptions, DeleteDatabaseOptions, ReadDatabaseOptions};
pub use self::feed::{
    FeedOptions, ListConflictsOptions, ListContainersOptions, ListDatabasesOptions,
    ListNamedResourcesOptions, QueryContainersOptions, QueryDatabasesOptions,
};
pub use self::feed_ranges::ReadFeedRangesOptions;
pub use self::item::{ItemReadOptions, ItemWriteOptions};
pub use self::named_resource::{NamedResourceOptions, StoredProcedureOptions};
use self::operation_only::operation_options_only;
pub use self::patch::PatchItemOptions;
pub use self::query::{QueryOptions, ReadManyOptions};
pub use self::routing_strategy::RoutingStrategy;
pub use self::throughput::ThroughputOptions;
