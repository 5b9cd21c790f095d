//! Reads a change feed: every lane in its own order, several at a time, one page of each in hand.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom;
use cosmokit_protocol::partition::{EpkRange, FeedRange};
use cosmokit_protocol::resource::Timestamp;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{Stream, StreamExt};

use super::ChangeFeedRequest;
use super::lane::{Lane, LaneState, entries_until};
use super::token::FeedState;
use crate::dataflow::{ContinuationToken, FeedPage, FeedScope, RangeAnswer, RangeReader, is_gone};
use crate::error::{CosmosError, Result};
use crate::pipeline::{Terms, with_another_key};

type LaneRead = BoxFuture<'static, (u64, Result<RangeAnswer>)>;

/// The pages of a change feed. Made by
/// [`CosmosDriver::read_change_feed`](crate::CosmosDriver::read_change_feed).
///
/// The changes of one partition key come in their order; between partitions there is none. Without an end time it
/// never ends: when no partition has anything new it gives an empty page, and asks again after the poll delay.
pub struct ChangeFeedPager {
    reader: Arc<RangeReader>,
    request: ChangeFeedRequest,
    lanes: Vec<Lane>,
    /// The lane that is asked next, so that each gets its turn.
    turn: usize,
    next_id: u64,
    reading: FuturesUnordered<LaneRead>,
    /// Pages that were read and not handed out: at most one of each lane.
    waiting: VecDeque<Waiting>,
    /// Whether an empty page has said that nothing is new since a lane was asked last.
    is_quiet: bool,
    /// The last answer without changes.
    silence: Option<FeedPage>,
    pause: Option<BoxFuture<'static, ()>>,
    /// Whether it may still begin anew, in a container that took the place of this one: nothing was handed out, and
    /// it has no place that belongs to the one that is gone.
    is_fresh: bool,
    /// It begins anew: its container has been created anew.
    anew: Option<BoxFuture<'static, Result<ChangeFeedPager>>>,
}

/// A page, and where its lane goes on once it is handed out.
struct Waiting {
    lane: u64,
    page: FeedPage,
    position: Option<String>,
    then: LaneState,
}

impl ChangeFeedPager {
    /// A reader that stands where `request` says; for "now" this is the moment of this call.
    pub(crate) async fn open(terms: Terms, request: ChangeFeedRequest) -> Result<Self> {
        match Self::begin(terms.clone(), request.clone()).await {
            Err(error) if is_gone(&error) && is_about_the_name(&request) => {
                terms.lookups.add_failure(&error);
                Self::begin(terms, request).await
            }
            begun => begun,
        }
    }

    async fn begin(terms: Terms, mut request: ChangeFeedRequest) -> Result<Self> {
        let is_fresh = is_about_the_name(&request) && request.start != ChangeFeedStartFrom::Now;
        let container = terms.container(&request.container).await?;
        let scope = request
            .scope
            .epk_range(container.partition_key_definition())?;
        let reader = Arc::new(RangeReader { terms, container });
        let parts = if let Some(token) = &request.continuation {
            let state = FeedState::decode(token, reader.container.rid(), request.mode)?;
            (request.mode, request.start) = (state.mode(), state.start());
            state.parts_in(&scope)?
        } else {
            let parts = reader.parts(&scope).await?;
            parts.into_iter().map(|part| (part, None)).collect()
        };
        let mut pager = Self {
            reader,
            request,
            lanes: Vec::with_capacity(parts.len()),
            turn: 0,
            next_id: 0,
            reading: FuturesUnordered::new(),
            waiting: VecDeque::new(),
            is_quiet: false,
            silence: None,
            pause: None,
            is_fresh,
            anew: None,
        };
        for (slice, position) in parts {
            let lane = pager.lane(slice, position);
            pager.lanes.push(lane);
        }
        if pager.request.start == ChangeFeedStartFrom::Now {
            pager.take_places().await?;
        }
        Ok(pager)
    }

    /// Asks every lane that has no place yet for the present end.
    async fn take_places(&mut self) -> Result<()> {
        while self.lanes.iter().any(|lane| lane.position.is_none()) {
            self.ask();
            let Some((lane, answer)) = self.reading.next().await else {
                break;
            };
            self.take_in(lane, answer)?;
        }
        // That nothing was new then says nothing about the first page.
        for lane in &mut self.lanes {
            lane.state = LaneState::Idle;
        }
        self.silence = None;
        Ok(())
    }

    fn lane(&mut self, slice: EpkRange, position: Option<String>) -> Lane {
        let id = self.next_id;
        self.next_id += 1;
        Lane::new(id, slice, position)
    }

    /// The next page; `None` when the end time has been reached.
    ///
    /// # Errors
    /// As [`CosmosDriver::execute_operation`](crate::CosmosDriver::execute_operation). The pager stays where it was
    /// and can be asked again. [`ErrorKind::ContainerRecreated`](crate::ErrorKind) when the container is gone and another
    /// has its name, and changes were handed out already or the feed began at "now": changes of the two are not
    /// mixed. Before that the feed begins anew by itself.
    ///
    /// # Cancel safety
    /// Dropping the future loses no page.
    pub async fn next_page(&mut self) -> Result<Option<FeedPage>> {
        std::future::poll_fn(|context| self.poll_page(context)).await
    }

    /// As [`next_page`](Self::next_page), for streams.
    ///
    /// # Errors
    /// As [`next_page`](Self::next_page).
    pub fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<FeedPage>>> {
        loop {
            if let Some(opening) = &mut self.anew {
                let opened = ready!(opening.as_mut().poll(context));
                self.anew = None;
                *self = opened?;
                self.is_fresh = false;
            }
            match ready!(self.poll_lanes(context)) {
                Err(error) if self.is_fresh && is_gone(&error) => self.begin_anew(error),
                outcome => {
                    self.is_fresh &= !matches!(outcome, Ok(Some(_)));
                    return Poll::Ready(outcome);
                }
            }
        }
    }

    fn begin_anew(&mut self, error: CosmosError) {
        let (before, request) = (Arc::clone(&self.reader), self.request.clone());
        before.terms.lookups.add_failure(&error);
        self.reading = FuturesUnordered::new();
        self.waiting.clear();
        self.anew = Some(Box::pin(async move {
            let whole = request.scope == FeedScope::full_container();
            let opened = Self::open(before.terms.clone(), request).await?;
            // A part of a container is a part by its key.
            match with_another_key(&before.container, &opened.reader.container, error) {
                Some(refusal) if !whole => Err(refusal),
                _ => Ok(opened),
            }
        }));
    }

    fn poll_lanes(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<FeedPage>>> {
        loop {
            if let Some(waiting) = self.waiting.pop_front() {
                return Poll::Ready(Ok(Some(self.hand_out(waiting))));
            }
            if self.lanes.iter().all(|lane| lane.state == LaneState::Ended) {
                return Poll::Ready(Ok(None));
            }
            self.ask();
            if !self.reading.is_empty() {
                let answer = ready!(Pin::new(&mut self.reading).poll_next(context));
                if let Some((lane, answer)) = answer
                    && let Err(error) = self.take_in(lane, answer)
                {
                    self.let_go();
                    return Poll::Ready(Err(error));
                }
                continue;
            }
            if !self.is_quiet
                && let Some(page) = self.silence.take()
            {
                self.is_quiet = true;
                return Poll::Ready(Ok(Some(page)));
            }
            ready!(self.poll_pause(context));
        }
    }

    /// Where the feed goes on behind the pages that were handed out.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn continuation(&self) -> Result<ContinuationToken> {
        let (rid, request) = (self.reader.container.rid(), &self.request);
        FeedState::new(rid, request.mode, request.start, &self.lanes).encode()
    }

    /// The parts that the feed is read in, one for each partition as far as is known, and the etag behind which each goes
    /// on after the pages that were handed out; `None` before its first answer. Together they are the scope, in no
    /// order. With a scope that lies in one partition there is one part, until the partition splits.
    ///
    /// For readers that keep the places themselves; [`ContinuationToken::of_change_feed`] is the way back.
    pub fn places(&self) -> impl ExactSizeIterator<Item = (FeedRange, Option<&str>)> {
        self.lanes
            .iter()
            .map(|lane| (FeedRange::from(&lane.slice), lane.position.as_deref()))
    }

    /// Whether every change up to the end time has been handed out.
    pub fn is_finished(&self) -> bool {
        self.waiting.is_empty() && self.lanes.iter().all(|lane| lane.state == LaneState::Ended)
    }

    fn hand_out(&mut self, waiting: Waiting) -> FeedPage {
        if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.id == waiting.lane) {
            lane.state = waiting.then;
            if waiting.position.is_some() {
                lane.position = waiting.position;
            }
        }
        waiting.page
    }

    /// Sends off as many reads as there may be.
    fn ask(&mut self) {
        let now = self.reader.terms.core.clock().now();
        let room = usize::try_from(self.request.max_concurrency.get()).unwrap_or(usize::MAX);
        let count = self.lanes.len();
        for step in 0..count {
            if self.reading.len() + self.waiting.len() >= room {
                return;
            }
            let index = (self.turn + step) % count;
            let Some(lane) = self.lanes.get_mut(index).filter(|lane| lane.is_due(now)) else {
                continue;
            };
            lane.state = LaneState::Busy;
            let id = lane.id;
            let operation = self.request.operation(lane.position.as_deref());
            // A feed without end has no deadline as a whole; each page has one.
            let reader = self.reader.renewed();
            let read = reader.read(lane.slice.clone(), operation);
            self.reading.push(Box::pin(async move { (id, read.await) }));
            (self.turn, self.is_quiet) = ((index + 1) % count, false);
        }
    }

    fn take_in(&mut self, id: u64, answer: Result<RangeAnswer>) -> Result<()> {
        let Some(index) = self.lanes.iter().position(|lane| lane.id == id) else {
            return Ok(());
        };
        match answer {
            Ok(RangeAnswer::Page(response)) => {
                self.take_page(index, FeedPage::from_response(*response)?);
                Ok(())
            }
            Ok(RangeAnswer::Moved { into }) => {
                let position = self.lanes.get(index).and_then(|lane| lane.position.clone());
                let heirs: Vec<Lane> = into
                    .into_iter()
                    .map(|slice| self.lane(slice, position.clone()))
                    .collect();
                self.lanes.splice(index..=index, heirs);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Gives up the reads under way, when one has failed and no page waits: whoever asks again, after however long,
    /// is told how it stands then.
    fn let_go(&mut self) {
        self.reading = FuturesUnordered::new();
        for lane in &mut self.lanes {
            if lane.state == LaneState::Busy {
                lane.state = LaneState::Idle;
            }
        }
    }

    fn take_page(&mut self, index: usize, mut page: FeedPage) {
        let clock = self.reader.terms.core.clock();
        let etag = page.headers().etag().map(|etag| etag.as_str().to_owned());
        let Some(lane) = self.lanes.get_mut(index) else {
            return;
        };
        let end = self.request.end_time;
        if page.items().is_empty() {
            // What is written from now on is behind an end that has passed.
            let has_ended = end.is_some_and(|end| Timestamp::from(clock.wall()) > end);
            lane.state = if has_ended {
                LaneState::Ended
            } else {
                LaneState::CaughtUp(clock.now() + self.request.poll_delay)
            };
            lane.position = etag.or_else(|| lane.position.take());
            self.silence = Some(page);
            return;
        }
        let within = end.map_or(page.items().len(), |end| entries_until(page.items(), end));
        let is_cut = within < page.items().len();
        page.truncate(within);
        self.waiting.push_back(Waiting {
            lane: lane.id,
            page,
            // Changes behind the end were read with those before it: their place is not passed.
            position: etag.filter(|_| !is_cut),
            then: if is_cut {
                LaneState::Ended
            } else {
                LaneState::Idle
            },
        });
    }

    /// Waits until the first lane is due.
    fn poll_pause(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.reader.terms.core.clock();
        let due = self.lanes.iter().filter_map(|lane| match lane.state {
            LaneState::CaughtUp(next) => Some(next),
            _ => None,
        });
        let due = due.min().unwrap_or_else(|| clock.now());
        let pause = self.pause.get_or_insert_with(|| {
            let rest = due.saturating_duration_since(clock.now());
            Box::pin(async move { clock.sleep(rest).await })
        });
        ready!(pause.as_mut().poll(context));
        self.pause = None;
        Poll::Ready(())
    }
}

/// Whether a feed is about whatever container has the name, and about nothing that a certain one has given.
fn is_about_the_name(request: &ChangeFeedRequest) -> bool {
    request.continuation.is_none() && request.session_token.is_none()
}

impl fmt::Debug for ChangeFeedPager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeFeedPager")
            .field("lanes", &self.lanes.len())
            .finish_non_exhaustive()
    }
}
