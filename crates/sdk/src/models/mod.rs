//! What goes to an account and comes back from it: resource documents, partition keys, responses.
//!
//! The documents are those of `cosmokit-protocol`; each keeps the properties that this version does not know, so that
//! reading, changing and replacing one loses nothing.

mod batch_response;
mod item_response;
mod read_many_response;
mod resource_response;
#[cfg(feature = "entra")]
mod response_headers;
mod stored_procedure_response;
mod transactional_batch;

pub use cosmokit_driver::{BulkItem, BulkOutcome, ContainerReference, ResponseBody};
pub use cosmokit_protocol::op::change_feed::LogicalSequenceNumber;
pub use cosmokit_protocol::op::{
    BatchOperation, BatchOperationType, ChangeFeedItem, ChangeFeedMetadata,
    ChangeFeedOperationType, CosmosNumber, IndexMetrics, PatchInstructions, PatchOperation,
    QueryMetrics, TransactionalBatchOperationResult, TransactionalBatchResponse,
};
pub use cosmokit_protocol::partition::{
    EffectivePartitionKey, PartitionKey, PartitionKeyDefinition, PartitionKeyKind,
    PartitionKeyValue, PartitionKeyVersion,
};
pub use cosmokit_protocol::resource::{
    AccountProperties, AccountRegion, ChangeFeedPolicy, ClientEncryptionIncludedPath,
    ClientEncryptionKey, ClientEncryptionPolicy, CompositeIndex, CompositeIndexOrder,
    CompositeIndexProperty, ComputedProperty, Conflict, ConflictResolutionMode,
    ConflictResolutionPolicy, ContainerProperties, DatabaseProperties, EncryptionType,
    FullTextIndex, FullTextPath, FullTextPolicy, GeospatialConfig, GeospatialType, IndexingMode,
    IndexingPolicy, KeyWrapMetadata, Permission, PermissionMode, PropertyPath, QuantizerType,
    SpatialIndex, SpatialType, StoredProcedure, SystemProperties, ThroughputProperties, TimeToLive,
    Timestamp, Trigger, TriggerOperation, TriggerType, UniqueKey, UniqueKeyPolicy, User,
    UserDefinedFunction, VectorDataType, VectorDistanceFunction, VectorEmbedding,
    VectorEmbeddingPolicy, VectorIndex, VectorIndexType,
};
pub use cosmokit_protocol::status::CosmosStatus;
pub use cosmokit_protocol::wire::charge::RequestCharge;
#[cfg(not(feature = "entra"))]
pub use cosmokit_protocol::wire::header::ResponseHeaders;

pub use self::batch_response::BatchResponse;
pub use self::item_response::ItemResponse;
pub use self::read_many_response::ReadManyResponse;
pub use self::resource_response::ResourceResponse;
#[cfg(feature = "entra")]
pub use self::response_headers::ResponseHeaders;
pub use self::stored_procedure_response::StoredProcedureResponse;
pub use self::transactional_batch::TransactionalBatch;
