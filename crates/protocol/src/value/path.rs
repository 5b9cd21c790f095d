//! Property paths such as `/a/b` and `/"odd name"/c`: how partition keys, unique keys and policies name a value.
//!
//! Parsing and printing only; wildcards of indexing paths (`/*`, `/?`, `/[]`) are plain segments here.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The way from the root of a document to one property.
///
/// A segment stands for a property name. It is written plainly (`/city`) or, when it holds a `/`, starts with a
/// quote or has blanks at its ends, between double or single quotes (`/"a/b"`). Inside quotes a backslash
/// before the quote or before another backslash drops out; every other character stands for itself.
///
/// ```
/// use cosmokit_protocol::value::PropertyPath;
///
/// let path: PropertyPath = "/address/\"zip/code\"".parse()?;
/// assert_eq!(path.segments().collect::<Vec<_>>(), ["address", "zip/code"]);
/// assert_eq!(path.to_string(), "/address/\"zip/code\"");
/// # Ok::<(), cosmokit_protocol::value::PathError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PropertyPath(Vec<Box<str>>);

/// A text that is not a property path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PathError {
    /// The text is empty or names no property.
    #[error("the path is empty; write it like /city or /address/zip")]
    Empty,
    /// A segment does not begin with `/`.
    #[error("the path must have a '/' at byte {offset}")]
    MissingSlash {
        /// Where the slash should stand, in bytes from the start.
        offset: usize,
    },
    /// Two slashes stand next to each other.
    #[error("the path has an empty segment at byte {offset}")]
    EmptySegment {
        /// Where the segment should stand, in bytes from the start.
        offset: usize,
    },
    /// A quoted segment has no closing quote.
    #[error("the quote opened at byte {offset} of the path is never closed")]
    UnclosedQuote {
        /// Where the quote was opened, in bytes from the start.
        offset: usize,
    },
}

impl PropertyPath {
    /// Builds a path from property names, outermost first.
    ///
    /// # Errors
    ///
    /// [`PathError::Empty`] when there is no name.
    pub fn from_segments<S: Into<Box<str>>>(
        segments: impl IntoIterator<Item = S>,
    ) -> Result<Self, PathError> {
        let segments: Vec<Box<str>> = segments.into_iter().map(Into::into).collect();
        if segments.is_empty() {
            Err(PathError::Empty)
        } else {
            Ok(Self(segments))
        }
    }

    /// The property names, outermost first; never empty.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The names as a slice, for walks that take one name off per level.
    pub(crate) fn as_slice(&self) -> &[Box<str>] {
        &self.0
    }

    /// The number of property names; at least 1.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Whether `other` is this path or a path below it.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl FromStr for PropertyPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let offset = text.len() - rest.len();
            let after_slash = rest
                .strip_prefix('/')
                .ok_or(PathError::MissingSlash { offset })?;
            if after_slash.is_empty() {
                break; // one trailing slash is tolerated, as clients of the service do
            }
            let (segment, tail) = next_segment(after_slash, offset + 1)?;
            segments.push(segment);
            rest = tail;
        }
        Self::from_segments(segments)
    }
}

/// Cuts one segment off the text that follows a slash; `offset` is where that text starts.
fn next_segment(text: &str, offset: usize) -> Result<(Box<str>, &str), PathError> {
    if let Some(quote @ ('"' | '\'')) = text.chars().next() {
        let body = text.get(1..).unwrap_or_default();
        return quoted_segment(body, quote).ok_or(PathError::UnclosedQuote { offset });
    }
    let (segment, _) = text.split_once('/').unwrap_or((text, ""));
    let tail = text.get(segment.len()..).unwrap_or_default();
    let segment = segment.trim();
    if segment.is_empty() {
        Err(PathError::EmptySegment { offset })
    } else {
        Ok((segment.into(), tail))
    }
}

fn quoted_segment(body: &str, quote: char) -> Option<(Box<str>, &str)> {
    let mut name = String::new();
    let mut chars = body.char_indices();
    while let Some((at, ch)) = chars.next() {
        if ch == quote {
            return Some((
                name.into_boxed_str(),
                body.get(at + 1..).unwrap_or_default(),
            ));
        }
        if ch != '\\' {
            name.push(ch);
            continue;
        }
        match chars.clone().next() {
            Some((_, next)) if next == quote || next == '\\' => {
                name.push(next);
                chars.next();
            }
            _ => name.push('\\'),
        }
    }
    None
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.0 {
            if needs_quotes(segment) {
                f.write_str("/\"")?;
                for ch in segment.chars() {
                    if matches!(ch, '"' | '\\') {
                        f.write_str("\\")?;
                    }
                    fmt::Write::write_char(f, ch)?;
                }
                f.write_str("\"")?;
            } else {
                write!(f, "/{segment}")?;
            }
        }
        Ok(())
    }
}

fn needs_quotes(segment: &str) -> bool {
    segment.is_empty()
        || segment.contains('/')
        || segment.starts_with(['"', '\''])
        || segment.trim().len() != segment.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let path: PropertyPath = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(path.segments().collect::<Vec<_>>(), expected, "{text}");
    }

    fn refuse(text: &str, expected: PathError) {
        assert_eq!(text.parse::<PropertyPath>(), Err(expected), "{text}");
    }

    #[test]
    fn paths_split_into_property_names() {
        check("/pk", &["pk"]);
        check("/a/b/c", &["a", "b", "c"]);
        check("/a/b/", &["a", "b"]);
        check("/\"a b\"/c", &["a b", "c"]);
        check("/'x/y'/z", &["x/y", "z"]);
        check(
            r#"/"say \"hi\""/"back\\slash"/"\n""#,
            &["say \"hi\"", "back\\slash", "\\n"],
        );
        check("/\"\"", &[""]);
        check("/größe/日本", &["größe", "日本"]);
        check("/ a /*", &["a", "*"]);
    }

    #[test]
    fn texts_that_are_no_path_are_refused() {
        refuse("", PathError::Empty);
        refuse("/", PathError::Empty);
        refuse("pk", PathError::MissingSlash { offset: 0 });
        refuse("/a//b", PathError::EmptySegment { offset: 3 });
        refuse("/\"a\"b", PathError::MissingSlash { offset: 4 });
        refuse("/a/\"b", PathError::UnclosedQuote { offset: 3 });
        refuse("/a/\"b\\\"", PathError::UnclosedQuote { offset: 3 });
    }

    #[test]
    fn printing_quotes_only_where_needed() {
        let print = |names: &[&str]| {
            PropertyPath::from_segments(names.iter().copied())
                .unwrap()
                .to_string()
        };
        assert_eq!(print(&["a", "b c"]), "/a/b c");
        assert_eq!(print(&["a/b", "\"", " x"]), r#"/"a/b"/"\""/" x""#);
        assert_eq!(print(&[""]), "/\"\"");
        assert_eq!(
            PropertyPath::from_segments(Vec::<String>::new()),
            Err(PathError::Empty)
        );
    }

    #[test]
    fn a_path_covers_itself_and_what_is_below() {
        let path = |text: &str| text.parse::<PropertyPath>().unwrap();
        assert!(path("/a").covers(&path("/a/b")));
        assert!(path("/a").covers(&path("/a")));
        assert!(!path("/a").covers(&path("/ab")));
        assert!(!path("/a/b").covers(&path("/a")));
        assert_eq!(path("/a/b").depth(), 2);
    }
}
