//! Which texts are queries, which tree they give, and that trees print back.

use cosmokit_query::ast::Query;
use cosmokit_query::{Program, Schema, syntax};

use crate::cases::{Case, run};

fn accepted(case: &Case) -> Result<Query, String> {
    let query = syntax::parse(case.query()).map_err(|error| format!("refused: {error}"))?;
    let printed = query.to_string();
    let again = syntax::parse(&printed)
        .map_err(|error| format!("does not parse back: {error}\n{printed}"))?;
    if again != query {
        return Err(format!(
            "prints as another query:\n{printed}\n{query:?}\n{again:?}"
        ));
    }
    Ok(query)
}

/// Accepted by the service, so names, functions and groups are right, too.
fn binds(case: &Case) -> Result<(), String> {
    accepted(case)?;
    let schema = Schema::default();
    let bound = Program::compile(case.query(), &schema);
    bound
        .map(|_| ())
        .map_err(|error| format!("refused: {}", error.to_body()))
}

fn verdict(case: &Case) -> Result<(), String> {
    if case.json.get("accept").and_then(serde_json::Value::as_bool) == Some(true) {
        accepted(case).map(|_| ())
    } else {
        syntax::parse(case.query()).map_or(Ok(()), |query| Err(format!("accepted as {query}")))
    }
}

#[test]
fn ef_core() {
    run("parse/ef-core-accept.jsonl", binds);
}

#[test]
fn documentation() {
    run("parse/ms-docs-nores.jsonl", verdict);
}

#[test]
fn dotnet_client_parser() {
    run("parse/ms-dotnet-clientparser.jsonl", verdict);
}

#[test]
fn dotnet_linq() {
    run("parse/ms-dotnet-linq-accept.jsonl", binds);
}

#[test]
fn dotnet_printer() {
    run("parse/ms-dotnet-sqlobjects.jsonl", |case| {
        let parse = |text: &str| {
            syntax::parse(text)
                .map(|query| query.to_string())
                .or_else(|_| {
                    syntax::parse_expression(text).map(|expression| expression.to_string())
                })
                .map_err(|error| format!("refused: {error}: {text}"))
        };
        let plain = parse(case.query())?;
        let pretty = parse(case.json["pretty"].as_str().expect("a pretty text"))?;
        if plain == pretty {
            Ok(())
        } else {
            Err(format!("pretty text differs: {pretty}"))
        }
    });
}

#[test]
fn rust_gateway() {
    // What the gateway refuses for other reasons than its grammar is refused by the planner (`plan::rust_gateway`).
    run("parse/ms-rust-gateway.jsonl", |case| {
        if case.json.get("accept").and_then(serde_json::Value::as_bool) == Some(true) {
            verdict(case)
        } else {
            Ok(())
        }
    });
}

#[test]
fn vscode() {
    run("parse/ms-vscode-parser.jsonl", verdict);
}
