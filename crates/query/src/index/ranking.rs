//! Orders by scores, and counts of words, as far as indexes of words and of vectors can serve them.

use cosmokit_protocol::resource::IndexPath;
use cosmokit_protocol::value::Number;

use super::nearest::Nearest;
use super::paths::{Meets, SlotPaths};
use super::text::{SearchTerm, TextScorer};
use crate::aggregate::AggregateKind;
use crate::ast::Direction;
use crate::bind::{Component, Program};
use crate::expr::{DOCUMENT, Expr, Projection, SourcePlan};
use crate::function::full_text::{Statistics, terms_of};
use crate::merge::rank_fusion::{ComponentOrder, fuse, ranked};
use crate::value::{OrderKey, Value};

/// A full-text score of the text at a path.
#[derive(Clone, Debug, PartialEq)]
pub struct TextScore {
    /// The path; ends with `/?`.
    pub path: IndexPath,
    /// What is looked for.
    pub terms: Vec<SearchTerm>,
}

/// An order by a full-text score.
#[derive(Clone, Debug, PartialEq)]
pub struct TextOrder {
    /// The score.
    pub score: TextScore,
    /// The direction of the scores.
    pub direction: Direction,
    /// The statistics that the query gives; `None` when they are those of all documents.
    pub given: Option<TextScorer>,
}

/// One of several scores that are fused.
#[derive(Clone, Debug)]
pub enum Score {
    /// Of a text.
    Text(TextScore),
    /// Of a vector.
    Vector(Nearest),
}

/// An order by several scores at once.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The scores.
    pub scores: Vec<Score>,
    orders: Vec<ComponentOrder>,
}

/// A number that an index of words knows.
#[derive(Clone, Debug, PartialEq)]
pub enum TextCount {
    /// Of all documents.
    Documents,
    /// Of the words of all texts at a path.
    Words(IndexPath),
    /// Of the documents whose text at a path has a term.
    Hits(IndexPath, SearchTerm),
}

impl TextOrder {
    /// What a document is ordered by that has no text at the path.
    pub fn without_text(&self) -> OrderKey {
        match self.given {
            Some(_) => OrderKey::Undefined,
            None => OrderKey::Number((-1.0).into()),
        }
    }
}

impl Ranked {
    /// Rows in their order, from the scores of each.
    pub fn order(&self, scores: &[Vec<f64>]) -> Vec<usize> {
        ranked(&fuse(scores, &self.orders))
    }
}

impl Program {
    /// The full-text score that the query orders its documents by, with the values of its parameters.
    pub fn text_order(&self, arguments: &[Value<'static>]) -> Option<TextOrder> {
        if let [Component::FullText { text, terms }] = self.ranked_components() {
            return Some(TextOrder {
                score: text_score(text, terms, arguments)?,
                direction: Direction::Descending,
                given: None,
            });
        }
        let [order] = &*self.plan.order else {
            return None;
        };
        let Expr::Call(function, parts) = &order.key else {
            return None;
        };
        let [text, terms, documents, words, hits] = &**parts else {
            return None;
        };
        if function.name != "_FULLTEXTSCORE" || !self.is_ordered_by_documents() {
            return None;
        }
        // Other numbers than counts might have texts without terms score more than those with them.
        let count = |value: &Value<'_>| {
            let number = value.as_number().map(Number::as_f64);
            number.filter(|number| number.is_finite() && *number >= 0.0)
        };
        let number = |expr| count(known(expr, arguments)?);
        let hits = known(hits, arguments)?.as_array()?;
        let hits: Option<Vec<f64>> = hits.iter().map(|hits| count(&hits)).collect();
        known(terms, arguments)?.as_array()?;
        Some(TextOrder {
            score: text_score(text, std::slice::from_ref(terms), arguments)?,
            direction: order.direction,
            given: Some(TextScorer(Statistics {
                documents: number(documents)?,
                words: number(words)?,
                hits: hits?,
            })),
        })
    }

    /// The scores that the query fuses, with the values of its parameters.
    pub fn ranked(&self, arguments: &[Value<'static>]) -> Option<Ranked> {
        let components = self.ranked_components();
        if components.len() < 2 {
            return None;
        }
        let weights = self.rank.as_ref()?.weights.iter().copied();
        let weights = weights.chain(std::iter::repeat(1.0));
        let score = |component: &Component| match component {
            Component::FullText { text, terms } => {
                text_score(text, terms, arguments).map(Score::Text)
            }
            Component::Vector(distance) => {
                let direction = distance.metric.nearest_first();
                Nearest::of(distance, direction, arguments).map(Score::Vector)
            }
        };
        let order = |(component, weight): (&Component, f64)| ComponentOrder {
            direction: component.direction(),
            weight,
        };
        Some(Ranked {
            scores: components.iter().map(score).collect::<Option<_>>()?,
            orders: components.iter().zip(weights).map(order).collect(),
        })
    }

    /// The scores of ORDER BY RANK; none when rows are not those of one document each.
    fn ranked_components(&self) -> &[Component] {
        let plan = &self.plan;
        let holds = plan.grouping.is_some() || plan.distinct.is_some();
        let rank = self.rank.as_ref();
        let rank = rank.filter(|_| self.reads_documents() && !holds);
        rank.map_or(&[], |rank| &rank.components)
    }

    /// Whether every document gives a row.
    pub fn gives_every_document(&self) -> bool {
        !self.has_filter()
            && match &self.plan.projection {
                Projection::Value(Expr::Path { steps, .. }) => steps.is_empty(),
                Projection::Value(_) => false,
                Projection::Columns(_) => true,
            }
            && has_one_source(&self.plan.sources)
    }

    /// The aggregates of a query that gives one row, when an index of words knows all of them: in the order of
    /// [`Execution::count`](crate::Execution::count).
    pub fn text_counts(&self, arguments: &[Value<'static>]) -> Option<Vec<TextCount>> {
        let plan = &self.plan;
        let grouping = plan.grouping.as_ref()?;
        let is_plain = grouping.keys.is_empty()
            && self.reads_documents()
            && !self.has_filter()
            && has_one_source(&plan.sources);
        if !is_plain {
            return None;
        }
        let calls = grouping.aggregates.iter();
        let counts: Option<Vec<TextCount>> = calls
            .map(|call| text_count(call.kind, &call.argument, arguments))
            .collect();
        let counts = counts?;
        let is_text = |count: &TextCount| !matches!(count, TextCount::Documents);
        counts.iter().any(is_text).then_some(counts)
    }
}

/// Whether the rows are those of one document each, as it is.
fn has_one_source(sources: &[SourcePlan]) -> bool {
    let is_document = |source: &SourcePlan| match source {
        SourcePlan::Value(_, Expr::Path { slot, steps }) => *slot == DOCUMENT && steps.is_empty(),
        _ => false,
    };
    sources.iter().all(is_document)
}

fn text_count(
    kind: AggregateKind,
    argument: &Expr,
    arguments: &[Value<'static>],
) -> Option<TextCount> {
    match (kind, argument) {
        (AggregateKind::Count, Expr::Constant(value)) if value.is_defined() => {
            Some(TextCount::Documents)
        }
        (AggregateKind::Sum, Expr::Call(function, parts))
            if function.name == "_FULLTEXTWORDCOUNT" =>
        {
            path(parts.first()?).map(TextCount::Words)
        }
        (AggregateKind::CountIf, Expr::Call(function, parts))
            if function.name == "FULLTEXTCONTAINS" =>
        {
            let term = SearchTerm::of(known(parts.get(1)?, arguments)?)?;
            Some(TextCount::Hits(path(parts.first()?)?, term))
        }
        _ => None,
    }
}

fn text_score(text: &Expr, terms: &[Expr], arguments: &[Value<'static>]) -> Option<TextScore> {
    let values = terms.iter().map(|term| known(term, arguments).cloned());
    let values = values.collect::<Option<Vec<Value<'static>>>>()?;
    let terms = terms_of(&values);
    let terms = terms.iter().map(|term| SearchTerm::of(&term));
    Some(TextScore {
        path: path(text)?,
        terms: terms.collect::<Option<_>>()?,
    })
}

fn path(expr: &Expr) -> Option<IndexPath> {
    match SlotPaths::new().path(expr) {
        Some((path, Meets::One)) => Some(path),
        _ => None,
    }
}

fn known<'v>(expr: &'v Expr, arguments: &'v [Value<'static>]) -> Option<&'v Value<'static>> {
    match expr {
        Expr::Constant(value) => Some(value),
        Expr::Parameter(index) => arguments.get(*index),
        _ => None,
    }
}
