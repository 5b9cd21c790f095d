//! The rows of the date and time functions, and how each answers.

use super::super::integer::integer;
use super::super::string::text;
use super::super::table::{Arity, Function, IndexUse, Purity};
use super::instant::{DateTime, TICKS_PER_MILLISECOND};
use super::part::Part;
use super::{calendar, format};
use crate::expr::Host;
use crate::value::Value;

pub(in crate::function) const TABLE: &[Function] = &[
    Function::strict("DATETIMEADD", Arity::exactly(3), IndexUse::None, |a, _| {
        date(a, 2)
            .zip(part(a, 0))
            .zip(integer(a, 1))
            .and_then(|((date, part), n)| calendar::add(date, part, n))
            .into()
    }),
    Function::strict("DATETIMEBIN", Arity::between(2, 4), IndexUse::None, bin),
    Function::strict("DATETIMEDIFF", Arity::exactly(3), IndexUse::None, |a, _| {
        part(a, 0)
            .zip(date(a, 1))
            .zip(date(a, 2))
            .map(|((part, start), end)| calendar::difference(part, start, end))
            .into()
    }),
    Function::strict(
        "DATETIMEFORMAT",
        Arity::exactly(2),
        IndexUse::None,
        |a, _| {
            date(a, 0)
                .zip(text(a, 1))
                .and_then(|(date, pattern)| format::format(date, pattern))
                .into()
        },
    ),
    Function::strict(
        "DATETIMEFROMPARTS",
        Arity::between(3, 7),
        IndexUse::None,
        from_parts,
    ),
    Function::strict("DATETIMEPART", Arity::exactly(2), IndexUse::None, |a, _| {
        part(a, 0)
            .zip(date(a, 1))
            .map(|(part, date)| calendar::field(date, part))
            .into()
    }),
    Function::strict(
        "DATETIMETOTICKS",
        Arity::exactly(1),
        IndexUse::None,
        |a, _| date(a, 0).map(DateTime::ticks).into(),
    ),
    Function::strict(
        "DATETIMETOTIMESTAMP",
        Arity::exactly(1),
        IndexUse::None,
        |a, _| {
            date(a, 0)
                .map(|date| date.ticks().div_euclid(TICKS_PER_MILLISECOND))
                .into()
        },
    ),
    Function::strict(
        "TICKSTODATETIME",
        Arity::exactly(1),
        IndexUse::None,
        |a, _| integer(a, 0).and_then(DateTime::from_file_ticks).into(),
    ),
    Function::strict(
        "TIMESTAMPTODATETIME",
        Arity::exactly(1),
        IndexUse::None,
        |a, _| {
            let ticks = integer(a, 0)
                .and_then(|milliseconds| milliseconds.checked_mul(TICKS_PER_MILLISECOND));
            ticks.and_then(DateTime::from_file_ticks).into()
        },
    ),
    Function::strict("GETCURRENTDATETIME", Arity::exactly(0), IndexUse::None, now)
        .with_purity(Purity::PerQuery),
    Function::strict(
        "GETCURRENTDATETIMESTATIC",
        Arity::exactly(0),
        IndexUse::None,
        now,
    )
    .with_purity(Purity::PerQuery),
    Function::strict("GETCURRENTTICKS", Arity::exactly(0), IndexUse::None, ticks)
        .with_purity(Purity::PerQuery),
    Function::strict(
        "GETCURRENTTICKSSTATIC",
        Arity::exactly(0),
        IndexUse::None,
        ticks,
    )
    .with_purity(Purity::PerQuery),
    Function::strict(
        "GETCURRENTTIMESTAMP",
        Arity::exactly(0),
        IndexUse::None,
        timestamp,
    )
    .with_purity(Purity::PerQuery),
    Function::strict(
        "GETCURRENTTIMESTAMPSTATIC",
        Arity::exactly(0),
        IndexUse::None,
        timestamp,
    )
    .with_purity(Purity::PerQuery),
    Function::strict("NOW", Arity::between(0, 2), IndexUse::None, |a, host| {
        shifted_now(a, host, 1)
    })
    .with_purity(Purity::PerQuery),
    Function::strict("AGO", Arity::exactly(2), IndexUse::None, |a, host| {
        shifted_now(a, host, -1)
    })
    .with_purity(Purity::PerQuery),
    Function::strict("DAY", Arity::exactly(1), IndexUse::None, |a, _| {
        field(a, Part::Day)
    }),
    Function::strict("MONTH", Arity::exactly(1), IndexUse::None, |a, _| {
        field(a, Part::Month)
    }),
    Function::strict("YEAR", Arity::exactly(1), IndexUse::None, |a, _| {
        field(a, Part::Year)
    }),
];

impl From<DateTime> for Value<'_> {
    fn from(date: DateTime) -> Self {
        Self::from(date.to_string())
    }
}

fn date(arguments: &[Value<'_>], index: usize) -> Option<DateTime> {
    text(arguments, index).and_then(DateTime::parse)
}

fn part(arguments: &[Value<'_>], index: usize) -> Option<Part> {
    text(arguments, index).and_then(Part::of)
}

fn field<'a>(arguments: &[Value<'_>], part: Part) -> Value<'a> {
    date(arguments, 0)
        .map(|date| calendar::field(date, part))
        .into()
}

fn bin<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let size = if arguments.len() < 3 {
        Some(1)
    } else {
        integer(arguments, 2)
    };
    let origin = if arguments.len() < 4 {
        DateTime::from_ticks(0)
    } else {
        date(arguments, 3).filter(DateTime::is_file_time)
    };
    let known = date(arguments, 0)
        .zip(part(arguments, 1))
        .zip(size.filter(|size| *size > 0).zip(origin));
    known
        .and_then(|((date, part), (size, origin))| calendar::bin(date, part, size, origin))
        .into()
}

fn from_parts<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let mut parts = [0i64; 7];
    for (index, part) in parts.iter_mut().enumerate().take(arguments.len()) {
        match integer(arguments, index) {
            Some(value) => *part = value,
            None => return Value::Undefined,
        }
    }
    DateTime::from_parts(parts).into()
}

fn now<'a>(_: &[Value<'a>], host: &Host<'_>) -> Value<'a> {
    DateTime::from_ticks(host.now_ticks).into()
}

fn ticks<'a>(_: &[Value<'a>], host: &Host<'_>) -> Value<'a> {
    Value::from(host.now_ticks)
}

fn timestamp<'a>(_: &[Value<'a>], host: &Host<'_>) -> Value<'a> {
    Value::from(host.now_ticks.div_euclid(TICKS_PER_MILLISECOND))
}

fn shifted_now<'a>(arguments: &[Value<'a>], host: &Host<'_>, sign: i64) -> Value<'a> {
    let now = DateTime::from_ticks(host.now_ticks);
    if arguments.is_empty() {
        return now.into();
    }
    let shift =
        part(arguments, 0).zip(integer(arguments, 1).and_then(|count| count.checked_mul(sign)));
    now.zip(shift)
        .and_then(|(now, (part, count))| calendar::add(now, part, count))
        .into()
}
