//! The account document, `GET /`.

use serde::{Deserialize, Serialize};

use super::UnknownProperties;
use crate::wire::consistency::ConsistencyLevel;
use crate::wire::region::Region;

/// The account: its regions, its default consistency, what it has turned on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the service's document has them"
)]
#[non_exhaustive]
pub struct AccountProperties {
    /// Always empty.
    #[serde(rename = "_self", default)]
    pub self_link: String,
    /// Name of the account.
    pub id: String,
    /// Host name of the account.
    #[serde(rename = "_rid", default)]
    pub resource_id: String,
    /// `//media/`.
    #[serde(default)]
    pub media: String,
    /// `//addresses/`.
    #[serde(default)]
    pub addresses: String,
    /// `//dbs/`.
    #[serde(rename = "_dbs", default)]
    pub databases_link: String,
    /// Regions that take writes, the preferred one first.
    #[serde(default)]
    pub writable_locations: Vec<AccountRegion>,
    /// Regions that answer reads, in the order of the account.
    #[serde(default)]
    pub readable_locations: Vec<AccountRegion>,
    /// Whether all writable regions take writes at the same time.
    #[serde(default)]
    pub enable_multiple_write_locations: bool,
    /// Whether the account has continuous backup.
    #[serde(default)]
    pub continuous_backup_enabled: bool,
    /// Whether writes wait for several regions.
    #[serde(default)]
    pub enable_n_region_synchronous_commit: bool,
    /// Whether single partitions may fail over to another region.
    #[serde(default)]
    pub enable_per_partition_failover_behavior: bool,
    /// Whether the service asks clients not to hedge across regions; absent means that it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disable_cross_regional_hedging: Option<bool>,
    /// Replicas per partition, as users set it.
    #[serde(default)]
    pub user_replication_policy: ReplicationPolicy,
    /// Replicas per partition, as the service runs it.
    #[serde(default)]
    pub system_replication_policy: ReplicationPolicy,
    /// Default consistency.
    #[serde(default)]
    pub user_consistency_policy: ConsistencyPolicy,
    /// Which replicas are read first.
    #[serde(default)]
    pub read_policy: ReadPolicy,
    /// Limits and switches of the query engine, as JSON text inside a string.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query_engine_configuration: String,
    /// Endpoints of the thin-client proxy for writes; present only where it runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thin_client_writable_locations: Vec<AccountRegion>,
    /// Endpoints of the thin-client proxy for reads; present only where it runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thin_client_readable_locations: Vec<AccountRegion>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl AccountProperties {
    /// The query engine configuration that a plain account returns.
    pub const QUERY_ENGINE_CONFIGURATION: &'static str = concat!(
        r#"{"maxSqlQueryInputLength":262144,"maxJoinsPerSqlQuery":10,"maxLogicalAndPerSqlQuery":2000,"#,
        r#""maxLogicalOrPerSqlQuery":2000,"maxUdfRefPerSqlQuery":10,"maxInExpressionItemsCount":16000,"#,
        r#""queryMaxGroupByTableCellCount":500000,"queryMaxInMemorySortDocumentCount":500,"#,
        r#""maxQueryRequestTimeoutFraction":0.9,"sqlAllowNonFiniteNumbers":false,"#,
        r#""sqlAllowAggregateFunctions":true,"sqlAllowSubQuery":true,"sqlAllowScalarSubQuery":true,"#,
        r#""allowNewKeywords":true,"sqlAllowLike":true,"sqlAllowGroupByClause":true,"#,
        r#""maxSpatialQueryCells":12,"spatialMaxGeometryPointCount":256,"#,
        r#""sqlDisableQueryILOptimization":false,"sqlDisableFilterPlanOptimization":false}"#,
    );

    /// The document of the account `id` at `host`, with the constants of the service and no regions yet.
    pub fn new(id: impl Into<String>, host: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            resource_id: host.into(),
            media: "//media/".to_owned(),
            addresses: "//addresses/".to_owned(),
            databases_link: "//dbs/".to_owned(),
            disable_cross_regional_hedging: Some(false),
            read_policy: ReadPolicy::new(1, 1),
            query_engine_configuration: Self::QUERY_ENGINE_CONFIGURATION.to_owned(),
            ..Self::default()
        }
    }

    /// The first writable region.
    pub fn write_region(&self) -> Option<&AccountRegion> {
        self.writable_locations.first()
    }
}

/// One region of an account and where it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccountRegion {
    /// Display name, such as `West US`.
    pub name: String,
    /// Absolute URL of the region with a slash at the end.
    pub database_account_endpoint: String,
}

impl AccountRegion {
    /// The region `name` at the URL `endpoint`.
    pub fn new(name: impl Into<String>, endpoint: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            database_account_endpoint: endpoint.into(),
        }
    }

    /// The region by its normalised name.
    pub fn region(&self) -> Region {
        Region::new(&self.name)
    }
}

/// How many replicas a partition has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ReplicationPolicy {
    /// Whether replication does not delay writes.
    #[serde(default)]
    pub async_replication: bool,
    /// The least number of replicas; 3 when absent.
    #[serde(default = "ReplicationPolicy::min_default")]
    pub min_replica_set_size: u32,
    /// The greatest number of replicas; 4 when absent. The small `s` is the service's.
    #[serde(
        rename = "maxReplicasetSize",
        default = "ReplicationPolicy::max_default"
    )]
    pub max_replica_set_size: u32,
}

impl ReplicationPolicy {
    fn min_default() -> u32 {
        3
    }

    fn max_default() -> u32 {
        4
    }
}

impl Default for ReplicationPolicy {
    fn default() -> Self {
        Self {
            async_replication: false,
            min_replica_set_size: Self::min_default(),
            max_replica_set_size: Self::max_default(),
        }
    }
}

/// The default consistency of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ConsistencyPolicy {
    /// The level; Session when absent.
    #[serde(default = "ConsistencyPolicy::default_level")]
    pub default_consistency_level: ConsistencyLevel,
    /// For bounded staleness: by how many versions a read may lag.
    #[serde(default = "ConsistencyPolicy::default_prefix")]
    pub max_staleness_prefix: u64,
    /// For bounded staleness: by how many seconds a read may lag.
    #[serde(default = "ConsistencyPolicy::default_interval")]
    pub max_interval_in_seconds: u64,
}

impl ConsistencyPolicy {
    /// A policy with the level and the service's default staleness (100 versions, 5 seconds).
    pub fn new(level: ConsistencyLevel) -> Self {
        Self {
            default_consistency_level: level,
            max_staleness_prefix: Self::default_prefix(),
            max_interval_in_seconds: Self::default_interval(),
        }
    }

    fn default_level() -> ConsistencyLevel {
        ConsistencyLevel::Session
    }

    fn default_prefix() -> u64 {
        100
    }

    fn default_interval() -> u64 {
        5
    }
}

impl Default for ConsistencyPolicy {
    fn default() -> Self {
        Self::new(ConsistencyLevel::Session)
    }
}

/// Weights for choosing the replica to read; the service's own business.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ReadPolicy {
    /// Weight of the primary replica.
    #[serde(default)]
    pub primary_read_coefficient: i32,
    /// Weight of the other replicas.
    #[serde(default)]
    pub secondary_read_coefficient: i32,
}

impl ReadPolicy {
    /// A policy with these weights.
    pub fn new(primary_read_coefficient: i32, secondary_read_coefficient: i32) -> Self {
        Self {
            primary_read_coefficient,
            secondary_read_coefficient,
        }
    }
}
