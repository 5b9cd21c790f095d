//! Lies about what was written.

use bytes::Bytes;
use cosmokit_testkit::judge::Guarantee;
use http::{Method, Request, Response, StatusCode};

use super::caught;
use super::liar::{Asked, Dice, Lie, Telling, bare};

/// Acknowledges now and then what it does not do.
struct Forgets(Dice);

impl Telling for Forgets {
    fn before(&mut self, request: &mut Request<Bytes>) -> Option<Response<Bytes>> {
        let forgets = Asked::of(request).is_write() && self.0.one_in(10);
        forgets.then(|| {
            bare(match *request.method() {
                Method::POST => StatusCode::CREATED,
                Method::DELETE => StatusCode::NO_CONTENT,
                _ => StatusCode::OK,
            })
        })
    }
}

#[test]
fn acknowledged_and_forgotten() {
    let forgets = |seed| -> Lie { Box::new(Forgets(Dice::new(seed))) };
    caught("session", Guarantee::Durability, 3, forgets);
    caught("strong", Guarantee::Linearizable, 3, forgets);
    caught("session", Guarantee::ReadYourWrites, 3, forgets);
    caught("session", Guarantee::ChangeFeed, 3, forgets);
}

/// Does now and then what it refuses.
struct Sneaks(Dice);

impl Telling for Sneaks {
    fn after(&mut self, asked: &Asked, answer: &mut Response<Bytes>) {
        if asked.is_write() && answer.status().is_success() && self.0.one_in(10) {
            *answer = bare(StatusCode::BAD_REQUEST);
        }
    }
}

#[test]
fn refused_and_done() {
    let sneaks = |seed| -> Lie { Box::new(Sneaks(Dice::new(seed))) };
    caught("session", Guarantee::NoPhantom, 3, sneaks);
}

/// Does not look at etags.
struct OverwritesBlindly;

impl Telling for OverwritesBlindly {
    fn before(&mut self, request: &mut Request<Bytes>) -> Option<Response<Bytes>> {
        request.headers_mut().remove(http::header::IF_MATCH);
        None
    }
}

#[test]
fn conditions_that_are_not_checked() {
    let blind = |_| -> Lie { Box::new(OverwritesBlindly) };
    caught("session", Guarantee::NoLostUpdate, 5, blind);
    caught("strong", Guarantee::Linearizable, 5, blind);
}

/// Stores another value of the unique key than the one that is claimed.
struct LetsAllClaim(u32);

impl Telling for LetsAllClaim {
    fn before(&mut self, request: &mut Request<Bytes>) -> Option<Response<Bytes>> {
        let creates = *request.method() == Method::POST;
        if creates && request.uri().path().ends_with("/colls/claims/docs") {
            let mut document: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
            self.0 += 1;
            document["claim"] = format!("other {}", self.0).into();
            *request.body_mut() = Bytes::from(document.to_string());
        }
        None
    }
}

#[test]
fn unique_keys_that_are_not() {
    caught("session", Guarantee::UniqueKeys, 3, |_| {
        Box::new(LetsAllClaim(0))
    });
}
