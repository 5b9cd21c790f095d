//! The etag of a change feed: how far its reader has come.
//!
//! Text in quotes, as all etags. A reader of one partition gets the LSN alone, as from the
//! service; it stays valid for what the partition is split into, because positions go on. A reader
//! of several gets `1~` and then, for each part, `{min},{max},{lsn}` with points in hexadecimal.

use std::fmt::Write as _;

use cosmokit_protocol::{
    id::Etag,
    partition::{EffectivePartitionKey, EpkRange},
    session::Lsn,
};

/// Most parts that a position may have.
pub(super) const MAX_PARTS: usize = 64;

/// A part of the points, and the LSN up to which it has been read.
pub(super) type Progress = (EpkRange, Lsn);

/// How far a reader has come, part by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChangePosition(Vec<Progress>);

impl ChangePosition {
    /// That of a reader who has read nothing.
    pub(super) const fn beginning() -> Self {
        Self(Vec::new())
    }

    /// Reads an etag; `None` when it is not one of these.
    pub(super) fn parse(etag: &str) -> Option<Self> {
        let text = etag
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(etag);
        let Some(parts) = text.strip_prefix("1~") else {
            return Some(Self(vec![(EpkRange::FULL, lsn(text)?)]));
        };
        let parts: Vec<Progress> = parts
            .split('~')
            .take(MAX_PARTS + 1)
            .map(part)
            .collect::<Option<_>>()?;
        let ascends = parts.is_sorted_by(|(a, _), (b, _)| a.max() <= b.min());
        (ascends && parts.len() <= MAX_PARTS).then_some(Self(parts))
    }

    /// What has been read of `range`, in order and without gaps; what the position does not name
    /// has not been begun.
    pub(super) fn of(&self, range: &EpkRange) -> Vec<Progress> {
        let mut progress = Vec::new();
        let mut rest = Some(range.clone());
        for (part, lsn) in &self.0 {
            let Some(cut) = rest.as_ref().and_then(|rest| rest.intersect(part)) else {
                continue;
            };
            if let Some((gap, _)) = rest.as_ref().and_then(|rest| rest.split_at(cut.min())) {
                progress.push((gap, Lsn::ZERO));
            }
            rest = rest.and_then(|rest| Some(rest.split_at(cut.max())?.1));
            progress.push((cut, *lsn));
        }
        progress.extend(rest.map(|rest| (rest, Lsn::ZERO)));
        progress
    }
}

/// The etag of a reader who has come this far. Neighbours that were read up to the same LSN need
/// no telling apart, so merges make a position shorter again.
pub(super) fn etag(progress: &[Progress]) -> Etag {
    let progress = coalesced(progress);
    let mut text = String::from("\"");
    match progress.as_slice() {
        // A scope without points: nothing was read, and nothing will be.
        [] => write!(text, "0"),
        [(_, lsn)] => write!(text, "{}", lsn.value()),
        _ => progress.iter().try_fold((), |(), (range, lsn)| {
            let opening = if text.len() == 1 { "1" } else { "" };
            write!(
                text,
                "{opening}~{},{},{}",
                range.min(),
                range.max(),
                lsn.value()
            )
        }),
    }
    .expect("a growing text takes everything");
    text.push('"');
    Etag::from(text)
}

/// The same progress in as few parts as possible.
fn coalesced(progress: &[Progress]) -> Vec<Progress> {
    let mut parts: Vec<Progress> = Vec::with_capacity(progress.len());
    for (range, lsn) in progress {
        let whole = parts
            .last()
            .filter(|(last, reached)| last.max() == range.min() && reached == lsn)
            .and_then(|(last, _)| EpkRange::new(last.min().clone(), range.max().clone()).ok());
        match (whole, parts.last_mut()) {
            (Some(whole), Some(last)) => last.0 = whole,
            _ => parts.push((range.clone(), *lsn)),
        }
    }
    parts
}

fn part(text: &str) -> Option<Progress> {
    let mut fields = text.split(',');
    let min = EffectivePartitionKey::from_hex(fields.next()?).ok()?;
    let max = EffectivePartitionKey::from_hex(fields.next()?).ok()?;
    let lsn = lsn(fields.next()?)?;
    match fields.next() {
        None => Some((EpkRange::new(min, max).ok()?, lsn)),
        Some(_) => None,
    }
}

fn lsn(text: &str) -> Option<Lsn> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| text.parse().ok())
        .flatten()
        .and_then(|number: u64| Lsn::new(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: &str, max: &str) -> EpkRange {
        let point = |hex| EffectivePartitionKey::from_hex(hex).unwrap();
        EpkRange::new(point(min), point(max)).unwrap()
    }

    #[test]
    fn print_and_parse_are_inverse() {
        let check = |progress: &[Progress], expected: &str| {
            let etag = etag(progress);
            assert_eq!(etag.as_str(), expected);
            let position = ChangePosition::parse(etag.as_str()).unwrap();
            let whole = range(
                &progress[0].0.min().to_hex(),
                &progress[progress.len() - 1].0.max().to_hex(),
            );
            assert_eq!(position.of(&whole), progress);
        };
        let at = |lsn: u32| Lsn::from(lsn);
        check(&[(EpkRange::FULL, at(12))], "\"12\"");
        check(&[(range("1F", "3F"), at(0))], "\"0\"");
        check(
            &[(range("", "1F"), at(12)), (range("1F", "FF"), at(7))],
            "\"1~,1F,12~1F,FF,7\"",
        );
    }

    #[test]
    fn a_position_covers_what_is_asked_and_no_more() {
        let check = |etag: &str, asked: (&str, &str), expected: &[(&str, &str, u32)]| {
            let position = ChangePosition::parse(etag).unwrap();
            let expected: Vec<Progress> = expected
                .iter()
                .map(|(min, max, lsn)| (range(min, max), Lsn::from(*lsn)))
                .collect();
            assert_eq!(position.of(&range(asked.0, asked.1)), expected, "{etag}");
        };
        check("\"5\"", ("", "FF"), &[("", "FF", 5)]);
        check("5", ("0F", "1F"), &[("0F", "1F", 5)]);
        check(
            "\"1~,1F,3~1F,FF,4\"",
            ("0F", "2F"),
            &[("0F", "1F", 3), ("1F", "2F", 4)],
        );
        check(
            "\"1~0F,1F,3\"",
            ("", "FF"),
            &[("", "0F", 0), ("0F", "1F", 3), ("1F", "FF", 0)],
        );
        check("\"1~,1F,3\"", ("1F", "2F"), &[("1F", "2F", 0)]);
        check("\"1~,1F,3\"", ("", "1F"), &[("", "1F", 3)]);
    }

    #[test]
    fn refuses_other_texts() {
        let long = format!("\"1{}\"", "~,1F,7".repeat(MAX_PARTS + 1));
        for text in [
            "",
            "\"\"",
            "\"x\"",
            "\"-1\"",
            "\"+1\"",
            "\"1~\"",
            "\"1~,1F\"",
            "\"1~,1F,x\"",
            "\"1~1F,,7\"",
            "\"1~1F,2F,7~,0F,1\"",
            "\"1~,1F,7,8\"",
            "\"2~,1F,7\"",
            "\"9007199254740993\"",
            "\"99999999999999999999\"",
            &long,
        ] {
            assert_eq!(ChangePosition::parse(text), None, "{text}");
        }
    }
}
