//! From text to tree: tokens, the parser, and what is said about a text that does not follow the grammar.
//!
//! Decides what is grammar and nothing else: names, functions and types are resolved by the binder.

mod diagnostic;
mod lexer;
mod parser;
mod span;
pub mod token;

pub use diagnostic::{Code, Diagnostic, Report};
pub use lexer::tokenize;
pub use parser::{MAX_DEPTH, MAX_HEIGHT, MAX_TEXT, parse, parse_expression};
pub use span::Span;
