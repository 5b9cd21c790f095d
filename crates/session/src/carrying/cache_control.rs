//! What an answer's `Cache-Control` must say when a cookie goes with it.

/// What to do about caches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caching {
    /// Shared caches may keep the answer: no cookie may go with it.
    Shared,
    /// Shared caches keep off already.
    Private,
    /// The answer must say this.
    Becomes(String),
}

/// Decides by the answer's directives; several lines are joined by commas. A stricter directive is never
/// weakened.
pub(super) fn caching(text: &str) -> Caching {
    let is_there = |wanted: &[&str]| {
        text.split(',').any(|directive| {
            let name = directive.split('=').next().unwrap_or_default().trim();
            wanted
                .iter()
                .any(|wanted| name.eq_ignore_ascii_case(wanted))
        })
    };
    if is_there(&["private", "no-store"]) {
        return Caching::Private;
    }
    if is_there(&["public", "s-maxage", "immutable"]) {
        return Caching::Shared;
    }
    let text = text.trim().trim_end_matches(',');
    Caching::Becomes(if text.is_empty() {
        "private".to_owned()
    } else {
        format!("{text}, private")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stricter_is_weakened_and_shared_answers_are_told() {
        let check = |directives: &str, expected: Caching| {
            assert_eq!(caching(directives), expected, "{directives:?}");
        };
        let becomes = |text: &str| Caching::Becomes(text.to_owned());
        check("", becomes("private"));
        check("max-age=60", becomes("max-age=60, private"));
        check("no-cache", becomes("no-cache, private"));
        check("no-store", Caching::Private);
        check("PRIVATE, max-age=60", Caching::Private);
        check("private=\"x\"", Caching::Private);
        check("public, max-age=60", Caching::Shared);
        check("max-age=1, s-maxage=60", Caching::Shared);
        check("max-age=1,immutable", Caching::Shared);
        check("public, no-store", Caching::Private);
    }
}
