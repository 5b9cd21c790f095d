//! Other ways than cookies, and values of other instances, keys and versions.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cosmokit_session::carried::Seconds;
use cosmokit_session::outgoing::{HostList, OutgoingLayer};
use cosmokit_session::seal::{KeyRing, Protection, Purpose, Sealer};
use cosmokit_session::{Clock, SessionCarrying, SessionTracing as _};
use cosmokit_testkit::world::{World, sleep};
use http::{Method, Request, StatusCode};
use tower::{ServiceBuilder, ServiceExt as _};

use crate::browser::Browser;
use crate::http::exchange;
use crate::tier::{Tier, carrying, three_regions};

async fn ask(
    app: &Router,
    method: Method,
    path: &str,
    header: &[String],
) -> (StatusCode, Option<String>) {
    let mut request = Request::builder().method(method).uri(path);
    for value in header {
        request = request.header("cosmos-session", value);
    }
    let response = exchange(app, request.body(Body::empty()).unwrap()).await;
    let value = response.headers().get("cosmos-session");
    (
        response.status(),
        value.map(|value| value.to_str().unwrap().to_owned()),
    )
}

#[test]
fn a_client_without_cookies_sends_back_the_header() {
    World::simulate(three_regions(), async |world| {
        let sessions = carrying(&world)
            .header("Cosmos-Session")
            .without_cookies()
            .build()
            .unwrap();
        let tier = Tier::start_with(world, sessions).await;
        tier.pause();
        let mut values = Vec::new();
        for key in 0..3 {
            let (_, value) = ask(
                &tier.instances[0],
                Method::PUT,
                &format!("/items/notes/{key}/1"),
                &[],
            )
            .await;
            values.push(value.unwrap());
        }
        for key in 0..3 {
            let (status, value) = ask(
                &tier.instances[1],
                Method::GET,
                &format!("/items/notes/{key}/1"),
                &values,
            )
            .await;
            assert_eq!((status, value), (StatusCode::OK, None));
        }
        let (status, _) = ask(&tier.instances[1], Method::GET, "/items/notes/0/1", &[]).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_session_goes_to_other_services_and_back() {
    World::simulate(three_regions(), async |world| {
        let sessions = carrying(&world).header("cosmos-session").build().unwrap();
        let tier = Tier::start_with(world, sessions.clone()).await;
        tier.pause();
        // Service B is the app in the write region; service A calls it and reads in its own region.
        let call = |host: &'static str, allowed: &'static str| {
            let layer = OutgoingLayer::new(sessions.clone(), HostList::new([allowed]).unwrap());
            let b = ServiceBuilder::new()
                .layer(layer)
                .service(tier.instances[0].clone());
            async move || {
                let request = Request::put(format!("http://{host}/items/notes/k/{host}"));
                let response = b
                    .clone()
                    .oneshot(request.body(Body::empty()).unwrap())
                    .await
                    .unwrap();
                response.status()
            }
        };
        let a = tier.bare[1]
            .clone()
            .route("/call", get(call("b.internal", "*.internal")))
            .route("/stranger", get(call("stranger.test", "*.internal")))
            .layer(sessions.layer());
        let mut user = Browser::default();
        assert_eq!(user.get(&a, "/call").await, StatusCode::NO_CONTENT);
        assert_eq!(
            user.get(&a, "/items/notes/k/b.internal").await,
            StatusCode::OK
        );
        let mut other = Browser::default();
        assert_eq!(other.get(&a, "/stranger").await, StatusCode::NO_CONTENT);
        assert_eq!(
            other.get(&a, "/items/notes/k/stranger.test").await,
            StatusCode::NOT_FOUND
        );
        assert!(
            other.jar.is_empty(),
            "nothing of a host that is not on the list is taken in"
        );
    });
}

#[test]
fn keys_are_replaced_without_a_stale_read() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let app = |secrets: &[u8], number: usize| {
            let ring = KeyRing::with_secrets(secrets.iter().map(|byte| [*byte; 32])).unwrap();
            let world = tier.world.clone();
            let clock = Clock::of(move || Seconds(1_800_000_000 + world.elapsed().as_secs()));
            let sessions = SessionCarrying::builder(ring).clock(clock).build().unwrap();
            tier.bare[number].clone().layer(sessions.layer())
        };
        let mut user = Browser::default();
        // Step by step, with instances at both steps at once.
        for (id, (here, there)) in [(&[1][..], &[1, 2][..]), (&[1, 2], &[2, 1]), (&[2, 1], &[2])]
            .into_iter()
            .enumerate()
        {
            let path = format!("/items/notes/k/{id}");
            user.put(&app(here, 0), &path).await;
            assert_eq!(
                user.get(&app(there, 1), &path).await,
                StatusCode::OK,
                "{here:?} {there:?}"
            );
            user.put(&app(there, 0), &path).await;
            let back = user.get(&app(here, 1), &path).await;
            // Only in the last step an old instance cannot read what it needs; it says so by being stale, and
            // deletes nothing.
            assert_eq!(back, StatusCode::OK, "{here:?} {there:?}");
        }
    });
}

#[test]
fn an_old_instance_leaves_values_of_a_newer_one_alone() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        user.put(&tier.instances[0], "/items/notes/k/1").await;
        // As a later version would write it: a form that this one does not know.
        let newer = "__Host-csmsdb-AAAAAAAAAAAA".to_owned();
        user.jar.insert(newer.clone(), "_____w".to_owned());
        // And one whose protection this one knows, and whose content it does not.
        let sealer = Sealer::new(Protection::Sealed(KeyRing::new([7; 32]).unwrap()));
        let purpose = Purpose::new("", "cookie:csmsdb-");
        let content = sealer.protect(&[2, 0, 0], &purpose).unwrap();
        let newer_inside = "__Host-csmsdb-BBBBBBBBBBBB".to_owned();
        let value = URL_SAFE_NO_PAD.encode(content);
        user.jar.insert(newer_inside.clone(), value);
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::OK
        );
        user.put(&tier.instances[0], "/items/notes/k/2").await;
        assert!(user.jar.contains_key(&newer) && user.jar.contains_key(&newer_inside));
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/2").await,
            StatusCode::OK
        );
    });
}

#[test]
fn values_bound_to_a_user_serve_no_other() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let app = |user: &'static str, number: usize| {
            let layer = tier
                .sessions
                .layer()
                .bound_by(move |_, _| Some(user.as_bytes().to_vec()));
            tier.bare[number].clone().layer(layer)
        };
        let mut ada = Browser::default();
        ada.put(&app("ada", 0), "/items/notes/k/1").await;
        assert_eq!(
            ada.get(&app("ada", 1), "/items/notes/k/1").await,
            StatusCode::OK
        );
        assert_eq!(
            ada.get(&app("bob", 1), "/items/notes/k/1").await,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn the_promise_lapses_with_the_lifetime() {
    World::simulate(three_regions(), async |world| {
        let sessions = carrying(&world)
            .lifetime(Duration::from_secs(60))
            .build()
            .unwrap();
        let tier = Tier::start_with(world, sessions).await;
        tier.pause();
        let mut user = Browser::default();
        user.put(&tier.instances[0], "/items/notes/k/1").await;
        sleep(Duration::from_secs(40)).await;
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::OK
        );
        sleep(Duration::from_secs(40)).await;
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::NOT_FOUND
        );
        let _ = tier.clients[0].traced();
    });
}
