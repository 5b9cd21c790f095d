//! Users on instances that lag, split, merge, fail over and go offline, from a seed: a judge finds no user who
//! did not read an own write, and finds some as soon as the layer is gone.

use std::time::Duration;

use axum::Router;
use cosmokit_engine::Lag;
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_session::Unavailable;
use cosmokit_testkit::history::{
    Action, ActorId, Asked, ItemKey, Mark, Outcome, SessionId, WriteVerb,
};
use cosmokit_testkit::judge::{Guarantee, Scope, Verdict};
use cosmokit_testkit::schedule::{Menu, Schedule};
use cosmokit_testkit::world::{Seed, World, WorldSettings, sleep};
use fastrand::Rng;
use futures_util::future::join_all;
use http::{Method, StatusCode};

use crate::browser::Browser;
use crate::tier::{ASIA, EAST, Tier, WEST, carrying};

const SEEDS: u64 = 12;
const USERS: u32 = 3;
const STEPS: u32 = 30;
const LENGTH: Duration = Duration::from_secs(40);

/// What goes on meanwhile. Nothing that loses acknowledged writes: then nobody could read them.
const MENU: Menu = Menu {
    losses: 1,
    repartitions: 3,
    lags: 3,
    outages: 1,
    failovers: 2,
    ..Menu::NOTHING
};

/// One user: writes and reads own items, so that the number of a write tells which is the later one, at whichever instance comes next, and notes what came back.
async fn live(world: &World, instances: &[Router], user: u32, mut rng: Rng) {
    let (actor, asked) = (
        ActorId(user),
        Asked {
            level: ConsistencyLevel::Session,
            carries_tokens: true,
        },
    );
    let mut browser = Browser::default();
    for number in 1..=STEPS {
        sleep(Duration::from_millis(rng.u64(50..1_500))).await;
        let instance = &instances[rng.usize(..instances.len())];
        let (partition, id) = (format!("{user}-{}", rng.u8(..3)), rng.u8(..2).to_string());
        let key = ItemKey::new("notes", partition.as_str(), id.as_str());
        let path = format!("/marks/notes/{partition}/{id}");
        let begin = |action| {
            world
                .recorder()
                .begin(actor, SessionId(user), asked, action)
        };
        if rng.u8(..3) == 0 {
            let mark = Mark {
                actor,
                number,
                version: number,
            };
            let action = Action::Write {
                key,
                verb: WriteVerb::Upsert,
                mark,
                expects: None,
                claims: None,
            };
            let open = begin(action);
            let page = browser
                .send(instance, Method::PUT, &format!("{path}/{number}"))
                .await;
            open.finish(if page.status == StatusCode::NO_CONTENT {
                Outcome::Done
            } else {
                Outcome::Unknown {
                    status: page.status.as_u16(),
                    substatus: 0,
                }
            });
        } else {
            let open = begin(Action::Read { key });
            let page = browser.send(instance, Method::GET, &path).await;
            open.finish(match (page.status, page.text.parse()) {
                (StatusCode::OK, Ok(number)) => Outcome::Found(Mark {
                    actor,
                    number,
                    version: number,
                }),
                (StatusCode::NOT_FOUND, _) => Outcome::Absent,
                (status, _) => Outcome::Refused {
                    status: status.as_u16(),
                    substatus: 0,
                },
            });
        }
    }
}

/// Plays one seed, with the layer or without it.
fn play(seed: u64, has_layer: bool) -> Verdict {
    let settings = WorldSettings::new(seed)
        .campaign("web tier")
        .regions(&[EAST, WEST, ASIA]);
    World::simulate(settings, async |world| {
        // Rather no answer than a stale one: a region that alone has the write may be out of reach.
        let sessions = carrying(&world)
            .when_unavailable(Unavailable::Fail)
            .build()
            .unwrap();
        let tier = Tier::start_with(world.clone(), sessions).await;
        let lag = Lag::Uniform {
            min: Duration::from_millis(20),
            max: Duration::from_secs(3),
        };
        world.account().set_all_links(lag).unwrap();
        let instances = if has_layer {
            &tier.instances
        } else {
            &tier.bare
        };
        let split = |name, number| world.seed().split(name, number).rng();
        let users =
            (0..USERS).map(|user| live(&world, instances, user, split("user", user.into())));
        let schedule = Schedule::draw(world.seed(), &MENU, LENGTH);
        tokio::join!(join_all(users), schedule.play(&world, "notes"));
        Guarantee::ReadYourWrites.judge(&world.recorder().history(), &Scope::default())
    })
}

#[test]
fn no_user_misses_an_own_write_whatever_goes_on() {
    for seed in 0..SEEDS {
        let verdict = play(seed, true);
        assert!(verdict.holds_for_something(), "seed {seed}: {verdict:?}");
    }
}

#[test]
fn without_the_layer_users_miss_own_writes() {
    assert!((0..SEEDS).any(|seed| play(seed, false).is_violated()));
}

#[test]
fn a_seed_gives_the_same_history_again() {
    let history = |seed: u64| {
        let settings = WorldSettings::new(seed).regions(&[EAST, WEST, ASIA]);
        World::simulate(settings, async |world| {
            let tier = Tier::start(world.clone()).await;
            live(&world, &tier.instances, 0, Seed::root(seed).rng()).await;
            format!("{:?}", world.recorder().history())
        })
    };
    assert_eq!(history(3), history(3));
    assert_ne!(history(3), history(4));
}
