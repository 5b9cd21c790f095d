//! A short way to write histories: a line per operation.

use std::time::Duration;

use cosmokit_protocol::wire::consistency::ConsistencyLevel;

use crate::history::*;
use crate::judge::{Guarantee, Scope, StalenessBound, Verdict};

/// A history in the making. Time is the number of events unless it is moved.
pub(super) struct Scene {
    history: History,
    step: u64,
    at: Duration,
    numbers: u32,
}

/// An operation that has begun.
#[derive(Clone, Copy)]
pub(super) struct Open(usize);

pub(super) fn key(id: &str) -> ItemKey {
    ItemKey::new("c", "p", id)
}

pub(super) fn mark(actor: u32, number: u32, version: u32) -> Mark {
    Mark {
        actor: ActorId(actor),
        number,
        version,
    }
}

impl Scene {
    pub(super) fn new() -> Self {
        Self {
            history: History {
                setting: Setting {
                    campaign: "by hand".to_owned(),
                    seed: 0,
                    level: ConsistencyLevel::Session,
                    multi_write: false,
                },
                operations: Vec::new(),
                disturbances: Vec::new(),
            },
            step: 0,
            at: Duration::ZERO,
            numbers: 0,
        }
    }

    pub(super) fn with_multi_write(mut self) -> Self {
        self.history.setting.multi_write = true;
        self
    }

    pub(super) fn wait(&mut self, by: Duration) {
        self.at += by;
    }

    fn now(&mut self) -> Moment {
        self.step += 1;
        Moment::new(self.step, u64::try_from(self.at.as_micros()).unwrap())
    }

    pub(super) fn begin(&mut self, actor: u32, action: Action) -> Open {
        let invoked = self.now();
        self.history.operations.push(Operation {
            actor: ActorId(actor),
            session: SessionId(actor),
            asked: Asked {
                level: ConsistencyLevel::Session,
                carries_tokens: true,
            },
            invoked,
            returned: None,
            action,
            outcome: Outcome::Pending,
            region: Some("East US".to_owned()),
            lsn: None,
            requests: 1,
        });
        Open(self.history.operations.len() - 1)
    }

    pub(super) fn end(&mut self, open: Open, outcome: Outcome) {
        let now = self.now();
        let operation = &mut self.history.operations[open.0];
        operation.returned = Some(now);
        operation.outcome = outcome;
    }

    /// The last operation was answered by this region.
    pub(super) fn answered_in(&mut self, region: &str) {
        let last = self.history.operations.last_mut().unwrap();
        last.region = Some(region.to_owned());
    }

    pub(super) fn call(&mut self, actor: u32, action: Action, outcome: Outcome) {
        let open = self.begin(actor, action);
        self.end(open, outcome);
    }

    pub(super) fn next_mark(&mut self, actor: u32, version: u32) -> Mark {
        self.numbers += 1;
        mark(actor, self.numbers, version)
    }

    pub(super) fn write(&mut self, actor: u32, id: &str, version: u32) -> Mark {
        let mark = self.next_mark(actor, version);
        self.call(actor, upsert(id, mark), Outcome::Done);
        mark
    }

    pub(super) fn delete(&mut self, actor: u32, id: &str, version: u32) {
        let mark = self.next_mark(actor, version);
        self.call(actor, write(id, WriteVerb::Delete, mark), Outcome::Done);
    }

    pub(super) fn read(&mut self, actor: u32, id: &str, seen: Option<Mark>) {
        let outcome = seen.map_or(Outcome::Absent, Outcome::Found);
        self.call(actor, Action::Read { key: key(id) }, outcome);
    }

    pub(super) fn list(&mut self, actor: u32, seen: &[(&str, Mark)]) {
        let seen = seen.iter().map(|(id, mark)| Seen {
            key: key(id),
            mark: *mark,
        });
        let action = Action::List {
            container: "c".to_owned(),
            partition: "p".to_owned(),
        };
        self.call(actor, action, Outcome::Listed(seen.collect()));
    }

    pub(super) fn disturb(&mut self, impact: Impact) {
        let at = self.now();
        self.history.disturbances.push(Disturbance {
            at,
            what: "something".to_owned(),
            impact,
        });
    }

    pub(super) fn history(&self) -> &History {
        &self.history
    }

    fn judge(&self, guarantee: Guarantee) -> Verdict {
        let bound = StalenessBound {
            versions: 2,
            age: Duration::from_secs(5),
        };
        guarantee.judge(&self.history, &Scope::default().with_staleness(bound))
    }

    /// The guarantee holds, and something was compared.
    #[track_caller]
    pub(super) fn holds(&self, guarantee: Guarantee) {
        let verdict = self.judge(guarantee);
        assert!(verdict.holds_for_something(), "{guarantee}: {verdict}");
    }

    /// The guarantee is violated, and the story says so in these words.
    #[track_caller]
    pub(super) fn violates(&self, guarantee: Guarantee, words: &str) {
        let verdict = self.judge(guarantee);
        assert!(verdict.is_violated(), "{guarantee}: {verdict}");
        let told = verdict.to_string();
        assert!(told.contains(words), "{words:?} is not in:\n{told}");
    }

    /// There is nothing to judge.
    #[track_caller]
    pub(super) fn says_nothing(&self, guarantee: Guarantee) {
        let verdict = self.judge(guarantee);
        assert_eq!(verdict, Verdict::Holds { checked: 0 }, "{guarantee}");
    }
}

pub(super) fn write(id: &str, verb: WriteVerb, mark: Mark) -> Action {
    Action::Write {
        key: key(id),
        verb,
        mark,
        expects: None,
        claims: None,
    }
}

pub(super) fn upsert(id: &str, mark: Mark) -> Action {
    write(id, WriteVerb::Upsert, mark)
}

pub(super) fn replace_if(id: &str, mark: Mark, expects: Mark) -> Action {
    Action::Write {
        key: key(id),
        verb: WriteVerb::Replace,
        mark,
        expects: Some(expects),
        claims: None,
    }
}
