//! Recorded results of queries, through a client against the local account, over one, four and thirteen partitions:
//! the cases of `crates/query/tests/data`, compared as that crate compares them.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;

use cosmokit::models::{
    BatchOperation, BulkItem, ContainerProperties, PartitionKeyDefinition,
    TransactionalBatchOperationResult, UserDefinedFunction,
};
use cosmokit::options::{MaxItemCountHint, QueryOptions};
use cosmokit::{ContainerClient, FeedScope, Query, Result};
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use crate::cases::{Case, data_path, load};
use crate::compare::accepts;
use crate::exceptions;

/// Properties that the account adds to an item.
const ADDED: [&str; 5] = ["_rid", "_self", "_etag", "_ts", "_attachments"];

/// Accounts with containers of one number of partitions, by what their items are.
struct Stage {
    local: LocalAccount,
    containers: HashMap<String, Option<(ContainerClient, bool)>>,
}

impl Stage {
    async fn new(partitions: u32) -> Self {
        let partitions = NonZeroU32::new(partitions).unwrap();
        let local = LocalAccount::builder()
            .partitions_per_container(partitions)
            .start()
            .await
            .unwrap();
        local.client().create_database("db", None).await.unwrap();
        Self {
            local,
            containers: HashMap::new(),
        }
    }

    /// The container of a case and whether ids were added; `None` when its documents are none that an account takes.
    async fn container(&mut self, case: &Case) -> Option<(ContainerClient, bool)> {
        let documents = documents(case);
        let key = json!([
            case.json["container"],
            case.json["dataset"],
            case.json["vectorEmbeddingPolicy"],
            case.json["geospatialType"],
            ranks(case),
            documents.iter().map(|d| d.get()).collect::<Vec<_>>()
        ])
        .to_string();
        if let Some(known) = self.containers.get(&key) {
            return known.clone();
        }
        let name = format!("c{}", self.containers.len());
        let container = self.fill(&name, case, &documents).await;
        self.containers.insert(key, container.clone());
        container
    }

    async fn fill(
        &self,
        name: &str,
        case: &Case,
        documents: &[Box<RawValue>],
    ) -> Option<(ContainerClient, bool)> {
        let database = self.local.client().database_client("db");
        database
            .create_container(properties(name, case), None)
            .await
            .ok()?;
        let container = database.container_client(name, None).await.ok()?;
        let definition: PartitionKeyDefinition = key_path(case).into();
        let mut bulk = Vec::new();
        let mut adds_ids = false;
        for (number, text) in documents.iter().enumerate() {
            let document: Json = serde_json::from_str(text.get()).ok()?;
            let text = match document.get("id") {
                Some(Json::String(_)) => text.get().to_owned(),
                Some(_) => return None,
                None => {
                    adds_ids = true;
                    let members = text.get().trim().trim_start_matches('{');
                    let comma = if members.trim_start().starts_with('}') {
                        ""
                    } else {
                        ","
                    };
                    format!("{{\"id\":\"added-{number}\"{comma}{members}")
                }
            };
            let key = definition.extract(text.as_bytes()).ok()?;
            bulk.push(BulkItem::new(
                key,
                BatchOperation::create(RawValue::from_string(text).ok()?),
            ));
        }
        if ranks(case) {
            // Equal scores are told apart by resource ids, which follow the order of creation.
            for item in bulk {
                let created = container.execute_bulk([item], None).await.ok()?;
                created
                    .first()?
                    .as_ref()
                    .ok()
                    .filter(|result| result.is_success())?;
            }
            return Some((container, adds_ids));
        }
        let outcomes = container.execute_bulk(bulk, None).await.ok()?;
        let all = outcomes.iter().all(|outcome| {
            outcome
                .as_ref()
                .is_ok_and(TransactionalBatchOperationResult::is_success)
        });
        all.then_some((container, adds_ids))
    }
}

/// Creates the functions that a case calls. Where the recording does not show one, its name is what counts.
async fn define(container: &ContainerClient, case: &Case) {
    let query = case.query();
    for call in query.split("udf.").skip(1) {
        let name = call
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next();
        let name = name.unwrap_or_default();
        let body = case.json["udfs"][name].as_str();
        let function =
            UserDefinedFunction::new(name, body.unwrap_or("function () { return null; }"));
        let functions = container.user_defined_functions();
        functions.upsert(&function, None).await.unwrap();
    }
}

fn ranks(case: &Case) -> bool {
    case.query().to_ascii_uppercase().contains(" RANK ")
}

fn key_path(case: &Case) -> String {
    case.json["container"]["partitionKey"][0]
        .as_str()
        .unwrap_or("/id")
        .to_owned()
}

fn properties(name: &str, case: &Case) -> ContainerProperties {
    let mut document = json!({
        "id": name,
        "partitionKey": {"paths": [key_path(case)], "kind": "Hash", "version": 2},
    });
    let given = &case.json["container"];
    for policy in [
        "vectorEmbeddingPolicy",
        "fullTextPolicy",
        "computedProperties",
        "geospatialConfig",
        "indexingPolicy",
    ] {
        let value = if given[policy].is_null() {
            &case.json[policy]
        } else {
            &given[policy]
        };
        // Some recordings only describe their policy.
        if value.is_object() || value.is_array() {
            document[policy] = value.clone();
        }
    }
    // One recording has a flat index of 1,536 dimensions, three times what the documentation allows.
    if case.json["dataset"] == "datasets/dotnet-hybrid-100docs.json" {
        let indexes = document.pointer_mut("/indexingPolicy/vectorIndexes");
        for index in indexes.and_then(Json::as_array_mut).into_iter().flatten() {
            index["type"] = json!("quantizedFlat");
        }
    }
    if case.json["geospatialType"] == "Geometry" {
        document["geospatialConfig"] = json!({"type": "Geometry"});
    }
    serde_json::from_value(document).unwrap()
}

#[derive(serde::Deserialize)]
struct Documents {
    #[serde(default, alias = "data")]
    documents: Vec<Box<RawValue>>,
    #[serde(default)]
    parameters: Json,
}

fn dataset(path: &str) -> Documents {
    let text = std::fs::read_to_string(data_path(path)).unwrap();
    if text.trim_start().starts_with('[') {
        Documents {
            documents: serde_json::from_str(&text).unwrap(),
            parameters: Json::Null,
        }
    } else {
        serde_json::from_str(&text).unwrap()
    }
}

fn documents(case: &Case) -> Vec<Box<RawValue>> {
    #[derive(serde::Deserialize)]
    struct Line {
        #[serde(default)]
        documents: Vec<Box<RawValue>>,
    }
    if let Some(path) = case.json["dataset"].as_str() {
        dataset(path).documents
    } else {
        serde_json::from_str::<Line>(&case.line).unwrap().documents
    }
}

fn query(case: &Case) -> Query {
    let mut query = Query::from(case.query());
    for parameter in case.json["parameters"].as_array().into_iter().flatten() {
        let place = parameter["valueFrom"]
            .as_str()
            .or(parameter["value"]["$ref"].as_str());
        let value = match place {
            Some(place) => {
                let all = dataset(case.json["dataset"].as_str().unwrap()).parameters;
                all[place.trim_start_matches("dataset.parameters.")].clone()
            }
            None => parameter["value"].clone(),
        };
        query = query
            .with_parameter(parameter["name"].as_str().unwrap(), value)
            .unwrap();
    }
    query
}

fn scope(case: &Case) -> FeedScope {
    let Some([key]) = case.json["requestPartitionKey"]
        .as_array()
        .map(Vec::as_slice)
    else {
        return FeedScope::full_container();
    };
    let path: PartitionKeyDefinition = "/pk".into();
    let document = if key.is_object() {
        json!({})
    } else {
        json!({"pk": key})
    };
    FeedScope::partition(path.extract(document.to_string().as_bytes()).unwrap())
}

/// A row without what the account, and this test, added to the documents in it.
fn strip(value: &mut Json, keep: &str, adds_ids: bool) {
    match value {
        Json::Array(elements) => elements
            .iter_mut()
            .for_each(|element| strip(element, keep, adds_ids)),
        Json::Object(members) => {
            members.retain(|name, value| {
                let is_added =
                    ADDED.contains(&name.as_str()) && !keep.contains(&format!("\"{name}\""));
                let is_id = adds_ids
                    && name == "id"
                    && value.as_str().is_some_and(|id| id.starts_with("added-"));
                !is_added && !is_id
            });
            members
                .values_mut()
                .for_each(|member| strip(member, keep, adds_ids));
        }
        _ => {}
    }
}

async fn run(
    case: &Case,
    container: &ContainerClient,
    adds_ids: bool,
    page: u32,
) -> Result<Vec<Json>> {
    let limit = MaxItemCountHint::Limit(NonZeroU32::new(page).unwrap());
    let options = QueryOptions::default()
        .with_max_item_count(limit)
        .with_enable_scan(true);
    let rows = container
        .query_items::<Json>(query(case), scope(case), Some(options))
        .await?;
    let mut rows: Vec<Json> = rows.try_collect().await?;
    let expected = case.json["expected"].to_string();
    for row in &mut rows {
        strip(row, &expected, adds_ids);
    }
    Ok(rows)
}

/// Whether a local account cannot hold what the case is about, and why.
fn out_of_reach(case: &Case) -> Option<&'static str> {
    let text = case.query().to_ascii_lowercase();
    if text.contains("documentid") {
        return Some("resource ids of the recordings");
    }
    None
}

#[tokio::test]
async fn results_over_one_partition() {
    results_over(1).await;
}

#[tokio::test]
async fn results_over_four_partitions() {
    results_over(4).await;
}

#[tokio::test]
async fn results_over_thirteen_partitions() {
    results_over(13).await;
}

/// Sizes of pages, in turns.
const PAGES: [u32; 3] = [1_000, 100, 20];

async fn results_over(partitions: u32) {
    let known = exceptions::load();
    let files = std::fs::read_dir(data_path("eval")).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    let files = files.iter().map(|file| file.to_str().unwrap());
    let cases = files.flat_map(|file| load(&format!("eval/{file}")));
    let (mut passed, mut problems, mut aside) = (0, Vec::new(), BTreeMap::<&str, usize>::new());
    let mut stage = Stage::new(partitions).await;
    for case in cases.filter(|case| case.json["expectError"].is_null()) {
        if let Some(why) = out_of_reach(&case) {
            *aside.entry(why).or_default() += 1;
            continue;
        }
        let Some((container, adds_ids)) = Box::pin(stage.container(&case)).await else {
            *aside.entry("documents that no account takes").or_default() += 1;
            continue;
        };
        define(&container, &case).await;
        let is_known = ["", "merged:", "client:"]
            .iter()
            .any(|door| known.contains_key(&format!("{door}{}", case.key())));
        let page = PAGES[case.number % PAGES.len()];
        let problem = match Box::pin(run(&case, &container, adds_ids, page)).await {
            Ok(rows) if accepts(&case, &rows, partitions) => None,
            Ok(rows) => Some(format!("gives {}", Json::from(rows))),
            Err(error) => Some(error.to_string()),
        };
        match problem {
            None => passed += 1,
            Some(_) if is_known => {}
            Some(problem) => problems.push(report(&case, partitions, &problem)),
        }
    }
    println!("{passed} results over {partitions} partitions are as recorded; aside: {aside:?}");
    let count = problems.len();
    assert!(
        problems.is_empty(),
        "{count} differ:\n{}",
        problems.join("\n")
    );
    assert!(passed > 500, "{passed}");
}

fn report(case: &Case, partitions: u32, problem: &str) -> String {
    let cut = |text: &str| text.chars().take(500).collect::<String>();
    let wanted = case.json["expected"].to_string();
    format!(
        "{} [{}] over {partitions}\n  {}\n  {}\n  wanted {}",
        case.key(),
        case.trust,
        case.query(),
        cut(problem),
        cut(&wanted),
    )
}
