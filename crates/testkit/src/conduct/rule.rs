//! The rules, and who judges them.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::Sent;
use crate::history::{Action, History, Mark, Outcome, Standing};

/// A bound on what clients may do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// Every operation returns within this time, with whatever outcome.
    EndsWithin(Duration),
    /// Every operation that begins after this time succeeds.
    SucceedsFrom(Duration),
    /// Nothing about items is sent to this region.
    Avoids(String),
    /// At most so many requests about items fail in this region: a client learns.
    LearnsWithin {
        /// The region, by its normalized name.
        region: String,
        /// How many.
        failures: usize,
    },
    /// From this time on requests to this region never overlap: it is asked by one, and the rest wait for what that one
    /// learns, or go elsewhere.
    ProbesAlone {
        /// The region, by its normalized name.
        region: String,
        /// Since the world began.
        from: Duration,
    },
    /// An operation sends at most so many requests about items.
    SendsAtMost(usize),
    /// A write is never under way twice at the same time.
    WritesAlone,
    /// No write is in the log twice, as a reader of all versions sees it.
    AppliesOnce,
}

/// How a rule was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// What happened instead, for the first case.
    pub story: String,
    /// How many cases there are.
    pub count: usize,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cases, the first: {}", self.count, self.story)
    }
}

/// Collects what is compared.
#[derive(Default)]
struct Cases {
    checked: usize,
    breach: Option<Breach>,
}

impl Cases {
    fn check(&mut self, good: bool, story: impl FnOnce() -> String) {
        self.checked += 1;
        if good {
            return;
        }
        match &mut self.breach {
            Some(breach) => breach.count += 1,
            None => {
                self.breach = Some(Breach {
                    story: story(),
                    count: 1,
                });
            }
        }
    }
}

impl Rule {
    /// How many comparisons the rule stands.
    ///
    /// # Errors
    /// How it was broken.
    pub fn judge(&self, history: &History, sent: &[Sent]) -> Result<usize, Breach> {
        let mut cases = Cases::default();
        match self {
            Self::EndsWithin(limit) => ends_within(history, *limit, &mut cases),
            Self::SucceedsFrom(from) => succeeds_from(history, *from, &mut cases),
            Self::Avoids(region) => {
                for request in sent.iter().filter(|it| it.is_about_items()) {
                    let avoids = request.region.as_ref() != Some(region);
                    cases.check(avoids, || request.to_string());
                }
            }
            Self::LearnsWithin { region, failures } => {
                let to_it = sent.iter().filter(|it| it.is_about_items());
                let to_it = to_it.filter(|it| it.region.as_ref() == Some(region));
                let failed = to_it.filter(|it| it.has_failed());
                for (number, request) in failed.enumerate() {
                    cases.check(number < *failures, || request.to_string());
                }
            }
            Self::ProbesAlone { region, from } => {
                let to_it = sent
                    .iter()
                    .filter(|it| it.is_about_items() && it.at >= *from);
                let to_it = to_it.filter(|it| it.region.as_ref() == Some(region));
                never_overlap(to_it, &mut cases);
            }
            Self::SendsAtMost(most) => sends_at_most(history, sent, *most, &mut cases),
            Self::WritesAlone => {
                let mut writes: BTreeMap<(u64, &str, &Bytes), Vec<&Sent>> = BTreeMap::new();
                for request in sent.iter().filter(|it| it.is_write()) {
                    let same = (request.client, request.path.as_str(), &request.body);
                    writes.entry(same).or_default().push(request);
                }
                for requests in writes.into_values() {
                    never_overlap(requests.into_iter(), &mut cases);
                }
            }
            Self::AppliesOnce => applies_once(history, &mut cases),
        }
        match cases.breach {
            Some(breach) => Err(breach),
            None => Ok(cases.checked),
        }
    }
}

fn ends_within(history: &History, limit: Duration, cases: &mut Cases) {
    for operation in &history.operations {
        let took = operation.returned.map(|returned| {
            let began = operation.invoked.elapsed();
            returned.elapsed().saturating_sub(began)
        });
        cases.check(took.is_some_and(|took| took <= limit), || {
            format!("{operation}, after {took:?} (limit {limit:?})")
        });
    }
}

fn succeeds_from(history: &History, from: Duration, cases: &mut Cases) {
    let after = history.operations.iter();
    for operation in after.filter(|it| it.invoked.elapsed() >= from) {
        let failed = matches!(
            operation.outcome,
            Outcome::Refused { .. } | Outcome::Unknown { .. } | Outcome::Pending
        );
        cases.check(!failed, || operation.to_string());
    }
}

/// Each begins when the one before it has ended. One that was given up has not.
fn never_overlap<'s>(sent: impl Iterator<Item = &'s Sent>, cases: &mut Cases) {
    let mut before: Option<&Sent> = None;
    for request in sent {
        if let Some(before) = before {
            let alone = before.ended.is_some_and(|ended| ended <= request.at);
            cases.check(alone, || format!("{before}, and then {request}"));
        }
        before = Some(request);
    }
}

/// The requests that a client sends while one of its operations is under way are that operation's: an actor has a
/// client of its own, of its number, and does one thing at a time.
fn sends_at_most(history: &History, sent: &[Sent], most: usize, cases: &mut Cases) {
    for operation in &history.operations {
        let Some(returned) = operation.returned else {
            continue;
        };
        let span = operation.invoked.elapsed()..=returned.elapsed();
        let own = sent.iter().filter(|it| {
            it.client == u64::from(operation.actor.0)
                && it.is_about_items()
                && span.contains(&it.at)
        });
        let count = own.count();
        cases.check(count <= most, || {
            format!("{operation}, in {count} requests (limit {most})")
        });
    }
}

fn applies_once(history: &History, cases: &mut Cases) {
    let mut given: BTreeMap<Mark, u64> = BTreeMap::new();
    let pages = history.operations.iter();
    for (page, changes) in pages.filter_map(|it| match (&it.action, &it.outcome) {
        (Action::Follow { .. }, Outcome::Changes { changes, .. }) => Some((it, changes)),
        _ => None,
    }) {
        for change in changes.iter().filter(|it| it.standing == Standing::Present) {
            let Some(mark) = change.mark else { continue };
            let before = given.insert(mark, change.lsn);
            let once = before.is_none_or(|lsn| lsn == change.lsn);
            cases.check(once, || {
                format!("{mark} of {} is in the log twice: {page}", change.key)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    fn request(region: &str, at: u64, ended: Option<u64>, status: u16) -> Sent {
        Sent {
            client: 1,
            region: Some(region.to_owned()),
            method: Method::PUT,
            path: "/dbs/d/colls/c/docs/a".to_owned(),
            body: Bytes::from_static(b"{}"),
            at: Duration::from_millis(at),
            ended: ended.map(Duration::from_millis),
            status: ended.map(|_| status),
        }
    }

    fn judge(rule: &Rule, sent: &[Sent]) -> Result<usize, Breach> {
        let setting = crate::history::Setting {
            campaign: "by hand".to_owned(),
            seed: 0,
            level: cosmokit_protocol::wire::consistency::ConsistencyLevel::Session,
            multi_write: false,
        };
        let history = History {
            setting,
            operations: Vec::new(),
            disturbances: Vec::new(),
        };
        rule.judge(&history, sent)
    }

    #[test]
    fn regions_are_avoided_and_learnt_about() {
        let sent = [
            request("east", 0, Some(5), 503),
            request("west", 6, Some(9), 200),
            request("east", 10, Some(12), 503),
        ];
        assert!(judge(&Rule::Avoids("west".to_owned()), &sent).is_err());
        assert_eq!(judge(&Rule::Avoids("north".to_owned()), &sent), Ok(3));
        let learns = |failures| Rule::LearnsWithin {
            region: "east".to_owned(),
            failures,
        };
        assert_eq!(judge(&learns(2), &sent), Ok(2));
        assert_eq!(judge(&learns(1), &sent).unwrap_err().count, 1);
    }

    #[test]
    fn what_goes_alone_does_not_overlap() {
        let one_by_one = [
            request("east", 0, Some(5), 503),
            request("east", 5, None, 0),
        ];
        assert_eq!(judge(&Rule::WritesAlone, &one_by_one), Ok(1));
        let together = [
            request("east", 0, Some(5), 200),
            request("west", 4, Some(9), 200),
        ];
        assert!(judge(&Rule::WritesAlone, &together).is_err());
        let alone = Rule::ProbesAlone {
            region: "east".to_owned(),
            from: Duration::ZERO,
        };
        assert_eq!(judge(&alone, &together), Ok(0), "the other went elsewhere");
        let given_up = [request("east", 0, None, 0), request("east", 9, None, 0)];
        assert!(judge(&alone, &given_up).is_err());
    }
}
