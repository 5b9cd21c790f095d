//! What must hold in the end: convergence, durability, no lost update, no phantom, unique keys.

use super::scene::*;
use crate::history::*;
use crate::judge::Guarantee::*;

#[test]
fn regions_converge() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 0);
    let second = scene.write(2, "a", 0);
    scene.read(3, "a", Some(first));
    scene.read(3, "a", Some(second));
    scene.answered_in("West Europe");
    scene.says_nothing(Convergence);
    scene.disturb(Impact::Settled);
    scene.read(3, "a", Some(first));
    scene.read(3, "a", Some(first));
    scene.answered_in("West Europe");
    scene.holds(Convergence);
    scene.read(3, "a", Some(second));
    scene.answered_in("Southeast Asia");
    scene.violates(Convergence, "in two ways");
}

#[test]
fn acknowledged_writes_stay() {
    let story = |last: usize| {
        let mut scene = Scene::new();
        let marks = [scene.write(1, "a", 0), scene.write(2, "a", 0)];
        scene.disturb(Impact::Settled);
        scene.read(3, "a", marks.get(last).copied());
        scene
    };
    story(1).holds(Durability);
    story(0).violates(Durability, "c/p/a was acknowledged");
    story(2).violates(Durability, "found nothing");
}

#[test]
fn concurrent_writes_may_win_either_way() {
    for last in [0, 1] {
        let mut scene = Scene::new();
        let marks = [scene.next_mark(1, 0), scene.next_mark(2, 0)];
        let first = scene.begin(1, upsert("a", marks[0]));
        let second = scene.begin(2, upsert("a", marks[1]));
        scene.end(first, Outcome::Done);
        scene.end(
            second,
            Outcome::Unknown {
                status: 503,
                substatus: 0,
            },
        );
        scene.disturb(Impact::Settled);
        scene.read(3, "a", Some(marks[last]));
        scene.holds(Durability);
    }
}

#[test]
fn a_delete_is_a_write_too() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    scene.delete(1, "a", 2);
    scene.disturb(Impact::Settled);
    scene.read(3, "a", None);
    scene.holds(Durability);
    scene.read(3, "a", Some(first));
    scene.violates(Durability, "deletes c/p/a");
}

#[test]
fn a_version_is_replaced_once() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    let (second, third) = (scene.next_mark(1, 2), scene.next_mark(2, 2));
    scene.call(1, replace_if("a", second, first), Outcome::Done);
    let refused = Outcome::Refused {
        status: 412,
        substatus: 0,
    };
    scene.call(2, replace_if("a", third, first), refused);
    scene.holds(NoLostUpdate);
    let fourth = scene.next_mark(2, 2);
    scene.call(2, replace_if("a", fourth, first), Outcome::Done);
    scene.violates(NoLostUpdate, "both replaced v1");
}

#[test]
fn phantoms() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 1);
    scene.read(2, "a", Some(first));
    scene.holds(NoPhantom);
    scene.read(2, "b", Some(first));
    scene.violates(NoPhantom, "was written to c/p/a, not to c/p/b");

    let mut scene = Scene::new();
    scene.read(2, "a", Some(first));
    scene.violates(NoPhantom, "nobody wrote");

    let mut scene = Scene::new();
    let refused = Outcome::Refused {
        status: 429,
        substatus: 3200,
    };
    scene.call(1, upsert("a", first), refused);
    scene.list(2, &[("a", first)]);
    scene.violates(NoPhantom, "was refused");

    let mut scene = Scene::new();
    scene.read(2, "a", Some(first));
    scene.call(1, upsert("a", first), Outcome::Done);
    scene.violates(NoPhantom, "before anybody wrote it");
}

fn claim(id: &str, mark: Mark, value: &str) -> Action {
    Action::Write {
        key: key(id),
        verb: WriteVerb::Create,
        mark,
        expects: None,
        claims: Some(value.to_owned()),
    }
}

#[test]
fn unique_values_are_held_once() {
    let mut scene = Scene::new();
    let marks: Vec<Mark> = (0..4).map(|_| scene.next_mark(1, 0)).collect();
    scene.call(1, claim("a", marks[0], "x"), Outcome::Done);
    scene.call(1, claim("b", marks[1], "y"), Outcome::Done);
    scene.list(1, &[("a", marks[0]), ("b", marks[1])]);
    scene.holds(UniqueKeys);
    scene.delete(1, "a", 0);
    scene.call(1, claim("c", marks[2], "x"), Outcome::Done);
    scene.holds(UniqueKeys);
    scene.call(1, claim("d", marks[3], "x"), Outcome::Done);
    scene.violates(UniqueKeys, "both hold \"x\"");
}

#[test]
fn an_answer_shows_no_value_twice() {
    let mut scene = Scene::new();
    let (first, second) = (scene.next_mark(1, 0), scene.next_mark(2, 0));
    let unknown = Outcome::Unknown {
        status: 408,
        substatus: 0,
    };
    scene.call(1, claim("a", first, "x"), unknown.clone());
    scene.call(1, claim("b", second, "x"), unknown);
    scene.list(1, &[("a", first), ("b", second)]);
    scene.violates(UniqueKeys, "a and b both hold \"x\"");
}

#[test]
fn everything_is_answered_when_trouble_is_over() {
    let refused = |status, substatus| Outcome::Refused { status, substatus };
    let mut scene = Scene::new();
    let mark = scene.next_mark(1, 1);
    scene.call(1, upsert("a", mark), refused(503, 0));
    scene.disturb(Impact::Healed);
    scene.read(1, "a", None);
    scene.call(1, write("a", WriteVerb::Replace, mark), refused(404, 0));
    scene.holds(Progress);
    scene.call(1, upsert("a", mark), refused(404, 1002));
    scene.violates(Progress, "404/1002");
}
