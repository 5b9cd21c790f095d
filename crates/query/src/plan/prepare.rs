//! From text to plan, in two steps: what depends on the text alone, and what depends on the values of parameters.

use std::sync::Arc;

use cosmokit_protocol::partition::PartitionKeyDefinition;

use super::document::{HybridSearchQueryInfo, PartitionedQueryExecutionInfo, QueryInfo};
use super::features::Features;
use super::hybrid::hybrid_info;
use super::key_filter::{KeyFilter, KeySpace};
use super::key_range::KeyRanges;
use super::rewrite::{Reach, Window, query_info, ranking_distance};
use super::routing::key_filter;
use crate::ast::Query;
use crate::bind::Program;
use crate::error::{QueryError, Refusal};
use crate::expr::CountPlan;
use crate::schema::Schema;
use crate::syntax::parse;
use crate::value::Value;

/// A query that is parsed, bound and rewritten: everything that does not depend on parameter values.
///
/// It can be shared between threads and kept for any number of runs; [`plan`](Self::plan) is cheap.
///
/// ```
/// use cosmokit_protocol::partition::PartitionKeyDefinition;
/// use cosmokit_query::{Schema, plan::PreparedQuery, value::Value};
///
/// let by_city = PartitionKeyDefinition::from("/city");
/// let prepared = PreparedQuery::prepare("SELECT * FROM c WHERE c.city = @city", &Schema::default(), &by_city)?;
/// let plan = prepared.plan([("@city", Value::from("Oslo"))])?;
/// assert!(plan.key_ranges().single_key().is_some());
/// assert_eq!(plan.text(prepared.text()), "SELECT * FROM c WHERE c.city = @city");
/// # Ok::<(), cosmokit_query::QueryError>(())
/// ```
#[derive(Debug)]
pub struct PreparedQuery {
    text: Box<str>,
    query: Query,
    program: Arc<Program>,
    definition: PartitionKeyDefinition,
    filter: KeyFilter,
    /// The keys when no parameter decides about them.
    ranges: Option<Arc<KeyRanges>>,
    /// The plan when no count is a parameter and the query is no hybrid search.
    fixed: Option<Fixed>,
}

/// Plans that no parameter changes.
#[derive(Debug)]
struct Fixed {
    many: Arc<QueryInfo>,
    one_key: Arc<QueryInfo>,
}

/// What to ask which ranges, for one set of parameter values.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    work: Work,
    ranges: Arc<KeyRanges>,
    reads_documents: bool,
}

/// What is asked, and how the answers are merged.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// One query for each range.
    Query(Arc<QueryInfo>),
    /// A hybrid search.
    Hybrid(Arc<HybridSearchQueryInfo>),
}

impl Work {
    /// The work of a document that a gateway answered with; `None` when it says nothing about any.
    pub fn from_document(document: PartitionedQueryExecutionInfo) -> Option<Self> {
        let hybrid = document
            .hybrid_search_query_info
            .map(|info| Self::Hybrid(Arc::new(info)));
        hybrid.or_else(|| document.query_info.map(|info| Self::Query(Arc::new(info))))
    }
}

impl PreparedQuery {
    /// Parses, binds and rewrites a text for containers with this schema and partition key.
    ///
    /// # Errors
    /// Everything that is wrong with the text; [`Refusal`] when it cannot be planned over several ranges.
    pub fn prepare(
        text: &str,
        schema: &Schema,
        definition: &PartitionKeyDefinition,
    ) -> Result<Self, QueryError> {
        let query = parse(text).map_err(|diagnostic| QueryError::invalid(text, diagnostic))?;
        let program = Program::bind(text, &query, schema)?;
        let filter = key_filter(&program, definition);
        let mut prepared = Self {
            text: text.into(),
            query,
            program: Arc::new(program),
            definition: definition.clone(),
            filter,
            ranges: None,
            fixed: None,
        };
        prepared.fixed = prepared.fix()?;
        if !prepared.filter.has_parameters() {
            prepared.ranges = Some(Arc::new(prepared.key_ranges(&[])));
        }
        Ok(prepared)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bound query.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The partition key of the containers that the query is planned for.
    pub fn definition(&self) -> &PartitionKeyDefinition {
        &self.definition
    }

    fn fix(&self) -> Result<Option<Fixed>, QueryError> {
        if self.is_hybrid() {
            return Ok(None);
        }
        let counts = [self.program.plan.top.as_ref()].into_iter().flatten();
        let window = self.program.plan.window.as_ref();
        let mut counts = counts
            .chain(window.map(|(offset, _)| offset))
            .chain(window.map(|(_, limit)| limit));
        if counts.any(|count| matches!(count, CountPlan::Parameter(_))) {
            // What is wrong whatever the counts are is said now.
            query_info(&self.query, &self.program, Window::default(), Reach::Many)?;
            return Ok(None);
        }
        let window = self.window(&[])?;
        let many = Arc::new(query_info(&self.query, &self.program, window, Reach::Many)?);
        let one_key = if window.limit.is_some() {
            Arc::new(query_info(
                &self.query,
                &self.program,
                window,
                Reach::OneKey,
            )?)
        } else {
            Arc::clone(&many)
        };
        Ok(Some(Fixed { many, one_key }))
    }

    fn is_hybrid(&self) -> bool {
        self.program.rank.is_some() && ranking_distance(&self.program).is_none()
    }

    /// Plans for these values of the parameters; a condition on a parameter without value stands for every key.
    ///
    /// Takes no time to speak of when no parameter decides about keys or counts, and otherwise as much as there are keys.
    ///
    /// # Errors
    /// [`Refusal::CountParameter`] when TOP, OFFSET or LIMIT is a parameter without a count.
    pub fn plan<'v>(
        &self,
        parameters: impl IntoIterator<Item = (&'v str, Value<'static>)>,
    ) -> Result<Plan, QueryError> {
        let (ranges, work) = match (&self.ranges, &self.fixed) {
            (Some(ranges), Some(fixed)) => (Arc::clone(ranges), fixed.work(reach(ranges))),
            (known, fixed) => {
                let arguments = self.program.arguments(parameters);
                let ranges = known
                    .clone()
                    .unwrap_or_else(|| Arc::new(self.key_ranges(&arguments)));
                let work = match fixed {
                    Some(fixed) => fixed.work(reach(&ranges)),
                    None => self.work(&arguments, reach(&ranges))?,
                };
                (ranges, work)
            }
        };
        Ok(Plan {
            work,
            ranges,
            reads_documents: self.program.reads_documents(),
        })
    }

    fn work(&self, arguments: &[Value<'static>], reach: Reach) -> Result<Work, QueryError> {
        let window = self.window(arguments)?;
        if self.is_hybrid()
            && let Some(info) = hybrid_info(&self.query, &self.program, window, arguments)
        {
            return Ok(Work::Hybrid(Arc::new(info)));
        }
        query_info(&self.query, &self.program, window, reach)
            .map(|info| Work::Query(Arc::new(info)))
    }

    fn key_ranges(&self, arguments: &[Value<'static>]) -> KeyRanges {
        if !self.program.reads_documents() {
            return KeyRanges::NOTHING;
        }
        let space = KeySpace {
            levels: self.definition.paths().len(),
            kind: self.definition.kind(),
            parameters: arguments,
        };
        KeyRanges::of(&self.filter.region(space), &self.definition)
    }

    fn window(&self, arguments: &[Value<'static>]) -> Result<Window, QueryError> {
        let count = |plan: &CountPlan| {
            plan.resolve(arguments).ok_or_else(|| {
                let name = match plan {
                    CountPlan::Parameter(index) => {
                        self.program.parameters().nth(*index).unwrap_or_default()
                    }
                    CountPlan::Fixed(_) => "",
                };
                QueryError::Refused(Refusal::CountParameter(name.into()))
            })
        };
        let plan = &self.program.plan;
        let window = plan.window.as_ref();
        Ok(Window {
            top: plan.top.as_ref().map(count).transpose()?,
            offset: window.map(|(offset, _)| count(offset)).transpose()?,
            limit: window.map(|(_, limit)| count(limit)).transpose()?,
        })
    }
}

impl Fixed {
    fn work(&self, reach: Reach) -> Work {
        Work::Query(Arc::clone(match reach {
            Reach::OneKey => &self.one_key,
            Reach::Many => &self.many,
        }))
    }
}

fn reach(ranges: &KeyRanges) -> Reach {
    if ranges.single_key().is_some() {
        Reach::OneKey
    } else {
        Reach::Many
    }
}

impl Plan {
    /// What is asked, and how the answers are merged.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// The keys whose documents can be rows.
    pub fn key_ranges(&self) -> &KeyRanges {
        &self.ranges
    }

    /// Whether rows come from documents. When they do not, any one range gives the rows of the query.
    pub fn reads_documents(&self) -> bool {
        self.reads_documents
    }

    /// What merging takes.
    pub fn features(&self) -> Features {
        match &self.work {
            Work::Query(info) => Features::of_query(info),
            Work::Hybrid(info) => Features::of_hybrid(info),
        }
    }

    /// The text for each range: the rewritten one, or else the original one. Empty for a hybrid search, which has several.
    pub fn text<'t>(&'t self, original: &'t str) -> &'t str {
        match &self.work {
            Work::Query(info) if info.rewritten_query.is_empty() => original,
            Work::Query(info) => &info.rewritten_query,
            Work::Hybrid(_) => "",
        }
    }

    /// The document that a gateway answers with: hash points, and no ORDER BY beside GROUP BY, which no client merges.
    pub fn to_document(
        &self,
        definition: &PartitionKeyDefinition,
    ) -> PartitionedQueryExecutionInfo {
        let mut document = self.document(self.ranges.hashed(definition));
        if let Some(info) = document
            .query_info
            .as_mut()
            .filter(|info| !info.group_by_expressions.is_empty())
        {
            info.order_by.clear();
            info.order_by_expressions.clear();
        }
        document
    }

    /// The document that the native planner gives: values of keys.
    pub fn to_key_document(&self) -> PartitionedQueryExecutionInfo {
        self.document(self.ranges.to_keys())
    }

    fn document(&self, ranges: Vec<super::document::QueryRange>) -> PartitionedQueryExecutionInfo {
        match &self.work {
            Work::Query(info) => PartitionedQueryExecutionInfo::of_query((**info).clone(), ranges),
            Work::Hybrid(info) => {
                PartitionedQueryExecutionInfo::of_hybrid((**info).clone(), ranges)
            }
        }
    }
}
