//! Linearizability of each item: is there an order of the calls on it, in keeping with real time, that explains every
//! answer?
//!
//! The search is that of Wing and Gong (1993) with the memory of Lowe (2017): it tries minimal calls one after another
//! and goes back where no call fits, and it never enters twice a pair of calls done and state. Items are judged one by
//! one, because linearizability is local. Calls of unknown outcome may be placed anywhere after their invocation, or
//! left out.

use std::collections::{BTreeSet, HashSet};

use super::observation::observations;
use super::register::{Call, Effect, State, calls};
use super::verdict::{Violation, story};
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, ItemKey, Moment, Operation};

/// Pairs of calls done and state after which the search of one item gives up.
const MAX_CONFIGURATIONS: usize = 1_000_000;

/// Operations that a story tells of before the contradiction.
const MAX_TOLD: usize = 6;

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let written = history.writes().map(|write| write.key);
    let seen = observations(history, scope).into_iter().map(|it| it.key);
    let keys: BTreeSet<&ItemKey> = written.chain(seen).collect();
    let (mut checked, mut violations, mut first) = (0, 0, None);
    let mut undecided = None;
    for key in keys {
        let calls = calls(history, scope, key);
        match search(&calls) {
            Search::Found => checked += calls.len(),
            Search::GaveUp => {
                undecided.get_or_insert_with(|| {
                    format!("{key} has more than {MAX_CONFIGURATIONS} orders to try")
                });
            }
            Search::Contradiction(furthest) => {
                violations += 1;
                first.get_or_insert_with(|| tell(key, &calls, &furthest));
            }
        }
    }
    match (first, undecided) {
        (Some(story), _) => Verdict::Violated(Violation {
            guarantee: Guarantee::Linearizable,
            story,
            count: violations,
        }),
        (None, Some(why)) => Verdict::Undecided { why },
        (None, None) => Verdict::Holds { checked },
    }
}

/// How the search for an order ended.
#[derive(Debug)]
pub(super) enum Search {
    Found,
    GaveUp,
    /// No order; the longest beginning of one that was found, as numbers of calls.
    Contradiction(Vec<usize>),
}

/// Looks for an order of the calls.
pub(super) fn search(calls: &[Call<'_>]) -> Search {
    let mut line = Line::of(calls);
    let mut done = vec![0_u64; calls.len().div_ceil(64)];
    let mut state: State = None;
    let mut visited: HashSet<(Vec<u64>, State)> = HashSet::new();
    let mut placed: Vec<(usize, State)> = Vec::new();
    let mut furthest: Vec<usize> = Vec::new();
    let mut at = line.first();
    loop {
        if line.open_returns == 0 {
            return Search::Found;
        }
        if let Some(Event::Invoked(call)) = line.event(at) {
            let next = calls.get(call).and_then(|it| it.effect.apply(state));
            flip(&mut done, call);
            if let Some(next) = next
                && visited.insert((done.clone(), next))
            {
                if visited.len() > MAX_CONFIGURATIONS {
                    return Search::GaveUp;
                }
                placed.push((call, state));
                state = next;
                line.lift(call);
                if placed.len() > furthest.len() {
                    furthest = placed.iter().map(|(call, _)| *call).collect();
                }
                at = line.first();
            } else {
                flip(&mut done, call);
                at = line.after(at);
            }
            continue;
        }
        // A call returned that is not placed: one of those before it was placed wrongly.
        let Some((call, before)) = placed.pop() else {
            return Search::Contradiction(furthest);
        };
        flip(&mut done, call);
        state = before;
        line.unlift(call);
        at = line.after(line.invocation(call));
    }
}

fn flip(done: &mut [u64], call: usize) {
    if let Some(word) = done.get_mut(call / 64) {
        *word ^= 1 << (call % 64);
    }
}

/// Something that happened to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Invoked(usize),
    Returned(usize),
}

/// The events in order of time, as a doubly linked list from which placed calls are lifted. Position 0 is the head,
/// and also stands for the end.
struct Line {
    events: Vec<Option<Event>>,
    next: Vec<usize>,
    previous: Vec<usize>,
    /// By call: where it was invoked and where it returned; 0 for one that never did.
    places: Vec<(usize, usize)>,
    /// Returns that are still in the list.
    open_returns: usize,
}

impl Line {
    fn of(calls: &[Call<'_>]) -> Self {
        let mut events: Vec<(Moment, Event)> = Vec::with_capacity(calls.len() * 2);
        for (number, call) in calls.iter().enumerate() {
            events.push((call.invoked, Event::Invoked(number)));
            events.extend(call.returned.map(|at| (at, Event::Returned(number))));
        }
        events.sort_by_key(|(at, event)| (*at, matches!(event, Event::Returned(_))));
        let mut places = vec![(0, 0); calls.len()];
        for (at, (_, event)) in (1..).zip(&events) {
            match *event {
                Event::Invoked(call) => places.get_mut(call).map(|it| it.0 = at),
                Event::Returned(call) => places.get_mut(call).map(|it| it.1 = at),
            };
        }
        let length = events.len() + 1;
        Self {
            next: (1..=length).map(|at| at % length).collect(),
            previous: (0..length).map(|at| (at + length - 1) % length).collect(),
            open_returns: places.iter().filter(|(_, returned)| *returned > 0).count(),
            events: std::iter::once(None)
                .chain(events.into_iter().map(|(_, event)| Some(event)))
                .collect(),
            places,
        }
    }

    fn event(&self, at: usize) -> Option<Event> {
        self.events.get(at).copied().flatten()
    }

    fn first(&self) -> usize {
        self.after(0)
    }

    fn after(&self, at: usize) -> usize {
        self.next.get(at).copied().unwrap_or(0)
    }

    fn before(&self, at: usize) -> usize {
        self.previous.get(at).copied().unwrap_or(0)
    }

    fn invocation(&self, call: usize) -> usize {
        self.places.get(call).map_or(0, |it| it.0)
    }

    fn lift(&mut self, call: usize) {
        let (invoked, returned) = self.places.get(call).copied().unwrap_or_default();
        self.unlink(invoked);
        if returned > 0 {
            self.unlink(returned);
            self.open_returns -= 1;
        }
    }

    fn unlift(&mut self, call: usize) {
        let (invoked, returned) = self.places.get(call).copied().unwrap_or_default();
        if returned > 0 {
            self.link(returned);
            self.open_returns += 1;
        }
        self.link(invoked);
    }

    fn unlink(&mut self, at: usize) {
        self.join(self.before(at), self.after(at));
    }

    /// Puts back an event that was unlinked last of all: its neighbours are still those that it knows.
    fn link(&mut self, at: usize) {
        let (before, after) = (self.before(at), self.after(at));
        self.join(before, at);
        self.join(at, after);
    }

    fn join(&mut self, before: usize, after: usize) {
        if let Some(next) = self.next.get_mut(before) {
            *next = after;
        }
        if let Some(previous) = self.previous.get_mut(after) {
            *previous = before;
        }
    }
}

/// The longest explanation that was found, and what it cannot explain.
fn tell(key: &ItemKey, calls: &[Call<'_>], furthest: &[usize]) -> String {
    let mut state: State = None;
    for call in furthest.iter().filter_map(|number| calls.get(*number)) {
        state = call.effect.apply(state).unwrap_or(state);
    }
    let placed = |number: &usize| furthest.contains(number);
    let open = (0..calls.len()).filter(|number| !placed(number));
    let open: Vec<&Call<'_>> = open.filter_map(|number| calls.get(number)).collect();
    let deadline = open.iter().filter_map(|call| call.returned).min();
    let stuck: Vec<&Operation> = open
        .iter()
        .filter(|call| !matches!(call.effect, Effect::Tries(..)))
        .filter(|call| deadline.is_none_or(|deadline| call.invoked <= deadline))
        .map(|call| call.operation)
        .collect();
    let told = furthest.len().saturating_sub(MAX_TOLD);
    let before = furthest.iter().skip(told).filter_map(|it| calls.get(*it));
    let holds = state.map_or("nothing".to_owned(), |mark| mark.to_string());
    let count = stuck.len();
    let why = format!(
        "no order explains these answers about {key}: after {} calls (the last of them above) it holds {holds}, \
         and none of the last {count} above can come next",
        furthest.len(),
    );
    story(before.map(|call| call.operation).chain(stuck), why)
}
