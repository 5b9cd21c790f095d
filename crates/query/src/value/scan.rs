//! Finds the end of JSON values in bytes without reading them.
//!
//! The bytes are taken to be JSON that was checked before; on anything else the answers are wrong but nothing panics.

/// The number of blank bytes at the start.
pub(super) fn blanks(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
        .count()
}

/// `bytes` without leading blanks.
pub(super) fn trim_start(bytes: &[u8]) -> &[u8] {
    match bytes.first() {
        Some(b' ' | b'\t' | b'\n' | b'\r') => bytes
            .split_at_checked(blanks(bytes))
            .map_or(bytes, |(_, rest)| rest),
        _ => bytes,
    }
}

/// Splits the JSON value at the start of `bytes` from what follows; `None` when it does not end.
pub(super) fn split_value(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = match bytes.first()? {
        b'"' => 1 + string_end(bytes.get(1..)?)?,
        b'{' | b'[' => container_end(bytes)?,
        _ => bytes
            .iter()
            .position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'))
            .unwrap_or(bytes.len()),
    };
    bytes.split_at_checked(length)
}

/// The length of a string up to and with its closing quote; `bytes` start behind the opening one.
pub(super) fn string_end(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let found = find_quote_or_escape(rest)?;
        if rest.get(found) == Some(&b'"') {
            return Some(from + found + 1);
        }
        from += found + 2;
    }
}

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;
const QUOTES: u64 = ONES * b'"' as u64;
const ESCAPES: u64 = ONES * b'\\' as u64;

/// Marks the high bit of each byte that is zero.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// The position of the first quote or backslash, eight bytes at a time.
fn find_quote_or_escape(bytes: &[u8]) -> Option<usize> {
    let (words, tail) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zero_bytes(word ^ QUOTES) | zero_bytes(word ^ ESCAPES);
        if found != 0 {
            let within = usize::try_from(found.trailing_zeros() / 8).ok()?;
            return Some(index * 8 + within);
        }
    }
    let before = bytes.len() - tail.len();
    tail.iter()
        .position(|byte| matches!(byte, b'"' | b'\\'))
        .map(|within| before + within)
}

/// The length of the object or array at the start.
fn container_end(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    let mut position = 0;
    loop {
        match bytes.get(position)? {
            b'"' => position += string_end(bytes.get(position + 1..)?)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(position + 1);
                }
            }
            _ => {}
        }
        position += 1;
    }
}
