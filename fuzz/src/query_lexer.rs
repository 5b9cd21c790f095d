//! Query texts to tokens: never a panic, and the tokens lie one behind the other within the text, which is cut between
//! characters only.

use cosmokit_query::syntax::token::TokenKind;
use cosmokit_query::syntax::tokenize;

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut behind = 0;
    let tokens = tokenize(text);
    for token in &tokens {
        let (start, end) = (token.span.start() as usize, token.span.end() as usize);
        assert!(behind <= start && start <= end, "tokens overlap");
        assert!(text.get(start..end).is_some(), "a token is cut out of the middle of a character");
        behind = end;
    }
    let ends = tokens.iter().filter(|token| token.kind == TokenKind::End).count();
    assert_eq!(ends, 1, "one end");
}
