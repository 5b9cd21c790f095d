//! What a query gives over documents one after another: the evaluator alone, without index, partition, page or plan.

use cosmokit::models::ContainerProperties;
use cosmokit_protocol::partition::PartitionKeyDefinition;
use cosmokit_query::plan::PreparedQuery;
use cosmokit_query::value::Value;
use cosmokit_query::{Environment, Execution, Program, QueryError, Schema, UserFunctions};
use serde_json::Value as Json;

use super::GeneratedQuery;

/// More steps than the queries of the grammar need over the documents of a trial.
const STEPS: u64 = 100_000_000;

struct NoFunctions;

impl UserFunctions for NoFunctions {
    fn call(&self, name: &str, _: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
        Err(format!("there is no function udf.{name}").into())
    }
}

/// The rows, or why there are none.
pub(super) fn rows(
    query: &GeneratedQuery,
    properties: &ContainerProperties,
    key: &PartitionKeyDefinition,
    documents: &[Json],
) -> Result<Vec<Json>, QueryError> {
    let schema = Schema::of(properties);
    let parameters = || {
        query
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), Value::from(value)))
    };
    let program = Program::compile(&query.text, &schema)?;
    // What no planner takes is refused by every client that asks several partitions.
    let plan = PreparedQuery::prepare(&query.text, &schema, key)?.plan(parameters())?;
    plan.check_client_counts()?;
    let arguments = program.arguments(parameters());
    let environment = Environment {
        now_ticks: 0,
        seed: 0,
        steps: STEPS,
        functions: &NoFunctions,
    };
    let mut execution = Execution::new(&program, &arguments, environment)?;
    let mut rows = Vec::new();
    let mut take = |row: &[u8]| rows.push(serde_json::from_slice(row).unwrap_or(Json::Null));
    for document in documents {
        execution.push(document.to_string().as_bytes(), &mut take)?;
    }
    execution.finish(&mut take)?;
    Ok(rows)
}
