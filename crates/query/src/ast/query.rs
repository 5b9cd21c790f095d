//! Clauses.

use cosmokit_protocol::value::Number;

use super::Expression;
use crate::syntax::Span;

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name, case kept.
    pub text: Box<str>,
    /// Where it stands.
    pub span: Span,
}

/// `SELECT … FROM … WHERE … GROUP BY … ORDER BY … OFFSET … LIMIT …`.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The SELECT clause.
    pub select: Select,
    /// The FROM clause.
    pub from: Option<From>,
    /// The condition of WHERE.
    pub filter: Option<Expression>,
    /// The keys of GROUP BY; empty without the clause.
    pub group_by: Vec<Expression>,
    /// The ORDER BY clause.
    pub order_by: Option<OrderBy>,
    /// The OFFSET LIMIT clause.
    pub window: Option<OffsetLimit>,
    /// The whole query.
    pub span: Span,
}

/// `SELECT [DISTINCT] [TOP n] …`.
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    /// DISTINCT, with its place.
    pub distinct: Option<Span>,
    /// TOP.
    pub top: Option<Top>,
    /// What is selected.
    pub specification: Specification,
    /// The clause.
    pub span: Span,
}

/// `TOP n`.
#[derive(Clone, Debug, PartialEq)]
pub struct Top {
    /// n.
    pub count: Count,
    /// The word and the count.
    pub span: Span,
}

/// A number of rows: a literal or a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    /// How it is given.
    pub kind: CountKind,
    /// Where it stands.
    pub span: Span,
}

/// How a number of rows is given.
#[derive(Clone, Debug, PartialEq)]
pub enum CountKind {
    /// A number; checked to be an integer in range by the binder.
    Number(Number),
    /// The name of a parameter, `@` included.
    Parameter(Box<str>),
}

/// What SELECT asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Specification {
    /// `*`.
    Star(Span),
    /// `VALUE e`.
    Value(Box<Expression>),
    /// `e AS a, …`.
    List(Vec<SelectItem>),
}

/// One item of a select list.
#[derive(Clone, Debug, PartialEq)]
pub struct SelectItem {
    /// The expression.
    pub expression: Expression,
    /// The name given to it.
    pub alias: Option<Alias>,
}

/// The name of a column as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The name.
    pub text: Box<str>,
    /// Whether it was written as a string literal.
    pub style: AliasStyle,
}

/// How an alias was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasStyle {
    /// As a word.
    Word,
    /// As a quoted string.
    Quoted,
}

/// `FROM source JOIN source …`.
#[derive(Clone, Debug, PartialEq)]
pub struct From {
    /// The sources, from left to right; at least one.
    pub sources: Vec<Source>,
    /// The sources, without the word FROM.
    pub span: Span,
}

/// One source of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Whether the collection is taken whole or element by element.
    pub kind: SourceKind,
    /// What it ranges over.
    pub collection: Collection,
    /// The source, without the word JOIN.
    pub span: Span,
}

/// Whether a collection is taken whole or element by element.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceKind {
    /// `collection [AS alias]`: one row with the value itself.
    Whole(Option<Name>),
    /// `name IN collection`: one row for each element.
    Elements(Name),
}

/// What a source ranges over.
#[derive(Clone, Debug, PartialEq)]
pub enum Collection {
    /// A name and a path below it.
    Path {
        /// The container, or an alias in scope.
        root: Name,
        /// The steps below it.
        steps: Vec<PathStep>,
    },
    /// `(SELECT …)`.
    Subquery(Box<Query>, Span),
    /// `name(…)`: the value of a function.
    Call(Box<Expression>),
}

/// One step of a FROM path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathStep {
    /// `.name`.
    Dot(Box<str>),
    /// `["name"]`.
    Bracket(Box<str>),
    /// `[3]`.
    Index(u64),
}

/// `ORDER BY …`.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderBy {
    /// Whether RANK follows: order by a score.
    pub rank: Option<Span>,
    /// The keys; at least one.
    pub items: Vec<OrderItem>,
    /// From ORDER to the end of the last item.
    pub span: Span,
}

/// One key of ORDER BY.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderItem {
    /// The key.
    pub expression: Expression,
    /// The direction, when written.
    pub direction: Option<Direction>,
}

/// A direction of ORDER BY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// ASC, and what no word means.
    Ascending,
    /// DESC.
    Descending,
}

impl Direction {
    /// The name in query plans.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ascending => "Ascending",
            Self::Descending => "Descending",
        }
    }

    /// Turns an ascending comparison into one of this direction.
    pub const fn apply(self, ordering: std::cmp::Ordering) -> std::cmp::Ordering {
        match self {
            Self::Ascending => ordering,
            Self::Descending => ordering.reverse(),
        }
    }
}

/// `OFFSET o LIMIT l`.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetLimit {
    /// Rows left out.
    pub offset: Count,
    /// Rows kept.
    pub limit: Count,
    /// The clause.
    pub span: Span,
}
