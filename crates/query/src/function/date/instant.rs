//! A point in time: read from and printed as ISO 8601, counted in ticks of 100 ns since 1970.

use std::fmt;

use jiff::civil;
use jiff::tz::Offset;

/// Ticks in a millisecond.
pub(in crate::function) const TICKS_PER_MILLISECOND: i64 = 10_000;

/// Nanoseconds in a tick.
const NANOSECONDS_PER_TICK: i64 = 100;

/// 1601-01-01T00:00:00Z: where file times begin, before which the service converts no numbers.
const FILE_TIME_ORIGIN: i64 = -116_444_736_000_000_000;

/// A point in time between the years 1 and 9999, UTC, to 100 ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::function) struct DateTime(civil::DateTime);

impl DateTime {
    /// Reads `YYYY-MM-DD[Z]` or `YYYY-MM-DDThh:mm:ss[.fffffff][Z]`; a blank may stand for the T. Offsets are refused.
    pub(in crate::function) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('Z').unwrap_or(text);
        let (date, time) = match text.split_once(['T', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let [year, month, day] = fields(date, '-', [4, 2, 2])?;
        let mut parts = [year, month, day, 0, 0, 0, 0];
        if let Some(time) = time {
            let (time, fraction) = match time.split_once('.') {
                Some((time, fraction)) => (time, Some(fraction)),
                None => (time, None),
            };
            let [hour, minute, second] = fields(time, ':', [2, 2, 2])?;
            parts = [
                year,
                month,
                day,
                hour,
                minute,
                second,
                fraction.map_or(Some(0), fraction_ticks)?,
            ];
        }
        Self::from_parts(parts)
    }

    /// The point with this year, month, day, hour, minute, second and ticks, when there is one.
    pub(in crate::function) fn from_parts(parts: [i64; 7]) -> Option<Self> {
        let [year, month, day, hour, minute, second, ticks] = parts;
        if !(1..=9999).contains(&year) || !(0..10_000_000).contains(&ticks) {
            return None;
        }
        let nanoseconds = i32::try_from(ticks * NANOSECONDS_PER_TICK).ok()?;
        let small = |value: i64| i8::try_from(value).ok();
        let date = civil::Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
        let second = small(second).filter(|second| *second < 60)?;
        let time = civil::Time::new(small(hour)?, small(minute)?, second, nanoseconds).ok()?;
        Some(Self(date.to_datetime(time)))
    }

    /// The point this many ticks after 1970.
    pub(in crate::function) fn from_ticks(ticks: i64) -> Option<Self> {
        let nanoseconds = i128::from(ticks) * i128::from(NANOSECONDS_PER_TICK);
        let timestamp = jiff::Timestamp::from_nanosecond(nanoseconds).ok()?;
        Self::from_civil(Offset::UTC.to_datetime(timestamp))
    }

    /// Like [`DateTime::from_ticks`], from 1601 on.
    pub(in crate::function) fn from_file_ticks(ticks: i64) -> Option<Self> {
        Self::from_ticks(ticks).filter(Self::is_file_time)
    }

    /// Whether this is 1601 or later.
    pub(in crate::function) fn is_file_time(&self) -> bool {
        self.ticks() >= FILE_TIME_ORIGIN
    }

    pub(super) fn from_civil(civil: civil::DateTime) -> Option<Self> {
        (1..=9999).contains(&civil.year()).then_some(Self(civil))
    }

    pub(super) fn civil(self) -> civil::DateTime {
        self.0
    }

    /// Ticks since 1970.
    pub(in crate::function) fn ticks(self) -> i64 {
        let nanoseconds = Offset::UTC
            .to_timestamp(self.0)
            .map_or(0, jiff::Timestamp::as_nanosecond);
        i64::try_from(nanoseconds.div_euclid(i128::from(NANOSECONDS_PER_TICK))).unwrap_or(i64::MAX)
    }

    /// Ticks since the last whole second.
    pub(super) fn subsecond_ticks(self) -> i64 {
        i64::from(self.0.subsec_nanosecond()) / NANOSECONDS_PER_TICK
    }
}

/// Numbers of fixed widths between separators.
fn fields<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i64; N]> {
    let mut pieces = text.split(separator);
    let mut numbers = [0; N];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let piece = pieces.next().filter(|piece| piece.len() == width)?;
        *number = digits(piece)?;
    }
    pieces.next().is_none().then_some(numbers)
}

fn digits(text: &str) -> Option<i64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

/// One to seven digits of a fraction of a second.
fn fraction_ticks(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 7 {
        return None;
    }
    digits(&format!("{text:0<7}"))
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.0;
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second(),
            self.subsecond_ticks()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_or_refused() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                DateTime::parse(text)
                    .map(|date| date.to_string())
                    .as_deref(),
                expected,
                "{text}"
            );
        };
        check(
            "2020-08-13T23:19:54.3002652Z",
            Some("2020-08-13T23:19:54.3002652Z"),
        );
        check("2024-12-12", Some("2024-12-12T00:00:00.0000000Z"));
        check("2024-12-12Z", Some("2024-12-12T00:00:00.0000000Z"));
        check(
            "2024-12-12 01:02:03.4",
            Some("2024-12-12T01:02:03.4000000Z"),
        );
        check("2024-02-29", Some("2024-02-29T00:00:00.0000000Z"));
        for text in [
            "",
            "2024",
            "2024-13-01",
            "2023-02-29",
            "2024-12-12T20Z",
            "2024-12-12T20:00:00.",
            "2024-12-12T20:00:00.12345678",
            "2024-12-12T20:00:00+01:00",
            "2024-12-12T24:00:00",
            "2024-12-12T00:00:60",
            "24-12-12",
            "2024-1-1",
            "0000-01-01",
            "2024-12-12T",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn ticks_count_from_1970() {
        let check = |text: &str, ticks: i64| {
            let date = DateTime::parse(text).unwrap();
            assert_eq!(date.ticks(), ticks, "{text}");
            assert_eq!(DateTime::from_ticks(ticks), Some(date), "{ticks}");
        };
        check("1970-01-01", 0);
        check("2020-08-13T23:19:54.3002652Z", 15_973_607_943_002_652);
        check("1601-01-01", FILE_TIME_ORIGIN);
        check("0001-01-01", -621_355_968_000_000_000);
        assert_eq!(DateTime::from_file_ticks(FILE_TIME_ORIGIN - 1), None);
        assert_eq!(DateTime::from_ticks(i64::MAX), None);
    }
}
