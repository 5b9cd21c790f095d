//! Lies about what is there.

use std::collections::HashMap;

use bytes::Bytes;
use cosmokit_testkit::judge::Guarantee;
use http::{Request, Response};

use super::caught;
use super::liar::{Asked, Dice, Lie, Telling, bare, edit_page};

/// Answers reads now and then as it did the first time: from a replica that stands still.
struct Replays {
    dice: Dice,
    /// Only what is asked of endpoints whose address holds this.
    at: &'static str,
    first: HashMap<(String, String), Response<Bytes>>,
}

impl Replays {
    fn lie(seed: u64, at: &'static str) -> Lie {
        Box::new(Self {
            dice: Dice::new(seed),
            at,
            first: HashMap::new(),
        })
    }
}

impl Telling for Replays {
    fn after(&mut self, asked: &Asked, answer: &mut Response<Bytes>) {
        let is_read = asked.is_read() || asked.is_list();
        if !is_read || !asked.uri.contains(self.at) || !answer.status().is_success() {
            return;
        }
        let key = asked.headers.get("x-ms-documentdb-partitionkey");
        let key = key.map(|key| format!("{key:?}")).unwrap_or_default();
        let first = self.first.entry((asked.uri.clone(), key));
        let first = first.or_insert_with(|| answer.clone());
        if self.dice.one_in(4) {
            *answer = first.clone();
        }
    }
}

#[test]
fn a_replica_that_stands_still() {
    caught("strong", Guarantee::Linearizable, 3, |seed| {
        Replays::lie(seed, "")
    });
    caught("session", Guarantee::ReadYourWrites, 3, |seed| {
        Replays::lie(seed, "")
    });
    caught("session", Guarantee::MonotonicReads, 3, |seed| {
        Replays::lie(seed, "")
    });
    caught("session", Guarantee::MonotonicWrites, 3, |seed| {
        Replays::lie(seed, "")
    });
    caught("session", Guarantee::WritesFollowReads, 3, |seed| {
        Replays::lie(seed, "")
    });
    caught(
        "bounded_staleness",
        Guarantee::BoundedStaleness,
        3,
        |seed| Replays::lie(seed, ""),
    );
}

#[test]
fn a_region_that_does_not_converge() {
    caught("eventual", Guarantee::Convergence, 3, |seed| {
        Replays::lie(seed, "-westeurope")
    });
}

/// Leaves an item out of every list.
struct Gaps(Dice);

impl Telling for Gaps {
    fn after(&mut self, asked: &Asked, answer: &mut Response<Bytes>) {
        if asked.is_list() && self.0.one_in(2) {
            edit_page(answer, |documents| {
                if documents.len() > 2 {
                    documents.remove(documents.len() / 2);
                }
            });
        }
    }
}

#[test]
fn lists_with_gaps() {
    let gaps = |seed| -> Lie { Box::new(Gaps(Dice::new(seed))) };
    caught("consistent_prefix", Guarantee::ConsistentPrefix, 3, gaps);
}

/// Answers with 503 from some time on, for ever.
struct Dies(u32);

impl Telling for Dies {
    fn before(&mut self, request: &mut Request<Bytes>) -> Option<Response<Bytes>> {
        if Asked::of(request).is_about_items() {
            self.0 += 1;
        }
        let is_dead = self.0 > 300 && Asked::of(request).is_write();
        is_dead.then(|| bare(http::StatusCode::SERVICE_UNAVAILABLE))
    }
}

#[test]
fn an_account_that_never_recovers() {
    caught("eventual", Guarantee::Progress, 1, |_| Box::new(Dies(0)));
}
