//! Which answers carry a session, and which do not.

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use cosmokit_session::{Refusals, SessionTracing as _, UserSession};
use cosmokit_testkit::world::World;
use http::header::CACHE_CONTROL;
use http::{Method, StatusCode};
use serde_json::json;

use crate::app::{DATABASE, put};
use crate::browser::Browser;
use crate::tier::{Tier, carrying, three_regions};

#[test]
fn only_answers_with_news_set_a_cookie() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let instance = &tier.instances[0];
        let mut user = Browser::default();
        assert!(
            !user
                .send(instance, Method::GET, "/items/notes/k/1")
                .await
                .sets_cookies()
        );
        let page = user.send(instance, Method::PUT, "/items/notes/k/1").await;
        assert!(page.sets_cookies());
        assert_eq!(page.headers[CACHE_CONTROL], "private");
        for _ in 0..3 {
            let page = user.send(instance, Method::GET, "/items/notes/k/1").await;
            assert!(!page.sets_cookies() && !page.headers.contains_key(CACHE_CONTROL));
        }
        // Others write meanwhile: their positions are not this user's news.
        Browser::default().put(instance, "/items/notes/k/2").await;
        assert!(
            !user
                .send(instance, Method::GET, "/items/notes/k/1")
                .await
                .sets_cookies()
        );
        assert!(
            !user
                .send(instance, Method::OPTIONS, "/items/notes/k/1")
                .await
                .sets_cookies()
        );
        let cookie = page.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("__Host-csmsdb-"), "{cookie}");
        assert!(
            cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax"),
            "{cookie}"
        );
    });
}

#[test]
fn a_handler_that_fails_after_writing_loses_nothing() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        let page = user.post(&tier.instances[0], "/then-fail/notes/k/1").await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::OK
        );
    });
}

#[test]
fn refusals_carry_what_was_written() {
    for (refusals, expected) in [
        (Refusals::WhenWritten, true),
        (Refusals::Always, true),
        (Refusals::Never, false),
    ] {
        World::simulate(three_regions(), async |world| {
            let sessions = carrying(&world).refusals(refusals).build().unwrap();
            let tier = Tier::start_with(world, sessions).await;
            let client = tier.clients[0].traced();
            let log_in = async move || {
                let database = client.database_client(DATABASE);
                let notes = database.container_client("notes", None).await.unwrap();
                let failed = json!({"id": "failed", "pk": "log-in"});
                notes
                    .upsert_item("log-in", "failed", failed, None)
                    .await
                    .unwrap();
                StatusCode::UNAUTHORIZED
            };
            let app = Router::new()
                .route("/", post(log_in))
                .layer(tier.sessions.layer());
            let page = Browser::default().post(&app, "/").await;
            assert_eq!(page.status, StatusCode::UNAUTHORIZED);
            assert_eq!(page.sets_cookies(), expected, "{refusals:?}");
        });
    }
}

#[test]
fn answers_that_shared_caches_keep_carry_no_cookie() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let client = tier.clients[0].traced();
        let write = async move |directives: &'static str| {
            put(&client, "notes", "k", "1").await;
            ([(CACHE_CONTROL, directives)], "written").into_response()
        };
        let (public, private) = (write.clone(), write);
        let app = Router::new()
            .route(
                "/public",
                get(async move || public("public, max-age=60").await),
            )
            .route("/private", get(async move || private("max-age=60").await))
            .layer(tier.sessions.layer());
        let mut user = Browser::default();
        let page = user.send(&app, Method::GET, "/public").await;
        assert!(!page.sets_cookies());
        assert_eq!(page.headers[CACHE_CONTROL], "public, max-age=60");
        let page = user.send(&app, Method::GET, "/private").await;
        assert!(page.sets_cookies());
        assert_eq!(page.headers[CACHE_CONTROL], "max-age=60, private");
    });
}

#[test]
fn logging_out_forgets_the_session_here_and_there() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        user.put(&tier.instances[0], "/items/notes/k/1").await;
        let page = user.post(&tier.instances[0], "/log-out").await;
        assert!(page.sets_cookies() && user.jar.is_empty());
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn routes_and_answers_can_opt_out_and_layers_may_be_nested() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let layer = tier
            .sessions
            .layer()
            .only_for(|_, path, _| !path.starts_with("/items/votes"));
        let app = tier.bare[0]
            .clone()
            .layer(layer.clone())
            .layer(tier.sessions.layer());
        let some = tier.bare[0].clone().layer(layer);
        let mut user = Browser::default();
        assert!(
            user.send(&app, Method::PUT, "/items/notes/k/1")
                .await
                .sets_cookies()
        );
        assert_eq!(
            user.jar.len(),
            1,
            "the inner layer leaves it to the outer one"
        );
        assert!(
            !Browser::default()
                .send(&some, Method::PUT, "/items/votes/k/1")
                .await
                .sets_cookies()
        );
        let client = tier.clients[0].traced();
        let consent = async move |user: UserSession| {
            put(&client, "notes", "k", "1").await;
            user.withhold();
        };
        let app = Router::new()
            .route("/", post(consent))
            .layer(tier.sessions.layer());
        assert!(!Browser::default().post(&app, "/").await.sets_cookies());
    });
}

#[test]
fn an_app_without_the_layer_is_told_so() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let page = Browser::default().post(&tier.bare[0], "/log-out").await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(page.text.contains("SessionLayer"), "{}", page.text);
        let strict = crate::app::app(tier.clients[0].traced_strictly());
        let refused = Browser::default().get(&strict, "/items/notes/k/1").await;
        assert_eq!(
            refused,
            StatusCode::BAD_REQUEST,
            "a read outside of any session"
        );
        let inside = strict.layer(tier.sessions.layer());
        assert_eq!(
            Browser::default().get(&inside, "/items/notes/k/1").await,
            StatusCode::NOT_FOUND
        );
    });
}
