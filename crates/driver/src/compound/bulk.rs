//! Many independent operations at once: packed by partition, several requests on their way, each operation with a
//! result of its own. What the service turns away for the moment (429, 449, a response that would be too large) is
//! sent again; what a split or merge moved is packed anew.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::op::{TransactionalBatchOperationResult, TransactionalBatchResponse};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use super::BulkItem;
use super::bulk_queue::{Bundle, Job, pack};
use crate::cache::{RangeRefresh, ResolvedContainer};
use crate::dataflow::has_moved;
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::operation::{CosmosOperation, RangeScope};
use crate::pipeline::Terms;
use crate::reference::ContainerReference;

/// Requests on their way at the same time, unless said otherwise.
const CONCURRENCY: NonZeroU32 = NonZeroU32::new(8).expect("8 is not 0");

/// How often an operation is packed anew because its partition has moved.
const MAX_MOVES: u32 = 10;
/// The pause before operations that were turned away are sent again, when the service does not say.
const PAUSE: Duration = Duration::from_millis(20);

/// Many independent operations on one container.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BulkRequest {
    /// The container.
    pub container: ContainerReference,
    /// The operations.
    pub items: Vec<BulkItem>,
    /// How many requests may be on their way at the same time. Default: 8.
    pub max_concurrency: NonZeroU32,
}

/// What one operation of a bulk request came to: the service's result, or why there is none.
pub type BulkOutcome = Result<TransactionalBatchOperationResult>;

impl BulkRequest {
    /// Operations on a container.
    pub fn new(container: ContainerReference, items: Vec<BulkItem>) -> Self {
        Self {
            container,
            items,
            max_concurrency: CONCURRENCY,
        }
    }

    /// Runs all operations; the outcomes stand in the order of the operations.
    pub(crate) async fn run(self, terms: Terms) -> Result<Vec<BulkOutcome>> {
        let container = terms.container(&self.container).await?;
        let mut run = Run {
            outcomes: self.items.iter().map(|_| None).collect(),
            sender: Arc::new(Sender { terms, container }),
            refresh: RangeRefresh::IfMissing,
        };
        let definition = run.sender.container.partition_key_definition().clone();
        let mut jobs = Vec::with_capacity(self.items.len());
        for (index, item) in self.items.into_iter().enumerate() {
            match Job::new(index, item, &definition) {
                Ok(job) => jobs.push(job),
                Err(error) => run.settle(index, Err(error)),
            }
        }
        let room = usize::try_from(self.max_concurrency.get()).unwrap_or(usize::MAX);
        while !jobs.is_empty() {
            jobs = run.round(jobs, room).await?;
        }
        let settled = run.outcomes.into_iter();
        Ok(settled
            .map(|outcome| outcome.unwrap_or_else(|| Err(unanswered())))
            .collect())
    }
}

/// What sends requests.
struct Sender {
    terms: Terms,
    container: Arc<ResolvedContainer>,
}

struct Run {
    sender: Arc<Sender>,
    outcomes: Vec<Option<BulkOutcome>>,
    refresh: RangeRefresh,
}

type Answer = (Bundle, Result<TransactionalBatchResponse>);

impl Run {
    /// Sends everything once; returns what must be sent again.
    async fn round(&mut self, jobs: Vec<Job>, room: usize) -> Result<Vec<Job>> {
        let sender = Arc::clone(&self.sender);
        let ranges = sender.terms.ranges(&sender.container, self.refresh).await?;
        self.refresh = RangeRefresh::IfMissing;
        let mut bundles = pack(jobs, &ranges).into_iter();
        let mut sent: FuturesUnordered<BoxFuture<'static, Answer>> = FuturesUnordered::new();
        let mut again = Again::default();
        loop {
            while sent.len() < room
                && let Some(bundle) = bundles.next()
            {
                sent.push(Arc::clone(&sender).send(bundle));
            }
            let Some((bundle, answer)) = sent.next().await else {
                break;
            };
            self.take_in(bundle, answer, &mut again);
        }
        if !again.jobs.is_empty() && !again.pause.is_zero() {
            let terms = &sender.terms;
            let sleep = async {
                terms.core.clock().sleep(again.pause).await;
                Ok(())
            };
            terms.core.in_time(terms.deadline, "bulk", sleep).await?;
        }
        Ok(again.jobs)
    }

    fn take_in(
        &mut self,
        bundle: Bundle,
        answer: Result<TransactionalBatchResponse>,
        again: &mut Again,
    ) {
        match answer {
            Ok(response) => {
                let mut results = response.results().iter();
                for job in bundle.jobs {
                    match results.next() {
                        Some(result) => self.take_result(job, result, again),
                        None => self.settle(job.index, Err(unanswered())),
                    }
                }
            }
            Err(error) if has_moved(error.status()) => {
                self.refresh = RangeRefresh::Always;
                for mut job in bundle.jobs {
                    job.turned_away += 1;
                    if job.turned_away > MAX_MOVES {
                        self.settle(job.index, Err(error.clone()));
                    } else {
                        again.add(job, Duration::ZERO);
                    }
                }
            }
            Err(error) => {
                for job in bundle.jobs {
                    self.settle(job.index, Err(error.clone()));
                }
            }
        }
    }

    fn take_result(
        &mut self,
        mut job: Job,
        result: &TransactionalBatchOperationResult,
        again: &mut Again,
    ) {
        let limit = match (result.status_code(), result.substatus_code()) {
            (429 | 449, _) => {
                self.sender
                    .terms
                    .settings
                    .throttling_retry_options
                    .max_retry_count
            }
            (410, Some(1000 | 1002 | 1007 | 1008)) => {
                self.refresh = RangeRefresh::Always;
                MAX_MOVES
            }
            (413, Some(3402)) => MAX_MOVES,
            _ => 0,
        };
        if job.turned_away < limit {
            job.turned_away += 1;
            again.add(job, result.retry_after().unwrap_or(PAUSE));
        } else {
            self.settle(job.index, Ok(result.clone()));
        }
    }

    fn settle(&mut self, index: usize, outcome: BulkOutcome) {
        if let Some(place) = self.outcomes.get_mut(index) {
            *place = Some(outcome);
        }
    }
}

/// What is sent again, and when.
#[derive(Default)]
struct Again {
    jobs: Vec<Job>,
    pause: Duration,
}

impl Again {
    fn add(&mut self, job: Job, pause: Duration) {
        self.jobs.push(job);
        self.pause = self.pause.max(pause);
    }
}

impl Sender {
    fn send(self: Arc<Self>, bundle: Bundle) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            let (id, range) = &bundle.range;
            let operation = CosmosOperation::bulk(self.container.reference().clone())
                .with_body(bundle.body())
                .within(RangeScope {
                    id,
                    slice: range,
                    is_whole: true,
                });
            let answer = self.terms.execute(&operation).await.and_then(|response| {
                TransactionalBatchResponse::parse(response.body().as_bytes())
                    .map_err(CosmosError::from)
            });
            (bundle, answer)
        })
    }
}

fn unanswered() -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Contract)
        .with_status(client::CONTRACT)
        .with_message("the service gave no result for this operation of a bulk request")
        .build()
}
