//! Query texts to trees: never a panic, and a tree prints as a text that gives the same tree.

use cosmokit_query::syntax::{parse, parse_expression};

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(query) = parse(text) {
        let printed = query.to_string();
        // Parentheses and line breaks may take a printed text beyond a limit that the text itself kept.
        if let Ok(again) = parse(&printed) {
            assert_eq!(again, query, "prints as another query: {printed}");
            assert_eq!(again.to_string(), printed);
        }
    }
    if let Ok(expression) = parse_expression(text) {
        let printed = expression.to_string();
        if let Ok(again) = parse_expression(&printed) {
            assert_eq!(again, expression, "prints as another expression: {printed}");
        }
    }
}
