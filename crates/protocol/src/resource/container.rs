//! The container document.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{
    ChangeFeedPolicy, ClientEncryptionPolicy, ComputedProperty, ConflictResolutionPolicy,
    FullTextPolicy, GeospatialConfig, IndexingPolicy, MaterializedViewDefinition,
    PartitionStatistics, SystemProperties, TimeToLive, UniqueKeyPolicy, UnknownProperties,
    VectorEmbeddingPolicy,
};
use crate::partition::PartitionKeyDefinition;

/// A container: its key, its policies, its system properties.
///
/// Only `id` and `partition_key` are required to create one; the service fills in the rest.
///
/// ```
/// use cosmokit_protocol::resource::{ContainerProperties, IndexingPolicy, TimeToLive};
///
/// let properties = ContainerProperties::new("orders", "/customer".into())
///     .with_default_ttl(TimeToLive::Seconds(3600))
///     .with_indexing_policy(IndexingPolicy::default().with_included_path("/*"));
/// assert_eq!(properties.id, "orders");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContainerProperties {
    /// The id.
    pub id: Cow<'static, str>,
    /// What decides the partition of an item; cannot change.
    pub partition_key: PartitionKeyDefinition,
    /// Which properties are indexed, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indexing_policy: Option<IndexingPolicy>,
    /// Values that may stand once in a logical partition; cannot change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_key_policy: Option<UniqueKeyPolicy>,
    /// How conflicting writes of several regions are settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict_resolution_policy: Option<ConflictResolutionPolicy>,
    /// Whether coordinates are on a sphere or on a plane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geospatial_config: Option<GeospatialConfig>,
    /// Which properties hold vectors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vector_embedding_policy: Option<VectorEmbeddingPolicy>,
    /// Which properties hold text to search in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_text_policy: Option<FullTextPolicy>,
    /// How long every version of the items is remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_feed_policy: Option<ChangeFeedPolicy>,
    /// Properties that queries compute; at most 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed_properties: Option<Vec<ComputedProperty>>,
    /// Which properties clients encrypt; cannot change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_encryption_policy: Option<ClientEncryptionPolicy>,
    /// From which container the service fills this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub materialized_view_definition: Option<MaterializedViewDefinition>,
    /// The same under its newer name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global_secondary_index_definition: Option<MaterializedViewDefinition>,
    /// How long items live when they do not say so themselves.
    #[serde(default, skip_serializing_if = "TimeToLive::is_forever")]
    pub default_ttl: TimeToLive,
    /// How long items live in the analytical store.
    #[serde(default, skip_serializing_if = "TimeToLive::is_forever")]
    pub analytical_storage_ttl: TimeToLive,
    /// Sizes of the partitions; in answers to reads that ask for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<Vec<PartitionStatistics>>,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// `_docs`, `_sprocs`, `_triggers`, `_udfs`, `_conflicts`.
    #[serde(flatten)]
    pub links: ContainerLinks,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl ContainerProperties {
    /// A container with the service's defaults for everything but its key.
    pub fn new(id: impl Into<Cow<'static, str>>, partition_key: PartitionKeyDefinition) -> Self {
        Self {
            id: id.into(),
            partition_key,
            indexing_policy: None,
            unique_key_policy: None,
            conflict_resolution_policy: None,
            geospatial_config: None,
            vector_embedding_policy: None,
            full_text_policy: None,
            change_feed_policy: None,
            computed_properties: None,
            client_encryption_policy: None,
            materialized_view_definition: None,
            global_secondary_index_definition: None,
            default_ttl: TimeToLive::Forever,
            analytical_storage_ttl: TimeToLive::Forever,
            statistics: None,
            system_properties: SystemProperties::default(),
            links: ContainerLinks::default(),
            unknown: UnknownProperties::new(),
        }
    }

    /// Sets which properties are indexed.
    pub fn with_indexing_policy(mut self, indexing_policy: IndexingPolicy) -> Self {
        self.indexing_policy = Some(indexing_policy);
        self
    }

    /// Sets the unique keys.
    pub fn with_unique_key_policy(mut self, unique_key_policy: UniqueKeyPolicy) -> Self {
        self.unique_key_policy = Some(unique_key_policy);
        self
    }

    /// Sets how conflicting writes are settled.
    pub fn with_conflict_resolution_policy(
        mut self,
        conflict_resolution_policy: ConflictResolutionPolicy,
    ) -> Self {
        self.conflict_resolution_policy = Some(conflict_resolution_policy);
        self
    }

    /// Sets whether coordinates are on a sphere or on a plane.
    pub fn with_geospatial_config(mut self, geospatial_config: GeospatialConfig) -> Self {
        self.geospatial_config = Some(geospatial_config);
        self
    }

    /// Sets which properties hold vectors.
    pub fn with_vector_embedding_policy(
        mut self,
        vector_embedding_policy: VectorEmbeddingPolicy,
    ) -> Self {
        self.vector_embedding_policy = Some(vector_embedding_policy);
        self
    }

    /// Sets which properties hold text to search in.
    pub fn with_full_text_policy(mut self, full_text_policy: FullTextPolicy) -> Self {
        self.full_text_policy = Some(full_text_policy);
        self
    }

    /// Sets how long every version of the items is remembered.
    pub fn with_change_feed_policy(mut self, change_feed_policy: ChangeFeedPolicy) -> Self {
        self.change_feed_policy = Some(change_feed_policy);
        self
    }

    /// Adds a property that queries compute.
    pub fn with_computed_property(mut self, computed_property: ComputedProperty) -> Self {
        self.computed_properties
            .get_or_insert_default()
            .push(computed_property);
        self
    }

    /// Sets which properties clients encrypt.
    pub fn with_client_encryption_policy(
        mut self,
        client_encryption_policy: ClientEncryptionPolicy,
    ) -> Self {
        self.client_encryption_policy = Some(client_encryption_policy);
        self
    }

    /// Sets from which container the service fills this one.
    pub fn with_materialized_view_definition(
        mut self,
        definition: MaterializedViewDefinition,
    ) -> Self {
        self.materialized_view_definition = Some(definition);
        self
    }

    /// Sets how long items live when they do not say so themselves.
    pub fn with_default_ttl(mut self, default_ttl: impl Into<TimeToLive>) -> Self {
        self.default_ttl = default_ttl.into();
        self
    }

    /// Sets how long items live in the analytical store.
    pub fn with_analytical_storage_ttl(
        mut self,
        analytical_storage_ttl: impl Into<TimeToLive>,
    ) -> Self {
        self.analytical_storage_ttl = analytical_storage_ttl.into();
        self
    }
}

/// Where the children of a container are, relative to `_self`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContainerLinks {
    /// `docs/`.
    #[serde(rename = "_docs", default, skip_serializing_if = "Option::is_none")]
    pub documents: Option<String>,
    /// `sprocs/`.
    #[serde(rename = "_sprocs", default, skip_serializing_if = "Option::is_none")]
    pub stored_procedures: Option<String>,
    /// `triggers/`.
    #[serde(rename = "_triggers", default, skip_serializing_if = "Option::is_none")]
    pub triggers: Option<String>,
    /// `udfs/`.
    #[serde(rename = "_udfs", default, skip_serializing_if = "Option::is_none")]
    pub user_defined_functions: Option<String>,
    /// `conflicts/`.
    #[serde(
        rename = "_conflicts",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub conflicts: Option<String>,
}

impl ContainerLinks {
    /// What the service writes.
    pub fn service() -> Self {
        let link = |path: &str| Some(path.to_owned());
        Self {
            documents: link("docs/"),
            stored_procedures: link("sprocs/"),
            triggers: link("triggers/"),
            user_defined_functions: link("udfs/"),
            conflicts: link("conflicts/"),
        }
    }
}
