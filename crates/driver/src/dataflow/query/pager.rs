//! The pages of a query: of one partition key as the service cuts them, else as the merge gives them.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use cosmokit_query::merge::MergePipeline;
use futures_util::future::BoxFuture;

use super::merging::{Merging, More, Shape, Trouble, unmerged};
use super::tally::Tally;
use super::token::{Place, QueryState, fingerprint};
use super::{PlanSource, QueryPlan, QueryRequest};
use crate::dataflow::continuation::unfit;
use crate::dataflow::{ContinuationToken, FeedPage, FeedScope, RangeReader, is_gone};
use crate::error::{CosmosError, Result};
use crate::operation::CosmosOperation;
use crate::pipeline::{Terms, with_another_key};
use crate::response::CosmosResponse;

/// The pages of a query. Made by [`CosmosDriver::query_items`](crate::CosmosDriver::query_items).
///
/// Reads run only while a page is waited for; those that a page did not need stay for the next one. The rows of all
/// pages share the deadline of the call.
pub struct QueryPager {
    reader: Arc<RangeReader>,
    request: QueryRequest,
    fingerprint: String,
    source: PlanSource,
    plan: Option<QueryPlan>,
    course: Course,
    /// The page that is being filled.
    draft: Option<Draft>,
    /// Whether it may still begin anew, in a container that took the place of this one: nothing was handed out, and
    /// nothing of the caller's belongs to the one that is gone.
    is_fresh: bool,
}

/// How the query is read.
enum Course {
    /// Under one partition key, page by page as the service cuts them.
    Direct(Direct),
    /// From several partitions.
    Merge(Box<Merging>),
    /// It begins anew: its container has been created anew.
    Anew(BoxFuture<'static, Result<QueryPager>>),
    Ended,
}

struct Direct {
    /// The token of the page before.
    after: Option<String>,
    reading: Option<BoxFuture<'static, Result<CosmosResponse>>>,
}

struct Draft {
    rows: Vec<Bytes>,
    tally: Tally,
}

impl QueryPager {
    pub(crate) async fn open(terms: Terms, request: QueryRequest) -> Result<Self> {
        match Self::begin(terms.clone(), request.clone()).await {
            Err(error) if is_gone(&error) && is_about_the_name(&request) => {
                terms.lookups.add_failure(&error);
                Self::begin(terms, request).await
            }
            begun => begun,
        }
    }

    async fn begin(terms: Terms, mut request: QueryRequest) -> Result<Self> {
        let is_fresh = is_about_the_name(&request);
        let container = terms.container(&request.container).await?;
        let definition = container.partition_key_definition();
        let scope = request.scope.epk_range(definition)?;
        let fingerprint = fingerprint(&request, &scope);
        let is_direct = request.scope.whole_key(definition).is_some();
        let resumed = match request.continuation.take() {
            Some(token) => Some(QueryState::decode(&token, container.rid(), &fingerprint)?),
            None => None,
        };
        let reader = Arc::new(RangeReader { terms, container });
        let mut pager = Self {
            reader,
            request,
            fingerprint,
            source: PlanSource::None,
            plan: None,
            course: Course::Ended,
            draft: None,
            is_fresh,
        };
        let place = match resumed {
            Some(state) => {
                if state.source == PlanSource::Gateway {
                    // A state fits the plan that it was made under.
                    pager.request.plan_mode = super::QueryPlanMode::GatewayOnly;
                }
                state.place
            }
            None => Place::Start,
        };
        pager.course = match place {
            Place::End => Course::Ended,
            Place::Service(after) if is_direct => Course::Direct(Direct::after(Some(after))),
            Place::Start if is_direct => Course::Direct(Direct::after(None)),
            Place::Start => Course::Merge(pager.merge(&scope, None).await?),
            Place::Merge(checkpoint) if !is_direct => {
                Course::Merge(pager.merge(&scope, Some(*checkpoint)).await?)
            }
            Place::Service(_) | Place::Merge(_) => {
                return Err(unfit(
                    "the continuation token belongs to a query of another scope",
                ));
            }
        };
        Ok(pager)
    }

    async fn merge(
        &mut self,
        scope: &cosmokit_protocol::partition::EpkRange,
        from: Option<cosmokit_query::merge::Checkpoint>,
    ) -> Result<Box<Merging>> {
        let RangeReader { terms, container } = &*self.reader;
        let plan = QueryPlan::make(terms, container, &self.request, scope).await?;
        let limits = self.request.limits.merge();
        let pipeline = match from {
            Some(checkpoint) => MergePipeline::resume(&plan.work, checkpoint, limits),
            None => MergePipeline::new(&plan.work, &plan.parts, limits),
        };
        let (reader, shape) = (Arc::clone(&self.reader), Shape::of(&plan.work));
        self.source = plan.source;
        self.plan = Some(plan);
        Ok(Box::new(Merging::new(
            reader,
            pipeline.map_err(unmerged)?,
            shape,
        )))
    }

    /// The plan; `None` when the query is sent to one partition key as it is.
    pub fn plan(&self) -> Option<&QueryPlan> {
        self.plan.as_ref()
    }

    /// The next page; `None` behind the last one. A page may be empty although others follow.
    ///
    /// # Errors
    /// What the service refuses, what crosses a limit. After an error of one request the pager stands where it was
    /// and can be asked again; after an error of the merge it has ended.
    /// [`ErrorKind::ContainerRecreated`](crate::ErrorKind) when the container is gone and another has its name, and
    /// rows were given already: those of the two are not mixed. Before that the query begins anew by itself.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    pub async fn next_page(&mut self) -> Result<Option<FeedPage>> {
        std::future::poll_fn(|context| self.poll_page(context)).await
    }

    /// As [`next_page`](Self::next_page), for streams.
    ///
    /// # Errors
    /// As [`next_page`](Self::next_page).
    pub fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<FeedPage>>> {
        loop {
            let polled = match &mut self.course {
                Course::Ended => Poll::Ready(Ok(None)),
                Course::Direct(_) => self.poll_direct(context),
                Course::Merge(_) => self.poll_merged(context),
                Course::Anew(opening) => {
                    let opened = ready!(opening.as_mut().poll(context));
                    self.course = Course::Ended;
                    *self = opened?;
                    self.is_fresh = false;
                    continue;
                }
            };
            match ready!(polled) {
                Err(error) if self.is_fresh && is_gone(&error) => self.begin_anew(&error),
                outcome => {
                    self.is_fresh &= !matches!(outcome, Ok(Some(_)));
                    return Poll::Ready(outcome);
                }
            }
        }
    }

    fn begin_anew(&mut self, error: &CosmosError) {
        let (before, request) = (Arc::clone(&self.reader), self.request.clone());
        let error = error.clone();
        before.terms.lookups.add_failure(&error);
        self.draft = None;
        self.course = Course::Anew(Box::pin(async move {
            let whole = request.scope == FeedScope::full_container();
            let opened = Self::open(before.terms.clone(), request).await?;
            // A part of a container is a part by its key.
            match with_another_key(&before.container, &opened.reader.container, error) {
                Some(refusal) if !whole => Err(refusal),
                _ => Ok(opened),
            }
        }));
    }

    fn poll_direct(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<FeedPage>>> {
        let Course::Direct(direct) = &mut self.course else {
            return Poll::Ready(Ok(None));
        };
        let mut reading = match direct.reading.take() {
            Some(reading) => reading,
            None => start(&self.reader, &self.request, direct.after.as_deref()),
        };
        let Poll::Ready(answer) = reading.as_mut().poll(context) else {
            direct.reading = Some(reading);
            return Poll::Pending;
        };
        let mut response = answer?;
        let (terms, name) = (&self.reader.terms, self.request.name());
        terms.tell_lookups(name, &self.request.container, &mut response);
        let after = response.headers().continuation();
        let after = after.filter(|token| !token.is_empty()).map(str::to_owned);
        let page = FeedPage::from_response(response)?;
        if after.is_some() {
            direct.after = after;
        } else {
            self.course = Course::Ended;
        }
        Poll::Ready(Ok(Some(page)))
    }

    fn poll_merged(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<FeedPage>>> {
        let Course::Merge(merging) = &mut self.course else {
            return Poll::Ready(Ok(None));
        };
        let (terms, name) = (&self.reader.terms, self.request.name());
        let draft = self.draft.get_or_insert_with(|| Draft {
            rows: Vec::new(),
            tally: Tally::new(terms.core.page_recorder(name, &self.request.container)),
        });
        let filled =
            ready!(merging.poll_rows(&self.request, &mut draft.rows, &mut draft.tally, context));
        let recorder = || terms.core.page_recorder(name, &self.request.container);
        match filled {
            Ok(More::Perhaps) => {}
            Ok(More::No) => self.course = Course::Ended,
            Err(Trouble::Merge(error)) => {
                self.course = Course::Ended;
                let tally = std::mem::replace(&mut draft.tally, Tally::new(recorder()));
                return Poll::Ready(Err(tally.error(error, terms)));
            }
            // The rows that are there stay for the next try.
            Err(Trouble::Request(error)) => {
                let tally = std::mem::replace(&mut draft.tally, Tally::new(recorder()));
                return Poll::Ready(Err(tally.error(error, terms)));
            }
        }
        let page = self.draft.take().filter(|draft| {
            !(self.is_finished() && draft.rows.is_empty() && draft.tally.is_empty())
        });
        Poll::Ready(Ok(page.map(|draft| draft.tally.page(draft.rows, terms))))
    }

    /// Where the query goes on behind the last page that was taken, in this process or another one.
    ///
    /// # Errors
    /// While a page is being filled; when the token would be larger than it may be.
    pub fn continuation(&self) -> Result<ContinuationToken> {
        let place = match &self.course {
            Course::Ended => Place::End,
            Course::Anew(_) => Place::Start,
            Course::Direct(direct) => match &direct.after {
                Some(after) => Place::Service(after.clone()),
                None => Place::Start,
            },
            Course::Merge(_)
                if self
                    .draft
                    .as_ref()
                    .is_some_and(|draft| !draft.rows.is_empty()) =>
            {
                return Err(unfit(
                    "a page is being filled; take it, and ask for the continuation token behind it",
                ));
            }
            Course::Merge(merging) => {
                Place::Merge(Box::new(merging.pipeline.checkpoint().map_err(unmerged)?))
            }
        };
        let rid = self.reader.container.rid();
        QueryState::new(rid, self.fingerprint.clone(), self.source, place)
            .encode(self.request.limits.max_continuation_bytes)
    }

    /// Whether the last page has been taken.
    pub fn is_finished(&self) -> bool {
        matches!(self.course, Course::Ended)
    }
}

impl Direct {
    fn after(after: Option<String>) -> Self {
        Self {
            after,
            reading: None,
        }
    }
}

/// Asks for a page of one partition key.
fn start(
    reader: &Arc<RangeReader>,
    request: &QueryRequest,
    after: Option<&str>,
) -> BoxFuture<'static, Result<CosmosResponse>> {
    let (reader, container) = (Arc::clone(reader), request.container.clone());
    let key = request
        .scope
        .whole_key(reader.container.partition_key_definition())
        .cloned();
    let operation = match (&request.query, key) {
        (Some(query), key) => {
            CosmosOperation::query_items(container, key).with_body(query.to_bytes())
        }
        (None, Some(key)) => CosmosOperation::read_all_items(container, key),
        (None, None) => CosmosOperation::read_all_items_cross_partition(container),
    };
    let mut operation = request.dress(operation.with_max_item_count(request.max_item_count));
    if let Some(after) = after {
        operation = operation.with_continuation(after);
    }
    Box::pin(async move {
        let RangeReader { terms, container } = &*reader;
        terms.execute_in(container, &operation).await
    })
}

/// Whether a query is about whatever container has the name, and about nothing that a certain one has given.
fn is_about_the_name(request: &QueryRequest) -> bool {
    request.continuation.is_none() && request.session_token.is_none()
}

impl fmt::Debug for QueryPager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryPager")
            .field("source", &self.source)
            .field("is_finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}
