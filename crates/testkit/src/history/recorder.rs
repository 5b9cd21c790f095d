//! Writes a history while a world runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{
    Action, ActorId, Asked, Disturbance, History, Impact, Moment, Operation, Outcome, SessionId,
    Setting,
};

/// Where the recorder takes virtual time from: the time since the world began.
type Stopwatch = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Writes a history. Clones write the same one.
///
/// ```
/// use std::time::Duration;
/// use cosmokit_testkit::history::{Action, ActorId, Asked, ItemKey, Outcome, Recorder, SessionId, Setting};
/// use cosmokit_testkit::protocol::wire::consistency::ConsistencyLevel;
///
/// let level = ConsistencyLevel::Session;
/// let setting = Setting { campaign: "demo".into(), seed: 1, level, multi_write: false };
/// let recorder = Recorder::new(setting, || Duration::ZERO);
/// let asked = Asked { level, carries_tokens: true };
/// let read = Action::Read { key: ItemKey::new("orders", "contoso", "o-1") };
/// let open = recorder.begin(ActorId(1), SessionId(1), asked, read);
/// open.finish(Outcome::Absent);
/// assert_eq!(recorder.history().operations.len(), 1);
/// ```
#[derive(Clone)]
pub struct Recorder {
    pages: Arc<Mutex<Pages>>,
    elapsed: Stopwatch,
}

struct Pages {
    steps: u64,
    history: History,
}

/// An operation that has begun. One that is dropped unfinished stays [`Outcome::Pending`].
#[derive(Debug)]
#[must_use = "an operation that is not finished stays pending"]
pub struct OpenOperation {
    recorder: Recorder,
    at: usize,
    region: Option<String>,
    lsn: Option<u64>,
    requests: u32,
}

impl Recorder {
    /// An empty history of a world, which takes virtual time from `elapsed`.
    pub fn new(setting: Setting, elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        let history = History {
            setting,
            operations: Vec::new(),
            disturbances: Vec::new(),
        };
        Self {
            pages: Arc::new(Mutex::new(Pages { steps: 0, history })),
            elapsed: Arc::new(elapsed),
        }
    }

    /// Notes that an actor asks for something now.
    pub fn begin(
        &self,
        actor: ActorId,
        session: SessionId,
        asked: Asked,
        action: Action,
    ) -> OpenOperation {
        let mut pages = self.pages();
        let invoked = pages.moment(self);
        pages.history.operations.push(Operation {
            actor,
            session,
            asked,
            invoked,
            returned: None,
            action,
            outcome: Outcome::Pending,
            region: None,
            lsn: None,
            requests: 0,
        });
        OpenOperation {
            recorder: self.clone(),
            at: pages.history.operations.len() - 1,
            region: None,
            lsn: None,
            requests: 0,
        }
    }

    /// Notes something that is done to the account now.
    pub fn disturb(&self, what: impl Into<String>, impact: Impact) {
        let mut pages = self.pages();
        let at = pages.moment(self);
        pages.history.disturbances.push(Disturbance {
            at,
            what: what.into(),
            impact,
        });
    }

    /// What has happened so far.
    pub fn history(&self) -> History {
        self.pages().history.clone()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn moment(&mut self, recorder: &Recorder) -> Moment {
        self.steps += 1;
        let elapsed = (recorder.elapsed)();
        Moment::new(
            self.steps,
            u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
        )
    }
}

impl OpenOperation {
    /// The region that gave the answer.
    pub fn answered_by(mut self, region: Option<String>) -> Self {
        self.region = region;
        self
    }

    /// The position at which the answer was given.
    pub fn at_lsn(mut self, lsn: Option<u64>) -> Self {
        self.lsn = lsn;
        self
    }

    /// How many requests it took.
    pub fn after_requests(mut self, requests: usize) -> Self {
        self.requests = u32::try_from(requests).unwrap_or(u32::MAX);
        self
    }

    /// Notes what came back.
    pub fn finish(self, outcome: Outcome) {
        let mut pages = self.recorder.pages();
        let now = pages.moment(&self.recorder);
        if let Some(operation) = pages.history.operations.get_mut(self.at) {
            operation.returned = Some(now);
            operation.outcome = outcome;
            operation.region = self.region;
            operation.lsn = self.lsn;
            operation.requests = self.requests;
        }
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pages = self.pages();
        f.debug_struct("Recorder")
            .field("setting", &pages.history.setting)
            .field("operations", &pages.history.operations.len())
            .finish_non_exhaustive()
    }
}
