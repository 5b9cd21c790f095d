//! Work that handlers give to others.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use cosmokit_session::scope::{
    self, InSession as _, InSessionStream as _, JoinSetExt as _, SessionBody,
};
use cosmokit_session::{SessionTracing as _, UserSession};
use cosmokit_testkit::world::World;
use futures_util::{StreamExt as _, stream};
use http::{HeaderName, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::json;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::app::{DATABASE, put};
use crate::browser::Browser;
use crate::tier::{Tier, carrying, three_regions};

#[test]
fn a_task_is_in_the_session_when_it_is_spawned_by_the_helper() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        assert!(
            user.post(&tier.instances[0], "/spawned/notes/k/1")
                .await
                .sets_cookies()
        );
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::OK
        );
        // tokio's own leaves the session.
        let mut lost = Browser::default();
        assert!(
            !lost
                .post(&tier.instances[0], "/lost/notes/k/2")
                .await
                .sets_cookies()
        );
        assert_eq!(
            lost.get(&tier.instances[1], "/items/notes/k/2").await,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn helpers_take_the_session_along() {
    World::simulate(three_regions(), async |world| {
        let user = carrying(&world).build().unwrap().start();
        let is_here = {
            let expected = user.session().clone();
            move || scope::current().is_some_and(|user| *user.session() == expected)
        };
        assert!(scope::current().is_none() && !is_here());
        let inside = async {
            assert!(is_here());
            let (there, in_set) = (is_here.clone(), is_here.clone());
            assert!(scope::spawn_blocking(there).await.unwrap());
            let mut tasks = JoinSet::new();
            tasks.spawn_in_session(async move { in_set() });
            assert!(tasks.join_all().await[0]);
        };
        inside.in_session(user.clone()).await;
        let polled = stream::once(async { is_here() }).in_session(user.clone());
        assert!(Box::pin(polled).next().await.unwrap());
        assert!(scope::sync_scope(user, &is_here));
        assert!(scope::current().is_none());
    });
}

#[test]
fn shared_work_is_given_to_everybody_who_waits_for_it() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let client = tier.clients[0].traced();
        let (ada, bob) = (tier.sessions.start(), tier.sessions.start());
        let shared = ada.fork();
        let work = async {
            put(&client, "notes", "k", "1").await;
        };
        work.in_session(shared.clone()).await;
        assert!(ada.session().is_empty() && bob.session().is_empty());
        for user in [&ada, &bob] {
            user.join(&shared);
            assert_eq!(user.session().export(), shared.session().export());
        }
        assert!(ada.detached().session().is_empty());
    });
}

#[test]
fn a_job_goes_on_where_the_request_ended() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let user = tier.sessions.start();
        let write = async |client: &cosmokit::CosmosClient| {
            let database = client.traced().database_client(DATABASE);
            let notes = database.container_client("notes", None).await.unwrap();
            notes
                .upsert_item("k", "1", json!({"id": "1", "pk": "k"}), None)
                .await
                .unwrap();
        };
        write(&tier.clients[0]).in_session(user.clone()).await;
        let (message, sealed) = (
            user.export(),
            tier.sessions.protect(&user).unwrap().unwrap(),
        );
        let imported = tier.sessions.start();
        imported.import(&message).unwrap();
        assert!(imported.import(&message[1..]).is_err());
        let opened = tier.sessions.open([sealed.as_str(), "not-a-value"]);
        for user in [imported, opened] {
            let read = async {
                let database = tier.clients[1].traced().database_client(DATABASE);
                let notes = database.container_client("notes", None).await.unwrap();
                notes.read_item("k", "1", None).await.map(drop)
            };
            read.in_session(user).await.unwrap();
        }
    });
}

#[test]
fn a_streamed_body_writes_in_the_session_and_tells_it_at_its_end() {
    World::simulate(three_regions(), async |world| {
        let sessions = carrying(&world).header("cosmos-session").build().unwrap();
        let tier = Tier::start_with(world, sessions).await;
        tier.pause();
        let client = tier.clients[0].traced();
        let handler = async move |user: UserSession| {
            let body = stream::once(async move {
                put(&client, "notes", "k", "1").await;
                Ok::<_, Infallible>(Bytes::from_static(b"written"))
            });
            let trailer = HeaderName::from_static("cosmos-session");
            Response::new(
                SessionBody::new(Body::from_stream(body), user)
                    .with_trailer(trailer)
                    .boxed_unsync(),
            )
            .map(Body::new)
        };
        let app = Router::new()
            .route("/", get(handler))
            .layer(tier.sessions.layer());
        let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert!(
            !response.headers().contains_key("cosmos-session"),
            "sent before the write"
        );
        let end = response.into_body().collect().await.unwrap();
        let value = end.trailers().unwrap()["cosmos-session"].clone();
        let request = Request::get("/items/notes/k/1").header("cosmos-session", value);
        let read = tier.instances[1]
            .clone()
            .oneshot(request.body(Body::empty()).unwrap());
        assert_eq!(read.await.unwrap().status(), StatusCode::OK);
    });
}
