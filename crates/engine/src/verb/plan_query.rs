//! The plan of a query, for clients that merge the answers of partitions themselves.

use std::sync::Arc;

use cosmokit_protocol::status::StatusCode;
use cosmokit_query::{
    QueryError, Schema,
    plan::{Features, PartitionedQueryExecutionInfo, PreparedQuery},
    value::Value,
};

use crate::{
    account::Call,
    metadata::container::Container,
    refuse,
    request::PlanQuery,
    response::{Facts, Failure, Response},
};

/// 200 with the plan.
///
/// # Errors
/// 404/1003, 400/1024; 400 for a text that is no query or cannot be planned, and for a client that
/// cannot merge what the plan asks for.
pub(super) fn plan_query(call: &Call<'_>, input: &PlanQuery) -> Result<Response, Failure> {
    let container = call.target(&input.container)?.container;
    let document =
        plan(&container, input).map_err(|error| refuse::bad_request(error.to_message()))?;
    let body = serde_json::to_vec(&document)
        .map_err(|error| refuse::bad_request(format!("the plan cannot be written: {error}")))?;
    Ok(Response {
        status: StatusCode::OK,
        body: body.into(),
        facts: Facts {
            owner: Some(Arc::clone(&container.owner)),
            ..Facts::default()
        },
    })
}

fn plan(
    container: &Container,
    input: &PlanQuery,
) -> Result<PartitionedQueryExecutionInfo, QueryError> {
    let key = &container.rules.key;
    let schema = Schema::of(&container.properties());
    let prepared = PreparedQuery::prepare(&input.query.query, &schema, key)?;
    let parameters = input.query.parameters.iter();
    let plan = prepared
        .plan(parameters.map(|parameter| (&*parameter.name, Value::from(&parameter.value))))?;
    if let Some(supported) = &input.supported_features {
        plan.features().require(Features::parse(supported))?;
    }
    plan.check_client_counts()?;
    Ok(plan.to_document(key))
}
