//! `GET /_cosmokit/openapi.json`: the admin API describes itself, from the same list that it is routed by.

use axum::Extension;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use cosmokit_protocol::wire::header;
use serde_json::{Map, Value, json};

use super::route::{Field, JSON, Route};
use super::router::PREFIX;

/// The finished document.
#[derive(Clone)]
pub(super) struct Document(Bytes);

pub(super) async fn openapi(Extension(document): Extension<Document>) -> Response {
    (
        [(header::CONTENT_TYPE, header::value::APPLICATION_JSON)],
        document.0,
    )
        .into_response()
}

impl Document {
    /// Describes these routes, as OpenAPI 3.1.
    pub(super) fn new<'r>(routes: impl Iterator<Item = &'r Route>) -> Self {
        let mut paths = Map::new();
        for route in routes {
            let path = paths
                .entry(format!("{PREFIX}{}", route.path))
                .or_insert_with(|| json!({}));
            if let Some(path) = path.as_object_mut() {
                let method = route.method.as_str().to_lowercase();
                path.insert(method, operation(route));
            }
        }
        let document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": "cosmokit admin API",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "Steers a local account: regions, links, partitions, faults, clock, snapshots. \
                                Refusals are JSON with `code` and `message`.",
            },
            "paths": paths,
            "components": {"schemas": {"Refusal": {
                "type": "object",
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                "required": ["code", "message"],
            }}},
        });
        Self(document.to_string().into())
    }
}

fn operation(route: &Route) -> Value {
    let refusal = json!({
        "description": "A refusal",
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Refusal"}}},
    });
    let mut operation = json!({
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": {
            route.status.as_str(): {"description": "Done", "content": {route.answer: {}}},
            "default": refusal,
        },
    });
    if !route.body.is_empty()
        && let Some(operation) = operation.as_object_mut()
    {
        let is_needed = route.body.iter().any(|field| field.needed);
        let content = json!({JSON: {"schema": object(route.body)}});
        operation.insert(
            "requestBody".to_owned(),
            json!({"required": is_needed, "content": content}),
        );
    }
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path_parameters().map(
        |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
    );
    let in_query = route.query.iter().map(|field| {
        json!({"name": field.name, "in": "query", "required": field.needed, "schema": field.schema()})
    });
    in_path.chain(in_query).collect()
}

fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| (field.name.to_owned(), field.schema()))
        .collect();
    let needed: Vec<&str> = fields
        .iter()
        .filter(|field| field.needed)
        .map(|field| field.name)
        .collect();
    json!({"type": "object", "properties": properties, "required": needed})
}
