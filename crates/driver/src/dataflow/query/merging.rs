//! Drives a merge: asks partitions for the pages that it wants, several at a time, and hands them over.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use cosmokit_query::merge::{MergeError, MergePipeline, MergeStep, SourceId, Urgency};
use cosmokit_query::plan::{DistinctType, Work};
use futures_util::Stream;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use super::QueryRequest;
use super::tally::Tally;
use crate::dataflow::{RangeAnswer, RangeReader};
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::operation::{CosmosOperation, MaxItemCountHint};

type SourceRead = BoxFuture<'static, (SourceId, Result<RangeAnswer>)>;

/// Rows of a page, when neither the caller nor the partitions limit it.
const PAGE_ROWS: usize = 100;

/// A merge, and the reads that are on their way for it.
pub(super) struct Merging {
    reader: Arc<RangeReader>,
    pub(super) pipeline: MergePipeline,
    reading: FuturesUnordered<SourceRead>,
    asked: HashSet<SourceId>,
    shape: Shape,
}

/// How rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Partition after partition: a page of rows is a page of one partition.
    Streamed,
    /// In an order over all partitions.
    Ordered,
    /// After everything is read.
    Gathered,
}

impl Shape {
    pub(super) fn of(work: &Work) -> Self {
        let Work::Query(info) = work else {
            return Self::Gathered;
        };
        let gathers = !info.aggregates.is_empty()
            || !info.group_by_expressions.is_empty()
            || !info.group_by_alias_to_aggregate_type.is_empty()
            || info.has_non_streaming_order_by
            || info.d_count_info.is_some();
        if gathers {
            Self::Gathered
        } else if info.order_by.is_empty() && info.distinct_type != DistinctType::Ordered {
            Self::Streamed
        } else {
            Self::Ordered
        }
    }
}

impl Merging {
    pub(super) fn new(reader: Arc<RangeReader>, pipeline: MergePipeline, shape: Shape) -> Self {
        Self {
            reader,
            pipeline,
            reading: FuturesUnordered::new(),
            asked: HashSet::new(),
            shape,
        }
    }

    /// Fills a page; whether there may be more behind it.
    pub(super) fn poll_rows(
        &mut self,
        request: &QueryRequest,
        rows: &mut Vec<Bytes>,
        tally: &mut Tally,
        context: &mut Context<'_>,
    ) -> Poll<std::result::Result<More, Trouble>> {
        let limit = request.page_limit().unwrap_or(PAGE_ROWS).max(1);
        loop {
            if self.is_full(rows.len(), limit, request) {
                return Poll::Ready(Ok(More::Perhaps));
            }
            match self.pipeline.next()? {
                MergeStep::Row(row) => rows.push(row),
                MergeStep::Finished => return Poll::Ready(Ok(More::No)),
                MergeStep::Waiting => {
                    self.ask(request);
                    let Some((source, answer)) =
                        ready!(Pin::new(&mut self.reading).poll_next(context))
                    else {
                        let stuck = MergeError::Plan("it waits for pages that nobody brings");
                        return Poll::Ready(Err(stuck.into()));
                    };
                    self.asked.remove(&source);
                    self.take_in(source, answer?, tally)?;
                }
            }
        }
    }

    fn is_full(&self, rows: usize, limit: usize, request: &QueryRequest) -> bool {
        if rows == 0 {
            return false;
        }
        match self.shape {
            // A page that ends with one of a partition can be gone on from exactly, whatever is written.
            Shape::Streamed if self.pipeline.is_between_pages() => true,
            Shape::Streamed if request.page_limit().is_none() => false,
            _ => rows >= limit,
        }
    }

    /// Sends off as many reads as there may be, the most urgent first.
    fn ask(&mut self, request: &QueryRequest) {
        let room = usize::try_from(request.limits.max_concurrency.get()).unwrap_or(usize::MAX);
        let ahead = request.limits.max_pages_ahead > 0;
        for fetch in self.pipeline.fetches() {
            if self.reading.len() >= room {
                return;
            }
            let is_wanted = fetch.urgency == Urgency::Needed || ahead;
            if !is_wanted || !self.asked.insert(fetch.source) {
                continue;
            }
            let operation = match &request.query {
                None => CosmosOperation::read_all_items_cross_partition(request.container.clone()),
                Some(query) => {
                    let mut query = query.clone();
                    if let Some(text) = fetch.text {
                        text.clone_into(&mut query.query);
                    }
                    query.resume_filter.clone_from(&fetch.resume);
                    CosmosOperation::query_items(request.container.clone(), None)
                        .with_body(query.to_bytes())
                }
            };
            // Rows that are gathered anyway come in pages as large as the service makes them.
            let page = match self.shape {
                Shape::Gathered => MaxItemCountHint::ServerDecides,
                Shape::Streamed | Shape::Ordered => request.max_item_count,
            };
            let mut operation = request.dress(operation.with_max_item_count(page));
            if let Some(token) = fetch.continuation {
                operation = operation.with_continuation(token);
            }
            let source = fetch.source;
            let read = self.reader.read(fetch.range.clone(), operation);
            self.reading
                .push(Box::pin(async move { (source, read.await) }));
        }
    }

    fn take_in(
        &mut self,
        source: SourceId,
        answer: RangeAnswer,
        tally: &mut Tally,
    ) -> std::result::Result<(), Trouble> {
        match answer {
            RangeAnswer::Page(response) => {
                tally.add(&response);
                let continuation = response.headers().continuation().map(str::to_owned);
                let rows = response.into_body().items()?;
                let continuation = continuation.as_deref().filter(|token| !token.is_empty());
                self.pipeline.push(source, rows, continuation)?;
            }
            RangeAnswer::Moved { into } => self.pipeline.split(source, &into)?,
        }
        Ok(())
    }
}

/// Whether a page is the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    Perhaps,
    No,
}

/// Why a page cannot be filled.
#[derive(Debug)]
pub(super) enum Trouble {
    /// A request failed; it can be sent again.
    Request(CosmosError),
    /// The merge cannot go on.
    Merge(CosmosError),
}

impl From<CosmosError> for Trouble {
    fn from(error: CosmosError) -> Self {
        Self::Request(error)
    }
}

impl From<MergeError> for Trouble {
    fn from(error: MergeError) -> Self {
        Self::Merge(unmerged(error))
    }
}

/// The error of a merge that cannot go on.
pub(super) fn unmerged(error: MergeError) -> CosmosError {
    let (kind, status) = match &error {
        MergeError::Row(_) | MergeError::UnknownSource(_) => {
            (ErrorKind::Contract, client::CONTRACT)
        }
        MergeError::Token(_) => (ErrorKind::Request, client::CONTINUATION),
        MergeError::Plan(_) => (ErrorKind::Request, client::QUERY_FEATURE),
        _ => (ErrorKind::Request, client::INPUT),
    };
    CosmosError::builder()
        .with_kind(kind)
        .with_status(status)
        .with_message(error.to_string())
        .with_source(error)
        .build()
}
