//! Numbers inside JSON text: the grammar, and the bounds of a double.

use super::error::DocumentError;

/// Digits before the point that are always within a double's range.
const SAFE_DIGITS: usize = 300;

/// Walks a number that starts at `start`; returns one past its end.
///
/// The text is not changed: integers beyond 2^53 and long fractions stay as they are.
///
/// # Errors
/// A syntax error, or [`DocumentError::NumberOutOfRange`] when the nearest double is infinite.
pub(super) fn skip_number(text: &[u8], start: usize) -> Result<usize, DocumentError> {
    let mut at = start;
    if text.get(at) == Some(&b'-') {
        at += 1;
    }
    let first = at;
    at = skip_digits(text, at, "digit")?;
    let whole = at - first;
    if whole > 1 && text.get(first) == Some(&b'0') {
        return Err(DocumentError::Syntax {
            expected: "number with a leading zero",
            at: first,
        });
    }
    if text.get(at) == Some(&b'.') {
        at = skip_digits(text, at + 1, "digit after the point")?;
    }
    let mut unbounded = whole > SAFE_DIGITS;
    if let Some(b'e' | b'E') = text.get(at) {
        unbounded = true;
        at += 1;
        if let Some(b'+' | b'-') = text.get(at) {
            at += 1;
        }
        at = skip_digits(text, at, "digit of the exponent")?;
    }
    if unbounded && !is_finite(text.get(start..at).unwrap_or_default()) {
        return Err(DocumentError::NumberOutOfRange(start));
    }
    Ok(at)
}

fn skip_digits(text: &[u8], at: usize, expected: &'static str) -> Result<usize, DocumentError> {
    let rest = text.get(at..).unwrap_or_default();
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return Err(DocumentError::Syntax { expected, at });
    }
    Ok(at + count)
}

fn is_finite(number: &[u8]) -> bool {
    std::str::from_utf8(number)
        .ok()
        .and_then(|text| text.parse::<f64>().ok())
        .is_some_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammar_and_range() {
        let check = |text: &str, expected: Option<usize>| {
            assert_eq!(skip_number(text.as_bytes(), 0).ok(), expected, "{text}");
        };
        check("0", Some(1));
        check("-0", Some(2));
        check("-0.0e-0,", Some(7));
        check("9007199254740993]", Some(16));
        check("1.7976931348623157e308", Some(22));
        check("1e-400", Some(6));
        check("01", None);
        check("-", None);
        check("1.", None);
        check(".5", None);
        check("1e", None);
        check("1e+", None);
        check("1e309", None);
        check("-1e400", None);
        check(&"9".repeat(400), None);
        check(&"9".repeat(301), Some(301));
    }
}
