//! Numbers as the planner prints them: up to 17 significant digits (`0.1` becomes `0.10000000000000001`).

use cosmokit_protocol::value::Number;

/// Significant digits that tell every double from every other.
const DIGITS: usize = 17;

/// Appends the text of a number; NaN and the infinities by name.
pub(super) fn write_number(number: Number, out: &mut String) {
    match number.as_i64() {
        Some(value) if value != 0 || number.as_f64().is_sign_positive() => {
            out.push_str(&value.to_string());
        }
        _ if number.is_finite() => write_double(number.as_f64(), out),
        _ => out.push_str(&number.to_string()),
    }
}

/// What `printf("%.17g")` prints.
fn write_double(value: f64, out: &mut String) {
    let text = format!("{value:.precision$e}", precision = DIGITS - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    out.push_str(sign);
    match usize::try_from(exponent) {
        Ok(whole) if whole < DIGITS => write_fixed(digits, whole + 1, out),
        Err(_) if exponent >= -4 => {
            out.push_str("0.");
            out.extend((1..exponent.unsigned_abs()).map(|_| '0'));
            out.push_str(digits);
        }
        _ => {
            write_fixed(digits, 1, out);
            out.push_str(if exponent < 0 { "e-" } else { "e+" });
            let digits = exponent.unsigned_abs().to_string();
            if digits.len() < 2 {
                out.push('0');
            }
            out.push_str(&digits);
        }
    }
}

/// `whole` digits before the point, the others behind it.
fn write_fixed(digits: &str, whole: usize, out: &mut String) {
    match digits.split_at_checked(whole) {
        Some((before, "")) => out.push_str(before),
        Some((before, after)) => {
            out.push_str(before);
            out.push('.');
            out.push_str(after);
        }
        None => {
            out.push_str(digits);
            out.extend((digits.len()..whole).map(|_| '0'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seventeen_digits() {
        let check = |input: &str, expected: &str| {
            let mut out = String::new();
            write_number(Number::parse(input).unwrap(), &mut out);
            assert_eq!(out, expected, "{input}");
            assert_eq!(
                Number::parse(&out),
                Number::parse(input),
                "{input} reads back"
            );
        };
        check("5", "5");
        check("5.0", "5");
        check("-0", "-0");
        check("0.1", "0.10000000000000001");
        check("-2.5", "-2.5");
        check("66408.034483", "66408.034482999996");
        check("0.0001", "0.0001");
        check("0.00001", "1.0000000000000001e-05");
        check("1e300", "1.0000000000000001e+300");
        check("1e20", "1e+20");
        check("9007199254740993", "9007199254740993");
        check("123456789012345680000", "1.2345678901234568e+20");
    }
}
