//! The parts of a date and their names.

/// A part of a date or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

const NAMES: &[(Part, &[&str])] = &[
    (Part::Year, &["year", "yyyy", "yy"]),
    (Part::Month, &["month", "mm", "m"]),
    (Part::Day, &["day", "dd", "d"]),
    (Part::Hour, &["hour", "hh"]),
    (Part::Minute, &["minute", "mi", "n"]),
    (Part::Second, &["second", "ss", "s"]),
    (Part::Millisecond, &["millisecond", "ms"]),
    (Part::Microsecond, &["microsecond", "mcs"]),
    (Part::Nanosecond, &["nanosecond", "ns"]),
];

impl Part {
    /// The part of a name, in any case.
    pub(super) fn of(name: &str) -> Option<Self> {
        let named = |names: &&[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        NAMES
            .iter()
            .find(|(_, names)| named(names))
            .map(|(part, _)| *part)
    }

    /// Ticks in the part; `None` for months and years, which vary, and for nanoseconds, which are less.
    pub(super) fn ticks(self) -> Option<i64> {
        match self {
            Self::Year | Self::Month | Self::Nanosecond => None,
            Self::Day => Some(864_000_000_000),
            Self::Hour => Some(36_000_000_000),
            Self::Minute => Some(600_000_000),
            Self::Second => Some(10_000_000),
            Self::Millisecond => Some(10_000),
            Self::Microsecond => Some(10),
        }
    }
}
