//! The documents of the control plane: account, databases, containers, ranges, throughput, users, scripts, conflicts.
//!
//! Documents keep the properties that this version does not know and write them back. `validate` says what the
//! service would refuse ([`Refusal`]); `with_service_defaults` fills in what it fills in.

mod account;
mod change_feed_policy;
mod computed_property;
mod conflict;
mod container;
mod container_rules;
mod database;
mod encryption;
mod full_text;
mod geospatial;
mod id_rule;
mod index_path;
mod indexing;
mod indexing_rules;
mod materialized_view;
mod partition_key_range;
mod permission;
mod policy_rules;
mod refusal;
mod script;
mod statistics;
mod system;
mod throughput;
mod timestamp;
mod ttl;
mod unique_key;
mod user;
mod vector;
mod wire_word;

#[cfg(test)]
mod tests;

/// Properties of a document that this version does not know, by name.
pub type UnknownProperties = std::collections::BTreeMap<String, serde_json::Value>;

pub use account::{
    AccountProperties, AccountRegion, ConsistencyPolicy, ReadPolicy, ReplicationPolicy,
};
pub use change_feed_policy::ChangeFeedPolicy;
pub use computed_property::ComputedProperty;
pub use conflict::{Conflict, ConflictResolutionMode, ConflictResolutionPolicy};
pub use container::{ContainerLinks, ContainerProperties};
pub use database::{DatabaseLinks, DatabaseProperties};
pub use encryption::{
    AEAD_AES_256_CBC_HMAC_SHA256, ClientEncryptionIncludedPath, ClientEncryptionKey,
    ClientEncryptionPolicy, EncryptionType, KeyWrapMetadata,
};
pub use full_text::{FullTextIndex, FullTextPath, FullTextPolicy};
pub use geospatial::{BoundingBox, GeospatialConfig, GeospatialType, SpatialIndex, SpatialType};
pub use id_rule::{IdLimit, IdRule};
pub use index_path::{IndexPath, IndexPathEnd, IndexStep, MAX_PATH_STEPS};
pub use indexing::{
    CompositeIndex, CompositeIndexOrder, CompositeIndexProperty, IndexingMode, IndexingPolicy,
    PropertyPath,
};
pub use materialized_view::MaterializedViewDefinition;
pub use partition_key_range::{PartitionKeyRange, PartitionKeyRangeStatus};
pub use permission::{Permission, PermissionMode};
pub use refusal::Refusal;
pub use script::{StoredProcedure, Trigger, TriggerOperation, TriggerType, UserDefinedFunction};
pub use statistics::PartitionStatistics;
pub use system::SystemProperties;
pub use throughput::{
    AutoUpgradePolicy, OfferAutoscaleSettings, OfferContent, OfferMinimumThroughputParameters,
    ThroughputPolicy, ThroughputProperties,
};
pub use timestamp::Timestamp;
pub use ttl::TimeToLive;
pub use unique_key::{UniqueKey, UniqueKeyPolicy};
pub use user::User;
pub use vector::{
    QuantizerType, VectorDataType, VectorDistanceFunction, VectorEmbedding, VectorEmbeddingPolicy,
    VectorIndex, VectorIndexType,
};
