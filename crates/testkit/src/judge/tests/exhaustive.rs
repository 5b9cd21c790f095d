//! The search for an order agrees with trying every order, on small histories of all kinds.

use proptest::prelude::*;

use super::scene::{key, mark};
use crate::history::*;
use crate::judge::linearizable::{Search, search};
use crate::judge::register::{Call, State, all_calls, calls};
use crate::judge::{Guarantee, Scope};

use super::scene::{Open, Scene, replace_if, upsert, write};

/// Whether some order of some of the calls explains every answer: all orders are tried.
fn some_order(calls: &[Call<'_>], left: &mut Vec<usize>, state: State) -> bool {
    if left.iter().all(|at| calls[*at].returned.is_none()) {
        return true;
    }
    (0..left.len()).any(|at| {
        let next = left[at];
        let waits = left.iter().any(|other| {
            calls[*other]
                .returned
                .is_some_and(|end| end < calls[next].invoked)
        });
        let Some(after) = calls[next].effect.apply(state).filter(|_| !waits) else {
            return false;
        };
        left.remove(at);
        let found = some_order(calls, left, after);
        left.insert(at, next);
        found
    })
}

/// One operation of a random history: its kind, which mark it meets, how it ends, how long it lasts.
type Draw = (u8, u8, u8, u8);

fn scene(draws: &[Draw]) -> Scene {
    let mut scene = Scene::new();
    let mut open: Vec<(u8, Open, Outcome)> = Vec::new();
    for (at, (kind, met, end, lasts)) in (0_u32..).zip(draws) {
        let own = mark(at + 1, 1, 0);
        let met = mark(u32::from(*met) % 4 + 1, 1, 0);
        let action = match kind % 7 {
            0 | 1 => Action::Read { key: key("a") },
            2 => upsert("a", own),
            3 => write("a", WriteVerb::Create, own),
            4 => write("a", WriteVerb::Replace, own),
            5 => write("a", WriteVerb::Delete, own),
            _ => replace_if("a", own, met),
        };
        let is_read = !action.is_write();
        let outcome = match end % 6 {
            0 if is_read => Outcome::Absent,
            _ if is_read => Outcome::Found(met),
            0 => Outcome::Unknown {
                status: 408,
                substatus: 0,
            },
            1 => Outcome::Refused {
                status: [409, 404, 412][usize::from(end / 6 % 3)],
                substatus: 0,
            },
            _ => Outcome::Done,
        };
        let begun = scene.begin(at, action);
        open.push((lasts % 4, begun, outcome));
        for (left, begun, outcome) in std::mem::take(&mut open) {
            if left == 0 {
                scene.end(begun, outcome);
            } else {
                open.push((left - 1, begun, outcome));
            }
        }
    }
    for (_, begun, outcome) in open {
        scene.end(begun, outcome);
    }
    scene
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn the_search_agrees_with_trying_all(draws in prop::collection::vec(any::<Draw>(), 1..8)) {
        let scene = scene(&draws);
        let scope = Scope::default();
        let calls = calls(scene.history(), &scope, &key("a"));
        let expected = some_order(&calls, &mut (0..calls.len()).collect(), None);
        let found = match search(&calls) {
            Search::Found => true,
            Search::Contradiction(_) => false,
            Search::GaveUp => panic!("seven calls are not too many"),
        };
        prop_assert_eq!(found, expected, "{}", scene.history().to_ndjson());
    }

    #[test]
    fn leaving_out_idle_writes_changes_nothing(draws in prop::collection::vec(any::<Draw>(), 1..8)) {
        let scene = scene(&draws);
        let all = all_calls(scene.history(), &Scope::default(), &key("a"));
        let expected = some_order(&all, &mut (0..all.len()).collect(), None);
        let verdict = Guarantee::Linearizable.judge(scene.history(), &Scope::default());
        prop_assert_eq!(!verdict.is_violated(), expected, "{}", scene.history().to_ndjson());
    }
}
