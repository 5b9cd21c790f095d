//! The beginning of a request: what it brought.

use tracing::Span;
use tracing::field::Empty;

use super::SessionCarrying;
use crate::UserSession;
use crate::carried::Carried;
use crate::carry::cookie::{self, ReceivedCookies};
use crate::carry::{Received, header};

/// What is asked of the headers of a request or an answer, whatever library they are of.
pub trait HeaderLines {
    /// The lines of a header, in order; those that are not text are left out.
    fn lines<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h str> + 'h>;
}

/// What a request brought, and in which cookies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arrived {
    cookies: ReceivedCookies,
    all: Received,
    binding: Option<Vec<u8>>,
    span: Option<Span>,
}

impl Arrived {
    /// Everything that was brought.
    pub(crate) fn carried(&self) -> &Carried {
        &self.all.carried
    }

    /// What values of this user are bound to.
    pub(crate) fn binding(&self) -> Option<&[u8]> {
        self.binding.as_deref()
    }

    pub(crate) fn cookies(&self) -> &ReceivedCookies {
        &self.cookies
    }

    /// What tells a tracer of the request: present or not, ranges, and at its end bytes and fallbacks.
    pub(crate) fn span(&self) -> Option<&Span> {
        self.span.as_ref()
    }

    pub(crate) fn received(&self) -> &Received {
        &self.all
    }

    pub(crate) fn received_mut(&mut self) -> &mut Received {
        &mut self.all
    }
}

impl SessionCarrying {
    /// The session of a request. `binding` is what values are bound to, such as the id of a login; without one,
    /// a value works for whoever sends it.
    ///
    /// Never fails: what cannot be read is counted and left out.
    pub fn begin(&self, headers: &impl HeaderLines, binding: Option<&[u8]>) -> UserSession {
        let settings = self.settings();
        let now = settings.clock.now();
        let mut arrived = Arrived {
            binding: binding.map(<[u8]>::to_vec),
            ..Arrived::default()
        };
        if let Some((options, values)) = &settings.cookies {
            arrived.cookies =
                cookie::receive(options, values, headers.lines("cookie"), binding, now);
            arrived.all.merge(&arrived.cookies.received);
        }
        if let Some((name, values)) = &settings.header {
            arrived
                .all
                .merge(&header::receive(values, headers.lines(name), binding, now));
        }
        settings.counters.received(&arrived.all);
        settings.complaint.note(&arrived.all.rejected, now);
        arrived.span = Some(tracing::debug_span!(
            "session",
            session.present = arrived.all.values > 0,
            session.ranges = arrived.all.carried.range_count(),
            session.bytes = Empty,
            session.fallback = Empty,
        ));
        UserSession::new(self.clone(), arrived)
    }
}

impl HeaderLines for http::HeaderMap {
    fn lines<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h str> + 'h> {
        Box::new(
            self.get_all(name)
                .iter()
                .filter_map(|value| value.to_str().ok()),
        )
    }
}
