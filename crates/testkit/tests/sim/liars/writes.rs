//! Lies about what was written.

use bytes::Bytes;
use cosmokit_testkit::judge::Guarantee;
use http::{Method, Request, Response, StatusCode};

use super::Liar;
use super::liar::{Asked, Dice, Telling, bare};

/// Who lies here.
pub(super) const LIARS: &[Liar] = &[
    Liar {
        name: "forgets what it has acknowledged",
        lie: |seed| Box::new(Forgets(Dice::new(seed))),
        found: &[
            ("session", Guarantee::Durability, 3),
            ("strong", Guarantee::Linearizable, 3),
            ("session", Guarantee::ReadYourWrites, 3),
            ("session", Guarantee::ChangeFeed, 3),
        ],
    },
    Liar {
        name: "acknowledges before a quorum has it",
        lie: |_| Box::new(AcknowledgesEarly),
        found: &[("strong", Guarantee::Linearizable, 3)],
    },
    Liar {
        name: "does what it refuses",
        lie: |seed| Box::new(Sneaks(Dice::new(seed))),
        found: &[("session", Guarantee::NoPhantom, 3)],
    },
    Liar {
        name: "does not look at etags",
        lie: |_| Box::new(OverwritesBlindly),
        found: &[
            ("session", Guarantee::NoLostUpdate, 5),
            ("strong", Guarantee::Linearizable, 5),
        ],
    },
    Liar {
        name: "unique keys that are not",
        lie: |_| Box::new(LetsAllClaim(0)),
        found: &[("session", Guarantee::UniqueKeys, 3)],
    },
];

#[test]
fn they_are_found_out() {
    LIARS.iter().for_each(super::is_found_out);
}

/// Acknowledges a write as soon as one replica has it.
struct AcknowledgesEarly;

impl Telling for AcknowledgesEarly {
    fn acknowledges_early(&mut self, asked: &Asked) -> Option<Response<Bytes>> {
        asked.is_write().then(|| done(&asked.method))
    }
}

/// What a write is answered with that was done.
fn done(method: &Method) -> Response<Bytes> {
    bare(match *method {
        Method::POST => StatusCode::CREATED,
        Method::DELETE => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    })
}

/// Acknowledges now and then what it does not do.
struct Forgets(Dice);

impl Telling for Forgets {
    fn before(&mut self, request: &mut Request<Bytes>) -> Option<Response<Bytes>> {
        let forgets = Asked::of(request).is_write() && self.0.one_in(10);
        forgets.then(|| done(request.method()))
    }
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

/// Does not look at etags.
struct OverwritesBlindly;

impl Telling for OverwritesBlindly {
    fn before(&mut self, request: &mut Request<Bytes>) -> Option<Response<Bytes>> {
        request.headers_mut().remove(http::header::IF_MATCH);
        None
    }
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
