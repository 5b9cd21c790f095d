//! One group at work: who may go now, who waits, who is refused.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use cosmokit_protocol::wire::charge::RequestCharge;
use cosmokit_protocol::wire::header::{self, ResponseHeaders};
use cosmokit_protocol::wire::priority::PriorityLevel;
use http::{HeaderMap, HeaderValue};

use super::ThroughputControlGroupOptions;
use super::bucket::TokenBucket;
use super::estimate::{Estimates, Kind};
use crate::clock::{Clock, Instant};
use crate::diagnostics::DiagnosticsContext;
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::operation::CosmosOperation;
use crate::response::CosmosResponse;

/// A group of operations.
#[derive(Debug)]
pub(crate) struct Group {
    options: ThroughputControlGroupOptions,
    clock: Clock,
    limit: Option<Mutex<Limit>>,
    waiting: AtomicUsize,
}

#[derive(Debug)]
struct Limit {
    bucket: TokenBucket,
    estimates: Estimates,
}

/// What an operation has reserved. Dropping it gives back what was not used.
#[derive(Debug)]
pub(crate) struct Permit {
    group: Arc<Group>,
    kind: Kind,
    reserved: f64,
    /// How long the operation waited.
    pub(crate) waited: Duration,
}

/// Counts an operation that waits for as long as it does.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Group {
    pub(super) fn new(options: ThroughputControlGroupOptions, clock: Clock) -> Self {
        let limit = options.target_throughput.map(|rate| {
            Mutex::new(Limit {
                bucket: TokenBucket::new(rate, clock.now()),
                estimates: Estimates::default(),
            })
        });
        Self {
            options,
            clock,
            limit,
            waiting: AtomicUsize::new(0),
        }
    }

    pub(super) fn is_default(&self) -> bool {
        self.options.is_default
    }

    pub(super) fn options(&self) -> &ThroughputControlGroupOptions {
        &self.options
    }

    pub(crate) fn throughput_bucket(&self) -> Option<u32> {
        self.options.throughput_bucket
    }

    pub(crate) fn priority_level(&self) -> Option<PriorityLevel> {
        self.options.priority_level
    }

    /// Waits for the operation's turn; `None` when the group has no rate to keep.
    ///
    /// # Errors
    /// 429/10003 when it would wait longer than the group or the operation's deadline allows, or too many wait
    /// already.
    pub(crate) async fn admit(
        self: &Arc<Self>,
        operation: &CosmosOperation,
        deadline: Option<Instant>,
    ) -> Result<Option<Permit>> {
        let Some(limit) = &self.limit else {
            return Ok(None);
        };
        let permit = self.reserve(&mut locked(limit), operation, deadline)?;
        if !permit.waited.is_zero() {
            let _counted = Waiting(&self.waiting);
            self.clock.sleep(permit.waited).await;
        }
        Ok(Some(permit))
    }

    fn reserve(
        self: &Arc<Self>,
        limit: &mut Limit,
        operation: &CosmosOperation,
        deadline: Option<Instant>,
    ) -> Result<Permit> {
        let now = self.clock.now();
        let wait = limit.bucket.wait(now);
        let left = deadline.map(|deadline| deadline.saturating_duration_since(now));
        let too_long = wait > self.options.max_wait || left.is_some_and(|left| wait >= left);
        if !wait.is_zero() {
            if too_long || self.waiting.load(Ordering::Relaxed) >= self.options.max_waiting {
                return Err(self.exhausted(operation, wait));
            }
            self.waiting.fetch_add(1, Ordering::Relaxed);
        }
        let kind = Kind::of(operation);
        let reserved = limit.estimates.get(kind);
        limit.bucket.take(reserved, now);
        Ok(Permit {
            group: Arc::clone(self),
            kind,
            reserved,
            waited: wait,
        })
    }

    fn exhausted(&self, operation: &CosmosOperation, wait: Duration) -> CosmosError {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let mut headers = HeaderMap::new();
        headers.insert(
            header::RETRY_AFTER_MS,
            HeaderValue::from(millis.saturating_add(1)),
        );
        let none = DiagnosticsContext::empty(client::THROUGHPUT_EXHAUSTED, self.clock.now());
        CosmosError::builder()
            .with_kind(ErrorKind::ThroughputControl)
            .with_response(CosmosResponse::new(
                client::THROUGHPUT_EXHAUSTED,
                ResponseHeaders::from(headers),
                Bytes::new(),
                none,
            ))
            .with_message(format!(
                "{} was not sent: the throughput control group {} has used its {} RU/s for the next {millis} ms; \
                 send less, or raise with_target_throughput, with_max_wait or with_max_waiting",
                operation.name(),
                self.options.name,
                self.options.target_throughput.unwrap_or_default(),
            ))
            .build()
    }
}

impl Permit {
    /// The operation ended and cost this much.
    pub(crate) fn settle(mut self, charge: RequestCharge) {
        let Some(limit) = &self.group.limit else {
            return;
        };
        let charge = charge.value();
        let mut limit = locked(limit);
        limit.estimates.learn(self.kind, charge);
        let now = self.group.clock.now();
        limit.bucket.take(charge - self.reserved, now);
        drop(limit);
        self.reserved = 0.0;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.reserved > 0.0
            && let Some(limit) = &self.group.limit
        {
            locked(limit)
                .bucket
                .take(-self.reserved, self.group.clock.now());
        }
    }
}

fn locked(limit: &Mutex<Limit>) -> MutexGuard<'_, Limit> {
    limit.lock().unwrap_or_else(PoisonError::into_inner)
}
