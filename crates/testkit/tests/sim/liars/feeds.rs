//! Lies about what has changed.

use std::collections::HashMap;

use bytes::Bytes;
use cosmokit_testkit::judge::Guarantee;
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderValue, Request, Response};

use super::caught;
use super::liar::{Asked, Dice, Lie, Telling, edit_page};

/// Loses a change now and then.
struct Loses(Dice);

impl Telling for Loses {
    fn after(&mut self, asked: &Asked, answer: &mut Response<Bytes>) {
        if asked.is_feed() && self.0.one_in(4) {
            edit_page(answer, |changes| drop(changes.pop()));
        }
    }
}

#[test]
fn a_feed_that_loses_changes() {
    let loses = |seed| -> Lie { Box::new(Loses(Dice::new(seed))) };
    caught("session", Guarantee::ChangeFeed, 3, loses);
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

#[test]
fn a_feed_that_reorders() {
    caught("eventual", Guarantee::ChangeFeed, 3, |_| Box::new(Reverses));
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

#[test]
fn a_feed_that_repeats() {
    let repeats = |seed| -> Lie {
        Box::new(Repeats {
            dice: Dice::new(seed),
            before: HashMap::new(),
        })
    };
    caught("consistent_prefix", Guarantee::ChangeFeed, 3, repeats);
}
