//! Lies about sessions.

use std::collections::HashMap;

use bytes::Bytes;
use cosmokit_testkit::judge::Guarantee;
use http::{HeaderValue, Request, Response};

use super::Liar;
use super::liar::{Asked, Telling};

/// Who lies here.
pub(super) const LIARS: &[Liar] = &[
    Liar {
        name: "tokens that do not arrive",
        lie: |_| Box::new(Strips),
        found: &[
            ("session", Guarantee::ReadYourWrites, 3),
            ("session", Guarantee::MonotonicReads, 10),
        ],
    },
    Liar {
        name: "tokens that say too little",
        lie: |_| Box::<GivesOldTokens>::default(),
        found: &[("session", Guarantee::ReadYourWrites, 3)],
    },
];

#[test]
fn they_are_found_out() {
    LIARS.iter().for_each(super::is_found_out);
}

/// The header of session tokens.
const TOKEN: &str = "x-ms-session-token";

/// Takes tokens off requests: a gateway that loses a header.
struct Strips;

impl Telling for Strips {
    fn before(&mut self, request: &mut Request<Bytes>) -> Option<Response<Bytes>> {
        request.headers_mut().remove(TOKEN);
        None
    }
}

/// Gives everybody the first token that it gave out for a range.
#[derive(Default)]
struct GivesOldTokens(HashMap<String, HeaderValue>);

impl Telling for GivesOldTokens {
    fn after(&mut self, asked: &Asked, answer: &mut Response<Bytes>) {
        let Some(token) = answer.headers_mut().get_mut(TOKEN) else {
            return;
        };
        let range = token.to_str().unwrap_or_default().split(':').next();
        if asked.is_about_items() {
            let first = self.0.entry(range.unwrap_or_default().to_owned());
            let first = first.or_insert_with(|| token.clone());
            token.clone_from(first);
        }
    }
}
