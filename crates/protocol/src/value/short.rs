//! Byte and text strings that stay on the stack while they are short.
//!
//! Keys, ids and hash points are small and made on every request; these two types keep them out of the
//! allocator. Longer content moves to the heap, so neither type has a length limit of its own.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A byte string with `N` bytes of inline room (`N` ≤ 255).
#[derive(Clone)]
pub(crate) enum ShortBytes<const N: usize> {
    /// The first `len` bytes are the content.
    Inline { len: u8, bytes: [u8; N] },
    /// Content that did not fit.
    Heap(Vec<u8>),
}

impl<const N: usize> ShortBytes<N> {
    /// The empty string.
    pub(crate) const EMPTY: Self = Self::Inline {
        len: 0,
        bytes: [0; N],
    };

    /// One byte.
    pub(crate) const fn of_byte(byte: u8) -> Self {
        let mut bytes = [0; N];
        if let Some(first) = bytes.first_mut() {
            *first = byte;
        }
        Self::Inline { len: 1, bytes }
    }

    /// Copies `content`.
    pub(crate) fn from_slice(content: &[u8]) -> Self {
        let mut short = Self::EMPTY;
        short.extend_from_slice(content);
        short
    }

    /// The content.
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Heap(bytes) => bytes,
        }
    }

    /// The content, writable.
    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        match self {
            Self::Inline { len, bytes } => bytes.get_mut(..usize::from(*len)).unwrap_or_default(),
            Self::Heap(bytes) => bytes,
        }
    }

    /// Appends one byte.
    pub(crate) fn push(&mut self, byte: u8) {
        self.extend_from_slice(&[byte]);
    }

    /// Appends `more`, moving to the heap when the inline room is used up.
    pub(crate) fn extend_from_slice(&mut self, more: &[u8]) {
        match self {
            Self::Heap(bytes) => bytes.extend_from_slice(more),
            Self::Inline { len, bytes } => {
                let start = usize::from(*len);
                let end = start + more.len();
                if let (Some(room), Ok(new_len)) = (bytes.get_mut(start..end), u8::try_from(end)) {
                    room.copy_from_slice(more);
                    *len = new_len;
                } else {
                    let mut heap = Vec::with_capacity(end);
                    heap.extend_from_slice(bytes.get(..start).unwrap_or_default());
                    heap.extend_from_slice(more);
                    *self = Self::Heap(heap);
                }
            }
        }
    }
}

impl<const N: usize> fmt::Debug for ShortBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_slice(), f)
    }
}

/// A text with `N` bytes of inline room (`N` ≤ 255).
#[derive(Clone)]
pub(crate) struct ShortText<const N: usize>(TextRepr<N>);

#[derive(Clone)]
enum TextRepr<const N: usize> {
    Inline { len: u8, bytes: [u8; N] },
    Heap(Box<str>),
}

impl<const N: usize> ShortText<N> {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        match &self.0 {
            TextRepr::Inline { len, bytes } => {
                let content = bytes.get(..usize::from(*len)).unwrap_or_default();
                std::str::from_utf8(content).expect("inline text is copied from a whole &str")
            }
            TextRepr::Heap(text) => text,
        }
    }

    fn inline(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        let len = u8::try_from(text.len()).ok()?;
        Some(Self(TextRepr::Inline { len, bytes }))
    }
}

impl<const N: usize> From<&str> for ShortText<N> {
    fn from(text: &str) -> Self {
        Self::inline(text).unwrap_or_else(|| Self(TextRepr::Heap(text.into())))
    }
}

impl<const N: usize> From<String> for ShortText<N> {
    fn from(text: String) -> Self {
        Self::inline(&text).unwrap_or_else(|| Self(TextRepr::Heap(text.into_boxed_str())))
    }
}

impl<const N: usize> fmt::Debug for ShortText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<const N: usize> PartialEq for ShortText<N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<const N: usize> Eq for ShortText<N> {}

impl<const N: usize> Hash for ShortText<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl<const N: usize> PartialOrd for ShortText<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for ShortText<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_move_to_the_heap_only_when_full() {
        let mut short = ShortBytes::<4>::EMPTY;
        for (index, byte) in (0u8..6).enumerate() {
            short.push(byte);
            assert_eq!(short.as_slice().len(), index + 1);
            assert_eq!(matches!(short, ShortBytes::Inline { .. }), index < 4);
        }
        assert_eq!(short.as_slice(), [0, 1, 2, 3, 4, 5]);
        assert_eq!(ShortBytes::<4>::of_byte(7).as_slice(), [7]);
        assert_eq!(ShortBytes::<4>::from_slice(&[1, 2]).as_mut_slice(), [1, 2]);
    }

    #[test]
    fn text_keeps_its_content_on_both_sides_of_the_limit() {
        for text in ["", "a", "abcd", "abcde", "éé", "ééé"] {
            assert_eq!(ShortText::<4>::from(text).as_str(), text);
            assert_eq!(ShortText::<4>::from(text.to_owned()).as_str(), text);
        }
        assert!(matches!(
            ShortText::<4>::from("éé").0,
            TextRepr::Inline { .. }
        ));
        assert!(matches!(ShortText::<4>::from("ééa").0, TextRepr::Heap(_)));
    }
}
