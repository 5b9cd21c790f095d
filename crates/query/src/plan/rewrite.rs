//! What each range is asked: the rewritten text, and the facts that merging needs.
//!
//! One function for each class of query. Texts follow the service's planner to the letter.

use super::document::{AliasAggregates, DCountInfo, DistinctType, QueryInfo};
use super::payload::{
    Selected, first_rows, items, order_filter, partial, plain_select, resource_id, root_alias,
    select, top,
};
use crate::ast::{Collection, Direction, Expression, OrderBy, Query, Specification};
use crate::bind::{Component, Program, counts_distinct, selects_aggregate};
use crate::error::{QueryError, Refusal};
use crate::expr::{Expr, VectorExpr};

/// TOP, OFFSET and LIMIT with their values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) top: Option<u64>,
    pub(super) offset: Option<u64>,
    pub(super) limit: Option<u64>,
}

impl Window {
    fn is_open(self) -> bool {
        self == Self::default()
    }

    /// How many rows of a range can matter for OFFSET and LIMIT.
    fn reach(self) -> Option<u64> {
        self.limit
            .map(|limit| limit.saturating_add(self.offset.unwrap_or(0)))
    }
}

/// How much of the container a query reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The documents of one key, which the service serves on its own.
    OneKey,
    /// Anything else.
    Many,
}

/// The plan of a query that is no hybrid search.
///
/// # Errors
/// [`Refusal::ComposedAggregates`].
pub(super) fn query_info(
    query: &Query,
    program: &Program,
    window: Window,
    reach: Reach,
) -> Result<QueryInfo, QueryError> {
    let mut info = QueryInfo {
        has_select_value: matches!(query.select.specification, Specification::Value(_)),
        ..QueryInfo::default()
    };
    if query.from.is_none() {
        return Ok(info);
    }
    if program.shape.composes_aggregates {
        return Err(QueryError::Refused(Refusal::ComposedAggregates));
    }
    if counts_distinct(query) {
        return Ok(count_of_distinct(query, window, info));
    }
    let grouped = !query.group_by.is_empty();
    let aggregated = selects_aggregate(query);
    let distinct = query.select.distinct.is_some();
    let ordered = query.order_by.is_some();
    info.top = window.top;
    if reach == Reach::OneKey && !grouped && !aggregated && !distinct && !ordered {
        return Ok(info);
    }
    (info.offset, info.limit) = (window.offset, window.limit);
    if distinct {
        info.distinct_type = DistinctType::Unordered;
    }
    if grouped {
        group_by(query, program, &mut info);
    } else if aggregated {
        aggregate(query, &mut info);
    } else if let Some(order_by) = &query.order_by {
        ordered_query(query, order_by, program, window, &mut info);
    } else if distinct {
        if !window.is_open() {
            let mut rewritten = query.clone();
            (rewritten.select.top, rewritten.window) = (None, None);
            info.rewritten_query = rewritten.to_string();
        }
    } else if let Some(rows) = window.reach() {
        let mut rewritten = query.clone();
        (rewritten.select.top, rewritten.window) = (None, Some(first_rows(rows)));
        info.rewritten_query = rewritten.to_string();
    }
    Ok(info)
}

/// `SELECT COUNT(1) FROM (SELECT DISTINCT …)`: the ranges give their distinct rows, and the client counts.
fn count_of_distinct(query: &Query, window: Window, mut info: QueryInfo) -> QueryInfo {
    let source = query.from.as_ref().and_then(|from| from.sources.first());
    if let Some(Collection::Subquery(inner, _)) = source.map(|source| &source.collection) {
        info.rewritten_query = inner.to_string();
    }
    let alias = match Selected::of(query) {
        Selected::Columns(columns) => columns.into_iter().next().map(|(name, _)| name),
        _ => None,
    };
    info.distinct_type = DistinctType::Unordered;
    info.d_count_info = Some(DCountInfo {
        d_count_alias: alias.unwrap_or_default(),
    });
    (info.top, info.offset, info.limit) = (window.top, window.offset, window.limit);
    info
}

fn group_by(query: &Query, program: &Program, info: &mut QueryInfo) {
    info.group_by_expressions = texts(&query.group_by);
    if let Some(order_by) = &query.order_by {
        describe_order(order_by, program, info);
    }
    let selected = Selected::of(query);
    let payload = match &selected {
        Selected::Star => root_alias(query),
        Selected::Value(value) => match value.aggregate() {
            Some(kind) => {
                info.aggregates.push(kind);
                Expression::array(vec![partial(kind, value)])
            }
            None => (*value).clone(),
        },
        Selected::Columns(columns) => columns_of_groups(columns, info),
    };
    let mut rewritten = bare(query);
    rewritten.select = select(vec![
        (items(&query.group_by), Some("groupByItems")),
        (payload, Some("payload")),
    ]);
    rewritten.group_by.clone_from(&query.group_by);
    info.rewritten_query = rewritten.to_string();
}

/// The payload of columns, some of them aggregates.
fn columns_of_groups(columns: &[(String, &Expression)], info: &mut QueryInfo) -> Expression {
    let mut map = Vec::with_capacity(columns.len());
    let members = columns.iter().map(|(name, value)| {
        let kind = value.aggregate();
        map.push((name.clone(), kind));
        let member = kind.map_or_else(|| (*value).clone(), |kind| partial(kind, value));
        (name.as_str().into(), member)
    });
    let payload = Expression::object(members);
    info.group_by_aliases = columns.iter().map(|(name, _)| name.clone()).collect();
    info.group_by_alias_to_aggregate_type = AliasAggregates(map);
    payload
}

fn aggregate(query: &Query, info: &mut QueryInfo) {
    let mut rewritten = bare(query);
    // A single row needs no order; the clause stays, as the service's planner leaves it.
    rewritten.order_by.clone_from(&query.order_by);
    match Selected::of(query) {
        Selected::Value(value) => {
            let kind = value.aggregate();
            info.aggregates.extend(kind);
            let partial = kind.map_or_else(|| value.clone(), |kind| partial(kind, value));
            rewritten.select =
                plain_select(Specification::Value(Box::new(Expression::array(vec![
                    partial,
                ]))));
        }
        Selected::Columns(columns) => {
            let payload = columns_of_groups(&columns, info);
            rewritten.select = select(vec![(payload, Some("payload"))]);
        }
        Selected::Star => {}
    }
    info.rewritten_query = rewritten.to_string();
}

fn ordered_query(
    query: &Query,
    order_by: &OrderBy,
    program: &Program,
    window: Window,
    info: &mut QueryInfo,
) {
    describe_order(order_by, program, info);
    let distinct = query.select.distinct.is_some();
    let selected = Selected::of(query);
    let mut rewritten = order_rewrite(query, order_by, &selected);
    if distinct {
        if repeats_order(&selected, order_by) {
            info.distinct_type = DistinctType::Ordered;
        } else {
            rewritten.select.distinct = query.select.distinct;
        }
    } else if let Some(rows) = window.reach() {
        rewritten.window = Some(first_rows(rows));
    } else {
        rewritten.select.top = window.top.map(top);
    }
    info.rewritten_query = rewritten.to_string();
}

/// The ORDER BY form of a query: rows of resource id, keys and payload; without DISTINCT and window.
fn order_rewrite(query: &Query, order_by: &OrderBy, selected: &Selected<'_>) -> Query {
    let alias = root_alias(query);
    let keys = items(order_by.items.iter().map(|item| &item.expression));
    let mut rewritten = bare(query);
    rewritten.select = select(vec![
        (resource_id(&alias), None),
        (keys, Some("orderByItems")),
        (selected.payload(&alias), Some("payload")),
    ]);
    let value = match selected {
        Selected::Value(value) => Some(*value),
        _ => None,
    };
    rewritten.filter = Some(order_filter(query.filter.as_ref(), value));
    rewritten.order_by = Some(OrderBy {
        rank: None,
        ..order_by.clone()
    });
    rewritten
}

fn describe_order(order_by: &OrderBy, program: &Program, info: &mut QueryInfo) {
    info.order_by_expressions = order_by
        .items
        .iter()
        .map(|item| item.expression.to_string())
        .collect();
    let nearest = ranking_distance(program).map(|vector| vector.metric.nearest_first());
    let by_distance = program
        .plan
        .order
        .iter()
        .any(|item| matches!(item.key, Expr::Vector(_)));
    info.has_non_streaming_order_by = nearest.is_some() || by_distance;
    info.order_by = match nearest {
        Some(direction) => vec![direction],
        None if program.plan.order.len() == order_by.items.len() => program
            .plan
            .order
            .iter()
            .map(|item| item.direction)
            .collect(),
        None => order_by
            .items
            .iter()
            .map(|item| item.direction.unwrap_or(Direction::Ascending))
            .collect(),
    };
}

/// Whether equal rows follow each other: exactly the first keys of ORDER BY are selected, in any sequence.
fn repeats_order(selected: &Selected<'_>, order_by: &OrderBy) -> bool {
    let columns: Vec<&Expression> = match selected {
        Selected::Star => return false,
        Selected::Value(value) => vec![value],
        Selected::Columns(columns) => columns.iter().map(|(_, value)| *value).collect(),
    };
    let Some(keys) = order_by.items.get(..columns.len()) else {
        return false;
    };
    keys.iter().all(|key| {
        columns
            .iter()
            .any(|column| column.says_same(&key.expression))
    }) && columns
        .iter()
        .all(|column| keys.iter().any(|key| column.says_same(&key.expression)))
}

/// The distance, when ORDER BY RANK ranks by nothing else.
pub(crate) fn ranking_distance(program: &Program) -> Option<&VectorExpr> {
    match program.rank.as_ref().map(|rank| rank.components.as_slice()) {
        Some([Component::Vector(vector)]) => Some(vector),
        _ => None,
    }
}

/// FROM and WHERE of a query; everything else is to be filled in.
pub(super) fn bare(query: &Query) -> Query {
    Query {
        select: plain_select(Specification::List(Vec::new())),
        from: query.from.clone(),
        filter: query.filter.clone(),
        group_by: Vec::new(),
        order_by: None,
        window: None,
        span: query.span,
    }
}

fn texts(expressions: &[Expression]) -> Vec<String> {
    expressions.iter().map(ToString::to_string).collect()
}
