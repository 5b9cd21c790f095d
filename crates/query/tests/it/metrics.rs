//! Index metrics and query advice against recordings of the emulator.

use cosmokit_protocol::resource::IndexPath;
use cosmokit_query::ast::Direction;
use cosmokit_query::index::{Advice, IndexPolicy};
use cosmokit_query::{Program, Schema, syntax};
use serde_json::Value as Json;

use crate::cases::{Case, run};

/// Every path is indexed, and there is no composite index: the container of the recordings.
struct Everything;

impl IndexPolicy for Everything {
    fn is_indexed(&self, _: &IndexPath) -> bool {
        true
    }

    fn has_composite(&self, _: &[(IndexPath, Direction)]) -> bool {
        false
    }
}

/// Single indexes come in no order that could be told.
fn sorted(mut metrics: Json) -> Json {
    for list in ["UtilizedIndexes", "PotentialIndexes"] {
        if let Some(single) = metrics[list]["SingleIndexes"].as_array_mut() {
            single.sort_by_key(ToString::to_string);
        }
    }
    metrics
}

fn index_metrics(case: &Case) -> Result<(), String> {
    let program =
        Program::compile(case.query(), &Schema::default()).map_err(|error| error.to_body())?;
    let found = program.index_metrics(&[], &Everything).to_second_version();
    let expected = &case.json["expected"];
    let same = match expected.as_str() {
        // A header that was cut: what is there must be how ours begins.
        Some(cut) => {
            let single = found["UtilizedIndexes"]["SingleIndexes"].to_string();
            cut.trim_start_matches("{\"UtilizedIndexes\":{\"SingleIndexes\":")
                .chars()
                .zip(single.chars())
                .all(|(a, b)| a == b)
        }
        None => sorted(found.clone()) == sorted(expected.clone()),
    };
    if same {
        Ok(())
    } else {
        Err(format!("found    {found}\n  expected {expected}"))
    }
}

fn advice(case: &Case) -> Result<(), String> {
    let query = syntax::parse(case.query()).map_err(|error| error.to_string())?;
    let line = |advice: Advice| {
        let (id, text) = (advice.id(), advice.text());
        format!(
            "{id}: {text} For more information, please visit https://aka.ms/CosmosDB/QueryAdvisor/{id}\n"
        )
    };
    let found: String = Advice::of(&query).into_iter().map(line).collect();
    let expected = case.json["expected"].as_str().unwrap_or_default();
    if found == expected {
        Ok(())
    } else {
        Err(format!("found    {found}\n  expected {expected}"))
    }
}

#[test]
fn index_metrics_and_advice() {
    run(
        "metrics/ms-index-metrics.jsonl",
        |case| match case.json["kind"].as_str() {
            Some("QueryAdvice") => advice(case),
            _ => index_metrics(case),
        },
    );
}
