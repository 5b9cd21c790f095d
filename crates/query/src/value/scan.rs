//! Finds the end of JSON values in bytes without reading them.
//!
//! The bytes are taken to be JSON that was checked before; on anything else the answers are wrong but nothing panics.

use super::words::{
    WORD, closing, equal, find, opening, quote_or_escape, scalar_end, total, totals, word,
};

/// The position of the first byte from `at` that is no blank.
#[inline]
pub(super) fn behind_blanks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Where the JSON value ends that starts at `at`; `None` when it does not end.
#[inline]
pub(super) fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string_end(bytes, at + 1).map(|end| end.quote + 1),
        b'{' | b'[' => container_end(bytes, at),
        _ => Some(find(bytes, at, scalar_end).unwrap_or(bytes.len())),
    }
}

/// Where a string ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StringEnd {
    /// The position of the closing quote.
    pub(super) quote: usize,
    /// Whether there is a backslash before.
    pub(super) escaped: bool,
}

/// The end of a string whose content starts at `at`.
#[inline]
pub(super) fn string_end(bytes: &[u8], at: usize) -> Option<StringEnd> {
    let quote = find(bytes, at, quote_or_escape)?;
    if bytes.get(quote) == Some(&b'"') {
        return Some(StringEnd {
            quote,
            escaped: false,
        });
    }
    escaped_string_end(bytes, quote)
}

/// The end of a string with a backslash at `at`.
#[cold]
fn escaped_string_end(bytes: &[u8], mut at: usize) -> Option<StringEnd> {
    while bytes.get(at)? != &b'"' {
        at = find(bytes, at + 2, quote_or_escape)?;
    }
    Some(StringEnd {
        quote: at,
        escaped: true,
    })
}

/// Whether a string has a backslash in it; `content` is what stands between its quotes.
#[inline]
pub(super) fn has_escape(content: &[u8]) -> bool {
    find(content, 0, quote_or_escape).is_some()
}

/// Where the object or array ends that starts at `at`.
///
/// Word by word: quotes tell which bytes lie in strings, and where brackets outside of them close as many as opened.
fn container_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut nest = Nest::default();
    let mut at = at;
    while at < bytes.len() {
        if let Some(end) = nest.through(word(bytes, at)) {
            return Some(at + end);
        }
        at += WORD;
    }
    None
}

/// What is known of a container at the start of a word.
#[derive(Clone, Copy, Debug, Default)]
struct Nest {
    /// Brackets that are open.
    depth: u64,
    /// The lowest bit of each byte, when the word starts inside a string.
    in_string: u64,
    /// One when the first byte is escaped.
    escaped: u64,
}

impl Nest {
    /// Looks at a word; the bytes up to and with the bracket that closes the container, when it is there.
    #[inline]
    fn through(&mut self, word: u64) -> Option<usize> {
        let mut quotes = equal(word, b'"');
        let backslashes = equal(word, b'\\');
        if backslashes | self.escaped != 0 {
            quotes &= !self.escaped_bytes(backslashes);
        }
        // A byte is in a string when the quotes up to it, and those of the words before, are odd in number.
        let strings = totals(quotes) ^ self.in_string;
        self.in_string = if strings >> 56 & 1 == 1 { u64::MAX } else { 0 };
        let outside = !strings;
        let (opening, mut closing) = (opening(word) & outside, closing(word) & outside);
        self.depth += total(opening);
        // Brackets that open behind one that closes must not count for it.
        while closing != 0 {
            let lowest = closing & closing.wrapping_neg();
            let behind = opening & !(lowest | (lowest - 1));
            self.depth = self.depth.saturating_sub(1);
            if self.depth == total(behind) {
                return usize::try_from(lowest.trailing_zeros() / 8 + 1).ok();
            }
            closing ^= lowest;
        }
        None
    }

    /// The bytes behind backslashes that are not escaped themselves.
    fn escaped_bytes(&mut self, backslashes: u64) -> u64 {
        let mut escaped = self.escaped;
        self.escaped = 0;
        let mut rest = backslashes;
        while rest != 0 {
            let lowest = rest & rest.wrapping_neg();
            if escaped & lowest == 0 {
                escaped |= lowest << 8;
                self.escaped = lowest >> 56;
            }
            rest ^= lowest;
        }
        escaped
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The end of a container, byte by byte.
    fn naive_end(bytes: &[u8]) -> Option<usize> {
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        for (index, byte) in bytes.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(index + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn naive_string_end(bytes: &[u8]) -> Option<StringEnd> {
        let mut escaped = false;
        let mut from = 0;
        loop {
            match bytes.get(from)? {
                b'"' => {
                    return Some(StringEnd {
                        quote: from,
                        escaped,
                    });
                }
                b'\\' => {
                    escaped = true;
                    from += 2;
                }
                _ => from += 1,
            }
        }
    }

    /// Bytes in which what matters is frequent.
    fn dense() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            2 => proptest::sample::select(b"{}[]\"\\,: ".to_vec()),
            1 => any::<u8>(),
            3 => Just(b'a'),
        ];
        proptest::collection::vec(byte, 0..300)
    }

    proptest! {
        #[test]
        fn containers_end_where_they_do_byte_by_byte(text in dense()) {
            let text = without_escapes_outside_strings(std::iter::once(b'[').chain(text));
            prop_assert_eq!(container_end(&text, 0), naive_end(&text));
        }

        #[test]
        fn strings_end_where_they_do_byte_by_byte(text in dense()) {
            prop_assert_eq!(string_end(&text, 0), naive_string_end(&text));
        }

        #[test]
        fn scalars_end_before_what_follows(text in dense()) {
            let end = text.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | 0..=b' '));
            prop_assert_eq!(find(&text, 0, scalar_end), end);
        }
    }

    /// The bytes without what no JSON has, and about which the two ways may differ.
    fn without_escapes_outside_strings(bytes: impl Iterator<Item = u8>) -> Vec<u8> {
        let (mut in_string, mut escaped) = (false, false);
        let kept = bytes.filter(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'\\' => return false,
                b'"' => in_string = !in_string,
                _ => {}
            }
            true
        });
        kept.collect()
    }
}
