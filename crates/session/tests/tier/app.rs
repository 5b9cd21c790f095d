//! The app that instances run: items by container, key and id, and the odd ways in which handlers do work.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post, put as put_route};
use cosmokit::{ContainerClient, CosmosClient, FeedScope, Query};
use cosmokit_session::{UserSession, scope};
use futures_util::TryStreamExt as _;
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

async fn put(client: &CosmosClient, container: &str, key: &str, id: &str) -> StatusCode {
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
