//! Plans against the recordings of the service's native planner, of its gateway and of other planners.

use cosmokit_protocol::partition::{PartitionKeyDefinition, PartitionKeyKind};
use cosmokit_protocol::resource::{
    ContainerProperties, GeospatialConfig, GeospatialType, VectorEmbeddingPolicy,
};
use cosmokit_query::plan::{
    DistinctType, PartitionedQueryExecutionInfo, Plan, PreparedQuery, QueryInfo, QueryRange, Work,
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

fn schema(case: &Case) -> Schema {
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
fn normal(json: &Json) -> Json {
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
fn range_key(range: &QueryRange) -> String {
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

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

fn same(
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
fn same_info(actual: &QueryInfo, expected: &Json) -> Result<(), String> {
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

/// The planner of 2016 to 2018, with formattable ORDER BY and without continuation.
#[test]
fn legacy() {
    run("plan/ms-plan-legacy.jsonl", |case| {
        let plan = plan(case)
            .map_err(|error| format!("refused: {}", error.to_body()))?
            .to_key_document();
        let variants = case.json["variants"].as_array().expect("variants").iter();
        let mut variants = variants.filter(|variant| {
            variant["requireFormattableOrderByQuery"] == true
                && variant["isContinuationExpected"] == false
        });
        let expected = &variants.next().expect("a variant")["plan"];
        let ranges: Vec<QueryRange> =
            serde_json::from_value(expected["queryRanges"].clone()).expect("ranges");
        same(
            "ranges",
            &sorted(plan.query_ranges.iter().map(range_key).collect()),
            &sorted(ranges.iter().map(range_key).collect()),
        )?;
        let info = plan.query_info.as_ref().ok_or("no query info")?;
        let mut members = expected["queryInfo"].clone();
        let text = members["rewrittenQuery"].take();
        same_info(
            info,
            &json!({"orderBy": members["orderBy"], "aggregates": members["aggregates"], "top": members["top"]}),
        )?;
        same(
            "rewritten",
            &info.rewritten_query,
            &text.as_str().unwrap_or_default().replace("\r\n", "\n"),
        )
    });
}

#[test]
fn legacy_errors() {
    run("errors/ms-plan-legacy-errors.jsonl", |case| {
        match plan(case) {
            Ok(plan) => Err(format!("planned as {plan:?}")),
            Err(error) => same(
                "error",
                &serde_json::from_str::<Json>(&error.to_body()).ok(),
                &Some(case.json["expectedErrorBody"].clone()),
            ),
        }
    });
}

/// The local planner of the published Rust client; a parameter without value gets its own name as value.
#[test]
fn rust_local_planner() {
    run("plan/ms-rust-localplan.jsonl", |case| {
        let prepared = PreparedQuery::prepare(case.query(), &Schema::default(), &definition(case))
            .map_err(|error| format!("refused: {}", error.to_body()))?;
        let names: Vec<String> = prepared.program().parameters().map(str::to_owned).collect();
        let plan = prepared.plan(
            names
                .iter()
                .map(|name| (name.as_str(), Value::from(name.clone()))),
        );
        let plan = plan.map_err(|error| format!("refused: {}", error.to_body()))?;
        let expected = &case.json["expectedLocalPlan"];
        let keys = |key: &Json| {
            let value = |value: &Json| match value {
                Json::Object(unbound) if unbound.contains_key("UnboundParameter") => {
                    json!(format!(
                        "@{}",
                        unbound["UnboundParameter"][0].as_str().expect("a name")
                    ))
                }
                Json::String(null) if null == "Null" => Json::Null,
                other => normal(other),
            };
            let values: Json = key.as_array().expect("a key").iter().map(value).collect();
            format!("[{values},{values}]")
        };
        let ranges = match &expected["pk_filters"] {
            Json::String(word) if word == "Contradictory" => vec!["[[],[]]".to_owned()],
            Json::String(_) if plan.reads_documents() => vec!["[[],\"Infinity\")".to_owned()],
            Json::String(_) => vec!["[[],[]]".to_owned()],
            filters => {
                let list = filters["InList"][0]
                    .as_array()
                    .or(filters["Equality"].as_array());
                list.expect("keys").iter().map(keys).collect()
            }
        };
        let document = plan.to_key_document();
        same(
            "ranges",
            &sorted(document.query_ranges.iter().map(range_key).collect()),
            &sorted(ranges),
        )?;
        let Work::Query(info) = plan.work() else {
            return Err("a hybrid search".to_owned());
        };
        local_info(info, &expected["query_info"])
    });
}

fn local_info(info: &QueryInfo, expected: &Json) -> Result<(), String> {
    if expected.is_null() {
        return Ok(());
    }
    let texts = |name: &str| -> Vec<String> {
        serde_json::from_value(expected[name].clone()).unwrap_or_default()
    };
    same("top", &json!(info.top), &expected["top"])?;
    same("offset", &json!(info.offset), &expected["offset"])?;
    same("limit", &json!(info.limit), &expected["limit"])?;
    same(
        "value",
        &info.has_select_value,
        &(expected["has_select_value"] == true),
    )?;
    let distinct = match expected["distinct_type"].as_str() {
        Some("Ordered") => DistinctType::Ordered,
        Some("Unordered") => DistinctType::Unordered,
        _ => DistinctType::None,
    };
    same("distinct", &info.distinct_type, &distinct)?;
    let directions: Vec<String> = info
        .order_by
        .iter()
        .map(|direction| direction.as_str().to_owned())
        .collect();
    same("directions", &directions, &texts("order_by"))?;
    same(
        "order",
        &info.order_by_expressions,
        &texts("order_by_expressions"),
    )?;
    same(
        "groups",
        &info.group_by_expressions,
        &texts("group_by_expressions"),
    )?;
    let columns = info
        .group_by_alias_to_aggregate_type
        .0
        .iter()
        .filter_map(|(_, kind)| *kind);
    let kinds = info.aggregates.iter().copied().chain(columns);
    let kinds: Vec<String> = kinds
        .map(|kind| kind.plan_name().replace("Average", "Avg"))
        .collect();
    same("aggregates", &kinds, &texts("aggregates"))
}

#[test]
fn third_party_pinning() {
    run("plan/vercel-partition-keys.jsonl", |case| {
        let plan = plan(case).map_err(|error| format!("refused: {}", error.to_body()))?;
        let ranges = plan.key_ranges().epk_ranges(&definition(case));
        let pinned = ranges.iter().all(|range| *range.min() != "");
        same(
            "pinned",
            &pinned,
            &(case.json["expectPinsPartition"] == true),
        )
    });
}

/// The live gateway plans these texts, or answers 400.
#[test]
fn rust_gateway() {
    run("parse/ms-rust-gateway.jsonl", |case| {
        let accepted = case.json["accept"] == true;
        match plan(case) {
            Ok(plan) if !accepted => Err(format!("planned as {plan:?}")),
            Err(error) if accepted => Err(format!("refused: {}", error.to_body())),
            _ => Ok(()),
        }
    });
}
