//! Plans against the recordings of the service's native planner.

use cosmokit_protocol::partition::{PartitionKeyDefinition, PartitionKeyKind};
use cosmokit_protocol::resource::{
    ContainerProperties, GeospatialConfig, GeospatialType, VectorEmbeddingPolicy,
};
use cosmokit_query::plan::{
    PartitionedQueryExecutionInfo, Plan, PreparedQuery, QueryInfo, QueryRange,
};
use cosmokit_query::value::Value;
use cosmokit_query::{QueryError, Schema};
use serde_json::{Value as Json, json};

use crate::cases::{Case, run};

/// The partition key of a case.
pub(crate) fn definition(case: &Case) -> PartitionKeyDefinition {
    let key = &case.json["partitionKey"];
    let paths = if key["paths"].is_array() {
        &key["paths"]
    } else {
        &case.json["partitionKeyPaths"]
    };
    let paths: Vec<String> = serde_json::from_value(paths.clone()).unwrap_or_default();
    let definition = PartitionKeyDefinition::from_paths(paths);
    match key["kind"].as_str() {
        Some("Hash") => definition.with_kind(PartitionKeyKind::Hash),
        Some("Range") => definition.with_kind(PartitionKeyKind::Range),
        _ => definition,
    }
}

pub(crate) fn schema(case: &Case) -> Schema {
    let mut container = ContainerProperties::new("c", "/pk".into());
    if case.json["geospatialType"] == "Geometry" {
        container.geospatial_config = Some(GeospatialConfig::new(GeospatialType::Geometry));
    }
    let policy: Option<VectorEmbeddingPolicy> =
        serde_json::from_value(case.json["vectorEmbeddingPolicy"].clone()).ok();
    container.vector_embedding_policy = policy;
    Schema {
        composites: None,
        ..Schema::of(&container)
    }
}

fn parameters(case: &Case) -> Vec<(String, Value<'static>)> {
    let given = case.json["parameters"].as_array().into_iter().flatten();
    given
        .map(|parameter| {
            (
                parameter["name"].as_str().unwrap_or_default().to_owned(),
                Value::from(&parameter["value"]),
            )
        })
        .collect()
}

pub(crate) fn plan(case: &Case) -> Result<Plan, QueryError> {
    let prepared = PreparedQuery::prepare(case.query(), &schema(case), &definition(case))?;
    prepared.plan(
        parameters(case)
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone())),
    )
}

/// JSON with members sorted, numbers as doubles, and neither null members nor empty ones.
pub(crate) fn normal(json: &Json) -> Json {
    match json {
        Json::Number(number) => json!(number.as_f64()),
        Json::Array(elements) => elements.iter().map(normal).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), normal(value)))
            .filter(|(_, value)| *value != Json::Null)
            .collect(),
        other => other.clone(),
    }
}

/// `[[1.0],[1.0]]`: the form of the recordings, with numbers as doubles.
pub(crate) fn range_key(range: &QueryRange) -> String {
    let (open, close) = (
        if range.is_min_inclusive { '[' } else { '(' },
        if range.is_max_inclusive { ']' } else { ')' },
    );
    format!("{open}{},{}{close}", normal(&range.min), normal(&range.max))
}

fn recorded_range(text: &str) -> String {
    let (open, rest) = text.split_at(1);
    let (inner, close) = rest.split_at(rest.len() - 1);
    let bounds: Json = serde_json::from_str(&format!("[{inner}]")).expect("two bounds");
    format!("{open}{},{}{close}", normal(&bounds[0]), normal(&bounds[1]))
}

pub(crate) fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

pub(crate) fn same(
    what: &str,
    actual: &impl std::fmt::Debug,
    expected: &impl std::fmt::Debug,
) -> Result<(), String> {
    let (actual, expected) = (format!("{actual:#?}"), format!("{expected:#?}"));
    if actual == expected {
        Ok(())
    } else {
        Err(format!("{what}:\n  is     {actual}\n  wanted {expected}"))
    }
}

/// The members of a recorded queryInfo, compared one by one with ours.
pub(crate) fn same_info(actual: &QueryInfo, expected: &Json) -> Result<(), String> {
    let ours = serde_json::to_value(actual).expect("a plan is JSON");
    for (name, value) in expected.as_object().into_iter().flatten() {
        if name == "groupByAliasToAggregateType" {
            let mut map = serde_json::Map::new();
            for entry in value.as_array().into_iter().flatten() {
                map.insert(
                    entry["alias"].as_str().expect("an alias").to_owned(),
                    entry["aggregate"].clone(),
                );
            }
            same(name, &ours[name], &Json::Object(map))?;
        } else {
            same(name, &ours.get(name).unwrap_or(&Json::Null), &value)?;
        }
    }
    Ok(())
}

fn native(case: &Case) -> Result<(), String> {
    let plan = plan(case);
    let body = &case.json["expectedErrorBody"];
    if body.is_object() {
        return match plan {
            Ok(plan) => Err(format!("planned as {plan:?}")),
            Err(error) => same(
                "error",
                &serde_json::from_str::<Json>(&error.to_body()).ok(),
                &Some(body.clone()),
            ),
        };
    }
    let plan = plan.map_err(|error| format!("refused: {}", error.to_body()))?;
    let document = plan.to_key_document();
    if let Some(raw) = case.json.get("rawPlanRejectedByClientInt32") {
        let ours = serde_json::to_value(&document).expect("a plan is JSON");
        let mut raw = raw.clone();
        for flag in ["hasSelectValue", "hasNonStreamingOrderBy"] {
            raw["queryInfo"][flag] = json!(raw["queryInfo"][flag] == 1);
        }
        raw["partitionedQueryExecutionInfoVersion"] = json!(2);
        return same("raw plan", &ours, &raw);
    }
    let expected = &case.json["expectedPlan"];
    let ranges = expected["queryRanges"].as_array().expect("ranges").iter();
    let ranges = ranges.map(|range| recorded_range(range.as_str().expect("a range")));
    same(
        "ranges",
        &sorted(document.query_ranges.iter().map(range_key).collect()),
        &sorted(ranges.collect()),
    )?;
    let round_trip = serde_json::to_string(&document).expect("a plan is JSON");
    same(
        "round trip",
        &serde_json::from_str::<PartitionedQueryExecutionInfo>(&round_trip)
            .ok()
            .as_ref(),
        &Some(&document),
    )?;
    let hybrid = &expected["hybridSearchQueryInfo"];
    if hybrid.is_object() {
        let actual = document
            .hybrid_search_query_info
            .as_ref()
            .ok_or("no hybrid search")?;
        let components = hybrid["componentQueryInfos"]
            .as_array()
            .expect("components");
        same(
            "components",
            &actual.component_query_infos.len(),
            &components.len(),
        )?;
        for (actual, expected) in actual.component_query_infos.iter().zip(components) {
            same_info(actual, expected)?;
        }
        same(
            "statistics",
            &actual.global_statistics_query,
            &hybrid["globalStatisticsQuery"].as_str().unwrap_or_default(),
        )?;
        same("skip", &json!(actual.skip), &hybrid["skip"])?;
        same("take", &json!(actual.take), &hybrid["take"])?;
        return same(
            "needs statistics",
            &json!(actual.requires_global_statistics),
            &hybrid["requiresGlobalStatistics"],
        );
    }
    let actual = document.query_info.as_ref().ok_or("no query info")?;
    same_info(actual, &expected["queryInfo"])?;
    same(
        "rewritten",
        &actual.rewritten_query,
        &expected["rewrittenQuery"].as_str().unwrap_or_default(),
    )
}

macro_rules! native_suites {
    ($($test:ident $suite:literal),* $(,)?) => {
        $(
            #[test]
            fn $test() {
                run(concat!("plan/ms-plan-", $suite, ".jsonl"), native);
            }
        )*
    };
}

native_suites! {
    aggregates "Aggregates",
    basic "Basic",
    distinct "Distinct",
    group_by "GroupBy",
    like "Like",
    many_ranges "ManyRanges",
    multi_order_by "MultiOrderBy",
    multiple_keys "MultipleKeys",
    negative "Negative",
    non_value_aggregates "NonValueAggregates",
    offset_limit "OffsetLimit",
    order_by "OrderBy",
    point_range "PointRange",
    range_partition_key "RangePartitionKey",
    spatial "Spatial",
    subqueries "Subqueries",
    system_functions "SystemFunctions",
    top "Top",
    vector_search "VectorSearch",
}
