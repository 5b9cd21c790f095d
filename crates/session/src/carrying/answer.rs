//! The end of a request: what its answer carries.

use std::fmt;

use cosmokit::session::SessionPromise;

use super::arrival::HeaderLines;
use super::cache_control::{Caching, caching};
use super::settings::Settings;
use super::{Refusals, SessionCarrying};
use crate::UserSession;
use crate::carried::{Carried, CarriedContainer, ContainerKey, Origin, Seconds};
use crate::carry::Values;
use crate::carry::cookie::{self, CookieOptions};
use crate::exchange::Known;

/// The headers that an answer is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Lines of `Set-Cookie`, to be added to those that are there.
    pub set_cookies: Vec<String>,
    /// A header's name and value, in the place of any that is there.
    pub header: Option<(String, String)>,
    /// A name to be added to `Vary`.
    pub vary: Option<String>,
    /// What `Cache-Control` becomes.
    pub cache_control: Option<String>,
}

/// One header that an answer is given. Session values are secrets: mark their headers as sensitive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderChange {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What becomes of lines of this name that are there.
    pub placing: Placing,
}

/// What becomes of a header's lines when another is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placing {
    /// They stay.
    Beside,
    /// They go.
    InPlace,
}

/// What is known of a request and its answer when the session is carried on.
pub struct AnswerHead<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// The headers of the answer so far.
    pub headers: &'a dyn HeaderLines,
}

impl SessionCarrying {
    /// What the answer to a request carries: nothing, unless the session has learnt something.
    pub fn finish(&self, user: &UserSession, head: &AnswerHead<'_>) -> Answer {
        let settings = self.settings();
        let mut answer = Answer::default();
        if head.method.eq_ignore_ascii_case("OPTIONS") {
            return answer;
        }
        user.record_fallbacks();
        if settings.varies {
            answer.vary = self.header_name().map(str::to_owned);
        }
        if user.is_withheld() {
            return answer;
        }
        let is_tidy = !user.is_cleared() && !user.arrived().cookies().wants_tidying();
        if !user.has_changed() && is_tidy {
            return answer;
        }
        let news = News::of(user, settings);
        let refused = matches!(head.status, 401 | 403);
        if refused && !news.allowed_on_refusal(settings.refusals) {
            return answer;
        }
        if let Some((options, values)) = &settings.cookies {
            let lines: Vec<&str> = head.headers.lines("cache-control").collect();
            let directives = lines.join(", ");
            answer.add_cookies(user, &news, (options, values, settings), &directives);
        }
        if let Some((name, values)) = settings.header.as_ref().filter(|_| news.is_any())
            && let Some(value) = close(values, user, &news.carried)
        {
            answer.header = Some((name.to_string(), value));
        }
        answer
    }
}

impl Answer {
    /// The same as changes of the answer's headers, one after the other.
    pub fn into_changes(self) -> impl Iterator<Item = HeaderChange> {
        let beside = |name: &str, value: String| HeaderChange {
            name: name.to_owned(),
            value,
            placing: Placing::Beside,
        };
        let in_place = |(name, value)| HeaderChange {
            name,
            value,
            placing: Placing::InPlace,
        };
        let cookies = self.set_cookies.into_iter();
        let cookies = cookies.map(move |line| beside("set-cookie", line));
        let vary = self.vary.map(move |name| beside("vary", name));
        let caching = self
            .cache_control
            .map(|text| ("cache-control".to_owned(), text));
        let replaced = self.header.into_iter().chain(caching).map(in_place);
        cookies.chain(vary).chain(replaced)
    }

    fn add_cookies(
        &mut self,
        user: &UserSession,
        news: &News,
        (options, values, settings): (&CookieOptions, &Values, &Settings),
        cache_control: &str,
    ) {
        let received = user.arrived().cookies();
        let is_stale = user.is_cleared() || news.lapsed || received.wants_tidying();
        if !news.is_any() && !is_stale {
            return;
        }
        let caching = caching(cache_control);
        if caching == Caching::Shared && !settings.caches_public {
            return;
        }
        self.set_cookies = match close(values, user, &news.carried) {
            Some(value) => {
                let lifetime = settings.lifetime;
                match cookie::write(options, received, &value, lifetime, &settings.entropy) {
                    Ok(lines) => lines,
                    Err(_) => return settings.counters.lost(),
                }
            }
            // What is not replaced is not deleted.
            None if news.carried.is_empty() => cookie::clear(options, received).collect(),
            None => return,
        };
        if let Caching::Becomes(text) = caching
            && !self.set_cookies.is_empty()
        {
            self.cache_control = Some(text);
        }
    }
}

fn close(values: &Values, user: &UserSession, carried: &Carried) -> Option<String> {
    if carried.is_empty() {
        return None;
    }
    let settings = user.carrying().settings();
    match values.close(carried, user.arrived().binding(), settings.clock.now()) {
        Ok(Some(closed)) => {
            let positions = carried.range_count() - closed.pruned.positions();
            settings.counters.sent(&closed, positions);
            user.record_bytes(closed.text.len());
            Some(closed.text)
        }
        Ok(None) => None,
        Err(error) => {
            settings.counters.lost();
            tracing::error!(%error, "a session is not carried on");
            None
        }
    }
}

impl fmt::Debug for AnswerHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerHead")
            .field("method", &self.method)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// What a session has learnt since it arrived.
#[derive(Debug)]
struct News {
    /// What the answer carries if it carries anything.
    carried: Carried,
    /// Whether something was learnt by reading that is to be carried.
    read: bool,
    /// Whether something was learnt by writing.
    written: bool,
    /// Whether something was brought that no region could show: it must not come again.
    lapsed: bool,
}

impl News {
    fn of(user: &UserSession, settings: &Settings) -> Self {
        let before = user.before();
        let Known {
            mut carried,
            has_lapsed: lapsed,
        } = user.known();
        let written = user.has_written() || has_new_mark(&carried, before);
        let read = match settings.promise {
            // Every position in a range that was written travels, but only a write sends it off.
            SessionPromise::ReadYourWrites => {
                carried.retain(|_, _, position| position.origin() == Origin::Write);
                false
            }
            SessionPromise::Monotonic => has_new_position(&carried, before),
        };
        Self {
            carried,
            read,
            written,
            lapsed,
        }
    }

    fn is_any(&self) -> bool {
        self.read || self.written
    }

    fn allowed_on_refusal(&self, refusals: Refusals) -> bool {
        match refusals {
            Refusals::WhenWritten => self.written,
            Refusals::Always => true,
            Refusals::Never => false,
        }
    }
}

fn has_new_position(carried: &Carried, before: &Carried) -> bool {
    carried.containers().any(|(key, container)| {
        let known = before.get(&key);
        container.ranges().any(|(range, position)| {
            known
                .and_then(|known| known.get(range))
                .is_none_or(|known| known.token() != position.token())
        })
    })
}

fn has_new_mark(carried: &Carried, before: &Carried) -> bool {
    let mark = |container: Option<&CarriedContainer>| -> Option<Seconds> {
        container.and_then(CarriedContainer::uncertain_until)
    };
    let is_new = |(key, container): (ContainerKey, &CarriedContainer)| {
        mark(Some(container)) > mark(before.get(&key))
    };
    carried.containers().any(is_new)
}
