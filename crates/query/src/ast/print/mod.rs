//! The canonical text of a tree: one clause on a line, subqueries indented, every operator in parentheses.
//!
//! This is the form in which the service's planner prints rewritten queries and expressions.

mod expression;
mod printer;

use printer::Printer;
