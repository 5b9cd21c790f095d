//! Plans against those of older planners and of clients, and against what the live gateway accepts.

use cosmokit_query::Schema;
use cosmokit_query::plan::{DistinctType, PreparedQuery, QueryInfo, QueryRange, Work};
use cosmokit_query::value::Value;
use serde_json::{Value as Json, json};

use crate::cases::run;
use crate::plan::{definition, normal, plan, range_key, same, same_info, sorted};

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
