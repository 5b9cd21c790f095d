//! Choices about carrying, and their defaults.

use std::time::Duration;

use cosmokit::session::SessionPromise;
use http::HeaderName;

use super::settings::{Settings, Trust};
use super::{Complaint, Refusals, SessionCarrying, Unavailable};
use crate::carry::cookie::{CookieError, CookieOptions};
use crate::carry::{ValueOptions, Values};
use crate::clock::Clock;
use crate::counters::Counters;
use crate::entropy::Entropy;
use crate::seal::{KeyRing, Protection, Sealer};

/// Why sessions cannot be carried like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CarryingError {
    /// Browsers would not take such cookies.
    #[error(transparent)]
    Cookie(#[from] CookieError),
    /// Neither cookies nor a header.
    #[error("sessions are carried by nothing: leave cookies on or name a header")]
    NoCarrier,
    /// Not the name of a header.
    #[error("{0:?} is not the name of a header")]
    Header(String),
    /// Too few characters for anything.
    #[error("a value of {0} characters carries nothing: allow at least {MIN_VALUE_CHARS}")]
    ValueChars(usize),
    /// No lifetime at all.
    #[error("a lifetime of {0:?} is shorter than {MIN_LIFETIME:?}")]
    Lifetime(Duration),
}

/// Characters of a value at least.
pub const MIN_VALUE_CHARS: usize = 128;
/// Shortest lifetime of a position.
pub const MIN_LIFETIME: Duration = Duration::from_secs(32);

/// Positions by which a value may be ahead, unless another number is chosen: 2,000 writes a second for the ten minutes
/// that a position is carried.
const DEFAULT_LEAD: u64 = 1_200_000;

/// Chooses how sessions are carried; every choice has a default.
#[derive(Clone, Debug)]
#[must_use]
pub struct SessionCarryingBuilder {
    protection: Protection,
    app: String,
    promise: SessionPromise,
    cookies: Option<CookieOptions>,
    header: Option<String>,
    values: ValueOptions,
    refusals: Refusals,
    trust: Trust,
    caches_public: bool,
    varies: bool,
    clock: Clock,
    entropy: Entropy,
}

impl SessionCarryingBuilder {
    pub(crate) fn new(keys: KeyRing) -> Self {
        Self {
            protection: Protection::Sealed(keys),
            app: String::new(),
            promise: SessionPromise::ReadYourWrites,
            cookies: Some(CookieOptions::new()),
            header: None,
            values: ValueOptions::default(),
            refusals: Refusals::default(),
            trust: Trust {
                retries: 8,
                retry_time: Duration::from_secs(5),
                lead: DEFAULT_LEAD,
                unavailable: Unavailable::default(),
                shares_answers: false,
            },
            caches_public: false,
            varies: false,
            clock: Clock::system(),
            entropy: Entropy::system(),
        }
    }

    /// How values are protected. Default: sealed. Weaker protection is for values that never leave your
    /// own network.
    pub fn protection(mut self, protection: Protection) -> Self {
        self.protection = protection;
        self
    }

    /// A name that takes part in the seal, so that two apps with one key do not read each other's values.
    /// Default: empty. Services that share sessions share it.
    pub fn app(mut self, app: impl Into<String>) -> Self {
        self.app = app.into();
        self
    }

    /// What users are promised across requests. Default: they read what they have written. Within a
    /// request reads never go back either way; [`SessionPromise::Monotonic`] carries that across requests, at
    /// the price of a cookie on almost every answer, because positions move with everybody's writes.
    pub fn promise(mut self, promise: SessionPromise) -> Self {
        self.promise = promise;
        self
    }

    /// Names and attributes of the cookies. Default: [`CookieOptions::new`].
    pub fn cookies(mut self, options: CookieOptions) -> Self {
        self.cookies = Some(options);
        self
    }

    /// No cookies; name a [`header`](Self::header) then.
    pub fn without_cookies(mut self) -> Self {
        self.cookies = None;
        self
    }

    /// Takes and gives values in this header, for clients without cookies: mobile apps, command lines, other
    /// services, gRPC (where it is metadata). Default: none; [`DEFAULT_NAME`](crate::carry::header::DEFAULT_NAME) is a good
    /// one. May be on together with cookies.
    pub fn header(mut self, name: impl Into<String>) -> Self {
        self.header = Some(name.into());
        self
    }

    /// How long a position is carried after it was last seen. Default 10 minutes; must be longer than the
    /// longest lag that users are to be protected from. Afterwards the promise lapses.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.values.lifetime = lifetime.as_secs();
        self
    }

    /// Characters of a value at most. Default 3,500. What does not fit gives way in the order that
    /// [`budget`](crate::budget) tells.
    pub fn max_value_chars(mut self, chars: usize) -> Self {
        self.values.max_chars = chars;
        self
    }

    /// Whether 401 and 403 carry the session on. Default: when something was written.
    pub fn refusals(mut self, refusals: Refusals) -> Self {
        self.refusals = refusals;
        self
    }

    /// What becomes of a read when no region can show what the session has seen. Default: it is answered without.
    pub fn when_unavailable(mut self, unavailable: Unavailable) -> Self {
        self.trust.unavailable = unavailable;
        self
    }

    /// Attaches cookies also to answers that shared caches may keep (`public`, `s-maxage`, `immutable`).
    /// Default: not, because a cache that keeps `Set-Cookie` hands one user's session to another.
    pub fn on_public_answers(mut self) -> Self {
        self.caches_public = true;
        self
    }

    /// Retries that all operations of one request may make together because a replica is behind the
    /// session. Default 8. It bounds what a value from outside can cost; when they are spent, reads of the request are
    /// asked where writes go, at once and there alone.
    pub fn retries_per_request(mut self, retries: u32) -> Self {
        self.trust.retries = retries;
        self
    }

    /// How long these retries may take together, with the waits before them: when the time is up there is no further
    /// one. Default 5 seconds.
    pub fn retry_time_per_request(mut self, time: Duration) -> Self {
        self.trust.retry_time = time;
        self
    }

    /// How many positions a value may be ahead of all that answers have shown of its range, in this process, before
    /// reads for it are retried once at most. Default 1,200,000: what a busy partition takes in within ten minutes.
    pub fn plausible_lead(mut self, positions: u64) -> Self {
        self.trust.lead = positions;
        self
    }

    /// What operations in sessions learn from answers also reaches what operations without a session share: for tiers
    /// that trust whoever can make values, and would rather share. Default: not, so that no user's session can reach
    /// another's reads. What values from outside say is never shared.
    pub fn share_answers(mut self) -> Self {
        self.trust.shares_answers = true;
        self
    }

    /// Names the header in `Vary` of each answer, for caches that keep answers by it. Default: not.
    pub fn vary_by_header(mut self) -> Self {
        self.varies = true;
        self
    }

    /// Where the time comes from. Default: the machine.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Where random bytes come from. Default: the operating system.
    pub fn entropy(mut self, entropy: Entropy) -> Self {
        self.entropy = entropy;
        self
    }

    /// What was chosen.
    ///
    /// # Errors
    /// [`CarryingError`] for the first choice that cannot be.
    pub fn build(self) -> Result<SessionCarrying, CarryingError> {
        self.check()?;
        let sealer = Sealer::with_entropy(self.protection, self.entropy.clone());
        let values =
            |carrier: String| Values::new(sealer.clone(), self.app.as_str(), carrier, self.values);
        let cookies = self.cookies.map(|options| {
            let values = values(format!("cookie:{}", options.chosen_prefix()));
            (options, values)
        });
        let header = self.header.map(|name| {
            let name = name.to_ascii_lowercase();
            let values = values(format!("header:{name}"));
            (name.into(), values)
        });
        Ok(SessionCarrying::from_settings(Settings {
            promise: self.promise,
            cookies,
            header,
            messages: values("message".to_owned()),
            refusals: self.refusals,
            trust: self.trust,
            caches_public: self.caches_public,
            varies: self.varies,
            lifetime: self.values.lifetime,
            clock: self.clock,
            entropy: self.entropy,
            counters: Counters::default(),
            complaint: Complaint::default(),
        }))
    }

    fn check(&self) -> Result<(), CarryingError> {
        if let Some(cookies) = &self.cookies {
            cookies.check()?;
        }
        if self.cookies.is_none() && self.header.is_none() {
            return Err(CarryingError::NoCarrier);
        }
        if let Some(name) = &self.header
            && HeaderName::try_from(name.as_str()).is_err()
        {
            return Err(CarryingError::Header(name.clone()));
        }
        if self.values.max_chars < MIN_VALUE_CHARS {
            return Err(CarryingError::ValueChars(self.values.max_chars));
        }
        if self.values.lifetime < MIN_LIFETIME.as_secs() {
            return Err(CarryingError::Lifetime(Duration::from_secs(
                self.values.lifetime,
            )));
        }
        Ok(())
    }
}
