//! Linearizability on histories whose answer is known.

use super::scene::*;
use crate::history::*;
use crate::judge::Guarantee::Linearizable;

const UNKNOWN: Outcome = Outcome::Unknown {
    status: 408,
    substatus: 0,
};

const fn refused(status: u16) -> Outcome {
    Outcome::Refused {
        status,
        substatus: 0,
    }
}

#[test]
fn one_after_another() {
    let mut scene = Scene::new();
    scene.read(2, "a", None);
    let first = scene.write(1, "a", 0);
    scene.read(2, "a", Some(first));
    let second = scene.write(3, "a", 0);
    scene.read(2, "a", Some(second));
    scene.holds(Linearizable);
    scene.read(2, "a", Some(first));
    scene.violates(Linearizable, "no order explains these answers about c/p/a");
}

#[test]
fn overlapping_writes_take_either_order_but_only_one() {
    let story = |reads: [usize; 2]| {
        let mut scene = Scene::new();
        let marks = [scene.next_mark(1, 0), scene.next_mark(2, 0)];
        let first = scene.begin(1, upsert("a", marks[0]));
        let second = scene.begin(2, upsert("a", marks[1]));
        scene.read(3, "a", Some(marks[reads[0]]));
        scene.read(4, "a", Some(marks[reads[1]]));
        scene.end(first, Outcome::Done);
        scene.end(second, Outcome::Done);
        scene
    };
    for reads in [[0, 0], [0, 1], [1, 0], [1, 1]] {
        story(reads).holds(Linearizable);
    }
    let mut scene = story([0, 1]);
    scene.read(3, "a", Some(mark(1, 1, 0)));
    scene.violates(Linearizable, "no order");
}

#[test]
fn what_one_read_saw_a_later_one_must_not_unsee() {
    let mut scene = Scene::new();
    let first = scene.next_mark(1, 0);
    let write = scene.begin(1, upsert("a", first));
    scene.read(2, "a", Some(first));
    scene.read(3, "a", None);
    scene.end(write, Outcome::Done);
    scene.violates(Linearizable, "no order");
}

#[test]
fn a_write_of_unknown_outcome_may_come_late_or_never() {
    let mut scene = Scene::new();
    let (first, second) = (scene.next_mark(1, 0), scene.next_mark(1, 0));
    scene.call(1, upsert("a", first), UNKNOWN);
    scene.read(2, "a", None);
    scene.call(2, upsert("a", second), Outcome::Done);
    scene.read(2, "a", Some(second));
    scene.holds(Linearizable);
    scene.read(2, "a", Some(first));
    scene.holds(Linearizable);
    scene.read(2, "a", Some(second));
    scene.violates(Linearizable, "no order");
}

#[test]
fn refusals_say_what_was_there() {
    let mut scene = Scene::new();
    let marks: Vec<Mark> = (0..9).map(|_| scene.next_mark(1, 0)).collect();
    scene.call(1, write("a", WriteVerb::Replace, marks[0]), refused(404));
    scene.call(1, write("a", WriteVerb::Create, marks[1]), Outcome::Done);
    scene.call(1, write("a", WriteVerb::Create, marks[2]), refused(409));
    scene.call(1, replace_if("a", marks[3], marks[2]), refused(412));
    scene.call(1, replace_if("a", marks[4], marks[1]), Outcome::Done);
    scene.call(1, write("a", WriteVerb::Replace, marks[5]), refused(429));
    scene.call(1, write("a", WriteVerb::Delete, marks[6]), Outcome::Done);
    scene.read(2, "a", None);
    scene.holds(Linearizable);
    scene.call(1, write("a", WriteVerb::Create, marks[7]), refused(409));
    scene.violates(Linearizable, "creates c/p/a");
}

#[test]
fn a_condition_that_held_is_an_answer_too() {
    let mut scene = Scene::new();
    let first = scene.write(1, "a", 0);
    scene.write(2, "a", 0);
    let third = scene.next_mark(3, 0);
    scene.call(3, replace_if("a", third, first), Outcome::Done);
    scene.violates(Linearizable, "replaces c/p/a");
}

#[test]
fn items_are_judged_apart_and_lists_are_reads() {
    let mut scene = Scene::new();
    let a = scene.write(1, "a", 0);
    let b = scene.write(1, "b", 0);
    scene.list(2, &[("a", a), ("b", b)]);
    scene.holds(Linearizable);
    scene.list(2, &[("a", a)]);
    scene.violates(Linearizable, "c/p/b");
}

#[test]
fn a_long_history_with_much_overlap_is_judged_in_time() {
    let mut scene = Scene::new();
    let mut last = None;
    for _ in 0..400 {
        let marks: Vec<Mark> = (0..4).map(|actor| scene.next_mark(actor, 0)).collect();
        let open: Vec<_> = marks
            .iter()
            .map(|mark| scene.begin(mark.actor.0, upsert("a", *mark)))
            .collect();
        scene.read(9, "a", last.or(Some(marks[0])));
        for open in open {
            scene.end(open, Outcome::Done);
        }
        scene.read(9, "a", Some(marks[2]));
        last = Some(marks[2]);
    }
    scene.holds(Linearizable);
}
