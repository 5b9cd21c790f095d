//! The app that instances run: items by container, key and id, and the odd ways in which handlers do work.

use std::num::NonZeroU32;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post, put as put_route};
use cosmokit::feed::ChangeFeedStartFrom;
use cosmokit::models::{
    BatchOperation, BulkItem, PatchInstructions, PatchOperation, ReadManyResponse,
};
use cosmokit::options::{MaxItemCountHint, QueryOptions};
use cosmokit::{ContainerClient, CosmosClient, FeedScope, Query, TransactionalBatch};
use cosmokit_session::{UserSession, scope};
use futures_util::TryStreamExt as _;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

type At = Path<(String, String, String)>;

/// The database that all containers of the tests are in.
///
/// The name that schedules of trouble know.
pub(crate) const DATABASE: &str = "world";

pub(crate) fn app(client: CosmosClient) -> Router {
    Router::new()
        .route(
            "/items/{container}/{key}/{id}",
            get(read).put(write).post(create).delete(remove),
        )
        .route("/then-elsewhere/{container}/{key}/{id}", post(write_and_go))
        .route("/then-fail/{container}/{key}/{id}", post(write_and_fail))
        .route("/both/{first}/{second}/{id}", post(write_both))
        .route("/spawned/{container}/{key}/{id}", post(write_in_task))
        .route("/lost/{container}/{key}/{id}", post(write_in_lost_task))
        .route("/log-out", post(async |user: UserSession| user.clear()))
        .route("/query/{container}/{key}", get(query))
        .route("/pages/{container}", get(query_in_pages))
        .route("/batch/{container}/{key}", post(write_batch))
        .route("/bulk/{container}/{key}", post(write_bulk))
        .route("/patch/{container}/{key}/{id}", post(patch))
        .route("/changes/{container}", get(changes))
        .route("/many/{container}/{keys}", get(read_many))
        .route("/marks/{container}/{key}/{id}", get(read_mark))
        .route(
            "/marks/{container}/{key}/{id}/{mark}",
            put_route(write_mark),
        )
        .with_state(client)
}

async fn open(client: &CosmosClient, container: &str) -> ContainerClient {
    let database = client.database_client(DATABASE);
    database
        .container_client(container.to_owned(), None)
        .await
        .unwrap()
}

/// Writes an item; the status is the account's.
pub(crate) async fn put(client: &CosmosClient, container: &str, key: &str, id: &str) -> StatusCode {
    let item = json!({"id": id, "pk": key});
    let written = open(client, container)
        .await
        .upsert_item(key.to_owned(), id, item, None)
        .await;
    match written {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(error) => status(&error),
    }
}

async fn write(State(client): State<CosmosClient>, Path((container, key, id)): At) -> StatusCode {
    put(&client, &container, &key, &id).await
}

async fn create(State(client): State<CosmosClient>, Path((container, key, id)): At) -> StatusCode {
    let item = json!({"id": id, "pk": key});
    match open(&client, &container)
        .await
        .create_item(key, &id, item, None)
        .await
    {
        Ok(_) => StatusCode::CREATED,
        Err(error) => status(&error),
    }
}

async fn remove(State(client): State<CosmosClient>, Path((container, key, id)): At) -> StatusCode {
    match open(&client, &container)
        .await
        .delete_item(key, &id, None)
        .await
    {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(error) => status(&error),
    }
}

async fn read(State(client): State<CosmosClient>, Path((container, key, id)): At) -> StatusCode {
    match open(&client, &container)
        .await
        .read_item(key, &id, None)
        .await
    {
        Ok(_) => StatusCode::OK,
        Err(error) => status(&error),
    }
}

async fn query(
    State(client): State<CosmosClient>,
    Path((container, key)): Path<(String, String)>,
) -> Result<String, StatusCode> {
    let container = open(&client, &container).await;
    let scope = match key.as_str() {
        "*" => FeedScope::full_container(),
        _ => FeedScope::partition(key),
    };
    let rows = container.query_items::<Value>(Query::from("SELECT VALUE c.id FROM c"), scope, None);
    let rows = rows.await.map_err(|error| status(&error))?;
    let rows: Vec<Value> = rows.try_collect().await.map_err(|error| status(&error))?;
    Ok(rows.len().to_string())
}

/// Writes two items under one key, together.
async fn write_batch(
    State(client): State<CosmosClient>,
    Path((container, key)): Path<(String, String)>,
) -> StatusCode {
    let batch = TransactionalBatch::new(key.clone())
        .upsert_item(json!({"id": "1", "pk": key}), None)
        .and_then(|batch| batch.upsert_item(json!({"id": "2", "pk": key}), None));
    let container = open(&client, &container).await;
    let done = container.execute_transactional_batch(batch.unwrap(), None);
    done.await
        .map_or_else(|error| status(&error), |_| StatusCode::NO_CONTENT)
}

/// Writes an item under the key and one under another.
async fn write_bulk(
    State(client): State<CosmosClient>,
    Path((container, key)): Path<(String, String)>,
) -> StatusCode {
    let other = format!("not-{key}");
    let item = |key: &str| {
        let document = to_raw_value(&json!({"id": "1", "pk": key})).unwrap();
        BulkItem::new(key.to_owned(), BatchOperation::upsert(document))
    };
    let items = [item(&key), item(&other)];
    let container = open(&client, &container).await;
    container
        .execute_bulk(items, None)
        .await
        .map_or_else(|error| status(&error), |_| StatusCode::NO_CONTENT)
}

async fn patch(State(client): State<CosmosClient>, Path((container, key, id)): At) -> StatusCode {
    let mark = PatchInstructions::new().with_operation(PatchOperation::set("/mark", json!(7)));
    let container = open(&client, &container).await;
    let done = container.patch_item(key, &id, mark, None).await;
    done.map_or_else(|error| status(&error), |_| StatusCode::NO_CONTENT)
}

/// How many items the change feed has.
async fn changes(
    State(client): State<CosmosClient>,
    Path(container): Path<String>,
) -> Result<String, StatusCode> {
    let container = open(&client, &container).await;
    let everything = FeedScope::full_container();
    let pages =
        container.query_change_feed::<Value>(everything, ChangeFeedStartFrom::Beginning, None);
    let mut pages = pages.await.map_err(|error| status(&error))?;
    let mut count = 0;
    while let Some(page) = pages.try_next().await.map_err(|error| status(&error))? {
        if page.items().is_empty() {
            break;
        }
        count += page.items().len();
    }
    Ok(count.to_string())
}

/// How many of the items `1` of these keys there are.
async fn read_many(
    State(client): State<CosmosClient>,
    Path((container, keys)): Path<(String, String)>,
) -> Result<String, StatusCode> {
    let wanted: Vec<(String, &str)> = keys.split(',').map(|key| (key.to_owned(), "1")).collect();
    let container = open(&client, &container).await;
    let found = container.read_many_items(wanted, None).await;
    let found = found.and_then(ReadManyResponse::into_models::<Value>);
    let found = found.map_err(|error| status(&error))?;
    Ok(found.into_iter().flatten().count().to_string())
}

/// How many items a query finds that is answered page by page, one item each.
async fn query_in_pages(
    State(client): State<CosmosClient>,
    Path(container): Path<String>,
) -> Result<String, StatusCode> {
    let container = open(&client, &container).await;
    let one_each =
        QueryOptions::default().with_max_item_count(MaxItemCountHint::Limit(NonZeroU32::MIN));
    let everything = FeedScope::full_container();
    let rows =
        container.query_items::<Value>(Query::from("SELECT * FROM c"), everything, Some(one_each));
    let rows = rows.await.map_err(|error| status(&error))?;
    let rows: Vec<Value> = rows.try_collect().await.map_err(|error| status(&error))?;
    Ok(rows.len().to_string())
}

async fn write_and_go(
    State(client): State<CosmosClient>,
    Path((container, key, id)): At,
) -> Response {
    let status = put(&client, &container, &key, &id).await;
    if status.is_success() {
        return Redirect::to(&format!("/items/{container}/{key}/{id}")).into_response();
    }
    status.into_response()
}

async fn write_and_fail(
    State(client): State<CosmosClient>,
    Path((container, key, id)): At,
) -> StatusCode {
    put(&client, &container, &key, &id).await;
    StatusCode::INTERNAL_SERVER_ERROR
}

/// Writes the same item to two containers.
async fn write_both(
    State(client): State<CosmosClient>,
    Path((first, second, id)): At,
) -> StatusCode {
    put(&client, &first, "k", &id).await;
    put(&client, &second, "k", &id).await
}

async fn write_in_task(
    State(client): State<CosmosClient>,
    Path((container, key, id)): At,
) -> StatusCode {
    scope::spawn(async move { put(&client, &container, &key, &id).await })
        .await
        .unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a task that leaves the session is what is tested"
)]
async fn write_in_lost_task(
    State(client): State<CosmosClient>,
    Path((container, key, id)): At,
) -> StatusCode {
    tokio::spawn(async move { put(&client, &container, &key, &id).await })
        .await
        .unwrap()
}

/// Answers with the mark that was written last.
async fn read_mark(
    State(client): State<CosmosClient>,
    Path((container, key, id)): At,
) -> Result<String, StatusCode> {
    let read = open(&client, &container)
        .await
        .read_item(key, &id, None)
        .await;
    let item: Value = read
        .and_then(cosmokit::models::ItemResponse::into_model)
        .map_err(|error| status(&error))?;
    Ok(item["mark"].to_string())
}

async fn write_mark(
    State(client): State<CosmosClient>,
    Path((container, key, id, mark)): Path<(String, String, String, u32)>,
) -> StatusCode {
    let item = json!({"id": id, "pk": key, "mark": mark});
    let written = open(&client, &container)
        .await
        .upsert_item(key, &id, item, None)
        .await;
    written.map_or_else(|error| status(&error), |_| StatusCode::NO_CONTENT)
}

/// As the account answered.
fn status(error: &cosmokit::CosmosError) -> StatusCode {
    StatusCode::from_u16(error.status().status_code().into()).unwrap()
}
