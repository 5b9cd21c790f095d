//! Finds out what a query asks of which part of the container: from the text, or by asking the gateway.

use std::sync::Arc;

use cosmokit_protocol::op::SqlQuery;
use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange};
use cosmokit_query::plan::{
    PartitionedQueryExecutionInfo, PreparedQuery, QueryInfo, QueryRange, Work,
};
use cosmokit_query::value::Value;
use cosmokit_query::{QueryError, Schema};

use super::{QueryPlanMode, QueryRequest};
use crate::cache::{RangeRefresh, ResolvedContainer};
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::operation::CosmosOperation;
use crate::pipeline::Terms;

/// Who made a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum PlanSource {
    /// This client.
    Local,
    /// The gateway.
    Gateway,
    /// Nobody: the query is sent to one partition key as it is, or there is no query.
    None,
}

/// What a query asks of which parts of the container.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QueryPlan {
    /// Who made it.
    pub source: PlanSource,
    /// What is asked, and how the answers are merged.
    pub work: Work,
    /// The parts to ask, one for each partition, in order.
    pub parts: Vec<EpkRange>,
}

/// A plan before it is laid over the partitions.
struct Draft {
    source: PlanSource,
    work: Work,
    /// The hash points whose items can be rows.
    ranges: Vec<EpkRange>,
    reads_documents: bool,
}

impl QueryPlan {
    /// The plan of a query over `scope`.
    pub(super) async fn make(
        terms: &Terms,
        container: &Arc<ResolvedContainer>,
        request: &QueryRequest,
        scope: &EpkRange,
    ) -> Result<Self> {
        let draft = match &request.query {
            None => Draft {
                source: PlanSource::None,
                work: Work::Query(Arc::new(QueryInfo::default())),
                ranges: vec![EpkRange::FULL],
                reads_documents: true,
            },
            Some(query) => draft(terms, container, request, query).await?,
        };
        let map = terms.ranges(container, RangeRefresh::IfMissing).await?;
        let mut parts: Vec<EpkRange> = Vec::new();
        // Several keys in one partition are asked for in one request: the filter is in the text.
        let mut owners: Vec<&str> = Vec::new();
        for range in &draft.ranges {
            let Some(wanted) = range.intersect(scope) else {
                continue;
            };
            for owner in map.map().overlapping(&wanted) {
                let Some(part) = owner.range().intersect(&wanted) else {
                    continue;
                };
                if owners.last() == Some(&owner.id())
                    && let Some(last) = parts.last_mut()
                {
                    *last = hull(last, &part);
                } else {
                    parts.push(part);
                    owners.push(owner.id());
                }
            }
        }
        if !draft.reads_documents {
            // Rows that come from no document come from any one partition.
            let first = map.map().overlapping(scope).first();
            parts = first
                .and_then(|owner| owner.range().intersect(scope))
                .into_iter()
                .collect();
        }
        let limit = request.limits.max_fan_out;
        if u32::try_from(parts.len()).is_ok_and(|count| count <= limit) {
            Ok(Self {
                source: draft.source,
                work: draft.work,
                parts,
            })
        } else {
            Err(CosmosError::builder()
                .with_status(client::FAN_OUT)
                .with_message(format!(
                    "the query needs {} partitions, and the limit is {limit}; name partition keys in its \
                     filter, or raise max_fan_out",
                    parts.len()
                ))
                .build())
        }
    }
}

async fn draft(
    terms: &Terms,
    container: &Arc<ResolvedContainer>,
    request: &QueryRequest,
    query: &SqlQuery,
) -> Result<Draft> {
    if request.plan_mode == QueryPlanMode::GatewayOnly {
        return ask_gateway(terms, request, query).await;
    }
    match plan_here(container, query) {
        Ok(draft) => Ok(draft),
        Err(error) if request.plan_mode == QueryPlanMode::LocalOnly => Err(refused(&error)),
        Err(error) => {
            tracing::debug!(%error, "the query is not one that this version can plan; asking the gateway");
            ask_gateway(terms, request, query).await
        }
    }
}

fn plan_here(
    container: &ResolvedContainer,
    query: &SqlQuery,
) -> std::result::Result<Draft, QueryError> {
    let definition = container.partition_key_definition();
    let prepared = container.plans().get_or_prepare(&query.query, || {
        let schema = Schema::of(container.properties());
        PreparedQuery::prepare(&query.query, &schema, definition)
    })?;
    let parameters = query.parameters.iter();
    let plan = prepared
        .plan(parameters.map(|parameter| (&*parameter.name, Value::from(&parameter.value))))?;
    Ok(Draft {
        source: PlanSource::Local,
        ranges: plan.key_ranges().epk_ranges(definition),
        reads_documents: plan.reads_documents(),
        work: plan.work().clone(),
    })
}

async fn ask_gateway(terms: &Terms, request: &QueryRequest, query: &SqlQuery) -> Result<Draft> {
    let operation = CosmosOperation::plan_query(request.container.clone());
    let operation = request.dress(operation.with_body(query.to_bytes()));
    let response = terms.execute(&operation).await?;
    let document: PartitionedQueryExecutionInfo =
        serde_json::from_slice(response.body().as_bytes())
            .map_err(|error| unreadable("it is not one").with_source(error).build())?;
    let mut ranges = document
        .query_ranges
        .iter()
        .filter_map(|range| hash_points(range).transpose())
        .collect::<Result<Vec<EpkRange>>>()?;
    ranges.sort_by(|a, b| a.min().cmp(b.min()));
    let work = Work::from_document(document)
        .ok_or_else(|| unreadable("it does not say what to do").build())?;
    Ok(Draft {
        source: PlanSource::Gateway,
        work,
        // An empty range stands for a contradiction: other clients ask one partition then.
        reads_documents: !ranges.is_empty(),
        ranges,
    })
}

/// The hash points of a range of a plan; `None` for one without points.
fn hash_points(range: &QueryRange) -> Result<Option<EpkRange>> {
    let bound = |json: &serde_json::Value| {
        let hex = json
            .as_str()
            .ok_or_else(|| unreadable("a bound is no text").build())?;
        EffectivePartitionKey::from_hex(hex).map_err(|error| {
            unreadable("a bound is no hash point")
                .with_source(error)
                .build()
        })
    };
    let (min, max) = (bound(&range.min)?, bound(&range.max)?);
    if min == max && min.as_bytes().is_empty() {
        return Ok(None);
    }
    let min = if range.is_min_inclusive {
        min
    } else {
        min.successor()
    };
    let max = if range.is_max_inclusive {
        max.successor()
    } else {
        max
    };
    Ok(EpkRange::new(min, max).ok())
}

fn hull(a: &EpkRange, b: &EpkRange) -> EpkRange {
    let max = a.max().max(b.max()).clone();
    EpkRange::new(a.min().clone(), max).unwrap_or_else(|_| a.clone())
}

/// The error for a text that is not a query, in the service's words.
fn refused(error: &QueryError) -> CosmosError {
    CosmosError::builder()
        .with_message(error.to_message())
        .with_source(error.clone())
        .build()
}

fn unreadable(why: &str) -> crate::error::CosmosErrorBuilder {
    CosmosError::builder()
        .with_kind(ErrorKind::Contract)
        .with_status(client::CONTRACT)
        .with_message(format!("the gateway's query plan cannot be read: {why}"))
}
