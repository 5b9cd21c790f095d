//! Lies about what is there.

use std::collections::HashMap;

use bytes::Bytes;
use cosmokit_testkit::judge::Guarantee;
use http::{Request, Response};

use super::Liar;
use super::liar::{Asked, Dice, Lie, Telling, bare, edit_page};

/// Who lies here.
pub(super) const LIARS: &[Liar] = &[
    Liar {
        name: "a replica that stands still",
        lie: |seed| Replays::lie(seed, ""),
        found: &[
            ("strong", Guarantee::Linearizable, 3),
            ("session", Guarantee::ReadYourWrites, 3),
            ("session", Guarantee::MonotonicReads, 3),
            ("session", Guarantee::MonotonicWrites, 3),
            ("session", Guarantee::WritesFollowReads, 3),
            ("bounded_staleness", Guarantee::BoundedStaleness, 3),
        ],
    },
    Liar {
        name: "a region that does not converge",
        lie: |seed| Replays::lie(seed, "-westeurope"),
        found: &[("eventual", Guarantee::Convergence, 10)],
    },
    Liar {
        name: "lists with gaps",
        lie: |seed| Box::new(Gaps(Dice::new(seed))),
        found: &[("consistent_prefix", Guarantee::ConsistentPrefix, 3)],
    },
    Liar {
        name: "an account that never recovers",
        lie: |_| Box::new(Dies(0)),
        found: &[("eventual", Guarantee::Progress, 1)],
    },
];

#[test]
fn they_are_found_out() {
    LIARS.iter().for_each(super::is_found_out);
}

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
