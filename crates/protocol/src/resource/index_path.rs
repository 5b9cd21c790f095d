//! Paths of indexing and other policies: `/a/"b c"/[]/?`.
//!
//! The grammar is that of index policies: bare or quoted names, `[]` for any array element, and one of
//! `?` (the scalar here) or `*` (everything below) as the last step. Other policies use the part of it
//! without wildcards. Nothing else in the workspace parses these paths.

use std::fmt;

use super::refusal::Refusal;

/// The most steps in one path.
pub const MAX_PATH_STEPS: usize = 128;

/// One step of an index path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum IndexStep {
    /// A property of an object, unescaped.
    Property(Box<str>),
    /// Any element of an array: `[]`.
    AnyElement,
}

/// How an index path ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IndexPathEnd {
    /// `/?`: the scalar at the path.
    Scalar,
    /// `/*`: the path and all below it.
    Subtree,
    /// No wildcard: composite, vector, full-text, unique-key paths.
    Exact,
}

/// A parsed path of an indexing, unique-key, vector or full-text policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IndexPath {
    steps: Vec<IndexStep>,
    end: IndexPathEnd,
}

impl IndexPath {
    /// Parses a path such as `/*`, `/address/city/?`, `/tags/[]/name/?` or `/"_etag"/?`.
    ///
    /// # Errors
    /// [`Refusal::Path`] when the text is not such a path; `policy` names the place in the message.
    pub fn parse(policy: &'static str, text: &str) -> Result<Self, Refusal> {
        let refuse = |reason| Refusal::Path {
            policy,
            path: text.into(),
            reason,
        };
        let mut rest = text;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            rest = rest
                .strip_prefix('/')
                .ok_or_else(|| refuse("every segment starts with '/'"))?;
            let (step, after) = next_step(rest).map_err(refuse)?;
            match step {
                RawStep::End(end) if after.is_empty() => return Ok(Self { steps, end }),
                RawStep::End(_) => return Err(refuse("'?' and '*' stand only at the end")),
                RawStep::Step(step) => steps.push(step),
            }
            if steps.len() > MAX_PATH_STEPS {
                return Err(refuse("more than 128 segments"));
            }
            rest = after;
        }
        if steps.is_empty() {
            return Err(refuse("the path is empty"));
        }
        Ok(Self {
            steps,
            end: IndexPathEnd::Exact,
        })
    }

    /// A path of these steps; deeper than [`MAX_PATH_STEPS`] no policy reaches, and the rest is dropped.
    pub fn from_steps(steps: impl IntoIterator<Item = IndexStep>, end: IndexPathEnd) -> Self {
        Self {
            steps: steps.into_iter().take(MAX_PATH_STEPS).collect(),
            end,
        }
    }

    /// The path of one property at the top level.
    pub(super) fn property(name: &str) -> Self {
        Self {
            steps: vec![IndexStep::Property(name.into())],
            end: IndexPathEnd::Exact,
        }
    }

    /// The steps before the wildcard.
    pub fn steps(&self) -> &[IndexStep] {
        &self.steps
    }

    /// How the path ends.
    pub fn end(&self) -> IndexPathEnd {
        self.end
    }

    /// Whether this is `/*`, the whole document.
    pub fn is_root(&self) -> bool {
        self.steps.is_empty() && self.end == IndexPathEnd::Subtree
    }

    /// Whether `other` lies at or below this path (this path being a `/*` or exact one).
    pub fn covers(&self, other: &Self) -> bool {
        match self.end {
            IndexPathEnd::Subtree => other.steps.starts_with(&self.steps),
            IndexPathEnd::Scalar | IndexPathEnd::Exact => other.steps == self.steps,
        }
    }
}

impl fmt::Display for IndexPath {
    /// Prints the canonical text: names are quoted only when they need it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            match step {
                IndexStep::AnyElement => f.write_str("/[]")?,
                IndexStep::Property(name) if is_bare(name) => write!(f, "/{name}")?,
                IndexStep::Property(name) => {
                    write!(
                        f,
                        "/\"{}\"",
                        name.replace('\\', "\\\\").replace('"', "\\\"")
                    )?;
                }
            }
        }
        match self.end {
            IndexPathEnd::Scalar => f.write_str("/?"),
            IndexPathEnd::Subtree => f.write_str("/*"),
            IndexPathEnd::Exact => Ok(()),
        }
    }
}

enum RawStep {
    Step(IndexStep),
    End(IndexPathEnd),
}

/// Cuts one step off `text`, which stands after a `/`.
fn next_step(text: &str) -> Result<(RawStep, &str), &'static str> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, rest) = quoted_name(quoted)?;
        return Ok((RawStep::Step(IndexStep::Property(name)), rest));
    }
    let end = text.find('/').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let step = match word {
        "" => return Err("a segment is empty"),
        "?" => RawStep::End(IndexPathEnd::Scalar),
        "*" => RawStep::End(IndexPathEnd::Subtree),
        "[]" => RawStep::Step(IndexStep::AnyElement),
        name if is_bare(name) => RawStep::Step(IndexStep::Property(name.into())),
        _ => return Err("a name with special characters must be quoted"),
    };
    Ok((step, rest))
}

/// Reads up to the closing quote; `\` escapes the character after it.
fn quoted_name(text: &str) -> Result<(Box<str>, &str), &'static str> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let (_, rest) = text.split_at(at);
                let rest = rest.strip_prefix('"').unwrap_or(rest);
                return match rest.chars().next() {
                    None | Some('/') => Ok((name.into(), rest)),
                    Some(_) => Err("text follows a closing quote"),
                };
            }
            '\\' => match chars.next() {
                Some((_, escaped)) => name.push(escaped),
                None => return Err("a quoted segment is not closed"),
            },
            c => name.push(c),
        }
    }
    Err("a quoted segment is not closed")
}

fn is_bare(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| !c.is_control() && !matches!(c, '/' | '"' | '\\' | '*' | '?' | '[' | ']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(name: &str) -> IndexStep {
        IndexStep::Property(name.into())
    }

    #[test]
    fn parses_and_prints() {
        use IndexPathEnd::{Exact, Scalar, Subtree};
        let check = |text: &str, steps: &[IndexStep], end: IndexPathEnd| {
            let path = IndexPath::parse("test", text).unwrap();
            assert_eq!((path.steps(), path.end()), (steps, end), "{text}");
            assert_eq!(
                IndexPath::parse("test", &path.to_string()).unwrap(),
                path,
                "{text}"
            );
        };
        check("/*", &[], Subtree);
        check("/?", &[], Scalar);
        check("/a/?", &[property("a")], Scalar);
        check("/a/b/*", &[property("a"), property("b")], Subtree);
        check("/\"_etag\"/?", &[property("_etag")], Scalar);
        check("/\"a / b\\\"c\"/?", &[property("a / b\"c")], Scalar);
        check(
            "/tags/[]/n/?",
            &[property("tags"), IndexStep::AnyElement, property("n")],
            Scalar,
        );
        check("/a/b", &[property("a"), property("b")], Exact);
        check("/é-ü/x y", &[property("é-ü"), property("x y")], Exact);
        check("/\"\"", &[property("")], Exact);
    }

    #[test]
    fn refuses() {
        for text in [
            "", "/", "a", "a/b", "/a/", "//", "/a//b", "/?/a", "/a/?/b", "/a/*/b", "/\"a",
            "/\"a\\", "/\"a\"b", "/a\"b", "/a[0]", "/a*", "/a?", "/\u{7}",
        ] {
            assert!(IndexPath::parse("test", text).is_err(), "{text:?}");
        }
        assert!(IndexPath::parse("test", &"/a".repeat(MAX_PATH_STEPS)).is_ok());
        assert!(IndexPath::parse("test", &"/a".repeat(MAX_PATH_STEPS + 1)).is_err());
    }

    #[test]
    fn covers() {
        let path = |text| IndexPath::parse("test", text).unwrap();
        assert!(path("/*").covers(&path("/a/b/?")));
        assert!(path("/a/*").covers(&path("/a/b/?")));
        assert!(!path("/a/*").covers(&path("/ab/?")));
        assert!(path("/a/?").covers(&path("/a")));
        assert!(!path("/a/?").covers(&path("/a/b/?")));
    }
}
