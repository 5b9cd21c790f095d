//! ORDER BY RANK: one query for each score, and one for the statistics that full-text scores are computed from.

use super::document::{HybridSearchQueryInfo, QueryInfo};
use super::payload::{
    Selected, first_rows, items, number, order_filter, resource_id, root_alias, select, top,
    verbatim,
};
use super::rewrite::{Window, bare};
use crate::ast::{
    BinaryOperator, Call, Direction, Expression, ExpressionKind, Literal, OrderBy, OrderItem, Query,
};
use crate::bind::{Component, Program, is_full_text_score, split_weights};
use crate::value::Value;

/// Stands for the number of documents.
pub const TOTAL_DOCUMENT_COUNT: &str =
    "{documentdb-formattablehybridsearchquery-totaldocumentcount}";
/// Followed by the number of a component and `}`: stands for the words of all its texts.
pub const TOTAL_WORD_COUNT: &str = "{documentdb-formattablehybridsearchquery-totalwordcount-";
/// Followed by the number of a component and `}`: stands for the documents that hold each of its terms.
pub const HIT_COUNTS: &str = "{documentdb-formattablehybridsearchquery-hitcountsarray-";

/// The least number of rows that fusing looks at, before doubling.
const LEAST_CANDIDATES: u64 = 60;

/// One score in the form that ranges compute it in.
struct Score {
    expression: Expression,
    /// The direction in which the best comes first.
    direction: Direction,
    /// The text and the terms, of a full-text score.
    full_text: Option<(Expression, Vec<Expression>)>,
}

/// The plan of a hybrid search; `None` when the query is none.
pub(super) fn hybrid_info(
    query: &Query,
    program: &Program,
    window: Window,
    parameters: &[Value<'static>],
) -> Option<HybridSearchQueryInfo> {
    let order_by = query.order_by.as_ref()?;
    let rank = program.rank.as_ref()?;
    let calls = score_calls(order_by)?;
    let scores: Vec<Score> = calls
        .iter()
        .zip(&rank.components)
        .enumerate()
        .map(|(index, (call, component))| {
            let inverted = rank.weights.get(index).is_some_and(|weight| *weight < 0.0);
            score(index, call, component, program, parameters).inverted_when(inverted)
        })
        .collect();
    let candidates = window
        .top
        .or(window.limit)
        .map(|take| candidates(take, window));
    let mut info = HybridSearchQueryInfo {
        global_statistics_query: statistics_query(query, &scores),
        component_weights: rank.weights.clone(),
        skip: window.offset,
        take: window.top.or(window.limit),
        requires_global_statistics: scores.iter().any(|score| score.full_text.is_some()),
        ..HybridSearchQueryInfo::default()
    };
    let selected = Selected::of(query);
    let alias = root_alias(query);
    let payload = Expression::object([
        ("payload".into(), selected.payload(&alias)),
        (
            "componentScores".into(),
            Expression::array(scores.iter().map(Score::or_least).collect()),
        ),
    ]);
    for score in &scores {
        info.component_query_infos
            .push(component(query, score, &payload, window, candidates));
    }
    Some(info)
}

/// Twice the rows of the window and at least twice [`LEAST_CANDIDATES`], in the 32 bits of the service's planner.
fn candidates(take: u64, window: Window) -> u64 {
    let wanted = take
        .saturating_add(window.offset.unwrap_or(0))
        .max(LEAST_CANDIDATES);
    wanted.wrapping_mul(2) & u64::from(u32::MAX)
}

/// The calls of the scores in ORDER BY RANK.
fn score_calls(order_by: &OrderBy) -> Option<Vec<&Expression>> {
    let [item] = order_by.items.as_slice() else {
        return None;
    };
    let ExpressionKind::Call(call) = &item.expression.kind else {
        return None;
    };
    if call.name.text.eq_ignore_ascii_case("RRF") {
        return Some(split_weights(&call.arguments).0.iter().collect());
    }
    is_full_text_score(&call.name.text).then(|| vec![&item.expression])
}

fn score(
    index: usize,
    expression: &Expression,
    component: &Component,
    program: &Program,
    parameters: &[Value<'static>],
) -> Score {
    match (component, &expression.kind) {
        (Component::FullText { .. }, ExpressionKind::Call(call)) => {
            full_text(index, call, program, parameters)
        }
        (Component::Vector(vector), _) => Score {
            expression: expression.clone(),
            direction: vector.metric.nearest_first(),
            full_text: None,
        },
        (Component::FullText { .. }, _) => Score {
            expression: expression.clone(),
            direction: Direction::Descending,
            full_text: None,
        },
    }
}

fn full_text(index: usize, call: &Call, program: &Program, parameters: &[Value<'static>]) -> Score {
    let (text, terms) = match call.arguments.split_first() {
        Some((text, terms)) => (text.clone(), spread(terms, program, parameters)),
        None => (verbatim("undefined"), Vec::new()),
    };
    let arguments = vec![
        text.clone(),
        Expression::array(terms.clone()),
        verbatim(TOTAL_DOCUMENT_COUNT),
        verbatim(format!("{TOTAL_WORD_COUNT}{index}}}")),
        verbatim(format!("{HIT_COUNTS}{index}}}")),
    ];
    Score {
        expression: Expression::call("_FullTextScore", arguments),
        direction: Direction::Descending,
        full_text: Some((text, terms)),
    }
}

/// The terms one by one: a single argument may be an array of them, written out or given as a parameter.
fn spread(
    terms: &[Expression],
    program: &Program,
    parameters: &[Value<'static>],
) -> Vec<Expression> {
    match terms {
        [
            Expression {
                kind: ExpressionKind::Array(elements),
                ..
            },
        ] => elements.clone(),
        [
            Expression {
                kind: ExpressionKind::Parameter(name),
                ..
            },
        ] => {
            let place = program.parameters().position(|known| known == &**name);
            match place
                .and_then(|place| parameters.get(place))
                .and_then(Value::as_array)
            {
                Some(array) => array.iter().filter_map(|value| literal(&value)).collect(),
                None => terms.to_vec(),
            }
        }
        terms => terms.to_vec(),
    }
}

/// A value as the expression that makes it.
fn literal(value: &Value<'_>) -> Option<Expression> {
    let literal = match value {
        Value::Undefined => return None,
        Value::Null => Literal::Null,
        Value::Boolean(value) => Literal::Boolean(*value),
        Value::Number(number) => Literal::Number(*number),
        Value::String(text) => Literal::String((&**text).into()),
        Value::Array(array) => {
            return Some(Expression::array(
                array
                    .iter()
                    .filter_map(|element| self::literal(&element))
                    .collect(),
            ));
        }
        Value::Object(object) => {
            let members = object
                .iter()
                .filter_map(|(name, value)| Some((Box::from(&*name), self::literal(&value)?)));
            return Some(Expression::object(members.collect::<Vec<_>>()));
        }
    };
    Some(Expression::synthetic(ExpressionKind::Literal(literal)))
}

impl Score {
    fn inverted_when(mut self, inverted: bool) -> Self {
        if inverted {
            self.direction = match self.direction {
                Direction::Ascending => Direction::Descending,
                Direction::Descending => Direction::Ascending,
            };
        }
        self
    }

    /// `(score ?? -1)`
    fn or_least(&self) -> Expression {
        Expression::synthetic(ExpressionKind::Binary {
            operator: BinaryOperator::Coalesce,
            left: Box::new(self.expression.clone()),
            right: Box::new(number(-1)),
        })
    }
}

/// The query of one score.
fn component(
    query: &Query,
    score: &Score,
    payload: &Expression,
    window: Window,
    candidates: Option<u64>,
) -> QueryInfo {
    let alias = root_alias(query);
    let mut rewritten = bare(query);
    rewritten.select = select(vec![
        (resource_id(&alias), None),
        (items([&score.expression]), Some("orderByItems")),
        (payload.clone(), Some("payload")),
    ]);
    rewritten.filter = Some(order_filter(query.filter.as_ref(), None));
    rewritten.order_by = Some(OrderBy {
        rank: None,
        items: vec![OrderItem {
            expression: score.expression.clone(),
            direction: Some(score.direction),
        }],
        span: query.span,
    });
    let mut info = QueryInfo {
        order_by: vec![score.direction],
        order_by_expressions: vec![score.expression.to_string()],
        has_non_streaming_order_by: true,
        ..QueryInfo::default()
    };
    if let Some(candidates) = candidates {
        if window.top.is_some() {
            rewritten.select.top = Some(top(candidates));
            info.top = Some(candidates);
        } else {
            rewritten.window = Some(first_rows(candidates));
            (info.offset, info.limit) = (Some(0), Some(candidates));
        }
    }
    info.rewritten_query = rewritten.to_string();
    info
}

/// Counts documents, words and hits of all full-text scores, over the whole container.
fn statistics_query(query: &Query, scores: &[Score]) -> String {
    let statistics = scores
        .iter()
        .filter_map(|score| score.full_text.as_ref())
        .map(|(text, terms)| {
            let words = Expression::call(
                "SUM",
                vec![Expression::call("_FullTextWordCount", vec![text.clone()])],
            );
            let hits = terms.iter().map(|term| {
                let contains =
                    Expression::call("FullTextContains", vec![text.clone(), term.clone()]);
                Expression::call("COUNTIF", vec![contains])
            });
            Expression::object([
                ("totalWordCount".into(), words),
                ("hitCounts".into(), Expression::array(hits.collect())),
            ])
        });
    let statistics: Vec<Expression> = statistics.collect();
    if statistics.is_empty() {
        return String::new();
    }
    let mut rewritten = bare(query);
    rewritten.filter = None;
    rewritten.select = select(vec![
        (
            Expression::call("COUNT", vec![number(1)]),
            Some("documentCount"),
        ),
        (Expression::array(statistics), Some("fullTextStatistics")),
    ]);
    rewritten.to_string()
}
