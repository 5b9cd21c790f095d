//! Which way of merging a plan asks for, and with what.

use super::MergeError;
use super::aggregate::AggregateForm;
use super::group::GroupForm;
use crate::aggregate::AggregateKind;
use crate::ast::Direction;
use crate::operator::window::Window;
use crate::plan::{DistinctType, ORDER_BY_FILTER, QueryInfo};

/// How the answers to a query are merged.
pub(super) enum Kind {
    Unordered,
    Ordered,
    Aggregate(AggregateForm),
    Groups(GroupForm, Vec<(usize, Direction)>),
    /// With the number of rows that are wanted.
    Sorted(Option<u64>),
}

impl Kind {
    pub(super) fn of(info: &QueryInfo) -> Result<Self, MergeError> {
        if info.d_count_info.is_some() {
            return Ok(Self::Unordered);
        }
        let value = match info.aggregates.as_slice() {
            [] => None,
            [kind] => Some(AggregateForm::Value(*kind)),
            _ => return Err(MergeError::Plan("several aggregates without names")),
        };
        let form = value.or_else(|| columns(info));
        if !info.group_by_expressions.is_empty() {
            return Ok(Self::Groups(
                form.map_or(GroupForm::First, GroupForm::Aggregates),
                group_order(info)?,
            ));
        }
        if let Some(form) = form {
            return Ok(Self::Aggregate(form));
        }
        if info.order_by.is_empty() {
            return Ok(Self::Unordered);
        }
        if info.has_non_streaming_order_by {
            let reach = window(info.offset, info.limit, info.top).and_then(|window| window.reach());
            return Ok(Self::Sorted(
                reach.filter(|_| info.distinct_type == DistinctType::None),
            ));
        }
        Ok(Self::Ordered)
    }
}

/// The columns of grouped rows, in their order.
fn columns(info: &QueryInfo) -> Option<AggregateForm> {
    let map = &info.group_by_alias_to_aggregate_type;
    if map.is_empty() {
        return None;
    }
    let named = info
        .group_by_aliases
        .iter()
        .filter_map(|alias| map.get(alias));
    let mut columns: Vec<&(String, Option<AggregateKind>)> = named.collect();
    if columns.is_empty() {
        columns = map.0.iter().collect();
    }
    let columns = columns.into_iter();
    Some(AggregateForm::Columns(
        columns
            .map(|(alias, kind)| (alias.as_str().into(), *kind))
            .collect(),
    ))
}

/// The keys of groups that ORDER BY names.
fn group_order(info: &QueryInfo) -> Result<Vec<(usize, Direction)>, MergeError> {
    let key = |(expression, direction): (&String, &Direction)| {
        let place = info
            .group_by_expressions
            .iter()
            .position(|key| key == expression);
        place
            .map(|place| (place, *direction))
            .ok_or(MergeError::Plan(
                "ORDER BY beside GROUP BY of something that is no key",
            ))
    };
    info.order_by_expressions
        .iter()
        .zip(&info.order_by)
        .map(key)
        .collect()
}

pub(super) fn window(offset: Option<u64>, limit: Option<u64>, top: Option<u64>) -> Option<Window> {
    let take = match (limit, top) {
        (Some(limit), Some(top)) => Some(limit.min(top)),
        (limit, top) => limit.or(top),
    };
    (offset.is_some() || take.is_some()).then(|| Window::new(offset.unwrap_or(0), take))
}

/// The text for each range; `None`: the text of the query.
pub(super) fn text(info: &QueryInfo) -> Option<String> {
    (!info.rewritten_query.is_empty())
        .then(|| info.rewritten_query.replace(ORDER_BY_FILTER, "true"))
}

pub(super) fn rewritten(info: &QueryInfo) -> Result<String, MergeError> {
    text(info).ok_or(MergeError::Plan("a rewritten query is missing"))
}
