//! Scalar expressions.

use cosmokit_protocol::value::Number;

use super::{Name, Query};
use crate::syntax::Span;

/// An expression with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands, without parentheses around it.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    /// A constant.
    Literal(Literal),
    /// `@name`, with the `@`.
    Parameter(Box<str>),
    /// A name in scope.
    Identifier(Box<str>),
    /// `e.name` or `e["name"]`.
    Member {
        /// What the member belongs to.
        base: Box<Expression>,
        /// The name of the member.
        name: Box<str>,
        /// How it was written.
        style: MemberStyle,
    },
    /// `e[index]` with anything but a string literal.
    Index {
        /// What is indexed.
        base: Box<Expression>,
        /// The index.
        index: Box<Expression>,
    },
    /// `[a, b]`.
    Array(Vec<Expression>),
    /// `{"a": b}`.
    Object(Vec<Property>),
    /// `-a`, `+a`, `~a`, `NOT a`.
    Unary {
        /// The operator.
        operator: UnaryOperator,
        /// Its operand.
        operand: Box<Expression>,
    },
    /// `a + b` and its like.
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// Left operand.
        left: Box<Expression>,
        /// Right operand.
        right: Box<Expression>,
    },
    /// `a AND b AND c`, `a OR b OR c`: one node for the whole chain, so that long filters stay flat.
    Logical {
        /// AND or OR.
        operator: LogicalOperator,
        /// Two or more operands; the first is never a chain of the same operator.
        operands: Vec<Expression>,
    },
    /// `a ? b : c`.
    Conditional(Box<Condition>),
    /// `a [NOT] BETWEEN b AND c`.
    Between(Box<Between>),
    /// `a [NOT] IN (b, c)`.
    In(Box<Membership>),
    /// `a [NOT] LIKE b ESCAPE c`.
    Like(Box<Like>),
    /// `(SELECT …)`, `EXISTS(SELECT …)` and their like.
    Subquery(QueryForm, Box<Query>),
    /// `name(a, b)`, `udf.name(a, b)`.
    Call(Box<Call>),
    /// `(LET name = a IN b)`.
    Let(Box<LetIn>),
    /// Text that stands for itself: the placeholders of rewritten queries. The parser never makes one.
    Verbatim(Box<str>),
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// `true`, `false`.
    Boolean(bool),
    /// A number, its minus sign included.
    Number(Number),
    /// A string.
    String(Box<str>),
}

/// How a member was written; kept for printing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberStyle {
    /// `.name`.
    Dot,
    /// `["name"]`.
    Bracket,
}

/// One member of an object literal.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Its name.
    pub name: Box<str>,
    /// Its value.
    pub value: Expression,
}

/// Operators before their operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `~`.
    BitwiseNot,
    /// `NOT`.
    Not,
}

/// AND and OR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicalOperator {
    /// AND.
    And,
    /// OR.
    Or,
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `??`.
    Coalesce,
    /// `=`.
    Equal,
    /// `!=`, `<>`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
    /// `>>>`.
    ShiftRightUnsigned,
    /// `||`.
    Concat,
    /// `|`.
    BitwiseOr,
    /// `&`.
    BitwiseAnd,
    /// `^`.
    BitwiseXor,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Modulo,
}

impl BinaryOperator {
    /// The sign of the operator.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Coalesce => "??",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::ShiftRightUnsigned => ">>>",
            Self::Concat => "||",
            Self::BitwiseOr => "|",
            Self::BitwiseAnd => "&",
            Self::BitwiseXor => "^",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
        }
    }
}

/// `test ? then : otherwise`.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What decides.
    pub test: Expression,
    /// The value when it is exactly true.
    pub then: Expression,
    /// The value in every other case.
    pub otherwise: Expression,
}

/// Whether NOT stands inside an operator of several words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negation {
    /// Without NOT.
    Plain,
    /// With NOT.
    Not,
}

/// `value [NOT] BETWEEN low AND high`.
#[derive(Clone, Debug, PartialEq)]
pub struct Between {
    /// Whether NOT is there.
    pub negation: Negation,
    /// What is compared.
    pub value: Expression,
    /// Lower bound, included.
    pub low: Expression,
    /// Upper bound, included.
    pub high: Expression,
}

/// `value [NOT] IN (list)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Membership {
    /// Whether NOT is there.
    pub negation: Negation,
    /// What is looked for.
    pub value: Expression,
    /// Where; at least one.
    pub list: Vec<Expression>,
}

/// `value [NOT] LIKE pattern [ESCAPE escape]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Like {
    /// Whether NOT is there.
    pub negation: Negation,
    /// What is matched.
    pub value: Expression,
    /// The pattern.
    pub pattern: Expression,
    /// The escape character: a string of one character or a parameter.
    pub escape: Option<Expression>,
}

/// What a subquery is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryForm {
    /// `(SELECT …)`: the only row.
    Scalar,
    /// `EXISTS(…)`: whether there is a row.
    Exists,
    /// `ARRAY(…)`: all rows.
    Array,
    /// `FIRST(…)`: the first row.
    First,
    /// `LAST(…)`: the last row.
    Last,
    /// `ALL(…)`: whether every row is true.
    All,
}

/// Where a called function is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// Among the built-in functions and aggregates.
    BuiltIn,
    /// Among the container's user-defined functions.
    User,
}

/// A function call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Where the name is looked up.
    pub callee: Callee,
    /// The name as spelled by the user.
    pub name: Name,
    /// The arguments.
    pub arguments: Vec<Expression>,
}

/// `LET name = value IN body`.
#[derive(Clone, Debug, PartialEq)]
pub struct LetIn {
    /// The name that the body may use.
    pub name: Name,
    /// Its value.
    pub value: Expression,
    /// The expression.
    pub body: Expression,
}

impl Expression {
    /// An expression without a place: what rewrites make.
    pub fn synthetic(kind: ExpressionKind) -> Self {
        Self {
            kind,
            span: Span::default(),
        }
    }

    /// A string constant without a place.
    pub fn string(text: &str) -> Self {
        Self::synthetic(ExpressionKind::Literal(Literal::String(text.into())))
    }

    /// A call of a built-in function without a place.
    pub fn call(name: &str, arguments: Vec<Self>) -> Self {
        let name = Name {
            text: name.into(),
            span: Span::default(),
        };
        Self::synthetic(ExpressionKind::Call(Box::new(Call {
            callee: Callee::BuiltIn,
            name,
            arguments,
        })))
    }

    /// An object constructor without a place.
    pub fn object(members: impl IntoIterator<Item = (Box<str>, Self)>) -> Self {
        let members = members
            .into_iter()
            .map(|(name, value)| Property { name, value })
            .collect();
        Self::synthetic(ExpressionKind::Object(members))
    }

    /// An array constructor without a place.
    pub fn array(elements: Vec<Self>) -> Self {
        Self::synthetic(ExpressionKind::Array(elements))
    }

    /// The name that a select list gives to this expression: the last member of a path.
    pub fn column_name(&self) -> Option<&str> {
        match &self.kind {
            ExpressionKind::Identifier(name) | ExpressionKind::Member { name, .. } => Some(name),
            _ => None,
        }
    }
}
