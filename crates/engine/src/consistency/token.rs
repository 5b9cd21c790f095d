//! Session tokens at the server: what a client's token asks of a partition, and what the
//! partition tells the client.
//!
//! A token is text from outside. Its numbers are compared and never adopted: what the engine
//! emits comes from its own logs alone.

use cosmokit_protocol::session::{
    CompositeToken, Lsn, RangeId, RangeToken, RegionId, SessionTokenError, VectorToken,
};

/// What a token asks of the replica that serves a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// Nothing: no entry for this partition, or one from before its present version.
    Nothing,
    /// A position at or beyond this LSN.
    AtLeast(Lsn),
    /// A position that this partition's history does not contain.
    Unreachable,
}

/// A partition, as far as tokens are concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenSubject<'a> {
    /// Id of its range.
    pub(crate) range: RangeId,
    /// Ranges it came from, nearest first.
    pub(crate) ancestors: &'a [RangeId],
    /// Version of its vector clock; negative before any change of regions, compared as zero.
    pub(crate) version: i64,
    /// The region that serves.
    pub(crate) region: RegionId,
}

/// Reads a token and finds what it asks of a partition.
///
/// An entry for the partition's own range counts; else entries for its ancestors, all of them;
/// entries for other ranges ask nothing of it.
///
/// # Errors
/// When the text is malformed or beyond the limits of tokens (400).
pub(crate) fn requirement(
    token: Option<&str>,
    subject: &TokenSubject<'_>,
) -> Result<Requirement, SessionTokenError> {
    let Some(text) = token else {
        return Ok(Requirement::Nothing);
    };
    let composite = CompositeToken::parse(text)?;
    if let Some(entry) = composite.for_range(subject.range.as_str()) {
        return Ok(required_by(entry, subject));
    }
    let inherited = subject
        .ancestors
        .iter()
        .filter_map(|ancestor| composite.for_range(ancestor.as_str()))
        .map(|entry| required_by(entry, subject))
        .fold(Requirement::Nothing, stricter);
    Ok(inherited)
}

fn required_by(entry: &RangeToken, subject: &TokenSubject<'_>) -> Requirement {
    let RangeToken::Vector(vector) = entry else {
        return Requirement::AtLeast(entry.global_lsn());
    };
    let (theirs, ours) = (vector.version().max(0), subject.version.max(0));
    match theirs.cmp(&ours) {
        std::cmp::Ordering::Greater => Requirement::Unreachable,
        std::cmp::Ordering::Less => Requirement::Nothing,
        std::cmp::Ordering::Equal => {
            let local = vector.local_lsn(subject.region).unwrap_or(Lsn::ZERO);
            Requirement::AtLeast(vector.global_lsn().max(local))
        }
    }
}

fn stricter(a: Requirement, b: Requirement) -> Requirement {
    match (a, b) {
        (Requirement::Unreachable, _) | (_, Requirement::Unreachable) => Requirement::Unreachable,
        (Requirement::AtLeast(a), Requirement::AtLeast(b)) => Requirement::AtLeast(a.max(b)),
        (Requirement::Nothing, other) | (other, Requirement::Nothing) => other,
    }
}

/// The token of a partition at a position: `{range}:{version}#{lsn}`.
///
/// # Panics
/// Never: versions of partitions are within the bounds of tokens.
pub(crate) fn token_at(range: RangeId, version: i64, lsn: Lsn) -> String {
    let vector = VectorToken::new(version, lsn)
        .expect("versions of partitions start at -1 and count changes of regions");
    format!("{range}:{vector}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(ancestors: &[RangeId]) -> TokenSubject<'_> {
        TokenSubject {
            range: RangeId::from(3),
            ancestors,
            version: -1,
            region: RegionId(4),
        }
    }

    #[test]
    fn a_token_asks_for_what_its_entry_saw() {
        let ancestors = [RangeId::from(1), RangeId::from(0)];
        let check = |token: &str, expected: Requirement| {
            assert_eq!(
                requirement(Some(token), &subject(&ancestors)),
                Ok(expected),
                "{token}"
            );
        };
        let at_least = |lsn: u32| Requirement::AtLeast(Lsn::from(lsn));
        check("3:-1#12", at_least(12));
        check("3:0#12", at_least(12));
        check("3:7", at_least(7));
        check("3:0#12#4=14#5=99", at_least(14));
        check("3:1#1", Requirement::Unreachable);
        check("3:2147483648#1", Requirement::Unreachable);
        check("9:-1#12", Requirement::Nothing);
        check("9:-1#12,3:-1#2", at_least(2));
        check("0:-1#12", at_least(12));
        check("0:-1#12,1:-1#15", at_least(15));
        check("0:5#12,1:-1#15", Requirement::Unreachable);
        check("1:-1#15,3:-1#2", at_least(2));
        check("3:-1#9007199254740992", Requirement::AtLeast(Lsn::MAX));
        assert_eq!(requirement(None, &subject(&[])), Ok(Requirement::Nothing));
    }

    #[test]
    fn an_old_version_asks_nothing() {
        let subject = TokenSubject {
            version: 2,
            ..subject(&[])
        };
        assert_eq!(
            requirement(Some("3:1#99#4=99"), &subject),
            Ok(Requirement::Nothing)
        );
        assert_eq!(
            requirement(Some("3:2#9#4=8"), &subject),
            Ok(Requirement::AtLeast(Lsn::from(9)))
        );
    }

    #[test]
    fn hostile_texts_are_errors() {
        let huge = "1:-1#1,".repeat(20_000);
        for token in [
            "",
            "x",
            "3",
            "3:",
            "3:x#1",
            "3:-1#",
            "3:9007199254740991#1",
            "3:-1#9007199254740993",
            "3:-1#-5",
            "-3:1#1",
            "3:1#1#4",
            &huge,
        ] {
            assert!(
                requirement(Some(token), &subject(&[])).is_err(),
                "{token:.40}"
            );
        }
    }

    #[test]
    fn emits_the_vector_form() {
        assert_eq!(token_at(RangeId::from(0), -1, Lsn::from(12)), "0:-1#12");
        assert_eq!(token_at(RangeId::from(7), 3, Lsn::ZERO), "7:3#0");
    }
}
