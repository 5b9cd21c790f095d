//! Pieces of rewritten queries: what is selected, partial aggregates, placeholders, counts.

use cosmokit_protocol::value::Number;

use crate::aggregate::AggregateKind;
use crate::ast::{
    Alias, AliasStyle, Collection, Count, CountKind, Expression, ExpressionKind, Literal,
    LogicalOperator, MemberStyle, OffsetLimit, PathStep, Query, Select, SelectItem, SourceKind,
    Specification, Top,
};
use crate::bind::column_name;
use crate::syntax::Span;

/// Stands in the filter of rewritten ORDER BY queries; a client puts `true` or a resume condition there.
pub const ORDER_BY_FILTER: &str = "{documentdb-formattableorderbyquery-filter}";

/// What a query selects.
#[derive(Clone, Debug)]
pub(super) enum Selected<'q> {
    /// `*`
    Star,
    /// `VALUE e`
    Value(&'q Expression),
    /// Columns with their names.
    Columns(Vec<(String, &'q Expression)>),
}

impl<'q> Selected<'q> {
    pub(super) fn of(query: &'q Query) -> Self {
        match &query.select.specification {
            Specification::Star(_) => Self::Star,
            Specification::Value(value) => Self::Value(value),
            Specification::List(items) => {
                let mut unnamed = 0;
                Self::Columns(
                    items
                        .iter()
                        .map(|item| (column_name(item, &mut unnamed), &item.expression))
                        .collect(),
                )
            }
        }
    }

    /// One expression that holds everything selected.
    pub(super) fn payload(&self, alias: &Expression) -> Expression {
        match self {
            Self::Star => alias.clone(),
            Self::Value(value) => (*value).clone(),
            Self::Columns(columns) => Expression::object(
                columns
                    .iter()
                    .map(|(name, value)| (name.as_str().into(), (*value).clone())),
            ),
        }
    }
}

/// The name of the first source.
pub(super) fn root_alias(query: &Query) -> Expression {
    let source = query.from.as_ref().and_then(|from| from.sources.first());
    let name = source.and_then(|source| match (&source.kind, &source.collection) {
        (SourceKind::Elements(name) | SourceKind::Whole(Some(name)), _) => Some(name.text.clone()),
        (SourceKind::Whole(None), Collection::Path { root, steps }) => match steps.last() {
            None => Some(root.text.clone()),
            Some(PathStep::Dot(name) | PathStep::Bracket(name)) => Some(name.clone()),
            Some(PathStep::Index(_)) => None,
        },
        (SourceKind::Whole(None), Collection::Subquery(..) | Collection::Call(_)) => None,
    });
    Expression::synthetic(ExpressionKind::Identifier(
        name.unwrap_or_else(|| "c".into()),
    ))
}

/// `alias._rid`
pub(super) fn resource_id(alias: &Expression) -> Expression {
    let kind = ExpressionKind::Member {
        base: Box::new(alias.clone()),
        name: "_rid".into(),
        style: MemberStyle::Dot,
    };
    Expression::synthetic(kind)
}

/// `{"item": value}`
pub(super) fn item(value: Expression) -> Expression {
    Expression::object([("item".into(), value)])
}

/// `[{"item": a}, {"item": b}]`
pub(super) fn items<'e>(values: impl IntoIterator<Item = &'e Expression>) -> Expression {
    Expression::array(values.into_iter().cloned().map(item).collect())
}

/// The partial result of an aggregate, in the form that merging takes.
pub(super) fn partial(kind: AggregateKind, call: &Expression) -> Expression {
    let argument = || {
        call.children()
            .first()
            .map_or_else(|| number(1), |argument| (*argument).clone())
    };
    let of = |name: &str| Expression::call(name, vec![argument()]);
    let extreme = |name: &str| {
        let item2 = [(name.into(), call.clone()), ("count".into(), of("COUNT"))];
        Expression::object([
            ("item".into(), call.clone()),
            ("item2".into(), Expression::object(item2)),
        ])
    };
    match kind {
        AggregateKind::Average => item(Expression::object([
            ("sum".into(), of("SUM")),
            ("count".into(), of("COUNT")),
        ])),
        AggregateKind::Min => extreme("min"),
        AggregateKind::Max => extreme("max"),
        _ => item(call.clone()),
    }
}

/// A placeholder in parentheses.
pub(super) fn verbatim(text: impl Into<Box<str>>) -> Expression {
    Expression::synthetic(ExpressionKind::Verbatim(text.into()))
}

/// The filter of a rewritten ORDER BY query: the query's own, the placeholder, and whether a value is there.
pub(super) fn order_filter(
    filter: Option<&Expression>,
    defined: Option<&Expression>,
) -> Expression {
    let placeholder = verbatim(format!("({ORDER_BY_FILTER})"));
    let filter = match filter {
        Some(filter) => and(filter.clone(), placeholder),
        None => placeholder,
    };
    match defined {
        Some(value) => and(filter, Expression::call("IS_DEFINED", vec![value.clone()])),
        None => filter,
    }
}

fn and(left: Expression, right: Expression) -> Expression {
    Expression::synthetic(ExpressionKind::Logical {
        operator: LogicalOperator::And,
        operands: vec![left, right],
    })
}

/// A whole number as an expression.
pub(super) fn number(value: i64) -> Expression {
    Expression::synthetic(ExpressionKind::Literal(Literal::Number(Number::from(
        value,
    ))))
}

fn count(value: u64) -> Count {
    Count {
        kind: CountKind::Number(Number::from(value)),
        span: Span::default(),
    }
}

/// `TOP value`
pub(super) fn top(value: u64) -> Top {
    Top {
        count: count(value),
        span: Span::default(),
    }
}

/// `OFFSET 0 LIMIT limit`
pub(super) fn first_rows(limit: u64) -> OffsetLimit {
    OffsetLimit {
        offset: count(0),
        limit: count(limit),
        span: Span::default(),
    }
}

/// `SELECT` of columns, without DISTINCT and TOP.
pub(super) fn select(columns: Vec<(Expression, Option<&str>)>) -> Select {
    let items = columns.into_iter().map(|(expression, alias)| SelectItem {
        expression,
        alias: alias.map(|alias| Alias {
            text: alias.into(),
            style: AliasStyle::Word,
        }),
    });
    plain_select(Specification::List(items.collect()))
}

/// `SELECT` without DISTINCT and TOP.
pub(super) fn plain_select(specification: Specification) -> Select {
    Select {
        distinct: None,
        top: None,
        specification,
        span: Span::default(),
    }
}
