//! Texts as full-text indexes hold them.

use std::borrow::Cow;

/// The tokens of a text, as the full-text functions see them: a text has a term when it has all tokens of the term, one
/// after the other.
pub fn words(text: &str) -> Vec<String> {
    let tokens = crate::function::full_text::tokens(text);
    tokens.into_iter().map(Cow::into_owned).collect()
}
