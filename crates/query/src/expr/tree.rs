//! The bound tree.

use cosmokit_protocol::value::Number;

use super::{LikePattern, ScalarSet};
use crate::aggregate::AggregateKind;
use crate::ast::{BinaryOperator, Direction, Negation, QueryForm, UnaryOperator};
use crate::function::{Function, Metric};
use crate::value::{Text, Value};

/// A place in the frame: every alias, group key and aggregate of a program has its own.
pub(crate) type Slot = usize;

/// The slot that holds the document.
pub(crate) const DOCUMENT: Slot = 0;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// Into an object.
    Member(Box<str>),
    /// Into an array.
    Element(usize),
}

impl Step {
    /// The step in the words of an indexing policy: any element of an array is `[]`.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Member(name) => name,
            Self::Element(_) => "[]",
        }
    }
}

/// A bound expression.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Constant(Value<'static>),
    /// The index of a parameter.
    Parameter(usize),
    /// What a slot holds, or a part of it.
    Path {
        slot: Slot,
        steps: Box<[Step]>,
    },
    /// A member of the document that a computed property stands in for when it is not stored.
    Computed {
        stored: Box<Expr>,
        computed: Box<Expr>,
    },
    /// A step into the value of an expression.
    Part(Box<Expr>, Step),
    /// A step whose name or position is a parameter.
    Index(Box<Expr>, usize),
    Array(Box<[Expr]>),
    Object(Box<[(Text<'static>, Expr)]>),
    Unary(UnaryOperator, Box<Expr>),
    Binary(BinaryOperator, Box<(Expr, Expr)>),
    And(Box<[Expr]>),
    Or(Box<[Expr]>),
    /// Test, then, otherwise.
    Conditional(Box<(Expr, Expr, Expr)>),
    /// Value, low, high.
    Between(Negation, Box<(Expr, Expr, Expr)>),
    In(Box<InList>),
    Like(Box<LikeExpr>),
    Call(&'static Function, Box<[Expr]>),
    Vector(Box<VectorExpr>),
    User(Box<str>, Box<[Expr]>),
    Subquery(QueryForm, Box<QueryPlan>),
    /// Gives a slot the value of the first expression while the second is evaluated.
    Let(Slot, Box<(Expr, Expr)>),
}

/// `value [NOT] IN (list)`.
#[derive(Clone, Debug)]
pub(crate) struct InList {
    pub(crate) negation: Negation,
    pub(crate) value: Expr,
    /// Elements that are not constant, or no scalars.
    pub(crate) list: Box<[Expr]>,
    /// Scalar constants of the list.
    pub(crate) constants: ScalarSet,
}

/// `value [NOT] LIKE pattern`.
#[derive(Clone, Debug)]
pub(crate) struct LikeExpr {
    pub(crate) negation: Negation,
    pub(crate) value: Expr,
    pub(crate) pattern: PatternSource,
}

/// Where the pattern of LIKE comes from.
#[derive(Clone, Debug)]
pub(crate) enum PatternSource {
    /// Known when the query was bound.
    Fixed(LikePattern),
    /// The pattern and the escape character.
    Dynamic(Expr, Option<Expr>),
}

/// `VectorDistance(left, right, …)`.
#[derive(Clone, Debug)]
pub(crate) struct VectorExpr {
    pub(crate) left: Expr,
    pub(crate) right: Expr,
    /// Whether no index is to be used, when that is said.
    pub(crate) brute_force: Option<Expr>,
    /// The object of options, when one is given.
    pub(crate) options: Option<Expr>,
    /// What the container's policy says for the path; cosine without one.
    pub(crate) metric: Metric,
}

/// A query or subquery, bound.
#[derive(Clone, Debug)]
pub(crate) struct QueryPlan {
    pub(crate) sources: Box<[SourcePlan]>,
    pub(crate) filter: Option<Expr>,
    pub(crate) grouping: Option<Grouping>,
    pub(crate) projection: Projection,
    /// Whether equal rows are left out.
    pub(crate) distinct: Option<Scope>,
    pub(crate) order: Box<[OrderPlan]>,
    pub(crate) top: Option<CountPlan>,
    pub(crate) window: Option<(CountPlan, CountPlan)>,
}

/// Among what rows are compared by DISTINCT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The rows of one evaluation of the subquery.
    Evaluation,
    /// All rows of the query, over all documents: the subquery that COUNT counts.
    Query,
}

/// One source of rows.
#[derive(Clone, Debug)]
pub(crate) enum SourcePlan {
    /// One row with the value, unless it is undefined.
    Value(Slot, Expr),
    /// One row for each element of an array.
    Elements(Slot, Expr),
    /// One row for each row of a subquery.
    Rows(Slot, Box<QueryPlan>),
    /// Each row of a subquery is an array; one row for each element.
    RowElements(Slot, Box<QueryPlan>),
}

/// GROUP BY and aggregates.
#[derive(Clone, Debug)]
pub(crate) struct Grouping {
    /// The keys, and the slots that hold them when a group is projected. No keys: one group of all rows.
    pub(crate) keys: Box<[(Slot, Expr)]>,
    /// The aggregates, and the slots that hold their results.
    pub(crate) aggregates: Box<[AggregateCall]>,
    /// Whether groups leave in the order of their key: a single path that an index would serve.
    pub(crate) sorted: bool,
}

/// One aggregate of a query.
#[derive(Clone, Debug)]
pub(crate) struct AggregateCall {
    pub(crate) kind: AggregateKind,
    pub(crate) argument: Expr,
    pub(crate) slot: Slot,
}

/// What a row becomes.
#[derive(Clone, Debug)]
pub(crate) enum Projection {
    /// The value of an expression; the row is dropped when it is undefined.
    Value(Expr),
    /// An object of columns.
    Columns(Box<[(Text<'static>, Expr)]>),
}

/// One key of ORDER BY.
#[derive(Clone, Debug)]
pub(crate) struct OrderPlan {
    pub(crate) key: Expr,
    pub(crate) direction: Direction,
}

/// A number of rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CountPlan {
    Fixed(u64),
    /// The index of a parameter.
    Parameter(usize),
}

impl Expr {
    /// Undefined.
    pub(crate) const UNDEFINED: Self = Self::Constant(Value::Undefined);

    /// The value of a slot.
    pub(crate) fn slot(slot: Slot) -> Self {
        Self::Path {
            slot,
            steps: Box::new([]),
        }
    }

    /// The constant, when it is one.
    pub(crate) fn constant(&self) -> Option<&Value<'static>> {
        match self {
            Self::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Shows `visit` each expression that this one is directly made of; those inside of a subquery are the subquery's.
    pub(crate) fn for_each_operand(&mut self, visit: &mut dyn FnMut(&mut Self)) {
        match self {
            Self::Constant(_) | Self::Parameter(_) | Self::Path { .. } | Self::Subquery(..) => {}
            Self::Computed { stored, computed } => {
                visit(stored);
                visit(computed);
            }
            Self::Part(base, _) | Self::Index(base, _) | Self::Unary(_, base) => visit(base),
            Self::Array(parts)
            | Self::And(parts)
            | Self::Or(parts)
            | Self::Call(_, parts)
            | Self::User(_, parts) => parts.iter_mut().for_each(visit),
            Self::Object(members) => members.iter_mut().for_each(|(_, part)| visit(part)),
            Self::Binary(_, parts) | Self::Let(_, parts) => {
                visit(&mut parts.0);
                visit(&mut parts.1);
            }
            Self::Conditional(parts) | Self::Between(_, parts) => {
                visit(&mut parts.0);
                visit(&mut parts.1);
                visit(&mut parts.2);
            }
            Self::In(membership) => {
                visit(&mut membership.value);
                membership.list.iter_mut().for_each(visit);
            }
            Self::Like(like) => {
                visit(&mut like.value);
                if let PatternSource::Dynamic(pattern, escape) = &mut like.pattern {
                    visit(pattern);
                    escape.iter_mut().for_each(visit);
                }
            }
            Self::Vector(vector) => {
                visit(&mut vector.left);
                visit(&mut vector.right);
                let further = vector.options.iter_mut().chain(&mut vector.brute_force);
                further.for_each(visit);
            }
        }
    }

    /// The expression followed by a step.
    pub(crate) fn step(self, step: Step) -> Self {
        match self {
            Self::Path { slot, steps } => {
                let steps = steps.into_vec().into_iter().chain([step]).collect();
                Self::Path { slot, steps }
            }
            other => Self::Part(Box::new(other), step),
        }
    }
}

impl CountPlan {
    /// The count, with the values of parameters; `None` when the parameter is missing or no count.
    pub(crate) fn resolve(&self, parameters: &[Value<'_>]) -> Option<u64> {
        match self {
            Self::Fixed(count) => Some(*count),
            Self::Parameter(index) => parameters
                .get(*index)
                .and_then(Value::as_number)
                .and_then(count),
        }
    }
}

/// A number that can count rows: integral, not negative, below 2^32.
pub(crate) fn count(number: Number) -> Option<u64> {
    number
        .as_i64()
        .and_then(|value| u32::try_from(value).ok())
        .map(u64::from)
}
