//! Adding, subtracting and binning of dates.

use jiff::Span;
use jiff::civil;

use super::instant::DateTime;
use super::part::Part;

/// Ticks that make a whole nanosecond count: 100 nanoseconds are one.
const NANOSECONDS_PER_TICK: i64 = 100;

/// The date some parts later. Months end on their last day when there is no such day.
pub(super) fn add(date: DateTime, part: Part, count: i64) -> Option<DateTime> {
    match part {
        Part::Year => {
            shift_months(date.civil(), count.checked_mul(12)?).and_then(DateTime::from_civil)
        }
        Part::Month => shift_months(date.civil(), count).and_then(DateTime::from_civil),
        Part::Nanosecond => {
            DateTime::from_ticks(date.ticks().checked_add(count / NANOSECONDS_PER_TICK)?)
        }
        other => DateTime::from_ticks(
            date.ticks()
                .checked_add(count.checked_mul(other.ticks()?)?)?,
        ),
    }
}

fn shift_months(date: civil::DateTime, count: i64) -> Option<civil::DateTime> {
    let span = Span::new().try_months(count).ok()?;
    date.checked_add(span).ok()
}

/// Months since the year zero.
fn months(date: DateTime) -> i64 {
    i64::from(date.civil().year()) * 12 + i64::from(date.civil().month()) - 1
}

/// How many boundaries of a part lie between two dates.
pub(super) fn difference(part: Part, start: DateTime, end: DateTime) -> i64 {
    match part {
        Part::Year => i64::from(end.civil().year()) - i64::from(start.civil().year()),
        Part::Month => months(end) - months(start),
        Part::Nanosecond => (end.ticks() - start.ticks()).saturating_mul(NANOSECONDS_PER_TICK),
        other => {
            let ticks = other.ticks().unwrap_or(1);
            end.ticks().div_euclid(ticks) - start.ticks().div_euclid(ticks)
        }
    }
}

/// The number that a part of a date shows; fractions of a second count from the last second.
pub(super) fn field(date: DateTime, part: Part) -> i64 {
    let civil = date.civil();
    match part {
        Part::Year => i64::from(civil.year()),
        Part::Month => i64::from(civil.month()),
        Part::Day => i64::from(civil.day()),
        Part::Hour => i64::from(civil.hour()),
        Part::Minute => i64::from(civil.minute()),
        Part::Second => i64::from(civil.second()),
        Part::Millisecond => date.subsecond_ticks() / 10_000,
        Part::Microsecond => date.subsecond_ticks() / 10,
        Part::Nanosecond => date.subsecond_ticks() * NANOSECONDS_PER_TICK,
    }
}

/// The start of the bin of `size` parts, counted from an origin, that holds the date.
pub(super) fn bin(date: DateTime, part: Part, size: i64, origin: DateTime) -> Option<DateTime> {
    let ticks = match part {
        Part::Year => return bin_months(date, size.checked_mul(12)?, origin),
        Part::Month => return bin_months(date, size, origin),
        Part::Nanosecond => size.max(NANOSECONDS_PER_TICK) / NANOSECONDS_PER_TICK,
        other => size.checked_mul(other.ticks()?)?,
    };
    let since = date.ticks().checked_sub(origin.ticks())?;
    DateTime::from_ticks(origin.ticks() + since.div_euclid(ticks) * ticks)
}

fn bin_months(date: DateTime, size: i64, origin: DateTime) -> Option<DateTime> {
    let at = |bins: i64| {
        shift_months(origin.civil(), bins.checked_mul(size)?).and_then(DateTime::from_civil)
    };
    let bins = (months(date) - months(origin)).div_euclid(size);
    // The month may be right and the day still before the start of the bin.
    at(bins)
        .filter(|start| *start <= date)
        .or_else(|| at(bins - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> DateTime {
        DateTime::parse(text).unwrap()
    }

    #[test]
    fn adding_follows_the_calendar() {
        let check = |start: &str, part: Part, count: i64, expected: Option<&str>| {
            assert_eq!(
                add(date(start), part, count),
                expected.map(date),
                "{start} + {count} {part:?}"
            );
        };
        check("2020-01-31", Part::Month, 1, Some("2020-02-29"));
        check("2020-02-29", Part::Year, 1, Some("2021-02-28"));
        check("2020-01-01", Part::Day, -1, Some("2019-12-31"));
        check(
            "2020-01-01",
            Part::Nanosecond,
            250,
            Some("2020-01-01T00:00:00.0000002Z"),
        );
        check("9999-12-31", Part::Year, 1, None);
        check("2020-01-01", Part::Year, i64::MAX, None);
    }

    #[test]
    fn differences_count_boundaries() {
        let check = |part: Part, start: &str, end: &str, expected: i64| {
            assert_eq!(
                difference(part, date(start), date(end)),
                expected,
                "{part:?} {start} {end}"
            );
        };
        check(
            Part::Hour,
            "2019-02-04T16:00:00",
            "2018-03-05T05:00:00",
            -8075,
        );
        check(Part::Year, "2019-12-31T23:59:59", "2020-01-01", 1);
        check(Part::Month, "2019-11-30", "2020-01-01", 2);
        check(
            Part::Nanosecond,
            "2019-11-30",
            "2019-11-30T00:00:00.0000001Z",
            100,
        );
    }

    #[test]
    fn bins_start_at_multiples() {
        let check = |part: Part, size: i64, origin: &str, expected: &str| {
            let day = date("2021-01-08T18:35:00.0000000");
            assert_eq!(
                bin(day, part, size, date(origin)),
                Some(date(expected)),
                "{size} {part:?}"
            );
        };
        check(Part::Hour, 5, "1970-01-01", "2021-01-08T15:00:00");
        check(Part::Day, 1, "1970-01-01", "2021-01-08");
        check(Part::Month, 2, "1970-01-01", "2021-01-01");
        check(Part::Month, 1, "1970-01-15", "2020-12-15");
        check(Part::Year, 1, "1970-01-01", "2021-01-01");
    }
}
