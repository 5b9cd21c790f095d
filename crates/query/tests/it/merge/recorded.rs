//! The scenarios of the published clients: hashes, continuation envelopes, ordered merges, windows.

use std::num::NonZeroU32;

use bytes::Bytes;
use cosmokit_protocol::partition::{EpkRange, PartitionKeyDefinition, tile};
use cosmokit_query::Schema;
use cosmokit_query::merge::{Checkpoint, ContinuationToken, MergeLimits, MergePipeline, MergeStep};
use cosmokit_query::plan::{PreparedQuery, Work};
use cosmokit_query::value::{Value, structural_hash};
use serde_json::{Value as Json, json};

use super::service::{Choices, Disturbances, Service, Stored, drive};
use crate::cases::{Case, run};

#[test]
fn distinct_hashes() {
    run("merge/ms-distinct-hash.jsonl", |case| {
        let hash = structural_hash(&Value::from(&case.json["value"]));
        let text = format!("{:016X}{:016X}", hash.high, hash.low);
        if text == case.json["hash"] {
            Ok(())
        } else {
            Err(format!("is {text}, wanted {}", case.json["hash"]))
        }
    });
}

#[test]
fn continuation_envelopes() {
    run("merge/ms-pipeline-continuation.jsonl", |case| {
        let parsed = case.json["token"]
            .as_str()
            .expect("a token")
            .parse::<ContinuationToken>();
        match (parsed, case.json["fails"] == true) {
            (Err(_), true) => Ok(()),
            (Ok(token), false) if token.to_string() == case.json["latest"] => Ok(()),
            (outcome, fails) => Err(format!("{outcome:?}, fails: {fails}")),
        }
    });
}

fn prepared(case: &Case) -> (PreparedQuery, Work) {
    let prepared = PreparedQuery::prepare(
        case.query(),
        &Schema::default(),
        &PartitionKeyDefinition::from("/pk"),
    );
    let prepared = prepared.expect("the query is planned");
    let parameters = case.json["parameters"].as_array().into_iter().flatten();
    let parameters = parameters.map(|p| {
        (
            p["name"].as_str().expect("a name"),
            Value::from(&p["value"]),
        )
    });
    let work = prepared
        .plan(parameters)
        .expect("the query is planned")
        .work()
        .clone();
    (prepared, work)
}

fn epk_range(json: &Json) -> EpkRange {
    let bound = |name: &str| {
        json[name]
            .as_str()
            .expect("a bound")
            .parse()
            .expect("hexadecimal digits")
    };
    EpkRange::new(bound("minEpk"), bound("maxEpk")).expect("a range")
}

/// The rows of a mocked range in the form of the service.
fn mocked_rows(partition: &Json) -> Vec<Bytes> {
    let rows = partition["pages"]
        .as_array()
        .expect("pages")
        .iter()
        .flat_map(|page| page["rows"].as_array().expect("rows"));
    rows.map(|row| {
        json!({"_rid": row["rid"], "orderByItems": row["orderByItems"], "payload": row["payload"]})
            .to_string()
            .into()
    })
    .collect()
}

fn ids(rows: &[Json]) -> Json {
    rows.iter().map(|row| row["id"].clone()).collect()
}

/// Gives each mocked range page by page until the merge ends.
fn run_mock(
    work: &Work,
    checkpoint: Option<Checkpoint>,
    partitions: &[Json],
    size: usize,
) -> Result<Vec<Json>, String> {
    let ranges: Vec<EpkRange> = partitions
        .iter()
        .map(|partition| epk_range(&partition["range"]))
        .collect();
    let merge = match checkpoint {
        Some(checkpoint) => MergePipeline::resume(work, checkpoint, MergeLimits::default()),
        None => MergePipeline::new(work, &ranges, MergeLimits::default()),
    };
    let mut merge = merge.map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    loop {
        match merge.next().map_err(|error| error.to_string())? {
            MergeStep::Row(row) => rows.push(serde_json::from_slice(&row).expect("rows are JSON")),
            MergeStep::Finished => return Ok(rows),
            MergeStep::Waiting => {
                let fetch = merge.fetches().into_iter().next().expect("somebody to ask");
                let place = ranges
                    .iter()
                    .position(|range| range == fetch.range)
                    .expect("a mocked range");
                let all = mocked_rows(&partitions[place]);
                let start: usize = fetch
                    .continuation
                    .map_or(0, |token| token.parse().expect("a number"));
                let end = all.len().min(start + size);
                let token = (end < all.len()).then(|| end.to_string());
                let source = fetch.source;
                merge
                    .push(source, all[start..end].to_vec(), token.as_deref())
                    .map_err(|error| error.to_string())?;
            }
        }
    }
}

/// A checkpoint as the scenario describes it, over one range.
fn checkpoint(json: &Json) -> Checkpoint {
    let range = json!({"min": "", "max": "FF"});
    let values: Json = json["resumeValues"]
        .as_array()
        .expect("values")
        .iter()
        .map(|value| value["value"].clone())
        .collect();
    let mark = json!({"range": range, "rid": json["lastRid"], "count": json["skipCount"]});
    let state = json!({"stage": {"ordered": {
        "ranges": [range], "position": {"values": values, "boundary": range, "marks": [mark]},
    }}});
    serde_json::from_value(state).expect("a checkpoint")
}

#[test]
fn streaming_order_by() {
    run("merge/ms-rust-streaming-order-by-scenarios.jsonl", |case| {
        let json = &case.json;
        let (_, work) = prepared(case);
        if let Some(filter) = json["expectedContinuation"].get("resumeFilter") {
            let mut described = json["checkpoint"].clone();
            described["lastRid"] = filter["rid"].clone();
            described["skipCount"] = json!(1);
            let merge =
                MergePipeline::resume(&work, checkpoint(&described), MergeLimits::default());
            let merge = merge.map_err(|error| error.to_string())?;
            let resume = merge
                .fetches()
                .into_iter()
                .next()
                .and_then(|fetch| fetch.resume);
            let found = serde_json::to_value(resume).expect("a filter is JSON");
            return if Value::from(&found) == Value::from(filter) {
                Ok(())
            } else {
                Err(format!("resumes with {found}"))
            };
        }
        let error = json["expectedError"]["messageFragment"].as_str();
        let Some(partitions) = json["mock"]["partitions"].as_array() else {
            return if error.is_some() {
                Err("planned".to_owned())
            } else {
                over_documents(case, 1)
            };
        };
        for size in json["pageSizes"].as_array().expect("page sizes") {
            let size = usize::try_from(size.as_u64().expect("a size")).expect("a small size");
            let start = json["checkpoint"]["lastRid"]
                .is_string()
                .then(|| checkpoint(&json["checkpoint"]));
            let outcome = run_mock(&work, start, partitions, size);
            match (outcome, error) {
                (Ok(rows), None) if ids(&rows) == json["expectedIds"] => {}
                (Err(problem), Some(fragment)) if problem.contains(fragment) => {}
                (outcome, _) => return Err(format!("pages of {size}: {outcome:?}")),
            }
        }
        if json["documents"]
            .as_array()
            .is_some_and(|documents| !documents.is_empty())
        {
            over_documents(case, 2)
        } else {
            Ok(())
        }
    });
}

/// Runs a scenario over its documents, in as many ranges.
fn over_documents(case: &Case, count: u32) -> Result<(), String> {
    let definition = PartitionKeyDefinition::from("/pk");
    let (_, work) = prepared(case);
    let documents = case.json["documents"]
        .as_array()
        .expect("documents")
        .iter()
        .zip(1u64..);
    let documents = documents.map(|(document, ordinal)| {
        let mut document = document.clone();
        document["_rid"] = json!(super::partitioned::rid(ordinal));
        Stored::new(document.to_string(), &definition)
    });
    let mut service = Service::new(case.query(), documents.collect(), Schema::default(), &work);
    let parameters = case.json["parameters"].as_array().into_iter().flatten();
    service.parameters = parameters
        .map(|p| {
            (
                p["name"].as_str().expect("a name").to_owned(),
                Value::from(&p["value"]),
            )
        })
        .collect();
    let ranges = tile(&definition, NonZeroU32::new(count).expect("some ranges"));
    for seed in 0..20 {
        let merge = MergePipeline::new(&work, &ranges, MergeLimits::default())
            .map_err(|error| error.to_string())?;
        let mut calm = Disturbances {
            pause: &mut |merge, _| merge,
            splits: 0,
        };
        let rows = drive(&mut service, merge, &mut Choices::new(seed), &mut calm)?;
        let expected = &case.json["expectedIds"];
        let right = match expected.as_array() {
            Some(_) => ids(&rows) == *expected,
            None => {
                Some(rows.len())
                    == case.json["expectedCount"]
                        .as_u64()
                        .and_then(|count| usize::try_from(count).ok())
            }
        };
        if !right {
            return Err(format!("gives {}", ids(&rows)));
        }
    }
    Ok(())
}

#[test]
fn windows() {
    run("merge/ms-rust-skip-take-scenarios.jsonl", |case| {
        over_documents(case, 2)
    });
}
