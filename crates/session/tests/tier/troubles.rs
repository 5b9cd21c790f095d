//! Handlers that do not end as they should: what their finished writes have learnt is carried on, and a write that was
//! given up leaves a mark.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use cosmokit_session::SessionTracing as _;
use cosmokit_testkit::world::{World, sleep};
use http::{Method, StatusCode};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::put;
use crate::browser::Browser;
use crate::tier::{Tier, three_regions};

/// How a handler ends after it has written.
#[derive(Clone, Copy)]
enum After {
    Panic,
    Forever,
}

/// An instance in the write region whose handler writes and then ends like this.
fn ending(tier: &Tier, after: After, timeout: Duration) -> Router {
    let client = tier.clients[0].traced();
    let handler = async move || {
        put(&client, "notes", "k", "1").await;
        match after {
            After::Panic => panic!("the handler has a bug"),
            After::Forever => std::future::pending::<()>().await,
        }
    };
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, timeout);
    Router::new()
        .route("/", post(handler))
        .layer(CatchPanicLayer::new())
        .layer(timeout)
        .layer(tier.sessions.layer())
}

#[test]
fn a_handler_that_panics_after_writing_loses_nothing() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        let app = ending(&tier, After::Panic, Duration::from_secs(30));
        let page = user.post(&app, "/").await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
        let read = user.get(&tier.instances[1], "/items/notes/k/1").await;
        assert_eq!(read, StatusCode::OK);
    });
}

#[test]
fn a_handler_that_times_out_after_writing_loses_nothing() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        let app = ending(&tier, After::Forever, Duration::from_secs(30));
        let page = user.post(&app, "/").await;
        assert_eq!(page.status, StatusCode::GATEWAY_TIMEOUT);
        let read = user.get(&tier.instances[1], "/items/notes/k/1").await;
        assert_eq!(read, StatusCode::OK);
    });
}

/// A write that is given up may have been applied; nobody was told where. So reads of its container go to the write
/// region for a while, and then no more.
#[test]
fn a_write_that_is_given_up_sends_reads_to_the_write_region_for_a_while() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        // Of which only the write region knows.
        Browser::default()
            .put(&tier.instances[0], "/items/notes/other/1")
            .await;
        let impatient = {
            let patience = Duration::from_millis(5);
            let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, patience);
            // Its writes go to another region, which takes longer than that.
            tier.bare[2]
                .clone()
                .layer(timeout)
                .layer(tier.sessions.layer())
        };
        let mut user = Browser::default();
        // The container is resolved by then, so that it is the write which is given up.
        user.get(&impatient, "/items/notes/k/1").await;
        let written = user.put(&impatient, "/items/notes/k/1").await;
        assert_eq!(written, StatusCode::GATEWAY_TIMEOUT);
        assert_eq!(user.jar.len(), 1, "the answer tells of the doubt");
        let read = user.get(&tier.instances[1], "/items/notes/other/1").await;
        assert_eq!(read, StatusCode::OK, "read where writes go");
        sleep(Duration::from_secs(20)).await;
        // Another such write renews the doubt.
        let written = user.put(&impatient, "/items/notes/k/1").await;
        assert_eq!(written, StatusCode::GATEWAY_TIMEOUT);
        sleep(Duration::from_secs(20)).await;
        let read = user.get(&tier.instances[1], "/items/notes/other/1").await;
        assert_eq!(read, StatusCode::OK, "30 seconds from the last of them");
        sleep(Duration::from_secs(20)).await;
        let read = user.get(&tier.instances[1], "/items/notes/other/1").await;
        assert_eq!(read, StatusCode::NOT_FOUND, "the doubt has ended");
    });
}

#[test]
fn a_client_that_hangs_up_harms_nobody() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        user.put(&tier.instances[0], "/items/notes/k/1").await;
        let jar = user.jar.clone();
        for patience in [0, 1, 5, 20, 50, 80] {
            let asked = user.ask(&tier.instances[2], Method::PUT, "/items/notes/k/2");
            let patience = Duration::from_millis(patience);
            // Dropped at different points of its way: before, while and after the account writes.
            let _ = tokio::time::timeout(patience, asked).await;
        }
        assert_eq!(user.jar, jar, "no answer, no news");
        let read = user.get(&tier.instances[1], "/items/notes/k/1").await;
        assert_eq!(read, StatusCode::OK);
        assert_eq!(
            user.put(&tier.instances[2], "/items/notes/k/3").await,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/3").await,
            StatusCode::OK
        );
    });
}
