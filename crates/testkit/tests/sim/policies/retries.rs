//! How often a client repeats itself: throttling, and writes of which nobody knows whether they were applied.

use cosmokit::options::OperationOptions;
use cosmokit_driver::options::{ThrottlingRetryOptions, WriteRetryPolicy};
use cosmokit_testkit::conduct::Rule;
use cosmokit_testkit::history::{ChainId, FeedMode, WriteVerb};
use cosmokit_testkit::world::{ClientSettings, sleep};
use serde_json::json;

use super::habits;
use super::scene::*;

/// Everything is throttled.
fn read_while_throttled(habit: fn(ClientSettings) -> ClientSettings) -> Course {
    let three = ThrottlingRetryOptions::builder().with_max_retry_count(3);
    let options = OperationOptions::default().with_throttling_retry_options(three.build());
    let client = |client: ClientSettings| habit(client.with_operation_options(options));
    live(two_regions(), client, async |world, actor| {
        let reads = json!({"operation": "ReadItem"});
        let effect = json!({
            "status": 429, "substatus": 3200, "headers": {"x-ms-retry-after-ms": "20"},
        });
        fault(world, reads, effect).await;
        read_often(actor, 5, ms(10)).await;
    })
}

#[test]
fn throttling_is_retried_within_its_budget() {
    let rule = Rule::SendsAtMost(4);
    read_while_throttled(|client| client).keeps(&rule);
    read_while_throttled(|client| client.with_habit(habits::insists)).breaks(&rule);
}

/// Writes over a network that loses every third answer, and what is in the log afterwards.
fn write_over_a_bad_network(
    policy: WriteRetryPolicy,
    habit: fn(ClientSettings) -> ClientSettings,
) -> Course {
    let options = OperationOptions::default().with_write_retry_policy(policy);
    let client = |client: ClientSettings| habit(client.with_operation_options(options));
    live(two_regions(), client, async |world, actor| {
        let mode = FeedMode::AllVersionsAndDeletes;
        let mut feed = actor.open_feed(ChainId(1), mode).await.unwrap();
        actor.follow(&mut feed).await.unwrap();
        world.losses().lose_answers(330);
        for _ in 0..40 {
            write(actor, "second", WriteVerb::Upsert).await;
        }
        world.losses().lose_answers(0);
        sleep(ms(90_000)).await;
        while !actor.follow(&mut feed).await.unwrap() {}
    })
}

#[test]
fn a_write_that_may_not_be_repeated_is_applied_once() {
    let never = |habit| write_over_a_bad_network(WriteRetryPolicy::Never, habit);
    never(|client| client).keeps(&Rule::AppliesOnce);
    never(|client| client.with_habit(habits::writes_again)).breaks(&Rule::AppliesOnce);
    let always = write_over_a_bad_network(WriteRetryPolicy::Always, |client| client);
    always.breaks(&Rule::AppliesOnce);
}
