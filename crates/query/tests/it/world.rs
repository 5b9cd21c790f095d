//! A container made of a case: schema, documents, parameters; and a query run over it.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use cosmokit_query::ast::Direction;
use cosmokit_query::schema::{Composite, Segments};
use cosmokit_query::value::Value;
use cosmokit_query::{
    Environment, Execution, Metric, Program, QueryError, Schema, Surface, UserFunctions,
};
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::cases::{Case, data_path};

/// 2024-02-29T12:34:56.7890123Z, in ticks.
pub(crate) const NOW_TICKS: i64 = 17_092_100_967_890_123;

/// More steps than any case needs.
pub(crate) const STEPS: u64 = 1_000_000_000;

/// The user-defined functions of the cases, written in Rust.
pub(crate) struct Functions;

impl UserFunctions for Functions {
    fn call(&self, name: &str, arguments: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        match name {
            "REGEX_MATCH" => {
                let text = first.as_str().unwrap_or_default().to_owned();
                let pattern = arguments
                    .get(1)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned();
                Ok(Value::Boolean(
                    pattern
                        .trim_matches(['.', '*'])
                        .split(".*")
                        .all(|part| text.contains(part)),
                ))
            }
            "formatPrice" => Ok(first.into_owned()),
            _ => Err(format!("The user defined function '{name}' could not be found.").into()),
        }
    }
}

pub(crate) fn environment() -> Environment<'static> {
    Environment {
        now_ticks: NOW_TICKS,
        seed: 7,
        steps: STEPS,
        functions: &Functions,
    }
}

fn segments(path: &Json) -> Segments {
    let path = path.as_str().unwrap_or_default();
    path.trim_start_matches('/')
        .split('/')
        .map(|name| name.trim_matches('"').into())
        .collect()
}

fn composite(index: &Json) -> Composite {
    let direction = |item: &Json| match item["order"].as_str() {
        Some("descending") => Direction::Descending,
        _ => Direction::Ascending,
    };
    index
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| (segments(&item["path"]), direction(item)))
        .collect()
}

/// The schema that a case describes.
pub(crate) fn schema(case: &Json) -> Schema {
    let container = &case["container"];
    let policies = |name: &str| {
        if container[name].is_null() {
            &case[name]
        } else {
            &container[name]
        }
    };
    let geometry = [
        &container["geospatialConfig"]["type"],
        &case["geospatialType"],
    ]
    .iter()
    .any(|kind| **kind == "Geometry");
    let embeddings = policies("vectorEmbeddingPolicy")["vectorEmbeddings"].as_array();
    let metric = |item: &Json| {
        item["distanceFunction"]
            .as_str()
            .and_then(Metric::of)
            .unwrap_or(Metric::Cosine)
    };
    let computed = container["computedProperties"].as_array();
    let text = |value: &Json| Box::from(value.as_str().unwrap_or_default());
    Schema {
        surface: if geometry {
            Surface::Geometry
        } else {
            Surface::Geography
        },
        vectors: embeddings
            .into_iter()
            .flatten()
            .map(|item| (segments(&item["path"]), metric(item)))
            .collect(),
        computed: computed
            .into_iter()
            .flatten()
            .map(|item| (text(&item["name"]), text(&item["query"])))
            .collect(),
        composites: container["indexingPolicy"]["compositeIndexes"]
            .as_array()
            .map(|all| all.iter().map(composite).collect()),
    }
}

/// Documents as they are written, members in their order.
type Documents = Vec<Box<RawValue>>;

/// A file of documents: a list, or an object that holds one beside parameters.
enum Dataset {
    List(Documents),
    Object { data: Documents, parameters: Json },
}

#[derive(Deserialize)]
struct DatasetObject {
    data: Documents,
    #[serde(default)]
    parameters: Json,
}

static DATASETS: LazyLock<Mutex<HashMap<String, &'static Dataset>>> = LazyLock::new(Mutex::default);

fn dataset(path: &str) -> &'static Dataset {
    let mut loaded = DATASETS
        .lock()
        .expect("no test panics while it holds the lock");
    loaded.entry(path.to_owned()).or_insert_with(|| {
        let text = std::fs::read_to_string(data_path(path))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        let dataset = if text.trim_start().starts_with('[') {
            serde_json::from_str(&text).map(Dataset::List)
        } else {
            let object = serde_json::from_str::<DatasetObject>(&text);
            object.map(|file| Dataset::Object {
                data: file.data,
                parameters: file.parameters,
            })
        };
        Box::leak(Box::new(
            dataset.unwrap_or_else(|error| panic!("{path}: {error}")),
        ))
    })
}

/// The documents of a case, as JSON texts.
pub(crate) fn documents(case: &Case) -> Vec<String> {
    #[derive(Deserialize)]
    struct Line {
        #[serde(default)]
        documents: Documents,
    }
    let json = &case.json;
    let all = match json["dataset"].as_str().map(dataset) {
        Some(Dataset::Object { data, .. } | Dataset::List(data)) => data.clone(),
        None => {
            serde_json::from_str::<Line>(&case.line)
                .expect("cases are JSON")
                .documents
        }
    };
    let key = json["requestPartitionKey"].as_array();
    let path = json["container"]["partitionKey"][0].as_str();
    let belongs = |document: &str| match (key, path) {
        (Some(key), Some(path)) => {
            let document: Json = serde_json::from_str(document).expect("documents are JSON");
            let value = document.pointer(path);
            if key[0].is_object() {
                value.is_none()
            } else {
                value == Some(&key[0])
            }
        }
        _ => true,
    };
    let needs_rid = case.query().to_ascii_lowercase().contains("documentid");
    let texts = all
        .iter()
        .map(|document| document.get().to_owned())
        .filter(|document| belongs(document));
    texts
        .map(|text| if needs_rid { with_rid(&text) } else { text })
        .collect()
}

/// A document with the resource id of the recordings, whose number within its partition is 13.
fn with_rid(document: &str) -> String {
    let members = document.trim().trim_start_matches('{');
    format!("{{\"_rid\":\"36ZyAPW+uN8NAAAAAAAAAA==\",{members}")
}

/// The parameters of a case.
pub(crate) fn parameters(case: &Json) -> Vec<(String, Value<'static>)> {
    let place = |parameter: &'_ Json| {
        parameter["valueFrom"]
            .as_str()
            .or(parameter["value"]["$ref"].as_str())
            .map(str::to_owned)
    };
    let value = |parameter: &Json| match place(parameter) {
        Some(place) => {
            let path = case["dataset"]
                .as_str()
                .expect("a value comes from a data set");
            let Dataset::Object { parameters, .. } = dataset(path) else {
                panic!("{place} is in no list")
            };
            Value::from(&parameters[place.trim_start_matches("dataset.parameters.")])
        }
        None => Value::from(&parameter["value"]),
    };
    let name = |parameter: &Json| parameter["name"].as_str().unwrap_or_default().to_owned();
    case["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| (name(parameter), value(parameter)))
        .collect()
}

/// Runs a query over documents.
pub(crate) fn run_query(
    text: &str,
    schema: &Schema,
    parameters: &[(String, Value<'static>)],
    documents: &[String],
) -> Result<Vec<Json>, QueryError> {
    let program = Program::compile(text, schema)?;
    let arguments = program.arguments(
        parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone())),
    );
    let mut execution = Execution::new(&program, &arguments, environment())?;
    let mut rows = Vec::new();
    let mut take = |row: &[u8]| rows.push(serde_json::from_slice(row).expect("rows are JSON"));
    for document in documents {
        execution.push(document.as_bytes(), &mut take)?;
    }
    execution.finish(&mut take)?;
    Ok(rows)
}

/// Runs the query of a case.
pub(crate) fn run_case(case: &Case) -> Result<Vec<Json>, QueryError> {
    run_query(
        case.query(),
        &schema(&case.json),
        &parameters(&case.json),
        &documents(case),
    )
}
