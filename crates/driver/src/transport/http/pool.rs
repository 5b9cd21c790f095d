//! The connections of one endpoint. Requests wait here for a connection or a stream; connections are made
//! by tasks of the pool, so that a request which gives up takes nothing from those behind it. No lock is
//! held while anything is awaited or handed over.

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use ::http::Response;
use bytes::Bytes;
use futures_util::future::{Either, select};
use tokio::sync::oneshot;

use super::body;
use super::connect::{Connected, Connector, Destination, Protocol};
use super::connection::{Sender, Sent, requires_http1};
use super::slots::{Connection, Idleness, Sending, SlotId, Slots, Taken, Waiting};
use super::tls::TlsConfigs;
use crate::clock::Clock;
use crate::diagnostics::RequestSentStatus;
use crate::options::ConnectionPoolSettings;
use crate::tasks::TaskGroup;
use crate::transport::error::{TransportError, TransportErrorKind};
use crate::transport::exchange::{Outgoing, Target};
use crate::transport::trace::{AttemptTrace, ConnectTimings};

/// How many closed connections one request may meet before it is given up.
const MAX_STALE_CONNECTIONS: usize = 4;

/// The connections of one endpoint; they end with it.
pub(crate) struct EndpointPool {
    connector: Connector,
    slots: Mutex<Slots<Sender, Waiter>>,
    tasks: TaskGroup,
}

type Waiter = oneshot::Sender<Result<Lease, TransportError>>;

impl Waiting for Waiter {
    fn has_given_up(&self) -> bool {
        self.is_closed()
    }
}

impl Sending for Sender {
    fn is_closed(&self) -> bool {
        Self::is_closed(self)
    }

    fn share(&self) -> Option<Self> {
        match self {
            Self::Http1(..) => None,
            Self::Http2(sender) => Some(Self::Http2(sender.clone())),
        }
    }
}

/// A connection, or a stream on one, for one request. Dropping it gives it back.
struct Lease {
    pool: Arc<EndpointPool>,
    id: SlotId,
    sender: Option<Sender>,
    timings: Option<ConnectTimings>,
    /// Whether the answer was read to its end, so that another request can follow.
    is_done: bool,
}

impl EndpointPool {
    pub(super) fn new(
        to: Destination,
        settings: Arc<ConnectionPoolSettings>,
        clock: Clock,
        tls: Arc<TlsConfigs>,
    ) -> Self {
        let tasks = TaskGroup::default();
        let spawner = tasks.spawner();
        let connector = Connector {
            to,
            settings,
            clock,
            tls,
            spawner,
            requires_http1: Arc::default(),
        };
        Self {
            slots: Mutex::new(Slots::new(connector.known_protocol())),
            connector,
            tasks,
        }
    }

    /// Sends a request over a connection of its own or a stream, and reads the answer whole.
    pub(crate) async fn send(
        self: &Arc<Self>,
        target: &Target,
        request: &mut Option<Outgoing>,
        trace: &AttemptTrace,
    ) -> Result<Response<Bytes>, TransportError> {
        let clock = self.connector.clock;
        let queued = clock.now();
        for _ in 0..MAX_STALE_CONNECTIONS {
            let mut lease = self.acquire().await?;
            trace.queued(clock, queued);
            if let Some(timings) = lease.timings.take() {
                trace.connected(&timings);
            }
            let Some(sender) = &mut lease.sender else {
                continue;
            };
            let sent = sender.send(target, request, trace, clock).await;
            match sent.inspect_err(|error| self.look_at(error))? {
                Sent::Back => {}
                Sent::Answered(answer) => {
                    let started = clock.now();
                    let (head, body) = answer.into_parts();
                    let limit = self.connector.settings.max_response_body_bytes;
                    let body = body::read(body, limit).await?;
                    trace.read(clock, started);
                    lease.is_done = true;
                    return Ok(Response::from_parts(head, body));
                }
            }
        }
        Err(
            TransportError::new(TransportErrorKind::Broken, RequestSentStatus::NotSent)
                .with_source("every connection that was tried had been closed by the peer"),
        )
    }

    /// A server that requires HTTP/1.1 gets no further HTTP/2 connection.
    fn look_at(&self, error: &TransportError) {
        if requires_http1(error) && !self.connector.requires_http1.swap(true, Ordering::Relaxed) {
            tracing::debug!(endpoint = %self.connector.to.endpoint, "the server requires HTTP/1.1");
            self.lock().fall_back_to_http1();
        }
    }

    async fn acquire(self: &Arc<Self>) -> Result<Lease, TransportError> {
        let (taken, waiter, wanted) = {
            let mut slots = self.lock();
            let taken = slots.take(&self.connector.settings);
            let waiter = if taken.is_none() {
                Some(Self::wait(&mut slots)?)
            } else {
                None
            };
            (taken, waiter, slots.start_wanted(&self.connector.settings))
        };
        self.connect(wanted);
        match (taken, waiter) {
            (Some(taken), _) => Ok(self.lease(taken)),
            (None, Some(delivery)) => delivery.await.unwrap_or_else(|_| Err(given_up())),
            (None, None) => Err(given_up()),
        }
    }

    fn wait(
        slots: &mut Slots<Sender, Waiter>,
    ) -> Result<oneshot::Receiver<Result<Lease, TransportError>>, TransportError> {
        let (waiter, delivery) = oneshot::channel();
        match slots.wait(waiter) {
            Ok(()) => Ok(delivery),
            Err(_) => Err(TransportError::new(
                TransportErrorKind::Exhausted,
                RequestSentStatus::NotSent,
            )),
        }
    }

    fn lease(self: &Arc<Self>, taken: Taken<Sender>) -> Lease {
        Lease {
            pool: Arc::clone(self),
            id: taken.id,
            sender: Some(taken.sender),
            timings: taken.timings,
            is_done: false,
        }
    }

    /// Starts `count` connections, each in a task that holds the pool only while it hands over.
    fn connect(self: &Arc<Self>, count: usize) {
        for _ in 0..count {
            let (connector, place) = (self.connector.clone(), Connecting(Arc::downgrade(self)));
            self.tasks.spawn(async move {
                let outcome = connector.connect().await;
                place.finish(outcome);
            });
        }
    }

    fn connected(self: &Arc<Self>, connected: Connected) {
        let Connected {
            sender,
            driver,
            timings,
        } = connected;
        let protocol = match sender {
            Sender::Http1(..) => Protocol::Http1,
            Sender::Http2(_) => Protocol::Http2,
        };
        let now = self.connector.clock.now();
        let id = self.lock().connected(
            Connection {
                sender,
                protocol,
                timings,
            },
            now,
        );
        self.drive(id, driver);
        self.deliver();
    }

    fn failed_to_connect(&self, error: &TransportError) {
        tracing::debug!(endpoint = %self.connector.to.endpoint, %error, "no connection could be made");
        let without_hope = self.lock().failed_to_connect();
        for waiter in without_hope {
            let _ = waiter.send(Err(error.clone()));
        }
    }

    /// Runs a connection until it ends or has been idle for too long.
    fn drive(
        self: &Arc<Self>,
        id: SlotId,
        driver: impl Future<Output = ()> + Send + Unpin + 'static,
    ) {
        let (pool, clock) = (Arc::downgrade(self), self.connector.clock);
        let limit = self.connector.settings.idle_connection_timeout;
        let expires = clock.now() + self.connector.settings.max_connection_lifetime;
        self.tasks.spawn(async move {
            let mut driver = driver;
            let mut pause = limit;
            loop {
                let left = expires.saturating_duration_since(clock.now());
                let sleep = std::pin::pin!(clock.sleep(pause.min(left)));
                match select(&mut driver, sleep).await {
                    Either::Left(_) => break,
                    Either::Right(_) => {}
                }
                let Some(pool) = pool.upgrade() else { return };
                let now = clock.now();
                if now >= expires {
                    // Requests that are on it have handles of their own; it closes after the last of them.
                    pool.lock().forget(id);
                    pool.deliver();
                    drop(pool);
                    driver.await;
                    return;
                }
                match pool.lock().retire_if_idle(id, now, limit) {
                    Idleness::Retired => return,
                    Idleness::LookAgainIn(next) => pause = next,
                }
            }
            if let Some(pool) = pool.upgrade() {
                pool.lock().forget(id);
                pool.deliver();
            }
        });
    }

    /// Gives free connections to waiting requests, and makes more where some still wait.
    fn deliver(self: &Arc<Self>) {
        loop {
            let delivery = self.lock().next_delivery(&self.connector.settings);
            let Some((waiter, taken)) = delivery else {
                break;
            };
            // A lease that nobody takes is dropped here, outside of the lock, and so given back.
            let _ = waiter.send(Ok(self.lease(taken)));
        }
        let wanted = self.lock().start_wanted(&self.connector.settings);
        self.connect(wanted);
    }

    fn lock(&self) -> MutexGuard<'_, Slots<Sender, Waiter>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a connection that is being made. When its task ends before that, because the tokio runtime it
/// ran on was shut down, those who wait are told and others can try again.
struct Connecting(Weak<EndpointPool>);

impl Connecting {
    fn finish(mut self, outcome: Result<Connected, TransportError>) {
        let Some(pool) = std::mem::take(&mut self.0).upgrade() else {
            return;
        };
        match outcome {
            Ok(connected) => pool.connected(connected),
            Err(error) => pool.failed_to_connect(&error),
        }
    }
}

impl Drop for Connecting {
    fn drop(&mut self) {
        if let Some(pool) = self.0.upgrade() {
            pool.failed_to_connect(&given_up());
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let reusable = self
            .sender
            .take()
            .filter(|sender| self.is_done && !sender.is_closed());
        self.pool
            .lock()
            .give_back(self.id, reusable, self.pool.connector.clock.now());
        self.pool.deliver();
    }
}

fn given_up() -> TransportError {
    TransportError::new(TransportErrorKind::Connect, RequestSentStatus::NotSent)
        .with_source("the connection pool was closed")
}

impl fmt::Debug for EndpointPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointPool")
            .field("endpoint", &self.connector.to.endpoint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
