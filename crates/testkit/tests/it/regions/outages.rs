//! A region that is taken offline, and comes back.

use std::time::Duration;

use cosmokit_driver::RequestDiagnostics;
use cosmokit_engine::OfflineMode::{BlackHole, Refuse};
use cosmokit_engine::WriteMode::{Multi, Single};
use cosmokit_testkit::world::sleep;

use super::scene::{
    BOTH, EAST, HUB, SATELLITE, WEST, enter, number, read, settings, upsert, world,
};
use super::trail::Trail;

#[tokio::test(start_paused = true)]
async fn reads_go_to_the_other_region_and_come_back() {
    for writes in BOTH {
        for (home, near, far) in [(HUB, EAST, WEST), (SATELLITE, WEST, EAST)] {
            let world = world(writes).await;
            let items = enter(&world, &settings(1, &home)).await;
            upsert(&items, "1", 1).await.unwrap();
            read(&items, "1").await.unwrap();

            world.account().take_offline(&home, Refuse).unwrap();
            let first = read(&items, "1").await;
            let trail = Trail::of(&first);
            trail.succeeded_in(&[near, near, far], &format!("{writes:?} {near}"));
            assert_eq!(number(first), 1);
            let trail = Trail::of(&read(&items, "1").await);
            trail.succeeded_in(&[far], "once is enough to know");

            world.account().bring_online(&home).unwrap();
            sleep(Duration::from_secs(120)).await;
            read(&items, "1").await.unwrap();
            let trail = Trail::of(&read(&items, "1").await);
            trail.succeeded_in(&[near], "home again");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_that_never_answers_costs_one_timeout() {
    for writes in BOTH {
        let world = world(writes).await;
        let items = enter(&world, &settings(1, &HUB)).await;
        upsert(&items, "1", 1).await.unwrap();
        read(&items, "1").await.unwrap();
        world.account().take_offline(&HUB, BlackHole).unwrap();
        let trail = Trail::of(&read(&items, "1").await);
        trail.succeeded_in(&[EAST, WEST], &format!("{writes:?}"));
        let requests = trail.0.requests();
        let attempts: Vec<bool> = requests.map(RequestDiagnostics::timed_out).collect();
        assert_eq!(attempts, [true, false]);
    }
}

#[tokio::test(start_paused = true)]
async fn writes_go_to_the_other_region_where_it_takes_them() {
    let several = world(Multi).await;
    let items = enter(&several, &settings(1, &HUB)).await;
    several.account().take_offline(&HUB, Refuse).unwrap();
    let trail = Trail::of(&upsert(&items, "1", 1).await);
    trail.succeeded_in(&[EAST, EAST, WEST], "multi");

    let one = world(Single).await;
    let items = enter(&one, &settings(1, &HUB)).await;
    one.account().take_offline(&HUB, Refuse).unwrap();
    let outcome = upsert(&items, "1", 1).await;
    let trail = Trail::of(&outcome);
    assert!(trail.regions().iter().all(|region| region == EAST));
    let error = outcome.unwrap_err();
    assert!(error.status().is_service_unavailable(), "{error}");
    assert!(!error.may_have_been_applied(), "no connection was made");
}
