//! Crews of instances from a few seeds: what a processor promises holds in every run, and the judge finds out who breaks
//! it. `COSMOKIT_SEED` plays one seed.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cosmokit::options::ChangeFeedMode;
use cosmokit_server::Gateway;
use cosmokit_testkit::campaign::Replay;
use cosmokit_testkit::crew::{Breach, Entry, Voyage, VoyageLog, judge};
use cosmokit_testkit::world::Front;
use http::header::IF_MATCH;
use http::{Method, Request, Response};
use serde_json::Value;
use tower::ServiceExt as _;

/// Seeds that are played.
const SEEDS: u64 = 2;

/// Seeds within which a liar is found out.
const SEEDS_OF_LIARS: u64 = 4;

#[track_caller]
fn keeps_its_promises(name: &str, voyage: &Voyage) {
    let one = Replay::seed_from_env().map(|seed| seed..=seed);
    for seed in one.unwrap_or(1..=SEEDS) {
        let log = voyage.run(seed);
        let breaches = judge(&log);
        let first = breaches.first().map(ToString::to_string);
        assert!(
            breaches.is_empty(),
            "{name}, seed {seed}: {} broken, the first: {}\n{}\nplay it again: COSMOKIT_SEED={seed} cargo test -p cosmokit-testkit --test sim {name}",
            breaches.len(),
            first.unwrap_or_default(),
            story(&log),
        );
        assert!(
            handled(&log) > 100,
            "{name}, seed {seed}: hardly anything happened"
        );
    }
}

fn handled(log: &VoyageLog) -> usize {
    let entries = log.entries.iter();
    entries
        .filter(|entry| matches!(entry, Entry::Handled { .. }))
        .count()
}

/// What happened, in words, and every version of every lease.
fn story(log: &VoyageLog) -> String {
    let notes = log.entries.iter().filter_map(|entry| match entry {
        Entry::Note(text) => Some(text.as_str()),
        _ => None,
    });
    let versions = log.leases.iter().map(|lease| {
        let holder = lease.holder.as_deref().unwrap_or("nobody");
        format!("{} at {} with {holder}", lease.token, lease.checkpoint)
    });
    let lines: Vec<String> = notes.map(str::to_owned).chain(versions).collect();
    lines.join("\n")
}

#[test]
fn calm_latest_versions() {
    keeps_its_promises(
        "calm_latest_versions",
        &Voyage::calm(ChangeFeedMode::LatestVersion),
    );
}

#[test]
fn calm_all_versions() {
    keeps_its_promises(
        "calm_all_versions",
        &Voyage::calm(ChangeFeedMode::AllVersionsAndDeletes),
    );
}

#[test]
fn stormy_latest_versions() {
    keeps_its_promises(
        "stormy_latest_versions",
        &Voyage::stormy(ChangeFeedMode::LatestVersion),
    );
}

#[test]
fn stormy_all_versions() {
    keeps_its_promises(
        "stormy_all_versions",
        &Voyage::stormy(ChangeFeedMode::AllVersionsAndDeletes),
    );
}

#[test]
fn a_voyage_repeats() {
    let voyage = Voyage::stormy(ChangeFeedMode::LatestVersion);
    let (first, second) = (voyage.run(3), voyage.run(3));
    let mut pairs = first.entries.iter().zip(&second.entries);
    assert_eq!(pairs.find(|(a, b)| a != b), None);
    assert!(first == second);
    assert!(first != voyage.run(4));
}

/// One who stands before the account, changes requests on their way in, and pages of changes on their way out.
struct Liar {
    before: fn(&mut Memory, &mut Request<Bytes>),
    after: fn(&mut Memory, &mut Vec<Value>),
}

/// What a liar remembers: how often it was asked, and the first checkpoint of each lease.
#[derive(Default)]
struct Memory {
    asked: u32,
    first: Vec<(String, Value)>,
}

impl Liar {
    const HONEST: Self = Self {
        before: |_, _| {},
        after: |_, _| {},
    };

    fn front(self, gateway: &Gateway) -> Front {
        let gateway = gateway.clone();
        let (liar, memory) = (Arc::new(self), Arc::new(Mutex::new(Memory::default())));
        Front::new(move |mut request| {
            let (gateway, liar, memory) = (gateway.clone(), liar.clone(), memory.clone());
            async move {
                let is_feed = request.uri().path().contains("/colls/items/docs")
                    && request.headers().contains_key("a-im");
                (liar.before)(&mut memory.lock().unwrap(), &mut request);
                let mut answer: Response<Bytes> = gateway.oneshot(request).await?;
                if is_feed && let Ok(mut page) = serde_json::from_slice::<Value>(answer.body()) {
                    if let Some(changes) = page["Documents"].as_array_mut() {
                        (liar.after)(&mut memory.lock().unwrap(), changes);
                    }
                    *answer.body_mut() = Bytes::from(page.to_string());
                }
                Ok(answer)
            }
        })
    }
}

fn is_lease_write(request: &Request<Bytes>) -> bool {
    request.method() == Method::PUT && request.uri().path().contains("/colls/leases/docs/")
}

#[track_caller]
fn is_found_out(liar: fn() -> Liar, expected: fn(&Breach) -> bool) {
    let voyage = Voyage::calm(ChangeFeedMode::LatestVersion);
    let caught = (1..=SEEDS_OF_LIARS).any(|seed| {
        let log = voyage.run_behind(seed, move |gateway| liar().front(gateway));
        judge(&log).iter().any(expected)
    });
    assert!(caught, "nobody found it out in {SEEDS_OF_LIARS} seeds");
}

#[test]
fn an_account_that_loses_changes_is_found_out() {
    let liar = || Liar {
        after: |memory, changes| {
            memory.asked += 1;
            if memory.asked.is_multiple_of(5) {
                changes.pop();
            }
        },
        ..Liar::HONEST
    };
    is_found_out(liar, |breach| matches!(breach, Breach::NeverHandled { .. }));
}

#[test]
fn an_account_that_reorders_is_found_out() {
    let liar = || Liar {
        after: |_, changes| changes.reverse(),
        ..Liar::HONEST
    };
    is_found_out(liar, |breach| matches!(breach, Breach::OutOfOrder { .. }));
}

/// Whoever has lost a lease without knowing writes over the new holder.
#[test]
fn an_account_that_forgets_conditions_is_found_out() {
    let liar = || Liar {
        before: |_, request| {
            if is_lease_write(request) {
                request.headers_mut().remove(IF_MATCH);
            }
        },
        ..Liar::HONEST
    };
    is_found_out(liar, |breach| {
        matches!(breach, Breach::CheckpointByAnother { .. })
    });
}

#[test]
fn an_account_that_takes_checkpoints_back_is_found_out() {
    let liar = || Liar {
        before: |memory, request| {
            if !is_lease_write(request) {
                return;
            }
            let Ok(mut lease) = serde_json::from_slice::<Value>(request.body()) else {
                return;
            };
            let (token, place) = (
                lease["LeaseToken"].to_string(),
                lease["ContinuationToken"].clone(),
            );
            memory.asked += 1;
            match memory.first.iter().find(|(known, _)| *known == token) {
                Some((_, first)) if memory.asked.is_multiple_of(7) => {
                    lease["ContinuationToken"] = first.clone();
                    *request.body_mut() = Bytes::from(lease.to_string());
                }
                None if place.is_string() => memory.first.push((token, place)),
                _ => {}
            }
        },
        ..Liar::HONEST
    };
    is_found_out(liar, |breach| {
        matches!(breach, Breach::CheckpointWentBack { .. })
    });
}
