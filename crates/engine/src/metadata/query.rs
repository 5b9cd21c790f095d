//! Queries over databases, containers, offers and named resources: any Cosmos SQL over the documents of one feed.
//!
//! A feed of metadata is small, so a page is cut out of the whole answer; the continuation is the
//! number of rows that went before. [`Filter`] answers the texts that every
//! client sends without reading more documents than it must.

use bytes::Bytes;
use cosmokit_protocol::{id::Rid, op::SqlQuery};
use cosmokit_query::{Environment, Execution, Program, Progress, QueryError, Schema, value::Value};

use super::{
    filter::Filter,
    page::{Page, cut, size, wrong_continuation},
};
use crate::{account::Call, refuse, request::Paging, response::Failure, sql};

/// Steps that one query may take: every function over tens of thousands of documents fits.
const STEPS: u64 = 20_000_000;
/// What a continuation begins with.
const MARK: &str = "row:";

/// What is wanted of a feed.
#[derive(Debug)]
pub(crate) enum Selection<'q> {
    /// Documents as they are, all of them or those that pass.
    Filter(Filter),
    /// The rows of a query.
    Query(&'q SqlQuery),
}

impl<'q> Selection<'q> {
    /// Every document.
    pub(crate) const ALL: Self = Self::Filter(Filter::All);

    /// What a query wants.
    pub(crate) fn of(query: &'q SqlQuery) -> Self {
        Filter::recognise(query).map_or(Self::Query(query), Self::Filter)
    }

    /// A filter that passes at least what is wanted.
    pub(crate) fn filter(&self) -> &Filter {
        match self {
            Self::Filter(filter) => filter,
            Self::Query(_) => &Filter::All,
        }
    }

    /// One page of a feed whose documents ascend by resource id.
    ///
    /// # Errors
    /// 400 when the text is no query or its run stops, and for a foreign continuation.
    pub(crate) fn page(
        &self,
        call: &Call<'_>,
        documents: impl Iterator<Item = (Rid, Bytes)>,
        paging: &Paging,
    ) -> Result<Page<Bytes>, Failure> {
        match self {
            Self::Filter(filter) => cut(
                documents.filter(|(_, document)| filter.passes(document)),
                paging,
            ),
            Self::Query(query) => {
                answer(call, query, documents.map(|(_, document)| document), paging)
            }
        }
    }
}

fn answer(
    call: &Call<'_>,
    query: &SqlQuery,
    documents: impl Iterator<Item = Bytes>,
    paging: &Paging,
) -> Result<Page<Bytes>, Failure> {
    let skipped = position(paging)?;
    let environment = sql::environment(call, STEPS);
    let rows = rows(query, documents, environment)
        .map_err(|error| refuse::bad_request(error.to_message()))?;
    let total = rows.len();
    let page: Vec<Bytes> = rows.into_iter().skip(skipped).take(size(paging)).collect();
    let seen = skipped.saturating_add(page.len());
    Ok(Page {
        continuation: (seen < total).then(|| format!("{MARK}{seen}")),
        rows: page,
    })
}

fn rows(
    query: &SqlQuery,
    documents: impl Iterator<Item = Bytes>,
    environment: Environment<'_>,
) -> Result<Vec<Bytes>, QueryError> {
    let program = Program::compile(&query.query, &Schema::default())?;
    let given = query.parameters.iter();
    let arguments =
        program.arguments(given.map(|parameter| (&*parameter.name, Value::from(&parameter.value))));
    let mut rows = Vec::new();
    let mut row = |text: &[u8]| rows.push(Bytes::copy_from_slice(text));
    let mut execution = Execution::new(&program, &arguments, environment)?;
    for document in documents {
        if execution.push(&document, &mut row)? == Progress::Complete {
            break;
        }
    }
    execution.finish(&mut row)?;
    Ok(rows)
}

/// How many rows went before the page.
fn position(paging: &Paging) -> Result<usize, Failure> {
    match paging.continuation.as_deref() {
        None | Some("") => Ok(0),
        Some(text) => text
            .strip_prefix(MARK)
            .and_then(|number| number.parse().ok())
            .ok_or_else(wrong_continuation),
    }
}
