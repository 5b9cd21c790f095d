//! Values that no instance made.

use std::collections::BTreeMap;
use std::time::Duration;

use cosmokit_protocol::session::{Lsn, RangeId, RangeToken, RegionId, RegionProgress, VectorToken};
use cosmokit_session::carried::{Carried, ContainerKey, Origin, Position, Seconds};
use cosmokit_session::carry::{ValueOptions, Values};
use cosmokit_session::format::decode;
use cosmokit_session::seal::{KeyRing, Protection, Sealer};
use cosmokit_testkit::world::{World, sleep};
use futures_util::future::join_all;
use http::StatusCode;

use crate::browser::Browser;
use crate::http::exchange;
use crate::tier::{Tier, carrying, three_regions};
use crate::wire::Seen;

/// What whoever has stolen the key could make: positions far beyond any that the account has given.
fn inflated(honest: &Carried) -> String {
    ahead(honest, 1 << 52, 0)
}

/// The same with every position at this number, and versions above those that the account has given.
fn ahead(honest: &Carried, lsn: u64, version_by: i64) -> String {
    let far = Lsn::new(lsn).unwrap();
    let regions = [0, 4, 6, 1_000, 1_001, 1_002].map(|region| RegionProgress {
        region: RegionId(region),
        lsn: Some(far),
    });
    let mut carried = Carried::new();
    for (key, container) in honest.containers() {
        for (range, position) in container.ranges() {
            let version = position.token().as_vector().map_or(0, VectorToken::version);
            let version = (version + version_by).min(i64::from(i32::MAX));
            let vector =
                VectorToken::new(version, far).and_then(|vector| vector.with_regions(regions));
            let seen = Seconds(1_800_000_000);
            let position = Position::new(RangeToken::Vector(vector.unwrap()), Origin::Write, seen);
            carried.observe(key, range, position).unwrap();
        }
        let unknown = RangeToken::parse("7#99").unwrap();
        let position = Position::new(unknown, Origin::Write, Seconds(1_800_000_000));
        carried
            .observe(key, RangeId::from(4_000_000_000), position)
            .unwrap();
    }
    sealed(&carried)
}

/// A cookie's value, with the key of the instances.
fn sealed(carried: &Carried) -> String {
    let sealer = Sealer::new(Protection::Sealed(KeyRing::new([7; 32]).unwrap()));
    let values = Values::new(sealer, "", "cookie:csmsdb-", ValueOptions::default());
    let closed = values.close(carried, None, Seconds(1_800_000_000));
    closed.unwrap().unwrap().text
}

/// What a user has at hand for the next request.
fn carried_by(tier: &Tier, user: &Browser) -> Carried {
    let cookies = user.cookies().parse().unwrap();
    let head = http::HeaderMap::from_iter([(http::header::COOKIE, cookies)]);
    let known = tier.sessions.begin(&head, None).export();
    decode(&known).unwrap().carried
}

async fn honest(tier: &Tier) -> Carried {
    let mut user = Browser::default();
    user.put(&tier.instances[0], "/items/notes/k/1").await;
    carried_by(tier, &user)
}

#[test]
fn an_inflated_session_is_answered_costs_little_and_poisons_nobody() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let value = inflated(&honest(&tier).await);
        for wire in &tier.wires {
            wire.take();
        }
        let mut attempts = 0;
        for round in 0..100_usize {
            let mut rogue = Browser::default();
            rogue
                .jar
                .insert(format!("__Host-csmsdb-{round:0>12}"), value.clone());
            let status = rogue
                .get(&tier.instances[round % 3], "/items/notes/k/1")
                .await;
            assert_eq!(status, StatusCode::OK, "never an error for the user");
            attempts += tier
                .wires
                .iter()
                .map(|wire| wire.take().len())
                .sum::<usize>();
        }
        // Once, once more where writes go, and once without; the first of each instance may look a second time.
        assert!(attempts <= 303, "{attempts} requests for 100 hostile ones");
        let counts = tier.sessions.counts();
        assert!(counts.implausible >= 97, "{counts:?}");
        assert_eq!(counts.fallbacks, 100);
        for round in 0..100_usize {
            let mut honest = Browser::default();
            let path = format!("/items/notes/{round}/1");
            assert_eq!(
                honest.put(&tier.instances[round % 3], &path).await,
                StatusCode::NO_CONTENT
            );
            assert_eq!(
                honest.get(&tier.instances[(round + 1) % 3], &path).await,
                StatusCode::OK
            );
        }
        // And those without any session: what the process has seen, and nobody's cookie.
        for round in 0..100_usize {
            let path = format!("/items/notes/{round}/1");
            let read = Browser::default().get(&tier.bare[round % 3], &path).await;
            assert!(read == StatusCode::OK || read == StatusCode::NOT_FOUND);
        }
        let far = (1_u64 << 52).to_string();
        for sent in tier
            .wires
            .iter()
            .flat_map(crate::wire::Seen::take)
            .flatten()
        {
            assert!(
                !sent.contains(&far),
                "a number that the account never gave: {sent}"
            );
        }
    });
}

/// Users who write and read, and what each of their requests took in virtual time, in order of length.
async fn honest_times(tier: &Tier) -> Vec<Duration> {
    let users = (0..20_usize).map(|number| async move {
        let (mut user, mut times) = (Browser::default(), Vec::new());
        for round in 0..10_usize {
            let path = format!("/items/votes/{number}/{round}");
            let (here, there) = ((number + round) % 3, (number + round + 1) % 3);
            let begun = tier.world.elapsed();
            let written = user.put(&tier.instances[here], &path).await;
            times.push(tier.world.elapsed().saturating_sub(begun));
            assert_eq!(written, StatusCode::NO_CONTENT);
            let begun = tier.world.elapsed();
            let read = user.get(&tier.instances[there], &path).await;
            times.push(tier.world.elapsed().saturating_sub(begun));
            assert_eq!(read, StatusCode::OK);
            sleep(Duration::from_millis(20)).await;
        }
        times
    });
    let mut times = join_all(users).await.concat();
    times.sort_unstable();
    times
}

/// What a thousand requests beside honest users have made of things.
struct Outcome {
    /// Requests about items that instances sent to the account, and all others.
    sent: usize,
    lookups: usize,
    honest_p99: Duration,
}

/// A thousand requests beside honest users, with a hostile cookie or without any.
fn beside_a_thousand(hostile: bool) -> Outcome {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let value = inflated(&honest(&tier).await);
        let ask = |number: usize| {
            let (tier, value) = (&tier, value.clone());
            async move {
                let mut rogue = Browser::default();
                if hostile {
                    rogue
                        .jar
                        .insert(format!("__Host-csmsdb-{number:0>12}"), value);
                }
                sleep(Duration::from_millis(number as u64)).await;
                let instance = &tier.instances[number % 3];
                let status = rogue.get(instance, "/items/notes/k/1").await;
                assert!(status == StatusCode::OK || status == StatusCode::NOT_FOUND);
            }
        };
        let others = join_all((0..1_000).map(ask));
        let (times, _) = tokio::join!(honest_times(&tier), others);
        Outcome {
            sent: tier.wires.iter().map(|wire| wire.take().len()).sum(),
            lookups: tier.wires.iter().map(Seen::take_lookups).sum(),
            honest_p99: times[times.len() * 99 / 100],
        }
    })
}

#[test]
fn a_thousand_hostile_requests_cost_little_and_harm_no_honest_user() {
    let (usual, hostile) = (beside_a_thousand(false), beside_a_thousand(true));
    // Each is asked once, once more where writes go, and once without what is not there; those that are on their way
    // before any answer has told how far the partition is may look a second time.
    assert!(
        hostile.sent <= usual.sent + 2 * 1_000 + 100,
        "{} requests instead of {}",
        hostile.sent,
        usual.sent
    );
    // Ranges that nobody knows are looked up once per request at most.
    assert!(
        hostile.lookups <= usual.lookups + 1_000,
        "{} instead of {}",
        hostile.lookups,
        usual.lookups
    );
    assert!(
        hostile.honest_p99 <= usual.honest_p99 + Duration::from_millis(5),
        "the p99 of honest users is {:?} instead of {:?}",
        hostile.honest_p99,
        usual.honest_p99
    );
}

#[test]
fn a_request_has_a_budget_for_all_that_its_value_costs() {
    for (retries, time) in [(3, Duration::MAX), (u32::MAX, Duration::from_millis(100))] {
        World::simulate(three_regions(), async |world| {
            let sessions = carrying(&world)
                .retries_per_request(retries)
                .retry_time_per_request(time)
                .plausible_lead(u64::MAX)
                .build()
                .unwrap();
            let tier = Tier::start_with(world, sessions).await;
            let mut user = Browser::default();
            for key in 0..8 {
                user.put(&tier.instances[0], &format!("/items/notes/{key}/1"))
                    .await;
            }
            let value = inflated(&carried_by(&tier, &user));
            user.jar = [("__Host-csmsdb-AAAAAAAAAAAA".to_owned(), value)].into();
            let begun = tier.world.elapsed();
            let page = user
                .send(&tier.instances[1], http::Method::GET, "/query/notes/*")
                .await;
            let took = tier.world.elapsed().saturating_sub(begun);
            assert_eq!((page.status, page.text.as_str()), (StatusCode::OK, "8"));
            let counts = tier.sessions.counts();
            assert!(counts.fallbacks > 0);
            let limit = u64::from(retries.min(8));
            assert!(counts.session_retries <= limit, "{counts:?}");
            assert!(took < Duration::from_secs(1), "{took:?}");
        });
    }
}

#[test]
fn numbers_at_their_bounds_heal_with_the_next_answer() {
    let bounds = [
        (0, 0),
        (1, 0),
        (1 << 53, 0),
        (0, i64::from(i32::MAX)),
        (1 << 53, i64::from(i32::MAX)),
    ];
    for (lsn, version_by) in bounds {
        World::simulate(three_regions(), async |world| {
            let tier = Tier::start(world).await;
            tier.pause();
            let value = ahead(&honest(&tier).await, lsn, version_by);
            let mut user = Browser {
                jar: [("__Host-csmsdb-AAAAAAAAAAAA".to_owned(), value)].into(),
            };
            for instance in &tier.instances {
                let read = user.get(instance, "/items/notes/k/1").await;
                assert!(read == StatusCode::OK || read == StatusCode::NOT_FOUND);
            }
            // Whatever was claimed: from here on the user reads what the user writes.
            user.put(&tier.instances[0], "/items/notes/k/2").await;
            let read = user.get(&tier.instances[1], "/items/notes/k/2").await;
            assert_eq!(read, StatusCode::OK, "{lsn} {version_by}");
        });
    }
}

#[test]
fn values_of_others_of_other_containers_and_of_long_ago_do_no_harm() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let (mut ada, mut bob) = (Browser::default(), Browser::default());
        ada.put(&tier.instances[0], "/items/notes/k/ada").await;
        let replayed = ada.jar.clone();
        ada.put(&tier.instances[0], "/items/notes/k/ada-again")
            .await;
        bob.put(&tier.instances[0], "/items/votes/k/bob").await;
        // Each with the other's cookies, and their own.
        let both: BTreeMap<_, _> = ada.jar.clone().into_iter().chain(bob.jar.clone()).collect();
        for user in [&mut ada, &mut bob] {
            user.jar.clone_from(&both);
            for path in ["/items/notes/k/ada-again", "/items/votes/k/bob"] {
                assert_eq!(user.get(&tier.instances[1], path).await, StatusCode::OK);
            }
        }
        // One of before, sent again beside the newest, and alone.
        ada.jar.extend(replayed.clone());
        let read = ada
            .get(&tier.instances[1], "/items/notes/k/ada-again")
            .await;
        assert_eq!(read, StatusCode::OK);
        ada.jar = replayed;
        let read = ada.get(&tier.instances[1], "/items/notes/k/ada").await;
        assert_eq!(read, StatusCode::OK);
        // The positions of one container under the name of the other.
        let honest = carried_by(&tier, &bob);
        let keys: Vec<ContainerKey> = honest.containers().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), 2);
        let mut swapped = Carried::new();
        for (key, container) in honest.containers() {
            let other = *keys.iter().find(|other| **other != key).unwrap();
            for (range, position) in container.ranges() {
                swapped.observe(other, range, position.clone()).unwrap();
            }
        }
        bob.jar = [("__Host-csmsdb-AAAAAAAAAAAA".to_owned(), sealed(&swapped))].into();
        for path in ["/items/notes/k/ada", "/items/votes/k/bob"] {
            assert_eq!(bob.get(&tier.instances[0], path).await, StatusCode::OK);
        }
    });
}

#[test]
fn a_million_values_in_one_header_cost_no_more_than_some() {
    World::simulate(three_regions(), async |world| {
        let sessions = carrying(&world).header("cosmos-session").build().unwrap();
        let tier = Tier::start_with(world, sessions).await;
        for line in ["A,".repeat(1_000_000), "0:1#1,".repeat(1 << 19)] {
            let request = http::Request::get("/items/notes/k/1").header("cosmos-session", line);
            let request = request.body(axum::body::Body::empty()).unwrap();
            let response = exchange(&tier.instances[0], request).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND);
        }
        // 64 of each are looked at, and one says that there are more.
        assert_eq!(tier.sessions.counts().values_rejected, 2 * 65);
    });
}

#[test]
fn garbage_in_cookies_is_no_error() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        user.put(&tier.instances[0], "/items/notes/k/1").await;
        let good = user.jar.clone();
        let (_, sealed) = good.iter().next().unwrap();
        for (number, garbage) in [
            String::new(),
            "x".to_owned(),
            "A".repeat(1 << 20),
            sealed[..sealed.len() / 2].to_owned(),
            sealed.replace('A', "B").to_ascii_uppercase(),
            "1:1#1,".repeat(1_000),
        ]
        .into_iter()
        .enumerate()
        {
            user.jar = good.clone();
            user.jar
                .insert(format!("__Host-csmsdb-{number:0>12}"), garbage);
            assert_eq!(
                user.get(&tier.instances[1], "/items/notes/k/1").await,
                StatusCode::OK
            );
        }
        let forged = sealed
            .strip_suffix(char::is_alphanumeric)
            .map(|start| format!("{start}-"));
        let forged = forged.unwrap_or_else(|| format!("{}A", &sealed[..sealed.len() - 1]));
        user.jar = (0..60)
            .map(|n| (format!("__Host-csmsdb-{n:0>12}"), forged.clone()))
            .collect();
        user.jar.extend(good);
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::OK
        );
        assert_eq!(user.jar.len(), 1, "and they go away");
    });
}
