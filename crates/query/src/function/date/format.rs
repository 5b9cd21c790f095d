//! DATETIMEFORMAT: patterns in the manner of .NET, with English names.

use std::fmt::Write as _;

use super::instant::DateTime;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// The text of a date under a pattern; `None` for a pattern that ends in the middle of a quote or an escape.
pub(super) fn format(date: DateTime, pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let run = rest
            .chars()
            .take_while(|character| *character == first)
            .count();
        let used = match first {
            '\\' => {
                let escaped = rest.chars().nth(1)?;
                out.push(escaped);
                1 + escaped.len_utf8()
            }
            '\'' | '"' => {
                let end = rest.get(1..)?.find(first)?;
                out.push_str(rest.get(1..=end)?);
                end + 2
            }
            _ if specifier(date, first, run, &mut out) => run,
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = rest.get(used..)?;
    }
    Some(out)
}

/// Writes a run of one specifier letter; false when the letter is none.
fn specifier(date: DateTime, letter: char, run: usize, out: &mut String) -> bool {
    let civil = date.civil();
    let hour12 = if civil.hour() % 12 == 0 {
        12
    } else {
        civil.hour() % 12
    };
    let name = |names: &[&'static str], index: i8, run: usize| {
        let full = usize::try_from(index)
            .ok()
            .and_then(|index| names.get(index))
            .copied()
            .unwrap_or_default();
        if run == 3 {
            full.get(..3).unwrap_or(full)
        } else {
            full
        }
    };
    let written = match (letter, run) {
        ('y', 1 | 2) => write!(out, "{:0run$}", civil.year() % 100),
        ('y', _) => write!(out, "{:0run$}", civil.year()),
        ('M', 1 | 2) => write!(out, "{:0run$}", civil.month()),
        ('M', _) => out.write_str(name(&MONTHS, civil.month() - 1, run)),
        ('d', 1 | 2) => write!(out, "{:0run$}", civil.day()),
        ('d', _) => out.write_str(name(&DAYS, civil.weekday().to_monday_zero_offset(), run)),
        ('H', _) => write!(out, "{:0width$}", civil.hour(), width = run.min(2)),
        ('h', _) => write!(out, "{hour12:0width$}", width = run.min(2)),
        ('m', _) => write!(out, "{:0width$}", civil.minute(), width = run.min(2)),
        ('s', _) => write!(out, "{:0width$}", civil.second(), width = run.min(2)),
        ('t', _) => {
            let half = if civil.hour() < 12 { "AM" } else { "PM" };
            out.write_str(half.get(..run.min(2)).unwrap_or(half))
        }
        ('f' | 'F', 1..=7) => {
            let digits = format!("{:07}", date.subsecond_ticks());
            let digits = digits.get(..run).unwrap_or(&digits);
            out.write_str(if letter == 'F' {
                digits.trim_end_matches('0')
            } else {
                digits
            })
        }
        _ => return false,
    };
    written.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_filled() {
        let date = DateTime::parse("2021-03-07T15:04:09.1230000").unwrap();
        let check = |pattern: &str, expected: &str| {
            assert_eq!(
                format(date, pattern).as_deref(),
                Some(expected),
                "{pattern}"
            );
        };
        check("yyyy-MM-ddTHH:mm:ss.fffffff", "2021-03-07T15:04:09.1230000");
        check("yy M d H h m s", "21 3 7 15 3 4 9");
        check("dddd, dd MMMM yyyy", "Sunday, 07 March 2021");
        check("ddd MMM hh:mm tt", "Sun Mar 03:04 PM");
        check("s.FFFFFFF", "9.123");
        check(r"\y'yy'", "yyy");
        assert_eq!(format(date, "'open"), None);
    }
}
