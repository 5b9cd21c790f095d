//! Where a client sends its requests: hedging, excluded regions, breakers, probes, the account that it knows.

use cosmokit::options::OperationOptions;
use cosmokit_driver::options::{
    AvailabilityStrategy, EndToEndOperationLatencyPolicy, ExcludedRegions,
};
use cosmokit_engine::OfflineMode;
use cosmokit_testkit::conduct::Rule;
use cosmokit_testkit::history::WriteVerb;
use cosmokit_testkit::world::{ClientSettings, sleep};
use futures_util::future::join_all;
use serde_json::json;

use super::habits;
use super::scene::*;

fn with_options(client: ClientSettings, options: OperationOptions) -> ClientSettings {
    client.with_operation_options(options)
}

fn hedging(strategy: AvailabilityStrategy) -> OperationOptions {
    OperationOptions::default().with_availability_strategy(strategy)
}

/// The home region is slow to read from.
fn read_from_a_slow_region(strategy: AvailabilityStrategy) -> Course {
    let client = |client| with_options(client, hedging(strategy));
    live(two_regions(), client, async |world, actor| {
        let reads_here = json!({"region": "East US", "operation": "ReadItem"});
        fault(world, reads_here, json!({"delayMs": 3_000})).await;
        read_often(actor, 5, ms(100)).await;
    })
}

#[test]
fn hedging_bounds_the_time_of_reads() {
    let rule = Rule::EndsWithin(ms(1_000));
    read_from_a_slow_region(AvailabilityStrategy::Hedging(ms(200))).keeps(&rule);
    read_from_a_slow_region(AvailabilityStrategy::Disabled).breaks(&rule);
}

#[test]
fn writes_are_not_hedged() {
    let course = |habit: Option<fn(ClientSettings) -> ClientSettings>| {
        let client = |client| {
            let client = with_options(client, hedging(AvailabilityStrategy::Hedging(ms(50))));
            habit.map_or(client.clone(), |habit| habit(client))
        };
        live(two_writers(), client, async |world, actor| {
            let writes = json!({"operation": "UpsertItem"});
            fault(world, writes, json!({"delayMs": 400})).await;
            for _ in 0..5 {
                write(actor, "second", WriteVerb::Upsert).await;
            }
            // One write that is sent twice, one after the other, is no hedge.
            fault_once_broken(world, actor).await;
        })
    };
    course(None).keeps(&Rule::WritesAlone);
    course(Some(|client| {
        client.with_habit(habits::hedges_writes(WEST))
    }))
    .breaks(&Rule::WritesAlone);
}

/// A write whose first answer is lost.
async fn fault_once_broken(
    world: &cosmokit_testkit::world::World,
    actor: &mut cosmokit_testkit::actor::Actor,
) {
    world.losses().lose_answers(1_000);
    let write = write(actor, "third", WriteVerb::Upsert);
    let mend = async {
        sleep(ms(420)).await;
        world.losses().lose_answers(0);
    };
    futures_util::future::join(write, mend).await;
}

#[test]
fn excluded_regions_are_not_contacted() {
    let course = |habit: fn(ClientSettings) -> ClientSettings| {
        let options = OperationOptions::default()
            .with_excluded_regions(ExcludedRegions::default().with_region("West Europe"));
        let client = |client| habit(with_options(client, options));
        live(two_regions(), client, async |world, actor| {
            let some = json!({"region": "East US", "operation": "ReadItem"});
            fault(world, some, json!({"status": 503})).await;
            read_often(actor, 10, ms(50)).await;
        })
    };
    let rule = Rule::Avoids(WEST.to_owned());
    course(|client| client).keeps(&rule);
    course(|client| client.with_habit(habits::asks_first(WEST))).breaks(&rule);
}

/// Reads, or writes, fail in the home region.
fn failing_at_home(verb: &str, habit: fn(ClientSettings) -> ClientSettings) -> Course {
    live(two_writers(), habit, async |world, actor| {
        let here = json!({"region": "East US", "operation": verb});
        fault(world, here, json!({"status": 503})).await;
        for _ in 0..60 {
            if verb == "ReadItem" {
                read_often(actor, 1, ms(50)).await;
            } else {
                write(actor, "second", WriteVerb::Upsert).await;
                sleep(ms(50)).await;
            }
        }
    })
}

/// No breaker: the home region first, whatever happened there.
fn never_learns(client: ClientSettings) -> ClientSettings {
    client.with_habit(habits::asks_first(EAST))
}

/// Ten reads that fail, each tried twice in the region, open the breaker; then one operation in five seconds tries again.
#[test]
fn a_partition_that_fails_reads_is_passed_over() {
    let rule = Rule::LearnsWithin {
        region: EAST.to_owned(),
        failures: 24,
    };
    failing_at_home("ReadItem", |client| client).keeps(&rule);
    failing_at_home("ReadItem", never_learns).breaks(&rule);
}

/// Five writes that fail do.
#[test]
fn a_partition_that_fails_writes_is_written_elsewhere() {
    let rule = Rule::LearnsWithin {
        region: EAST.to_owned(),
        failures: 14,
    };
    failing_at_home("UpsertItem", |client| client).keeps(&rule);
    failing_at_home("UpsertItem", never_learns).breaks(&rule);
}

/// Many tasks of one client read while their home region cannot be reached.
fn a_crowd_before_a_closed_door(habit: fn(ClientSettings) -> ClientSettings) -> Course {
    live(two_regions(), habit, async |world, actor| {
        let home = world.regions()[0].clone();
        world
            .account()
            .take_offline(&home, OfflineMode::Refuse)
            .unwrap();
        let actor = &*actor;
        read_often(actor, 1, ms(0)).await;
        sleep(ms(10_000).saturating_sub(world.elapsed())).await;
        let crowd = (0..8).map(|_| read_often(actor, 200, ms(700)));
        join_all(crowd).await;
    })
}

#[test]
fn an_endpoint_that_cannot_be_reached_is_probed_by_one() {
    let rule = Rule::ProbesAlone {
        region: EAST.to_owned(),
        from: ms(10_000),
    };
    a_crowd_before_a_closed_door(|client| client).keeps(&rule);
    a_crowd_before_a_closed_door(never_learns).breaks(&rule);
}

/// The account fails over while a client writes.
fn write_through_a_failover(habit: fn(ClientSettings) -> ClientSettings) -> Course {
    live(two_regions(), habit, async |world, actor| {
        let to = world.regions()[1].clone();
        world.account().fail_over(&to).unwrap();
        for _ in 0..20 {
            write(actor, "second", WriteVerb::Upsert).await;
            sleep(ms(1_000)).await;
        }
    })
}

#[test]
fn a_failover_is_followed() {
    let rule = Rule::SucceedsFrom(ms(12_000));
    write_through_a_failover(|client| client).keeps(&rule);
    write_through_a_failover(|client| client.with_habit(habits::knows_the_account)).breaks(&rule);
}

/// A region takes requests and never answers.
fn read_from_a_black_hole(policy: Option<EndToEndOperationLatencyPolicy>) -> Course {
    let mut options = hedging(AvailabilityStrategy::Disabled);
    options.end_to_end_latency_policy = policy;
    let client = |client| with_options(client, options);
    live(two_regions(), client, async |world, actor| {
        let home = world.regions()[0].clone();
        world
            .account()
            .take_offline(&home, OfflineMode::BlackHole)
            .unwrap();
        read_often(actor, 5, ms(100)).await;
    })
}

#[test]
fn an_operation_ends_within_its_time() {
    let rule = Rule::EndsWithin(ms(505));
    let policy = EndToEndOperationLatencyPolicy::new(ms(500));
    read_from_a_black_hole(Some(policy)).keeps(&rule);
    read_from_a_black_hole(None).breaks(&rule);
}
