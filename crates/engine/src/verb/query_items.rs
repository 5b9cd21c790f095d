//! Query the items of a container by looking at each of them, page by page.
//!
//! A query whose rows depend on one item each is read like a feed: a page goes on behind the last
//! item, whatever was written in between. Every other query (ORDER BY, GROUP BY, aggregates,
//! DISTINCT, TOP, OFFSET LIMIT) is computed anew for each page, and a page is cut out behind the
//! rows that were given: n pages cost n evaluations, and writes in between may shift rows. Splits
//! and merges shift none: items are taken in the order of insertion, whatever partition they are
//! in, and the continuation says of which points the rows were.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::partition::EpkRange;
use cosmokit_query::{Execution, Program, Progress, QueryError, RunError, Schema, value::Value};

use super::{
    feed_scope::scope,
    feed_token::{FeedToken, Part},
    feed_walk::{FeedWalk, Taken},
    query_page::QueryPage,
    query_reach::{check_reach, parameters},
    query_resume::QueryResume,
    query_token::{HalfGiven, Place, QueryToken, fingerprint},
};
use crate::{
    account::Call,
    metadata::{container::Container, page::wrong_continuation},
    partition::version::Version,
    refuse,
    request::QueryItems,
    response::{Failure, Response},
    sql,
    throughput::charge::Work,
};

/// Steps that one page may take; an item takes a handful.
///
/// A query that is read like a feed ends its page there; any other is refused with 400.
const STEPS: u64 = 100_000_000;

/// A query that is ready to run.
struct Query<'q> {
    program: &'q Program,
    arguments: &'q [Value<'static>],
    resume: Option<QueryResume>,
}

/// What one page found.
struct Found {
    page: QueryPage,
    place: Option<Place>,
    items: usize,
}

/// 200 with a page of rows, and a continuation when more may be left.
///
/// # Errors
/// 404/1003, 400/1024; 400 for a text that is no query, a run that stops, a foreign continuation,
/// and several partitions without leave; 410/1002 for an unknown range; 404/1002 when no replica
/// has what the session token asks for.
pub(super) fn query_items(call: &Call<'_>, input: &QueryItems) -> Result<Response, Failure> {
    let container = call.target(&input.container)?.container;
    let walk = FeedWalk::new(call, &container)?;
    let schema = Schema::of(&container.properties());
    let program = Program::compile(&input.query.query, &schema).map_err(|error| wrong(&error))?;
    check_reach(call, &container, input, &program)?;
    let scope = scope(&container, &input.scope)?;
    let hash = fingerprint(container.rid, &input.query);
    let place = match input.paging.continuation.as_deref() {
        None | Some("") => None,
        Some(text) => {
            let token = QueryToken::parse(text).filter(|token| token.query == hash);
            Some(token.ok_or_else(wrong_continuation)?.place)
        }
    };
    let resume = input.query.resume_filter.as_ref();
    let query = Query {
        program: &program,
        arguments: &program.arguments(parameters(&input.query)),
        resume: resume
            .map(|filter| QueryResume::of(filter, &program))
            .transpose()?,
    };
    let run = Run {
        call,
        walk,
        query,
        page: QueryPage::new(&input.paging),
        items: 0,
    };
    if program.is_streaming() {
        run.stream(&container, scope, place)
    } else {
        run.evaluate(scope, place.as_ref())
    }
    .map(|(walk, found)| respond(walk, &found, hash))
}

/// A page in the making.
struct Run<'r, 'c> {
    call: &'r Call<'c>,
    walk: FeedWalk<'r, 'c>,
    query: Query<'r>,
    page: QueryPage,
    items: usize,
}

impl<'r, 'c> Run<'r, 'c> {
    /// Reads items until the page is full.
    fn stream(
        mut self,
        container: &Container,
        scope: Option<EpkRange>,
        place: Option<Place>,
    ) -> Result<(FeedWalk<'r, 'c>, Found), Failure> {
        if self.query.resume.is_some() {
            return Err(refuse::bad_request(
                "the 'resumeFilter' of the query: only a query with ORDER BY can have one",
            ));
        }
        let (mut half, left) = match (place, scope) {
            (_, None) => (None, Vec::new()),
            (None, Some(range)) => (None, vec![Part { range, after: None }]),
            (Some(Place::Item { half, feed }), Some(scope)) if feed.container == container.rid => {
                (half, feed.parts(&scope))
            }
            _ => return Err(wrong_continuation()),
        };
        let mut execution = self.execution()?;
        let (page, items) = (&mut self.page, &mut self.items);
        let mut rows: Vec<Bytes> = Vec::new();
        let mut take = |version: &Arc<Version>| {
            if page.is_full() {
                return Ok(Taken::Full);
            }
            rows.clear();
            let pushed = execution.push(&version.body, &mut |row| {
                rows.push(Bytes::copy_from_slice(row));
            });
            match pushed {
                Ok(_) => {}
                // The next page has a new budget.
                Err(RunError::Budget) if *items > 0 => return Ok(Taken::Full),
                Err(error) => return Err(wrong(&error.into())),
            }
            *items += 1;
            let ordinal = version.ordinal;
            // The item is the first that is left, unless it has been deleted or lies elsewhere.
            let begun = half.take().filter(|half| half.ordinal == ordinal);
            let given = begun.map_or(0, |half| half.rows);
            for (number, row) in rows.iter().enumerate().skip(given) {
                if !page.offer(row) {
                    let rows = number;
                    half = (rows > 0).then_some(HalfGiven { ordinal, rows });
                    return Ok(Taken::Full);
                }
            }
            Ok(Taken::Yes)
        };
        let left = self.walk.through(left, &mut take)?;
        drop(execution);
        let place = FeedToken::of(container.rid, &left).map(|feed| Place::Item { half, feed });
        Ok(self.found(place))
    }

    /// Computes all rows and cuts the page out of them.
    fn evaluate(
        mut self,
        scope: Option<EpkRange>,
        place: Option<&Place>,
    ) -> Result<(FeedWalk<'r, 'c>, Found), Failure> {
        // A continuation counts from the first row of all, and makes the filter needless.
        let (skipped, resume, range) = match place {
            None => (0, self.query.resume.take(), scope),
            // After a split, all rows that are left go to who asks for the lowest part.
            Some(Place::Row { rows, of }) => {
                let asked = scope.filter(|scope| scope.contains(of.min()));
                (*rows, None, asked.map(|_| of.clone()))
            }
            Some(Place::Item { .. }) => return Err(wrong_continuation()),
        };
        let mut execution = self.execution()?;
        let mut cut = Cut {
            page: &mut self.page,
            resume,
            number: 0,
            next: skipped,
            more: false,
            failure: None,
        };
        let items = &mut self.items;
        let mut take = |version: &Arc<Version>| {
            let progress = execution
                .push(&version.body, &mut |row| cut.row(row))
                .map_err(|error| wrong(&error.into()))?;
            *items += 1;
            Ok(match progress {
                Progress::Wanted if !cut.more => Taken::Yes,
                _ => Taken::Full,
            })
        };
        if let Some(range) = &range {
            self.walk.in_order(range, &mut take)?;
        }
        if !cut.more {
            execution
                .finish(&mut |row| cut.row(row))
                .map_err(|error| wrong(&error.into()))?;
        }
        let (next, more, failure) = (cut.next, cut.more, cut.failure.take());
        if let Some(failure) = failure {
            return Err(failure);
        }
        let of = range.filter(|_| more);
        Ok(self.found(of.map(|of| Place::Row { rows: next, of })))
    }

    fn execution(&self) -> Result<Execution<'r>, Failure> {
        let environment = sql::environment(self.call, STEPS);
        Execution::new(self.query.program, self.query.arguments, environment)
            .map_err(|error| wrong(&error))
    }

    fn found(self, place: Option<Place>) -> (FeedWalk<'r, 'c>, Found) {
        let found = Found {
            page: self.page,
            place,
            items: self.items,
        };
        (self.walk, found)
    }
}

/// Cuts a page out of the rows of a whole evaluation.
struct Cut<'p> {
    page: &'p mut QueryPage,
    /// What is behind this place is wanted; `None` once a row was.
    resume: Option<QueryResume>,
    /// Rows that came.
    number: usize,
    /// The first row that was not given.
    next: usize,
    /// Whether a row had no room.
    more: bool,
    failure: Option<Failure>,
}

impl Cut<'_> {
    fn row(&mut self, row: &[u8]) {
        let number = self.number;
        self.number += 1;
        if number < self.next || self.more || self.failure.is_some() {
            return;
        }
        match self.resume.as_ref().map(|resume| resume.is_before(row)) {
            Some(Ok(true)) => {
                self.next = self.number;
                return;
            }
            Some(Err(failure)) => {
                self.failure = Some(failure);
                return;
            }
            Some(Ok(false)) | None => self.resume = None,
        }
        if self.page.offer(row) {
            self.next = self.number;
        } else {
            self.more = true;
        }
    }
}

fn respond(walk: FeedWalk<'_, '_>, found: &Found, hash: u64) -> Response {
    let continuation = found.place.clone().map(|place| {
        let token = QueryToken { query: hash, place };
        token.to_string()
    });
    let work = Work::Query {
        items: found.items,
        bytes: found.page.bytes(),
        partitions: walk.partitions(),
    };
    walk.answer(found.page.rows().iter(), continuation, work)
}

fn wrong(error: &QueryError) -> Failure {
    refuse::bad_request(error.to_message())
}
