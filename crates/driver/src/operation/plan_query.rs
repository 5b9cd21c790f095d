//! Asks the gateway for the plan of a query: `POST …/docs` with the query and what the client can merge.

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::wire::header;
use http::{HeaderValue, Method};

use super::{Content, CosmosOperation, Flag, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "plan_query",
    operation: OperationType::QueryPlan,
    method: Method::POST,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::Query,
    reply: Reply::Whole,
    flags: &[Flag::Query, Flag::CrossPartition],
};

/// Everything that [`cosmokit_query::merge`] can do, by the names of the wire.
const FEATURES: HeaderValue = HeaderValue::from_static(
    "NonValueAggregate,Aggregate,Distinct,MultipleOrderBy,OffsetAndLimit,OrderBy,Top,CompositeAggregate,GroupBy,\
     MultipleAggregates,NonStreamingOrderBy,ListAndSetAggregate,CountIf,HybridSearch,WeightedRankFusion,DCount",
);

impl CosmosOperation {
    /// Asks for the plan of a query; the body is the query document, the answer a
    /// [`PartitionedQueryExecutionInfo`](cosmokit_query::plan::PartitionedQueryExecutionInfo).
    pub fn plan_query(container: ContainerReference) -> Self {
        let (subject, check) = Subject::items(container, None);
        Self::new(&VERB, subject, check)
            .with_request_header(
                header::IS_QUERY_PLAN_REQUEST,
                HeaderValue::from_static("True"),
            )
            .with_request_header(header::SUPPORTED_QUERY_FEATURES, FEATURES)
            .with_request_header(header::QUERY_VERSION, HeaderValue::from_static("1.0"))
    }
}
