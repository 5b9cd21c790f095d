//! Tokens to tree: recursive descent for clauses, a Pratt parser for operators.
//!
//! Nesting is limited, so that neither this parser nor anything that walks the tree runs out of stack.

mod clauses;
mod cursor;
mod from;
mod literal;
mod operators;
mod primary;

use super::{Code, Diagnostic, Span};
use crate::ast::{Expression, Query};
use cursor::Cursor;

/// How deep parentheses, calls and subqueries may nest.
pub const MAX_DEPTH: u32 = 128;

/// How high a tree may grow through chains of operators that do not nest in the text (`a + b + c …`).
pub const MAX_HEIGHT: u32 = 400;

/// How many UTF-16 units a query text may have: the service's limit.
pub const MAX_TEXT: usize = 262_144;

/// Parses a query.
///
/// # Errors
/// The first place where the text does not follow the grammar, or crosses a limit.
pub fn parse(text: &str) -> Result<Query, Diagnostic> {
    let mut cursor = start(text)?;
    let query = cursor.query()?;
    cursor.expect_end()?;
    Ok(query)
}

/// Parses a scalar expression that stands alone.
///
/// # Errors
/// As for [`parse`].
pub fn parse_expression(text: &str) -> Result<Expression, Diagnostic> {
    let mut cursor = start(text)?;
    let expression = cursor.expression()?;
    cursor.expect_end()?;
    Ok(expression)
}

fn start(text: &str) -> Result<Cursor<'_>, Diagnostic> {
    if text.len() > MAX_TEXT && text.encode_utf16().count() > MAX_TEXT {
        let message =
            format!("The SQL query text exceeded the maximum limit of {MAX_TEXT} characters.");
        return Err(Diagnostic {
            code: None,
            message,
            span: None,
        });
    }
    Ok(Cursor::new(text))
}

fn syntax_error(near: &str, span: Span) -> Diagnostic {
    Diagnostic::at(
        Code::Syntax,
        span,
        format!("Syntax error, incorrect syntax near '{near}'."),
    )
}

#[cfg(test)]
mod tests;
