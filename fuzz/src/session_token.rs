//! Session tokens from anywhere: parsing never panics, and what is accepted survives printing,
//! merging and narrowing.

use cosmokit_protocol::session::{CompositeToken, MAX_SEGMENTS, MAX_TOKEN_BYTES, SessionToken};

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    // Two tokens, so that merging is reached.
    let (left, right) = text.split_once('|').unwrap_or((text, ""));
    let _ = SessionToken::from(left).merge(&SessionToken::from(right));
    let Ok(left) = CompositeToken::parse(left) else {
        return;
    };
    assert!(left.len() <= MAX_SEGMENTS);
    assert_eq!(CompositeToken::parse(&left.to_string()), Ok(left.clone()));
    let mut twice = left.clone();
    assert_eq!(twice.merge(&left), Ok(false), "merge is idempotent");
    let ranges: Vec<_> = left.segments().iter().map(|own| own.range).collect();
    assert!(left.narrow("4294967295", &ranges).is_some());

    let Ok(right) = CompositeToken::parse(right) else {
        return;
    };
    let mut both = left.clone();
    if both.merge(&right).is_ok() {
        assert!(both.is_at_least_as_recent(&left));
        assert!(both.is_at_least_as_recent(&right));
        let text = both.to_string();
        if text.len() <= MAX_TOKEN_BYTES {
            assert_eq!(CompositeToken::parse(&text), Ok(both));
        }
    }
}
