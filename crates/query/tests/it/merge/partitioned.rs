//! The recorded results of queries, through plan and merge, over one, four and thirteen ranges.

use std::num::NonZeroU32;

use cosmokit_protocol::id::Rid;
use cosmokit_protocol::partition::{EpkRange, PartitionKeyDefinition, tile};
use cosmokit_query::QueryError;
use cosmokit_query::merge::{MergeLimits, MergePipeline};
use cosmokit_query::plan::PreparedQuery;
use serde_json::Value as Json;

use super::service::{Choices, Disturbances, Service, Stored, drive};
use crate::cases::{Case, load};
use crate::compare::accepts;
use crate::world;

/// The resource id of a document by its number.
pub(crate) fn rid(ordinal: u64) -> String {
    let container = Rid::container(Rid::database(7), 1).expect("a container");
    Rid::document(container, ordinal)
        .expect("a document")
        .to_string()
}

/// Every suite of results, and how many of its cases are run here.
const SUITES: &[(&str, usize)] = &[
    ("ms-client-engine-aggregates", 8),
    ("ms-client-engine-hybrid", 4),
    ("ms-client-engine-order_by", 1),
    ("ms-client-engine-vector", 3),
    ("ms-docs", 34),
    ("ms-dotnet-aggregate-mixed", 62),
    ("ms-dotnet-geospatial", 4),
    ("ms-dotnet-groupby-arrays", 1),
    ("ms-dotnet-groupby", 15),
    ("ms-dotnet-hybrid", 8),
    ("ms-dotnet-linq-results", 42),
    ("ms-dotnet-multiorderby", 16),
    ("ms-dotnet-nonvalue-aggregates", 8),
    ("ms-dotnet-offline-engine", 62),
    ("ms-dotnet-orderby-mixed", 10),
    ("ms-dotnet-partitioning", 16),
    ("ms-dotnet-rank8", 6),
    ("ms-dotnet-undefined", 13),
    ("ms-query-samples", 70),
    ("ms-sdk-aggregates", 11),
    ("ms-sdk-distinct", 9),
    ("ms-sdk-hybrid", 4),
    ("ms-vscode-rowcount", 95),
    ("vercel-cosmosdb-query", 102),
];

/// The documents of a case, each with a number; system properties only where the query ranks, which needs them.
fn documents(case: &Case, definition: &PartitionKeyDefinition) -> Vec<Stored> {
    let ranks = case.query().to_ascii_uppercase().contains("RANK");
    let texts = world::documents(case).into_iter().zip(1u64..);
    let text = |(text, ordinal): (String, u64)| {
        if ranks {
            format!(
                "{{\"_rid\":\"{}\",{}",
                rid(ordinal),
                text.trim().trim_start_matches('{')
            )
        } else {
            text
        }
    };
    texts
        .map(|document| Stored::new(text(document), definition))
        .collect()
}

/// The rows through plan and merge over `count` ranges.
fn merged(
    case: &Case,
    count: u32,
    choices: &mut Choices,
) -> Result<Result<Vec<Json>, String>, QueryError> {
    let path = case.json["container"]["partitionKey"][0]
        .as_str()
        .unwrap_or("/id")
        .to_owned();
    let definition = PartitionKeyDefinition::from(path);
    let schema = world::schema(&case.json);
    let prepared = PreparedQuery::prepare(case.query(), &schema, &definition)?;
    let parameters = world::parameters(&case.json);
    let plan = prepared.plan(
        parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone())),
    )?;
    let tiles = tile(&definition, NonZeroU32::new(count).expect("some ranges"));
    let wanted = plan.key_ranges().epk_ranges(&definition);
    let ranges: Vec<EpkRange> = if plan.reads_documents() {
        tiles
            .iter()
            .flat_map(|tile| wanted.iter().filter_map(|range| tile.intersect(range)))
            .collect()
    } else {
        tiles.into_iter().take(1).collect()
    };
    let mut service = Service::new(
        case.query(),
        documents(case, &definition),
        schema,
        plan.work(),
    );
    service.parameters = parameters;
    let merge = MergePipeline::new(plan.work(), &ranges, MergeLimits::default())
        .expect("our own plans are merged");
    let mut calm = Disturbances {
        pause: &mut |merge, _| merge,
        splits: 0,
    };
    Ok(drive(&mut service, merge, choices, &mut calm))
}

#[test]
fn recorded_results_over_several_ranges() {
    let known = crate::exceptions::load();
    let mut problems = Vec::new();
    let mut passed = 0;
    for (suite, cases) in SUITES {
        let all = load(&format!("eval/{suite}.jsonl"));
        assert_eq!(all.len(), *cases, "{suite}");
        for case in all.iter().filter(|case| case.json["expectError"].is_null()) {
            let exception = known.contains_key(&case.key())
                || known.contains_key(&format!("merged:{}", case.key()));
            for count in [1, 4, 13] {
                let mut choices = Choices::new(u64::from(count));
                let problem = match merged(case, count, &mut choices) {
                    Ok(Ok(rows)) if accepts(case, &rows, count) => None,
                    Ok(Ok(rows)) => Some(format!("gives {}", Json::from(rows))),
                    Ok(Err(problem)) => Some(problem),
                    Err(error) => Some(error.to_body()),
                };
                match problem {
                    Some(problem) if !exception => {
                        let expected = case.json["expected"].to_string();
                        let cut = |text: &str| text.chars().take(600).collect::<String>();
                        problems.push(format!(
                            "{} over {count}\n  {}\n  {}\n  wanted {}",
                            case.key(),
                            case.query(),
                            cut(&problem),
                            cut(&expected)
                        ));
                    }
                    Some(_) => {}
                    None => passed += 1,
                }
            }
        }
    }
    println!("{passed} results over 1, 4 and 13 ranges are as recorded");
    assert!(
        problems.is_empty(),
        "{} differ:\n{}",
        problems.len(),
        problems.join("\n")
    );
}
