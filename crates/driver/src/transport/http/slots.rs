//! What a pool has and decides, without any I/O: which connection takes the next request, when another one
//! is wanted, which is idle for too long.

use std::collections::VecDeque;
use std::time::Duration;

use super::connect::Protocol;
use crate::clock::Instant;
use crate::options::ConnectionPoolSettings;
use crate::transport::trace::ConnectTimings;

/// Requests that may wait for a connection of one endpoint.
pub(super) const MAX_WAITING: usize = 16_384;

/// Where in a pool one connection stands; never used again.
pub(super) type SlotId = u64;

/// The connections of one endpoint and the requests that wait for one. `S` is the sending end of a
/// connection, `W` what waits.
#[derive(Debug)]
pub(super) struct Slots<S, W> {
    connections: Vec<Slot<S>>,
    waiting: VecDeque<W>,
    connecting: usize,
    protocol: Option<Protocol>,
    next_id: SlotId,
}

#[derive(Debug)]
struct Slot<S> {
    id: SlotId,
    /// Absent while an HTTP/1.1 request has it.
    sender: Option<S>,
    in_flight: usize,
    idle_since: Instant,
    timings: Option<ConnectTimings>,
}

/// A connection for one request.
#[derive(Debug)]
pub(super) struct Taken<S> {
    pub(super) id: SlotId,
    pub(super) sender: S,
    /// Present for the first request on the connection.
    pub(super) timings: Option<ConnectTimings>,
}

/// What to do about a connection that may be idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idleness {
    /// It is out of the pool; close it.
    Retired,
    /// Look again after this long.
    LookAgainIn(Duration),
}

/// How a sending end is shared.
pub(super) trait Sending: Sized {
    fn is_closed(&self) -> bool;
    /// Another handle to the same connection, when several requests can be on it.
    fn share(&self) -> Option<Self>;
}

/// Something that waits for a connection and may have given up.
pub(super) trait Waiting {
    fn has_given_up(&self) -> bool;
}

impl<S: Sending, W: Waiting> Slots<S, W> {
    pub(super) fn new(protocol: Option<Protocol>) -> Self {
        Self {
            connections: Vec::new(),
            waiting: VecDeque::new(),
            connecting: 0,
            protocol,
            next_id: 0,
        }
    }

    /// The best connection that can take a request now: of HTTP/2 ones the least loaded, of HTTP/1.1 ones
    /// the one used last.
    pub(super) fn take(&mut self, settings: &ConnectionPoolSettings) -> Option<Taken<S>> {
        let streams = usize::try_from(settings.max_http2_streams_per_client).unwrap_or(usize::MAX);
        loop {
            let free = self
                .connections
                .iter_mut()
                .filter(|slot| slot.sender.is_some() && slot.in_flight < streams);
            let slot = match self.protocol {
                Some(Protocol::Http2) => free.min_by_key(|slot| slot.in_flight)?,
                _ => free.max_by_key(|slot| slot.idle_since)?,
            };
            let id = slot.id;
            if slot.sender.as_ref().is_some_and(Sending::is_closed) {
                self.forget(id);
                continue;
            }
            let shared = slot.sender.as_ref().and_then(Sending::share);
            let sender = shared.or_else(|| slot.sender.take())?;
            slot.in_flight += 1;
            return Some(Taken {
                id,
                sender,
                timings: slot.timings.take(),
            });
        }
    }

    /// A request is done with its connection. `sender` is given back when it can be used again and was not
    /// shared; without it an HTTP/1.1 connection leaves the pool.
    pub(super) fn give_back(&mut self, id: SlotId, sender: Option<S>, now: Instant) {
        let Some(slot) = self.connections.iter_mut().find(|slot| slot.id == id) else {
            return;
        };
        slot.in_flight = slot.in_flight.saturating_sub(1);
        slot.idle_since = now;
        if slot.sender.is_none() {
            slot.sender = sender;
            if slot.sender.is_none() {
                self.forget(id);
            }
        }
    }

    /// Puts a request into the queue; `Err` when it is full.
    pub(super) fn wait(&mut self, waiter: W) -> Result<(), W> {
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.retain(|waiter| !waiter.has_given_up());
        }
        if self.waiting.len() >= MAX_WAITING {
            return Err(waiter);
        }
        self.waiting.push_back(waiter);
        Ok(())
    }

    /// The next request that still waits, with a connection for it.
    pub(super) fn next_delivery(
        &mut self,
        settings: &ConnectionPoolSettings,
    ) -> Option<(W, Taken<S>)> {
        while self.waiting.front()?.has_given_up() {
            self.waiting.pop_front();
        }
        let taken = self.take(settings)?;
        self.waiting.pop_front().map(|waiter| (waiter, taken))
    }

    /// Notes the connections that are wanted beyond those there are, and says how many: for HTTP/1.1 one
    /// per waiting request; for HTTP/2 one at a time, when all are loaded to the threshold; one when the
    /// protocol is not known yet.
    pub(super) fn start_wanted(&mut self, settings: &ConnectionPoolSettings) -> usize {
        let have = self.connections.len() + self.connecting;
        let wanted = match self.protocol {
            None => usize::from(have == 0 && !self.waiting.is_empty()),
            Some(Protocol::Http1) => {
                let room = settings
                    .max_http1_connections_per_endpoint
                    .saturating_sub(have);
                self.waiting.len().saturating_sub(self.connecting).min(room)
            }
            Some(Protocol::Http2) => {
                let threshold = fan_out_threshold(settings);
                let loaded = self
                    .connections
                    .iter()
                    .all(|slot| slot.in_flight >= threshold);
                let busy = !self.connections.is_empty() || !self.waiting.is_empty();
                let room = have < settings.max_http2_connections_per_endpoint;
                usize::from(self.connecting == 0 && room && loaded && busy)
            }
        };
        self.connecting += wanted;
        wanted
    }

    /// A connection was made.
    pub(super) fn connected(&mut self, connection: Connection<S>, now: Instant) -> SlotId {
        self.connecting = self.connecting.saturating_sub(1);
        self.protocol = Some(connection.protocol);
        let id = self.next_id;
        self.next_id += 1;
        self.connections.push(Slot {
            id,
            sender: Some(connection.sender),
            in_flight: 0,
            idle_since: now,
            timings: Some(connection.timings),
        });
        id
    }

    /// A connection could not be made. Gives the requests that nothing can serve any more.
    pub(super) fn failed_to_connect(&mut self) -> VecDeque<W> {
        self.connecting = self.connecting.saturating_sub(1);
        if self.connecting == 0 && self.connections.is_empty() {
            return std::mem::take(&mut self.waiting);
        }
        VecDeque::new()
    }

    /// A connection ended.
    pub(super) fn forget(&mut self, id: SlotId) {
        self.connections.retain(|slot| slot.id != id);
    }

    /// The server speaks HTTP/1.1 only: no request gets an HTTP/2 connection from here on.
    pub(super) fn fall_back_to_http1(&mut self) {
        self.protocol = Some(Protocol::Http1);
        self.connections.clear();
    }

    /// Takes a connection out of the pool when it has been idle for `limit`.
    pub(super) fn retire_if_idle(&mut self, id: SlotId, now: Instant, limit: Duration) -> Idleness {
        let Some(slot) = self.connections.iter().find(|slot| slot.id == id) else {
            return Idleness::Retired;
        };
        if slot.in_flight > 0 {
            return Idleness::LookAgainIn(limit);
        }
        let idle = now.saturating_duration_since(slot.idle_since);
        if idle < limit {
            return Idleness::LookAgainIn(limit.saturating_sub(idle));
        }
        self.forget(id);
        Idleness::Retired
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.connections.len()
    }
}

/// A connection that was made.
#[derive(Debug)]
pub(super) struct Connection<S> {
    pub(super) sender: S,
    pub(super) protocol: Protocol,
    pub(super) timings: ConnectTimings,
}

fn fan_out_threshold(settings: &ConnectionPoolSettings) -> usize {
    let streams =
        settings.max_http2_streams_per_client * settings.http2_fan_out_threshold_percent / 100;
    usize::try_from(streams).unwrap_or(1).max(1)
}

#[cfg(test)]
#[path = "slots_tests.rs"]
mod tests;
