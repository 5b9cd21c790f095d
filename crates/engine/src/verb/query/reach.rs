//! Whether a query may read what it is about to read, and whether the account or its client puts the answers of several
//! partitions together.

use cosmokit_protocol::op::SqlQuery;
use cosmokit_query::{
    QueryError,
    plan::{Features, Plan},
    value::Value,
};

use crate::{
    account::{Call, QueryMerging},
    known_queries::KnownQuery,
    metadata::container::Container,
    refuse,
    request::{CrossPartition, FeedScope, QueryItems},
    response::Failure,
};

/// The parameters of a query as values.
pub(in crate::verb) fn parameters(
    query: &SqlQuery,
) -> impl Iterator<Item = (&str, Value<'static>)> {
    let given = query.parameters.iter();
    given.map(|parameter| (&*parameter.name, Value::from(&parameter.value)))
}

/// Refuses to read several logical partitions without leave, what cannot be planned over partitions, and to merge what
/// is left to clients.
///
/// # Errors
/// 400 without leave, and for a query that the service's planner refuses, however many partitions there are; 400/1004
/// with the plan under [`QueryMerging::Client`].
pub(super) fn check_reach(
    call: &Call<'_>,
    container: &Container,
    input: &QueryItems,
    query: &KnownQuery,
) -> Result<(), Failure> {
    let program = &query.program;
    if input.scope != FeedScope::default() || !program.reads_documents() {
        return Ok(());
    }
    let allowed = input.cross_partition == CrossPartition::Enabled;
    let merges = call.state.settings.query_merging == QueryMerging::Account
        || container.live.layout().partitions().len() == 1;
    if allowed && merges && program.is_streaming() {
        return Ok(());
    }
    let plan = plan(container, input, query)?;
    if plan.key_ranges().single_key().is_some() {
        return Ok(());
    }
    if !allowed {
        return Err(refuse::cross_partition_disabled());
    }
    if merges || plan.features() == Features::NONE {
        return Ok(());
    }
    let document = plan.to_document(&container.rules.key);
    let text = serde_json::to_string(&document)
        .map_err(|error| refuse::bad_request(format!("the plan cannot be written: {error}")))?;
    Err(refuse::left_to_the_client(text))
}

fn plan(container: &Container, input: &QueryItems, query: &KnownQuery) -> Result<Plan, Failure> {
    let rules = &container.rules;
    let refused = |error: &QueryError| refuse::bad_request(error.to_message());
    let prepared = query.prepared(&input.query.query, &rules.schema, &rules.key);
    let plan = prepared.map_err(refused)?.plan(parameters(&input.query));
    let plan = plan.map_err(|error| refused(&error))?;
    plan.check_client_counts()
        .map_err(|error| refused(&error))?;
    Ok(plan)
}
