//! Which bytes are of a kind, eight at a time in one word: what finding the parts of JSON texts is made of.

/// Bytes of a word.
pub(super) const WORD: usize = 8;

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;
const LOWS: u64 = !HIGHS;

/// The bit in which brackets differ from braces.
const BRACE: u64 = ONES * 0x20;

/// Marks the high bit of each byte equal to `byte`, and of some bytes above the lowest such one.
#[inline]
const fn lowest_equal(word: u64, byte: u8) -> u64 {
    let different = word ^ (ONES * byte as u64);
    different.wrapping_sub(ONES) & !different & HIGHS
}

/// The lowest bit of each byte equal to `byte`.
#[inline]
pub(super) const fn equal(word: u64, byte: u8) -> u64 {
    let different = word ^ (ONES * byte as u64);
    !(((different & LOWS) + LOWS) | different) >> 7 & ONES
}

/// The lowest bit of each `{` and `[`.
#[inline]
pub(super) const fn opening(word: u64) -> u64 {
    equal(word | BRACE, b'{')
}

/// The lowest bit of each `}` and `]`.
#[inline]
pub(super) const fn closing(word: u64) -> u64 {
    equal(word | BRACE, b'}')
}

/// In each byte the sum of the bytes up to it; `bytes` are ones and zeros.
#[inline]
pub(super) const fn totals(bytes: u64) -> u64 {
    bytes.wrapping_mul(ONES)
}

/// The sum of the bytes, which are ones and zeros.
#[inline]
pub(super) const fn total(bytes: u64) -> u64 {
    totals(bytes) >> 56
}

/// Marks the high bit of each byte that is `byte` or less; `byte` is below 128.
#[inline]
const fn at_most(word: u64, byte: u8) -> u64 {
    !(((word & LOWS) + ONES * (0x7F - byte) as u64) | word) & HIGHS
}

/// The lowest quote or backslash.
#[inline]
pub(super) const fn quote_or_escape(word: u64) -> u64 {
    lowest_equal(word, b'"') | lowest_equal(word, b'\\')
}

/// The lowest byte that may stand behind a number, a boolean or null: a comma, a closing bracket, a blank.
#[inline]
pub(super) const fn scalar_end(word: u64) -> u64 {
    lowest_equal(word, b',') | lowest_equal(word | BRACE, b'}') | at_most(word, b' ')
}

/// The lowest byte that cannot stand in a JSON string as it is: a quote, a backslash, a control character.
#[inline]
pub(super) const fn unwritable(word: u64) -> u64 {
    quote_or_escape(word) | at_most(word, 0x1F)
}

/// The word at a position; bytes behind the end are zero.
#[inline]
pub(super) fn word(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(word) => u64::from_le_bytes(*word),
        None => last_word(rest),
    }
}

fn last_word(bytes: &[u8]) -> u64 {
    let shifts = (0..64).step_by(8);
    let shifted = bytes.iter().zip(shifts);
    shifted.fold(0, |word, (byte, shift)| word | u64::from(*byte) << shift)
}

/// The position of the first byte from `at` that `kind` marks.
#[inline]
pub(super) fn find(bytes: &[u8], at: usize, kind: impl Fn(u64) -> u64) -> Option<usize> {
    let mut at = at;
    while at < bytes.len() {
        let marks = kind(word(bytes, at));
        if marks != 0 {
            let place = at + usize::try_from(marks.trailing_zeros() / 8).unwrap_or(WORD);
            return (place < bytes.len()).then_some(place);
        }
        at += WORD;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bytes in which what matters is frequent.
    fn dense(count: usize) -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            any::<u8>(),
            proptest::sample::select(b"{}[]\"\\, \n\x1f\x20".to_vec())
        ];
        proptest::collection::vec(byte, count)
    }

    proptest! {
        #[test]
        fn the_first_byte_of_a_kind_is_found(length in 0_usize..40, text in dense(40)) {
            let text = &text[..length];
            let first = |kind: fn(u8) -> bool| text.iter().position(|byte| kind(*byte));
            prop_assert_eq!(find(text, 0, quote_or_escape), first(|b| matches!(b, b'"' | b'\\')));
            prop_assert_eq!(find(text, 0, scalar_end), first(|b| matches!(b, b',' | b'}' | b']' | 0..=b' ')));
            prop_assert_eq!(find(text, 0, unwritable), first(|b| matches!(b, b'"' | b'\\' | 0..=0x1F)));
        }

        #[test]
        fn each_bit_tells_about_its_byte(text in dense(WORD)) {
            let bits = |kind: fn(u8) -> bool| {
                (0..64).step_by(8).zip(&text).fold(0, |sum, (shift, byte)| sum | u64::from(kind(*byte)) << shift)
            };
            let word = word(&text, 0);
            prop_assert_eq!(equal(word, b'"'), bits(|b| b == b'"'));
            prop_assert_eq!(opening(word), bits(|b| matches!(b, b'{' | b'[')));
            prop_assert_eq!(closing(word), bits(|b| matches!(b, b'}' | b']')));
            let quotes = text.iter().map(|byte| u64::from(*byte == b'"')).sum::<u64>();
            prop_assert_eq!(total(equal(word, b'"')), quotes);
        }
    }
}
