//! Queries over the items of a container.

use cosmokit_protocol::op::SqlQuery;

use super::{ContainerAddress, FeedScope, Paging, Populate};

/// Query the items of a container: 200 with a page of rows.
#[derive(Clone, Debug)]
pub struct QueryItems {
    /// Which container.
    pub container: ContainerAddress,
    /// Text, parameters, and where an ordered query goes on.
    pub query: SqlQuery,
    /// Which part of the container; all of it is one evaluation.
    pub scope: FeedScope,
    /// Whether a query without scope may read every partition.
    pub cross_partition: CrossPartition,
    /// Which page.
    pub paging: Paging,
    /// What else it may do and tell.
    pub settings: QuerySettings,
}

/// What a query may do and tell besides its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuerySettings {
    /// `x-ms-documentdb-query-enable-scan: true`: whether a filter may be evaluated on every item
    /// of a container that has no index.
    pub may_scan: bool,
    /// `x-ms-documentdb-populatequerymetrics: true`: what was done, and how long it took.
    pub query_metrics: Populate,
    /// Which indexes served the query, and which it missed; nothing when `None`.
    pub index_metrics: Option<IndexMetricsForm>,
}

/// In which form index metrics are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexMetricsForm {
    /// `x-ms-cosmos-populateindexmetrics: true`.
    First,
    /// `x-ms-cosmos-populateindexmetrics-v2: true`.
    Second,
}

/// Whether a query may read more than one logical partition when its scope names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CrossPartition {
    /// It may not, unless its filter names the whole partition key.
    #[default]
    Disabled,
    /// `x-ms-documentdb-query-enablecrosspartition: true`.
    Enabled,
}

/// Plan a query for clients that merge the answers of partitions themselves: 200 with the plan.
#[derive(Clone, Debug)]
pub struct PlanQuery {
    /// Which container.
    pub container: ContainerAddress,
    /// Text and parameters.
    pub query: SqlQuery,
    /// `x-ms-cosmos-supported-query-features`: what the client can merge; `None` asks for no check.
    pub supported_features: Option<String>,
}
