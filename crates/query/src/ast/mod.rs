//! The tree of a query, as written: clauses, expressions, and the printer that gives the text back.
//!
//! Invariant: printing a tree and parsing the text gives an equal tree.

mod expression;
mod number_text;
mod print;
mod query;
mod visit;

pub use expression::{
    Between, BinaryOperator, Call, Callee, Condition, Expression, ExpressionKind, LetIn, Like,
    Literal, LogicalOperator, MemberStyle, Membership, Negation, Property, QueryForm,
    UnaryOperator,
};
pub use query::{
    Alias, AliasStyle, Collection, Count, CountKind, Direction, From, Name, OffsetLimit, OrderBy,
    OrderItem, PathStep, Query, Select, SelectItem, Source, SourceKind, Specification, Top,
};
