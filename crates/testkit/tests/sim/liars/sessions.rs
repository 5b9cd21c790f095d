//! Lies about sessions.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use cosmokit_testkit::campaign::Campaign;
use cosmokit_testkit::judge::Guarantee;
use http::{HeaderValue, Request, Response};

use super::Liar;
use super::liar::{Asked, Telling, front};

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
    Liar {
        name: "merges tokens by plain maximum across versions",
        lie: |_| Box::new(Renumbers::new(Merging::PlainMaximum)),
        found: &[("session", Guarantee::Progress, 10)],
    },
];

#[test]
fn they_are_found_out() {
    LIARS.iter().for_each(super::is_found_out);
}

/// That positions begin anew with a version is no lie: the version says so, and nobody is the worse for it.
#[test]
fn positions_may_begin_anew_with_a_version() {
    let campaign = Campaign {
        length: Duration::from_secs(2),
        ..Campaign::named("session").unwrap().clone()
    };
    for seed in 1..=3 {
        let run = campaign.run_behind(seed, |gateway| {
            front(gateway, Box::new(Renumbers::new(Merging::HighestVersion)))
        });
        let tally = campaign.judge_of(&run, &[Guarantee::Progress, Guarantee::ReadYourWrites]);
        assert_eq!(tally.broken_promises().count(), 0, "seed {seed}");
    }
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

/// How the positions of several versions become one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Merging {
    /// Those of the highest version count: right.
    HighestVersion,
    /// The highest number counts, whichever version it is of.
    PlainMaximum,
}

/// A service in which the positions of a range begin anew with each version, which those of the account do not.
struct Renumbers {
    merging: Merging,
    /// What is taken off the positions of a version of a range.
    taken_off: HashMap<(String, i64), u64>,
    /// The highest number that was given out for a range.
    highest: HashMap<String, u64>,
}

impl Renumbers {
    fn new(merging: Merging) -> Self {
        Self {
            merging,
            taken_off: HashMap::new(),
            highest: HashMap::new(),
        }
    }

    fn shown(&mut self, range: &str, version: i64, lsn: u64) -> u64 {
        let first = self.taken_off.entry((range.to_owned(), version));
        let shown = lsn.saturating_sub(*first.or_insert(lsn));
        let highest = self.highest.entry(range.to_owned()).or_default();
        *highest = shown.max(*highest);
        match self.merging {
            Merging::HighestVersion => shown,
            Merging::PlainMaximum => *highest,
        }
    }

    fn meant(&self, range: &str, version: i64, shown: u64) -> u64 {
        let taken_off = self.taken_off.get(&(range.to_owned(), version));
        shown.saturating_add(taken_off.copied().unwrap_or_default())
    }
}

impl Telling for Renumbers {
    fn before(&mut self, request: &mut Request<Bytes>) -> Option<Response<Bytes>> {
        let is_about_items = Asked::of(request).is_about_items();
        if let Some(token) = request
            .headers_mut()
            .get_mut(TOKEN)
            .filter(|_| is_about_items)
        {
            renumber(token, |range, version, lsn| self.meant(range, version, lsn));
        }
        None
    }

    fn after(&mut self, asked: &Asked, answer: &mut Response<Bytes>) {
        let token = answer.headers_mut().get_mut(TOKEN);
        if let Some(token) = token.filter(|_| asked.is_about_items()) {
            renumber(token, |range, version, lsn| self.shown(range, version, lsn));
        }
    }
}

/// Gives the ranges of a token, `range:version#lsn#…` each, other positions; leaves other forms alone.
fn renumber(token: &mut HeaderValue, mut number: impl FnMut(&str, i64, u64) -> u64) {
    let text = token.to_str().unwrap_or_default().to_owned();
    let entries = text.split(',').map(|entry| {
        let Some((range, (version, rest))) = entry
            .split_once(':')
            .and_then(|(range, rest)| Some((range, rest.split_once('#')?)))
        else {
            return entry.to_owned();
        };
        let (lsn, regions) = rest.split_once('#').unwrap_or((rest, ""));
        let (Ok(known), Ok(lsn)) = (version.parse(), lsn.parse()) else {
            return entry.to_owned();
        };
        let lsn = number(range, known, lsn);
        match regions {
            "" => format!("{range}:{version}#{lsn}"),
            _ => format!("{range}:{version}#{lsn}#{regions}"),
        }
    });
    let text = entries.collect::<Vec<_>>().join(",");
    *token = HeaderValue::from_str(&text).expect("a token is text");
}
