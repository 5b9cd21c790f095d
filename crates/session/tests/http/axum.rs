//! Instances on axum.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get as get_route;
use cosmokit::ContainerClient;
use http::header::SET_COOKIE;
use http::{Method, StatusCode};

use crate::browser::Browser;
use crate::tier::{Tier, carrying, get, put};

pub(crate) fn app(notes: &ContainerClient) -> Router {
    type Notes = State<ContainerClient>;
    let read = async |State(notes): Notes, Path(id): Path<String>| get(&notes, &id).await;
    let write = async |State(notes): Notes, Path(id): Path<String>| put(&notes, &id).await;
    Router::new()
        .route("/notes/{id}", get_route(read).put(write))
        .with_state(notes.clone())
}

#[tokio::test]
async fn a_write_at_one_instance_is_read_at_the_others() {
    let mut tier = Tier::start().await;
    let sessions = carrying().build().unwrap();
    let mut instances = Vec::new();
    for notes in tier.notes.clone() {
        instances.push(tier.serve(app(&notes).layer(sessions.layer())).await);
    }
    let mut user = Browser::new();
    let written = user.send(Method::PUT, instances[0], "/notes/a").await;
    assert_eq!(written.status(), StatusCode::OK);
    let cookie = written.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-csmsdb-"), "{cookie}");
    for instance in &instances {
        assert_eq!(user.get(*instance, "/notes/a").await, StatusCode::OK);
        // Written at any of them; all of it goes to the region that takes writes.
        assert_eq!(user.put(*instance, "/notes/b").await, StatusCode::OK);
    }
    for instance in &instances {
        assert_eq!(user.get(*instance, "/notes/b").await, StatusCode::OK);
    }
    let stranger = Browser::new().get(instances[1], "/notes/a").await;
    assert_eq!(stranger, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_the_layer_the_read_is_stale() {
    let mut tier = Tier::start().await;
    let mut instances = Vec::new();
    for notes in tier.notes.clone() {
        instances.push(tier.serve(app(&notes)).await);
    }
    let mut user = Browser::new();
    user.put(instances[0], "/notes/a").await;
    assert_eq!(
        user.get(instances[1], "/notes/a").await,
        StatusCode::NOT_FOUND
    );
}
