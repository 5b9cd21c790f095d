//! Queries that are refused, and in which words.

use cosmokit_protocol::partition::PartitionKeyDefinition;
use cosmokit_query::plan::PreparedQuery;
use cosmokit_query::{Program, QueryError, Schema};
use serde_json::Value as Json;

use crate::cases::{Case, run};
use crate::world::{parameters, run_query, schema};

/// Refuses a query as the service does: first what is wrong with it, then what cannot be split over ranges.
fn refuse(case: &Case, schema: &Schema) -> Result<(), QueryError> {
    Program::compile(case.query(), schema)?;
    let prepared =
        PreparedQuery::prepare(case.query(), schema, &PartitionKeyDefinition::from("/pk"))?;
    let parameters = parameters(&case.json);
    let plan = prepared.plan(
        parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone())),
    )?;
    plan.check_client_counts()
}

/// The schema of a container without composite indexes, unless the case names some.
fn plain_schema(case: &Case) -> Schema {
    let schema = schema(&case.json);
    Schema {
        composites: Some(schema.composites.unwrap_or_default()),
        ..schema
    }
}

fn refused(case: &Case) -> Result<QueryError, String> {
    refuse(case, &plain_schema(case)).map_or_else(Ok, |()| Err("accepted".to_owned()))
}

#[test]
fn ef_core() {
    run("errors/ef-core-reject.jsonl", |case| {
        refused(case).map(|_| ())
    });
}

#[test]
fn linq() {
    run("errors/ms-dotnet-linq-errors.jsonl", |case| {
        let error = refused(case)?;
        let expected = &case.json["expectErrorBody"];
        let body: Json = serde_json::from_str(&error.to_body()).expect("bodies are JSON");
        if expected.is_null() || body == *expected {
            return Ok(());
        }
        Err(format!("found    {body}\n  expected {expected}"))
    });
}

fn with_message(case: &Case) -> Result<(), String> {
    let error = refused(case)?;
    let expected = case.json["expectError"]["messageContains"]
        .as_str()
        .unwrap_or_default();
    let body = error.to_body();
    if body.contains(expected) {
        Ok(())
    } else {
        Err(format!("found    {body}\n  expected {expected}"))
    }
}

#[test]
fn negative() {
    run("errors/ms-dotnet-negative.jsonl", with_message);
}

#[test]
fn clients() {
    run("errors/ms-sdk-errors.jsonl", with_message);
}

#[test]
fn aggregates_take_a_subquery_inside_of_subqueries_only() {
    let document = r#"{"a": [{"n": [1, 5]}, {"n": [7]}, {"n": []}]}"#.to_owned();
    let run = |text: &str| {
        run_query(
            text,
            &Schema::default(),
            &[],
            std::slice::from_ref(&document),
        )
    };
    let inside =
        "SELECT VALUE (SELECT VALUE SUM((SELECT VALUE MAX(n) FROM n IN a.n)) FROM a IN c.a) FROM c";
    // The greatest of nothing is undefined, which no sum counts.
    assert_eq!(run(inside), Ok(vec![Json::from(12)]));
    let at_the_top = run("SELECT VALUE SUM((SELECT VALUE MAX(n) FROM n IN a.n)) FROM a IN c.a");
    assert!(at_the_top.unwrap_err().to_body().contains("SC2101"));
}
