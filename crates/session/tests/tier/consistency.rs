//! Users read their own writes, whichever instance answers; without the layer they do not.

use std::collections::HashSet;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use cosmokit_session::SessionTracing as _;
use tower::ServiceExt as _;

use cosmokit::session::SessionPromise;
use cosmokit_engine::Lag;
use cosmokit_testkit::world::{World, sleep};
use futures_util::future::join_all;
use http::header::COOKIE;
use http::{HeaderMap, Method, StatusCode};

use crate::app::put;
use crate::browser::Browser;
use crate::tier::{Tier, carrying, three_regions};

/// The headers of a user's next request.
fn jar_of(user: &Browser) -> HeaderMap {
    HeaderMap::from_iter([(COOKIE, user.cookies().parse().unwrap())])
}

#[test]
fn a_write_is_read_at_another_instance_while_replication_stands_still() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        assert_eq!(
            user.put(&tier.instances[0], "/items/notes/k/1").await,
            StatusCode::NO_CONTENT
        );
        tier.wires[1].take();
        for _ in 0..5 {
            assert_eq!(
                user.get(&tier.instances[1], "/items/notes/k/1").await,
                StatusCode::OK
            );
            assert_eq!(
                user.get(&tier.instances[2], "/items/notes/k/1").await,
                StatusCode::OK
            );
        }
        let sent = tier.wires[1].take();
        assert!(
            sent.iter().all(Option::is_some),
            "every read carries what was written: {sent:?}"
        );
    });
}

#[test]
fn without_the_layer_the_same_read_is_stale() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        user.put(&tier.bare[0], "/items/notes/k/1").await;
        assert_eq!(
            user.get(&tier.bare[0], "/items/notes/k/1").await,
            StatusCode::OK
        );
        assert_eq!(
            user.get(&tier.bare[1], "/items/notes/k/1").await,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn another_user_waits_as_everybody_does() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let (mut ada, mut bob) = (Browser::default(), Browser::default());
        ada.put(&tier.instances[0], "/items/notes/k/1").await;
        ada.get(&tier.instances[1], "/items/notes/k/1").await;
        tier.wires[1].take();
        assert_eq!(
            bob.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            tier.wires[1].take(),
            [None],
            "nothing of one user's session reaches another"
        );
        assert!(bob.jar.is_empty());
    });
}

#[test]
fn a_hundred_rounds_through_instances_that_lag_up_to_two_seconds() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let lag = Lag::Uniform {
            min: Duration::ZERO,
            max: Duration::from_secs(2),
        };
        tier.world.account().set_all_links(lag).unwrap();
        let (mut with, mut without) = (Browser::default(), Browser::default());
        let mut lost = 0;
        for round in 0..100_usize {
            let (here, there) = (round % 3, (round + 1) % 3);
            let path = format!("/items/notes/{}/{round}", round % 7);
            assert_eq!(
                with.put(&tier.instances[here], &path).await,
                StatusCode::NO_CONTENT
            );
            assert_eq!(
                with.get(&tier.instances[there], &path).await,
                StatusCode::OK,
                "{round}"
            );
            let path = format!("/items/votes/{}/{round}", round % 7);
            without.put(&tier.bare[here], &path).await;
            lost += usize::from(without.get(&tier.bare[there], &path).await != StatusCode::OK);
            sleep(Duration::from_millis(50)).await;
        }
        assert!(lost > 10, "the control loses reads: {lost}");
    });
}

#[test]
fn writes_to_two_partitions_are_both_read() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        for key in 0..12 {
            user.put(&tier.instances[key % 3], &format!("/items/notes/{key}/1"))
                .await;
        }
        for key in 0..12 {
            let path = format!("/items/notes/{key}/1");
            assert_eq!(
                user.get(&tier.instances[(key + 1) % 3], &path).await,
                StatusCode::OK
            );
        }
        // Reading one does not make the others forgotten.
        user.get(&tier.instances[1], "/items/notes/3/1").await;
        assert_eq!(
            user.get(&tier.instances[2], "/items/notes/8/1").await,
            StatusCode::OK
        );
    });
}

#[test]
fn reading_one_partition_does_not_make_another_forgotten() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let mut user = Browser::default();
        tier.pause();
        let partitions = |user: &Browser| {
            let user = tier.sessions.begin(&jar_of(user), None);
            user.session().export()[0].segments.len()
        };
        user.put(&tier.instances[0], "/items/notes/0/1").await;
        // The first key whose partition is another one.
        let mut other = 0;
        while partitions(&user) < 2 {
            other += 1;
            user.put(&tier.instances[0], &format!("/items/notes/{other}/1"))
                .await;
        }
        let (a, b) = ("/items/notes/0/1", format!("/items/notes/{other}/1"));
        for path in [&b, a, &b, a] {
            let read = user.get(&tier.instances[1], path).await;
            assert_eq!(read, StatusCode::OK, "{path}");
        }
        // Within one request too: B is read first, then A.
        let both = format!("/many/notes/{other},0");
        let page = user.send(&tier.instances[2], Method::GET, &both).await;
        assert_eq!(page.text, "2");
    });
}

#[test]
fn twenty_writes_at_once_are_all_read() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        user.put(&tier.instances[0], "/items/notes/before/1").await;
        let writes = (0..20).map(|number| {
            let (user, instance) = (user.clone(), tier.instances[number % 3].clone());
            async move {
                let path = format!("/items/notes/{}/{number}", number % 10);
                user.ask(&instance, Method::PUT, &path).await
            }
        });
        let mut pages = join_all(writes).await;
        pages.reverse(); // as the network likes it
        for page in &pages {
            assert_eq!(page.status, StatusCode::NO_CONTENT);
            user.take(page);
        }
        assert_eq!(
            user.jar.len(),
            20,
            "each answer set a cookie of its own and deleted the one before"
        );
        for number in 0..20 {
            let path = format!("/items/notes/{}/{number}", number % 10);
            assert_eq!(
                user.get(&tier.instances[(number + 1) % 3], &path).await,
                StatusCode::OK
            );
        }
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/before/1").await,
            StatusCode::OK
        );
        assert_eq!(user.jar.len(), 1, "so many cookies were put into one");
    });
}

#[test]
fn a_page_that_a_write_redirects_to_shows_it() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        let page = user
            .post(&tier.instances[0], "/then-elsewhere/notes/k/1")
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        assert_eq!(
            user.get(&tier.instances[1], &page.location()).await,
            StatusCode::OK
        );
    });
}

#[test]
fn what_a_conflict_shows_is_there_afterwards() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let (mut ada, mut bob) = (Browser::default(), Browser::default());
        ada.post(&tier.instances[0], "/items/notes/k/1").await;
        let refused = bob.post(&tier.instances[1], "/items/notes/k/1").await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(
            bob.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::OK
        );
    });
}

#[test]
fn a_deleted_item_stays_deleted() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let mut user = Browser::default();
        user.put(&tier.instances[0], "/items/notes/k/1").await;
        tier.pause();
        let gone = user
            .send(&tier.instances[0], Method::DELETE, "/items/notes/k/1")
            .await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            Browser::default()
                .get(&tier.instances[1], "/items/notes/k/1")
                .await,
            StatusCode::OK
        );
    });
}

#[test]
fn only_the_monotonic_promise_keeps_reads_from_going_back() {
    for (promise, expected) in [
        (SessionPromise::Monotonic, StatusCode::OK),
        (SessionPromise::ReadYourWrites, StatusCode::NOT_FOUND),
    ] {
        World::simulate(three_regions(), async |world| {
            let sessions = carrying(&world).promise(promise).build().unwrap();
            let tier = Tier::start_with(world, sessions).await;
            tier.pause();
            Browser::default()
                .put(&tier.instances[0], "/items/notes/k/1")
                .await;
            // Another user sees it in the region that has it, and then asks one that does not.
            let mut reader = Browser::default();
            assert_eq!(
                reader.get(&tier.instances[0], "/items/notes/k/1").await,
                StatusCode::OK
            );
            assert_eq!(
                reader.get(&tier.instances[1], "/items/notes/k/1").await,
                expected
            );
        });
    }
}

#[test]
fn several_containers_in_one_request_and_several_accounts() {
    World::simulate(three_regions(), async |world| {
        let other = World::start(three_regions()).unwrap();
        let sessions = carrying(&world).build().unwrap();
        let tier = Tier::start_with(world, sessions.clone()).await;
        let elsewhere = Tier::start_with(other, sessions).await;
        tier.pause();
        elsewhere.pause();
        let mut user = Browser::default();
        // One request: two containers here, and one of another account.
        let both = {
            let client = elsewhere.clients[0].traced();
            let write = async move || {
                put(&client, "notes", "k", "2").await;
            };
            let instance = tier.bare[0].clone();
            let first = async move |request: Request| {
                write().await;
                instance.oneshot(request).await
            };
            Router::new().fallback(first).layer(tier.sessions.layer())
        };
        let page = user.post(&both, "/both/notes/votes/1").await;
        assert_eq!(page.status, StatusCode::NO_CONTENT);
        for (tier, path) in [
            (&tier, "/items/notes/k/1"),
            (&tier, "/items/votes/k/1"),
            (&elsewhere, "/items/notes/k/2"),
        ] {
            assert_eq!(
                user.get(&tier.instances[1], path).await,
                StatusCode::OK,
                "{path}"
            );
        }
        let names: HashSet<&String> = user.jar.keys().collect();
        assert_eq!(names.len(), 1, "one cookie for all of it");
    });
}
