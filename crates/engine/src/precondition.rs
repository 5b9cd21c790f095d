//! `If-Match` and `If-None-Match` against the current version: one pure function per kind of
//! request.

use cosmokit_protocol::id::Etag;

use crate::request::Precondition;

/// What a condition says about a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadVerdict {
    /// Answer with the resource.
    Serve,
    /// 304.
    NotModified,
    /// 412.
    Failed,
}

/// What a condition says about a write to an existing resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteVerdict {
    /// Write.
    Proceed,
    /// 412.
    Failed,
}

/// Judges a read of a resource whose etag is `current`.
pub(crate) fn on_read(condition: &Precondition, current: &str) -> ReadVerdict {
    if condition
        .if_match
        .as_ref()
        .is_some_and(|etag| !meets(etag, current))
    {
        return ReadVerdict::Failed;
    }
    if condition
        .if_none_match
        .as_ref()
        .is_some_and(|etag| meets(etag, current))
    {
        return ReadVerdict::NotModified;
    }
    ReadVerdict::Serve
}

/// Judges a write over an existing resource whose etag is `current`. A create is not judged: it
/// conflicts with whatever exists.
pub(crate) fn on_write(condition: &Precondition, current: &str) -> WriteVerdict {
    match on_read(condition, current) {
        ReadVerdict::Serve => WriteVerdict::Proceed,
        ReadVerdict::NotModified | ReadVerdict::Failed => WriteVerdict::Failed,
    }
}

fn meets(etag: &Etag, current: &str) -> bool {
    etag.is_any() || etag.as_str() == current
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_compare_opaque_texts() {
        let current = "\"00000000-0000-0000-0000-000000000001\"";
        let check = |if_match: Option<&str>, if_none_match: Option<&str>, expected: ReadVerdict| {
            let condition = Precondition {
                if_match: if_match.map(Etag::from),
                if_none_match: if_none_match.map(Etag::from),
            };
            assert_eq!(on_read(&condition, current), expected, "{condition:?}");
            let write = match expected {
                ReadVerdict::Serve => WriteVerdict::Proceed,
                _ => WriteVerdict::Failed,
            };
            assert_eq!(on_write(&condition, current), write, "{condition:?}");
        };
        let other = "\"2\"";
        check(None, None, ReadVerdict::Serve);
        check(Some(current), None, ReadVerdict::Serve);
        check(Some("*"), None, ReadVerdict::Serve);
        check(Some(other), None, ReadVerdict::Failed);
        check(Some(current.trim_matches('"')), None, ReadVerdict::Failed);
        check(None, Some(current), ReadVerdict::NotModified);
        check(None, Some("*"), ReadVerdict::NotModified);
        check(None, Some(other), ReadVerdict::Serve);
        check(Some(current), Some(other), ReadVerdict::Serve);
        check(Some(other), Some(current), ReadVerdict::Failed);
    }
}
