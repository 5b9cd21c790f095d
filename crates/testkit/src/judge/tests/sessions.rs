//! Session guarantees, prefix and staleness.

use std::time::Duration;

use super::scene::*;
use crate::history::*;
use crate::judge::Guarantee::*;

#[test]
fn read_your_writes() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    scene.read(1, "a", Some(first));
    scene.read(2, "a", None);
    scene.holds(ReadYourWrites);
    scene.write(1, "a", 2);
    scene.read(2, "a", Some(first));
    scene.holds(ReadYourWrites);
    scene.read(1, "a", Some(first));
    scene.violates(
        ReadYourWrites,
        "wrote version 2 of c/p/a and then saw version 1",
    );
}

#[test]
fn a_read_that_began_before_the_write_ended_may_miss_it() {
    let mut scene = Scene::new();
    let read = scene.begin(1, Action::Read { key: key("a") });
    scene.write(1, "a", 1);
    scene.end(read, Outcome::Absent);
    scene.says_nothing(ReadYourWrites);
}

#[test]
fn a_deleted_item_is_the_version_of_its_delete() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    scene.delete(1, "a", 2);
    scene.read(1, "a", None);
    scene.holds(ReadYourWrites);
    scene.write(1, "a", 3);
    scene.read(1, "a", None);
    scene.violates(ReadYourWrites, "version 2");
    let mut scene = Scene::new();
    scene.write(1, "a", 1);
    scene.delete(1, "a", 2);
    scene.read(1, "a", Some(first));
    scene.violates(ReadYourWrites, "version 1");
}

#[test]
fn nothing_is_expected_across_a_loss() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    scene.write(1, "a", 2);
    scene.disturb(Impact::MayLoseWrites);
    scene.read(1, "a", Some(first));
    scene.says_nothing(ReadYourWrites);
    let third = scene.write(1, "a", 3);
    scene.read(1, "a", Some(third));
    scene.holds(ReadYourWrites);
    scene.read(1, "a", Some(first));
    scene.violates(ReadYourWrites, "version 3");
}

#[test]
fn items_whose_order_nobody_knows_are_left_out() {
    let mut scene = Scene::new();
    scene.write(1, "a", 0);
    scene.read(1, "a", None);
    scene.says_nothing(ReadYourWrites);
    scene.says_nothing(MonotonicReads);
}

#[test]
fn monotonic_reads() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    let second = scene.write(1, "a", 2);
    scene.read(2, "a", Some(first));
    scene.read(2, "a", Some(second));
    scene.read(3, "a", Some(first));
    scene.holds(MonotonicReads);
    scene.list(2, &[("a", first)]);
    scene.violates(MonotonicReads, "saw version 2 of c/p/a and then version 1");
}

#[test]
fn overlapping_reads_have_no_order() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    let read = scene.begin(2, Action::Read { key: key("a") });
    scene.read(2, "a", Some(first));
    scene.end(read, Outcome::Absent);
    scene.says_nothing(MonotonicReads);
}

#[test]
fn monotonic_writes() {
    let story = |last: Option<u32>| {
        let mut scene = Scene::new();
        let marks = [scene.write(1, "a", 1), scene.write(1, "a", 2)];
        let other = scene.write(1, "b", 1);
        scene.read(2, "b", Some(other));
        scene.read(2, "a", last.map(|at| marks[at as usize - 1]));
        scene
    };
    story(Some(2)).holds(MonotonicWrites);
    story(Some(1)).violates(MonotonicWrites, "rests on version 2 of c/p/a");
    story(None).violates(MonotonicWrites, "saw nothing of it");
}

#[test]
fn writes_of_another_session_rest_on_nothing() {
    let mut scene = Scene::new();
    scene.write(1, "a", 1);
    let other = scene.write(3, "b", 1);
    scene.read(2, "b", Some(other));
    scene.read(2, "a", None);
    scene.says_nothing(MonotonicWrites);
    scene.says_nothing(WritesFollowReads);
}

#[test]
fn writes_follow_reads() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    scene.read(3, "a", Some(first));
    let answer = scene.write(3, "b", 1);
    scene.read(2, "b", Some(answer));
    scene.read(2, "a", Some(first));
    scene.holds(WritesFollowReads);
    scene.read(4, "b", Some(answer));
    scene.read(4, "a", None);
    scene.violates(WritesFollowReads, "rests on version 1 of c/p/a");
}

#[test]
fn a_prefix_has_no_gap() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    let second = scene.write(2, "b", 1);
    let third = scene.write(1, "a", 2);
    scene.list(3, &[("a", first), ("b", second)]);
    scene.list(3, &[("a", third), ("b", second)]);
    scene.list(3, &[]);
    scene.holds(ConsistentPrefix);
    scene.list(3, &[("a", third)]);
    scene.violates(
        ConsistentPrefix,
        "which was written after version 1 of c/p/b",
    );
}

#[test]
fn a_batch_is_seen_whole() {
    let mut scene = Scene::new();
    let (a, b) = (mark(1, 1, 1), mark(1, 2, 1));
    let writes = vec![
        (key("a"), WriteVerb::Create, a),
        (key("b"), WriteVerb::Create, b),
    ];
    scene.call(1, Action::Batch { writes }, Outcome::Done);
    scene.list(2, &[("a", a), ("b", b)]);
    scene.holds(ConsistentPrefix);
    scene.list(2, &[("a", a)]);
    scene.violates(ConsistentPrefix, "c/p/b");
}

#[test]
fn regions_that_write_have_orders_of_their_own() {
    let mut scene = Scene::new().with_multi_write();
    scene.write(1, "a", 1);
    let second = scene.write(2, "b", 1);
    scene.answered_in("West Europe");
    scene.list(3, &[("b", second)]);
    scene.says_nothing(ConsistentPrefix);
    scene.violates(TotalPrefix, "which was written after version 1 of c/p/a");
}

#[test]
fn what_another_region_took_is_no_part_of_a_regions_order() {
    let mut scene = Scene::new().with_multi_write();
    let question = scene.write(1, "a", 1);
    scene.read(3, "a", Some(question));
    let answer = scene.write(3, "b", 1);
    scene.answered_in("West Europe");
    let more = scene.write(3, "c", 1);
    scene.read(2, "b", Some(answer));
    scene.read(2, "a", None);
    scene.says_nothing(WritesFollowReads);
    scene.violates(CausalOrder, "rests on version 1 of c/p/a");
    scene.read(4, "c", Some(more));
    scene.read(4, "a", None);
    scene.violates(WritesFollowReads, "rests on version 1 of c/p/a");
    scene.says_nothing(MonotonicWrites);
}

/// A region that neither an item nor its delete has reached shows nothing, and later the item.
#[test]
fn nothing_may_be_from_before_the_item_was_there() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    scene.delete(1, "a", 2);
    scene.read(2, "a", None);
    scene.read(2, "a", Some(first));
    scene.holds(MonotonicReads);
    scene.read(2, "a", None);
    scene.holds(MonotonicReads);
    scene.read(2, "a", Some(first));
    scene.violates(MonotonicReads, "saw version 2 of c/p/a and then version 1");
}

#[test]
fn staleness_is_bounded_in_versions_and_in_time() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    scene.write(1, "a", 2);
    scene.write(1, "a", 3);
    scene.wait(Duration::from_secs(4));
    scene.read(2, "a", Some(first));
    scene.holds(BoundedStaleness);
    scene.wait(Duration::from_secs(4));
    scene.read(2, "a", Some(first));
    scene.violates(BoundedStaleness, "8s (limit 5s)");

    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    for version in 2..=4 {
        scene.write(1, "a", version);
    }
    scene.read(2, "a", Some(first));
    scene.violates(BoundedStaleness, "3 versions (limit 2)");
}
