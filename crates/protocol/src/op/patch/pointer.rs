//! JSON pointers (RFC 6901), as patches use them.

use std::borrow::Cow;

use super::PatchReason;

/// The most levels of a document, and the most segments of a path into it.
pub(super) const MAX_DEPTH: usize = 128;

/// A parsed JSON pointer: property names and array indexes, unescaped. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer<'a>(Vec<Cow<'a, str>>);

impl<'a> Pointer<'a> {
    /// Parses `/a/b~1c/0`; `~0` stands for `~` and `~1` for `/`.
    ///
    /// # Errors
    /// [`PatchReason::Root`] for the empty path, [`PatchReason::InvalidPath`] for one that does not start with
    /// `/` or holds a `~` before something else, [`PatchReason::TooDeep`] for one of more than 128 segments.
    pub fn parse(path: &'a str) -> Result<Self, PatchReason> {
        if path.is_empty() {
            return Err(PatchReason::Root);
        }
        let rest = path.strip_prefix('/').ok_or(PatchReason::InvalidPath)?;
        if rest.split('/').nth(MAX_DEPTH).is_some() {
            return Err(PatchReason::TooDeep { limit: MAX_DEPTH });
        }
        let segments: Option<_> = rest.split('/').map(unescape).collect();
        segments.map(Self).ok_or(PatchReason::InvalidPath)
    }

    /// The number of segments.
    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }

    /// The segments, outermost first.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The last segment, and those before it.
    pub(super) fn split_last(&self) -> (&[Cow<'a, str>], &str) {
        let (last, parents) = self.0.split_last().expect("a parsed pointer has a segment");
        (parents, last)
    }

    /// Whether `other` lies below this place.
    pub(super) fn is_above(&self, other: &Self) -> bool {
        self.0.len() < other.0.len() && other.0.starts_with(&self.0)
    }
}

fn unescape(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('~') {
        return Some(Cow::Borrowed(segment));
    }
    let mut name = String::with_capacity(segment.len());
    let mut chars = segment.chars();
    while let Some(c) = chars.next() {
        match c {
            '~' => name.push(match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            }),
            c => name.push(c),
        }
    }
    Some(Cow::Owned(name))
}

/// Where a segment points in an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Index {
    /// At an element, or where one could be.
    At(usize),
    /// Behind the last element: `-`.
    End,
}

impl Index {
    /// Parses `-` or digits without leading zeros.
    pub(super) fn parse(segment: &str) -> Result<Self, PatchReason> {
        if segment == "-" {
            return Ok(Self::End);
        }
        let digits = segment.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || (segment.len() > 1 && segment.starts_with('0')) {
            return Err(PatchReason::InvalidIndex);
        }
        segment
            .parse()
            .map(Self::At)
            .map_err(|_| PatchReason::InvalidIndex)
    }

    /// The element of an array of `len` elements at which this points.
    pub(super) fn existing(self, len: usize) -> Result<usize, PatchReason> {
        match self {
            Self::At(index) if index < len => Ok(index),
            Self::At(_) => Err(PatchReason::IndexOutOfRange { len }),
            Self::End => Err(PatchReason::MissingTarget),
        }
    }

    /// The place in an array of `len` elements at which an element can be put.
    pub(super) fn insertion(self, len: usize) -> Result<usize, PatchReason> {
        match self {
            Self::At(index) if index <= len => Ok(index),
            Self::At(_) => Err(PatchReason::IndexOutOfRange { len }),
            Self::End => Ok(len),
        }
    }
}
