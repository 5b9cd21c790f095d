//! What goes to an account and comes back from it: resource documents, partition keys, responses.
//!
//! The documents are those of `cosmokit-protocol`; each keeps the properties that this version does not know, so that
//! reading, changing and replacing one loses nothing.

mod item_response;
mod resource_response;
#[cfg(feature = "entra")]
mod response_headers;

pub use cosmokit_driver::{ContainerReference, ResponseBody};
pub use cosmokit_protocol::partition::{
    EffectivePartitionKey, PartitionKey, PartitionKeyDefinition, PartitionKeyKind,
    PartitionKeyValue, PartitionKeyVersion,
};
pub use cosmokit_protocol::resource::{
    ChangeFeedPolicy, ClientEncryptionIncludedPath, ClientEncryptionPolicy, CompositeIndex,
    CompositeIndexOrder, CompositeIndexProperty, ComputedProperty, ConflictResolutionMode,
    ConflictResolutionPolicy, ContainerProperties, DatabaseProperties, EncryptionType,
    FullTextIndex, FullTextPath, FullTextPolicy, GeospatialConfig, GeospatialType, IndexingMode,
    IndexingPolicy, PropertyPath, QuantizerType, SpatialIndex, SpatialType, SystemProperties,
    ThroughputProperties, TimeToLive, Timestamp, UniqueKey, UniqueKeyPolicy, VectorDataType,
    VectorDistanceFunction, VectorEmbedding, VectorEmbeddingPolicy, VectorIndex, VectorIndexType,
};
pub use cosmokit_protocol::status::CosmosStatus;
pub use cosmokit_protocol::wire::charge::RequestCharge;
#[cfg(not(feature = "entra"))]
pub use cosmokit_protocol::wire::header::ResponseHeaders;

pub use self::item_response::ItemResponse;
pub use self::resource_response::ResourceResponse;
#[cfg(feature = "entra")]
pub use self::response_headers::ResponseHeaders;
