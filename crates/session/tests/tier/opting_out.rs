//! Calls, tasks and routes outside of sessions, and what is counted of those inside.

use axum::Router;
use axum::routing::post;
use cosmokit::options::{ItemReadOptions, OperationOptions};
use cosmokit_session::scope::InSession as _;
use cosmokit_session::{CorsNeeds, SessionTracing as _};
use cosmokit_testkit::world::World;
use http::header::VARY;
use http::{HeaderName, Method, StatusCode};
use serde_json::json;

use crate::app::{DATABASE, put};
use crate::browser::Browser;
use crate::tier::{Tier, carrying, three_regions};

#[test]
fn a_call_can_stay_outside_of_the_session_of_its_task() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let user = tier.sessions.start();
        let here = tier.clients[0].traced().database_client(DATABASE);
        let there = tier.clients[1].traced_strictly().database_client(DATABASE);
        let story = async {
            let notes = here.container_client("notes", None).await.unwrap();
            let item = json!({"id": "1", "pk": "k"});
            notes.upsert_item("k", "1", item, None).await.unwrap();
            let notes = there.container_client("notes", None).await.unwrap();
            notes.read_item("k", "1", None).await.unwrap();
            tier.wires[1].take();
            // By its options, or by a handle; also where a session is required: it was said.
            let outside = OperationOptions::default().with_session_disabled(true);
            let options = ItemReadOptions::default().with_operation_options(outside);
            let by_options = notes.read_item("k", "1", Some(options)).await;
            let by_handle = notes.without_session().read_item("k", "1", None).await;
            for read in [by_options, by_handle] {
                assert_eq!(read.unwrap_err().status().status_code(), 404);
            }
            let session = user.session().export()[0].token();
            let sent = tier.wires[1].take();
            let of_session = sent
                .iter()
                .flatten()
                .filter(|sent| **sent == session.as_str());
            assert_eq!(
                (sent.len(), of_session.count()),
                (2, 0),
                "nothing of the session"
            );
            // And nothing of it in the session.
            let item = json!({"id": "2", "pk": "k"});
            let written = here.container_client("votes", None).await.unwrap();
            let written = written.without_session();
            written.upsert_item("k", "2", item, None).await.unwrap();
        };
        story.in_session(user.clone()).await;
        assert_eq!(user.session().export().len(), 1, "of notes, not of votes");
    });
}

#[test]
fn a_route_can_opt_in_by_a_layer_of_its_own() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let client = tier.clients[0].traced();
        let write = async move || {
            put(&client, "notes", "k", "1").await;
        };
        let (with, without) = (write.clone(), write);
        let app = Router::new()
            .route("/with", post(with))
            .route_layer(tier.sessions.layer())
            .route("/without", post(without));
        assert!(Browser::default().post(&app, "/with").await.sets_cookies());
        let page = Browser::default().post(&app, "/without").await;
        assert!(!page.sets_cookies());
    });
}

#[test]
fn what_happens_to_sessions_is_counted() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        user.put(&tier.instances[0], "/items/notes/k/1").await;
        user.get(&tier.instances[1], "/items/notes/k/1").await;
        user.jar
            .insert("__Host-csmsdb-AAAAAAAAAAAA".to_owned(), "***".to_owned());
        user.get(&tier.instances[0], "/items/notes/k/1").await;
        let counts = tier.sessions.counts();
        assert_eq!(counts.requests, 3);
        assert_eq!(counts.requests_with_session, 2);
        assert_eq!((counts.values_received, counts.positions_received), (2, 2));
        assert_eq!((counts.values_rejected, counts.rejected_encoding), (1, 1));
        assert_eq!((counts.values_sent, counts.positions_sent), (1, 1));
        assert_eq!(
            (
                counts.operations_with_position,
                counts.operations_without_position
            ),
            (2, 1)
        );
        assert_eq!(counts.session_retries, 1, "the region was behind once");
        assert!(counts.session_retry_ms > 0);
        assert_eq!((counts.fallbacks, counts.implausible), (0, 0));
        let named: Vec<_> = counts.named().into_iter().collect();
        assert!(named.contains(&("cosmokit_session_requests", 3)));
    });
}

#[test]
fn what_happens_outside_of_sessions_is_counted() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let before = tier.sessions.counts().operations_outside;
        let mut user = Browser::default();
        let read = user.get(&tier.bare[0], "/items/notes/k/1").await;
        assert_eq!(read, StatusCode::NOT_FOUND);
        let inside = tier.sessions.counts();
        assert!(inside.operations_outside > before);
        assert_eq!(inside.requests, 0);
    });
}

#[test]
fn caches_and_scripts_of_other_origins_are_told_when_asked() {
    World::simulate(three_regions(), async |world| {
        let named = carrying(&world).header("Cosmos-Session");
        let sessions = named.vary_by_header().build().unwrap();
        let name = HeaderName::from_static("cosmos-session");
        let cors = sessions.cors();
        let named = [cors.allow_headers, cors.expose_headers].concat();
        assert_eq!(named, [name.clone(), name]);
        assert!(cors.credentials);
        let tier = Tier::start_with(world, sessions).await;
        let mut user = Browser::default();
        let page = user
            .send(&tier.instances[0], Method::GET, "/items/notes/k/1")
            .await;
        assert_eq!(page.headers[VARY], "cosmos-session");
        let asked = user
            .send(&tier.instances[0], Method::OPTIONS, "/items/notes/k/1")
            .await;
        assert!(!asked.headers.contains_key(VARY));
        assert_eq!(asked.status, StatusCode::METHOD_NOT_ALLOWED);
        let plain: CorsNeeds = Tier::start(World::start(three_regions()).unwrap())
            .await
            .sessions
            .cors();
        assert!(plain.allow_headers.is_empty());
    });
}
