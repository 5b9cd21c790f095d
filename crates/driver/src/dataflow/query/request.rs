//! What a query asks for.

use cosmokit_protocol::op::SqlQuery;
use cosmokit_protocol::session::SessionToken;
use cosmokit_protocol::wire::header::{self, value};

use super::QueryLimits;
use crate::dataflow::{ContinuationToken, FeedScope};
use crate::operation::{CosmosOperation, MaxItemCountHint};
use crate::reference::ContainerReference;

/// Who plans a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryPlanMode {
    /// This client; the gateway when the text has something that this version does not know.
    #[default]
    LocalPreferred,
    /// This client only: what it does not know is an error.
    LocalOnly,
    /// The gateway, at the cost of a round trip.
    GatewayOnly,
}

/// A query over a container or a part of it, or a feed of its items.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QueryRequest {
    /// The container.
    pub container: ContainerReference,
    /// The part of it.
    pub scope: FeedScope,
    /// The query with its parameters; `None` reads the items as they are.
    pub query: Option<SqlQuery>,
    /// Where another reader stopped.
    pub continuation: Option<ContinuationToken>,
    /// How many rows a page may have.
    pub max_item_count: MaxItemCountHint,
    /// A session token of another process, instead of what this driver has seen itself.
    pub session_token: Option<SessionToken>,
    /// Whether answers say which indexes were used and missed.
    pub populate_index_metrics: bool,
    /// Whether answers say what the query took.
    pub populate_query_metrics: bool,
    /// Whether paths without an index may be scanned.
    pub enable_scan: bool,
    /// Who plans the query.
    pub plan_mode: QueryPlanMode,
    /// What the query may use of the client.
    pub limits: QueryLimits,
}

impl QueryRequest {
    /// A query over a part of a container.
    pub fn new(
        container: ContainerReference,
        scope: impl Into<FeedScope>,
        query: impl Into<SqlQuery>,
    ) -> Self {
        Self {
            query: Some(query.into()),
            ..Self::items(container, scope)
        }
    }

    /// All items of a part of a container, without a query.
    pub fn items(container: ContainerReference, scope: impl Into<FeedScope>) -> Self {
        Self {
            container,
            scope: scope.into(),
            query: None,
            continuation: None,
            max_item_count: MaxItemCountHint::ServerDecides,
            session_token: None,
            populate_index_metrics: false,
            populate_query_metrics: false,
            enable_scan: false,
            plan_mode: QueryPlanMode::LocalPreferred,
            limits: QueryLimits::default(),
        }
    }

    /// The operation, as diagnostics name it.
    pub(super) fn name(&self) -> &'static str {
        match self.query {
            Some(_) => "query_items",
            None => "read_all_items",
        }
    }

    /// The rows of a page, when the caller has a limit.
    pub(super) fn page_limit(&self) -> Option<usize> {
        match self.max_item_count {
            MaxItemCountHint::Limit(limit) => usize::try_from(limit.get()).ok(),
            MaxItemCountHint::ServerDecides => None,
        }
    }

    /// An operation with the wishes that hold for every request of the query.
    pub(super) fn dress(&self, mut operation: CosmosOperation) -> CosmosOperation {
        if let Some(token) = &self.session_token {
            operation = operation.with_session_token(token.clone());
        }
        let flags = [
            (self.populate_index_metrics, header::POPULATE_INDEX_METRICS),
            (self.populate_query_metrics, header::POPULATE_QUERY_METRICS),
            (self.enable_scan, header::ENABLE_SCAN_IN_QUERY),
        ];
        for (_, name) in flags.into_iter().filter(|(is_on, _)| *is_on) {
            operation = operation.with_request_header(name, value::TRUE);
        }
        operation
    }
}
