//! Rows of queries over documents.

use serde_json::Value as Json;

use crate::cases::{Case, run};
use crate::compare::matches;
use crate::world::run_case;

fn check(case: &Case) -> Result<(), String> {
    let outcome = run_case(case);
    if !case.json["expectError"].is_null() {
        // Clients plan first, and some queries are refused there.
        let outcome = outcome.and_then(|rows| crate::plan::plan(case).map(|_| rows));
        return outcome.map_or(Ok(()), |rows| Err(format!("gives rows: {rows:?}")));
    }
    let rows = outcome.map_err(|error| format!("error: {}", error.to_body()))?;
    if matches(case, &rows) {
        return Ok(());
    }
    let shorten = |text: String| text.chars().take(1500).collect::<String>();
    let (found, expected) = (
        Json::from(rows).to_string(),
        case.json["expected"].to_string(),
    );
    Err(format!(
        "found    {}\n  expected {}",
        shorten(found),
        shorten(expected)
    ))
}

macro_rules! suites {
    ($($name:ident $file:literal),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                run(concat!("eval/", $file, ".jsonl"), check);
            }
        )*
    };
}

suites! {
    client_engine_aggregates "ms-client-engine-aggregates",
    client_engine_hybrid "ms-client-engine-hybrid",
    client_engine_order_by "ms-client-engine-order_by",
    client_engine_vector "ms-client-engine-vector",
    documentation "ms-docs",
    aggregates_over_mixed_types "ms-dotnet-aggregate-mixed",
    geospatial "ms-dotnet-geospatial",
    group_by_arrays "ms-dotnet-groupby-arrays",
    group_by "ms-dotnet-groupby",
    dotnet_hybrid "ms-dotnet-hybrid",
    linq_results "ms-dotnet-linq-results",
    order_by_several_keys "ms-dotnet-multiorderby",
    aggregates_as_columns "ms-dotnet-nonvalue-aggregates",
    offline_engine "ms-dotnet-offline-engine",
    order_by_mixed_types "ms-dotnet-orderby-mixed",
    one_partition_key "ms-dotnet-partitioning",
    ranked_animals "ms-dotnet-rank8",
    undefined "ms-dotnet-undefined",
    query_samples "ms-query-samples",
    sdk_aggregates "ms-sdk-aggregates",
    sdk_distinct "ms-sdk-distinct",
    sdk_hybrid "ms-sdk-hybrid",
    vscode_row_counts "ms-vscode-rowcount",
    vercel "vercel-cosmosdb-query",
}
