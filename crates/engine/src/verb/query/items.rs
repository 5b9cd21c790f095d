//! Query the items of a container, page by page.
//!
//! Has a query go its way ([`Way`]). One whose rows depend on one item each is read like a feed
//! ([`stream`](Run::stream)); one that is ordered by something of its items is read in that order
//! ([`ordered`](Run::ordered)); for both, a page goes on behind the last item, whatever was written
//! in between, and holds no more than the page. Every other is computed anew for each page
//! ([`evaluate`](Run::evaluate), [`fused`](Run::fused), [`counted`](Run::counted)). Splits and
//! merges between pages shift nothing: continuations name points and ordinals.

use cosmokit_protocol::partition::EpkRange;
use cosmokit_query::{
    Program, QueryError, Refusal, RunError, UserFunctions as _, index::IndexPolicy,
};

use super::{
    access::QueryAccess,
    fused::FusedOrder,
    metrics::{Stopwatch, metrics},
    order::{Begin, Begun, KeyOrder, OrderedPage},
    page::QueryPage,
    reach::{check_reach, parameters},
    resume::QueryResume,
    run::{LookedAt, Run, steps, wrong},
    token::{Place, QueryToken, fingerprint},
    way::Way,
};
use crate::verb::{feed_scope::scope, feed_token::Part, feed_walk::FeedWalk};
use crate::{
    account::Call,
    metadata::{container::Container, page::wrong_continuation},
    refuse,
    request::{Effort, QueryItems},
    response::{Failure, Response},
    script::functions::ContainerFunctions,
    throughput::charge::Work,
};

/// 200 with a page of rows, and a continuation when more may be left.
///
/// # Errors
/// 404/1003, 400/1024; 400 for a text that is no query, a run that stops, a foreign continuation,
/// what the indexing policy does not allow, and several partitions without leave; 410/1002 for an
/// unknown range; 404/1002 when no replica has what the session token asks for.
pub(in crate::verb) fn query_items(
    call: &Call<'_>,
    input: &QueryItems,
) -> Result<Response, Failure> {
    let watch = Stopwatch::start(call, input.settings);
    let container = call.target(&input.container)?.container;
    let walk = FeedWalk::new(call, &container)?;
    let rules = &container.rules;
    let query = rules.queries.query(&input.query.query, &rules.schema);
    let query = query.map_err(|error| wrong(&error))?;
    let program = &query.program;
    let watch = watch.compiled(call);
    check_policy(&container, input, program)?;
    check_reach(call, &container, input, &query)?;
    let scope = scope(&container, &input.scope)?;
    let hash = fingerprint(container.rid, &input.query);
    let place = match input.paging.continuation.as_deref() {
        None | Some("") => None,
        Some(text) => {
            let token = QueryToken::parse(text).filter(|token| token.query == hash);
            Some(token.ok_or_else(wrong_continuation)?.place)
        }
    };
    let arguments = program.arguments(parameters(&input.query));
    let filter = input.query.resume_filter.as_ref();
    let resume = filter
        .map(|filter| QueryResume::of(filter, program))
        .transpose()?;
    let mut page = QueryPage::new(&input.paging);
    let (way, predicate) = Way::of(&container.rules.indexes, program, &arguments);
    let room = matches!(way, Way::Stream).then(|| page.room());
    let functions = ContainerFunctions::new(call, container.rid);
    let mut run = Run {
        call,
        container: &container,
        walk,
        access: QueryAccess::new(&predicate, &container.rules.indexes, call.region.id, room),
        asked: &input.query,
        query: &query,
        program,
        arguments: &arguments,
        looked: LookedAt::default(),
        functions: &functions,
        steps: steps(call.options.effort),
    };
    let place = match way {
        Way::Stream => run.stream_page(scope, place, resume.as_ref(), &mut page),
        Way::Order(order) => run.ordered_page(order, scope, place, resume, &mut page),
        Way::Fused(order) if resume.is_none() => run.fused_page(&order, scope, place, &mut page),
        Way::Counted(counts) if place.is_none() && resume.is_none() => {
            run.counted(scope, &counts, &mut page)
        }
        Way::Fused(_) | Way::Counted(_) | Way::Whole => {
            run.whole_page(scope, place, resume, &mut page)
        }
    }
    .map_err(|failure| {
        if functions.ran_out() {
            refuse::script_timeout()
        } else {
            failure
        }
    })?;
    if (run.looked.ran_out || functions.ran_out()) && call.options.effort == Effort::Little {
        return Err(wrong(&RunError::Budget.into()));
    }
    let metrics = metrics(&run, &page, watch, input.settings);
    let mut response = respond(run, &page, place, hash);
    response.facts.metrics = metrics;
    Ok(response)
}

/// Refuses what the indexing policy does not allow.
fn check_policy(
    container: &Container,
    input: &QueryItems,
    program: &Program,
) -> Result<(), Failure> {
    let indexes = &container.rules.indexes;
    let keys = program.order_index_paths().unwrap_or_default();
    if let [(path, _)] = &*keys
        && !indexes.is_indexed(path)
    {
        return Err(wrong(&QueryError::Refused(Refusal::ExcludedOrderByPath)));
    }
    if !indexes.is_on() && program.has_filter() && !input.settings.may_scan {
        return Err(refuse::bad_request(
            "An invalid query has been specified with filters against path(s) excluded from indexing. Consider adding allow scan header in the request.",
        ));
    }
    Ok(())
}

impl Run<'_, '_> {
    fn stream_page(
        &mut self,
        scope: Option<EpkRange>,
        place: Option<Place>,
        resume: Option<&QueryResume>,
        page: &mut QueryPage,
    ) -> Result<Option<Place>, Failure> {
        if resume.is_some() {
            return Err(refuse::bad_request(
                "the 'resumeFilter' of the query: only a query with ORDER BY can have one",
            ));
        }
        let (halves, left) = match (place, scope) {
            (_, None) => (Vec::new(), Vec::new()),
            (None, Some(range)) => (Vec::new(), vec![Part { range, after: None }]),
            (Some(Place::Item { halves, feed }), Some(scope))
                if feed.container == self.container.rid =>
            {
                (halves, feed.parts(&scope))
            }
            _ => return Err(wrong_continuation()),
        };
        self.stream(left, halves, page)
    }

    fn ordered_page(
        &mut self,
        order: KeyOrder,
        scope: Option<EpkRange>,
        place: Option<Place>,
        resume: Option<QueryResume>,
        page: &mut QueryPage,
    ) -> Result<Option<Place>, Failure> {
        let counts_from_first = resume.is_none();
        let (place, asked) = match place {
            None => (None, scope),
            Some(Place::Key(place)) => {
                let asked = of_asked(scope, &place.of);
                (Some(place), asked)
            }
            // Behind a key that is too long for a continuation.
            place => return self.whole_page(scope, place, resume, page),
        };
        let Some(range) = asked else {
            return Ok(None);
        };
        let window = self
            .program
            .row_window(self.arguments)
            .map_err(|error| wrong(&error))?;
        let begun = match place {
            Some(place) => place.begun(),
            None => Begun::at(resume.as_ref().map_or(Begin::First, QueryResume::begin)),
        };
        let about = OrderedPage {
            order,
            range,
            begun,
            window,
            counts_from_first,
        };
        let place = self.ordered(&about, page)?;
        if let (Some(resume), Some(row)) = (&resume, page.rows().first()) {
            resume.check(row)?;
        }
        Ok(place)
    }

    fn fused_page(
        &mut self,
        order: &FusedOrder,
        scope: Option<EpkRange>,
        place: Option<Place>,
        page: &mut QueryPage,
    ) -> Result<Option<Place>, Failure> {
        match place {
            None => self.fused(order, (scope, 0), page),
            Some(Place::Row { rows, of }) => {
                let range = of_asked(scope, &of);
                self.fused(order, (range, rows), page)
            }
            Some(_) => Err(wrong_continuation()),
        }
    }

    fn whole_page(
        &mut self,
        scope: Option<EpkRange>,
        place: Option<Place>,
        resume: Option<QueryResume>,
        page: &mut QueryPage,
    ) -> Result<Option<Place>, Failure> {
        match place {
            None => self.evaluate(scope, (0, resume), page),
            // It counts from the first row of all, and makes the filter needless.
            Some(Place::Row { rows, of }) => {
                let range = of_asked(scope, &of);
                self.evaluate(range, (rows, None), page)
            }
            Some(_) => Err(wrong_continuation()),
        }
    }
}

/// The points that a page is about whose continuation is of `of`. After a split, all rows that are
/// left go to who asks for the lowest part.
fn of_asked(scope: Option<EpkRange>, of: &EpkRange) -> Option<EpkRange> {
    let asked = scope.filter(|scope| scope.contains(of.min()));
    asked.map(|_| of.clone())
}

fn respond(run: Run<'_, '_>, page: &QueryPage, place: Option<Place>, hash: u64) -> Response {
    let continuation = place.map(|place| {
        let token = QueryToken { query: hash, place };
        token.to_string()
    });
    let work = Work::Query {
        items: run.looked.items,
        entries: run.access.work().entries,
        bytes: page.bytes(),
        partitions: run.walk.partitions(),
    };
    run.walk.answer(page.rows().iter(), continuation, work)
}
