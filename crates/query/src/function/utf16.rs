//! Positions and lengths in strings are counted in UTF-16 units, as the service does.

use std::borrow::Cow;

/// The length of a text.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    }
}

/// A piece of a text. Half of a surrogate pair becomes U+FFFD.
pub(super) fn slice(text: &str, start: usize, count: usize) -> Cow<'_, str> {
    if text.is_ascii() {
        let start = start.min(text.len());
        let end = start.saturating_add(count).min(text.len());
        return Cow::Borrowed(text.get(start..end).unwrap_or_default());
    }
    let units: Vec<u16> = text.encode_utf16().skip(start).take(count).collect();
    Cow::Owned(String::from_utf16_lossy(&units))
}

/// The position of a byte offset.
pub(super) fn position(text: &str, offset: usize) -> usize {
    length(text.get(..offset).unwrap_or(text))
}

/// The byte offset of a position; the next whole character when it falls into one. `None` behind the end.
pub(super) fn offset(text: &str, position: usize) -> Option<usize> {
    if text.is_ascii() {
        return (position <= text.len()).then_some(position);
    }
    let mut units = 0;
    for (offset, character) in text.char_indices() {
        if units >= position {
            return Some(offset);
        }
        units += character.len_utf16();
    }
    (units >= position).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_counted_and_cut() {
        assert_eq!((length("abc"), length("é"), length("😀")), (3, 1, 2));
        assert_eq!(slice("abc", 1, 9), "bc");
        assert_eq!(slice("a😀b", 1, 2), "😀");
        assert_eq!(slice("a😀b", 3, 1), "b");
        assert_eq!(slice("a😀b", 1, 1), "\u{FFFD}");
        assert_eq!(position("a😀b", 5), 3);
        assert_eq!(
            (offset("a😀b", 3), offset("a😀b", 4), offset("a😀b", 5)),
            (Some(5), Some(6), None)
        );
    }
}
