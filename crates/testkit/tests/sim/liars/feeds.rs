//! Lies about what has changed.

use std::collections::HashMap;

use bytes::Bytes;
use cosmokit_testkit::judge::Guarantee;
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderValue, Request, Response};

use super::Liar;
use super::liar::{Asked, Dice, Telling, edit_page};

/// Who lies here.
pub(super) const LIARS: &[Liar] = &[
    Liar {
        name: "a feed that loses changes",
        lie: |seed| Box::new(Loses(Dice::new(seed))),
        found: &[("session", Guarantee::ChangeFeed, 3)],
    },
    Liar {
        name: "a feed that reorders",
        lie: |_| Box::new(Reverses),
        found: &[("eventual", Guarantee::ChangeFeed, 3)],
    },
    Liar {
        name: "a feed that reorders what it gives first after a split",
        lie: |_| Box::<ReordersAtSplits>::default(),
        found: &[("feeds", Guarantee::ChangeFeed, 10)],
    },
    Liar {
        name: "a feed that repeats",
        lie: |seed| {
            Box::new(Repeats {
                dice: Dice::new(seed),
                before: HashMap::new(),
            })
        },
        found: &[("consistent_prefix", Guarantee::ChangeFeed, 3)],
    },
];

#[test]
fn they_are_found_out() {
    LIARS.iter().for_each(super::is_found_out);
}

/// Reverses the first pages of a range that came of a split or a merge: those whose readers stand where its parents
/// left them.
#[derive(Default)]
struct ReordersAtSplits {
    pages: HashMap<String, u32>,
}

/// Ranges that a container of a campaign has at the beginning.
const FIRST_RANGES: [&str; 2] = ["0", "1"];

/// Pages of a new range that are reversed: one for each reader.
const FIRST_PAGES: u32 = 6;

impl Telling for ReordersAtSplits {
    fn after(&mut self, asked: &Asked, answer: &mut Response<Bytes>) {
        let range = answer.headers().get("x-ms-documentdb-partitionkeyrangeid");
        let range = range.map(|range| range.to_str().unwrap_or_default().to_owned());
        let Some(range) = range.filter(|range| !FIRST_RANGES.contains(&range.as_str())) else {
            return;
        };
        if asked.is_feed() && !answer.body().is_empty() {
            let pages = self.pages.entry(range).or_default();
            *pages += 1;
            if *pages <= FIRST_PAGES {
                edit_page(answer, |changes| changes.reverse());
            }
        }
    }
}

/// Loses a change now and then.
struct Loses(Dice);

impl Telling for Loses {
    fn after(&mut self, asked: &Asked, answer: &mut Response<Bytes>) {
        if asked.is_feed() && self.0.one_in(4) {
            edit_page(answer, |changes| drop(changes.pop()));
        }
    }
}

/// Gives a page in reverse.
struct Reverses;

impl Telling for Reverses {
    fn after(&mut self, asked: &Asked, answer: &mut Response<Bytes>) {
        if asked.is_feed() {
            edit_page(answer, |changes| changes.reverse());
        }
    }
}

/// Gives a page again: it takes a reader for one who stands where the page before began.
struct Repeats {
    dice: Dice,
    /// The etag before each etag.
    before: HashMap<HeaderValue, HeaderValue>,
}

impl Telling for Repeats {
    fn before(&mut self, request: &mut Request<Bytes>) -> Option<Response<Bytes>> {
        let is_feed = Asked::of(request).is_feed();
        let position = request.headers_mut().get_mut(IF_NONE_MATCH);
        if let Some(position) = position.filter(|_| is_feed && self.dice.one_in(4))
            && let Some(before) = self.before.get(position)
        {
            position.clone_from(before);
        }
        None
    }

    fn after(&mut self, asked: &Asked, answer: &mut Response<Bytes>) {
        let position = asked.headers.get(IF_NONE_MATCH);
        if let (true, Some(from), Some(to)) =
            (asked.is_feed(), position, answer.headers().get(ETAG))
            && from != to
        {
            self.before.insert(to.clone(), from.clone());
        }
    }
}
