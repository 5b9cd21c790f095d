//! Which parts of a container have leases, and which leases others have taken the place of. No I/O.

use cosmokit_protocol::partition::{EffectivePartitionKey, FeedRange};

/// The parts of `whole` that none of `ranges` holds.
pub(super) fn gaps<'r>(
    whole: &FeedRange,
    ranges: impl IntoIterator<Item = &'r FeedRange>,
) -> Vec<FeedRange> {
    let mut ranges: Vec<&FeedRange> = ranges
        .into_iter()
        .filter(|range| range.overlaps(whole))
        .collect();
    ranges.sort_by(|a, b| a.min_inclusive().cmp(b.min_inclusive()));
    let mut gaps = Vec::new();
    let mut reached: EffectivePartitionKey = whole.min_inclusive().clone();
    for range in ranges {
        if *range.min_inclusive() > reached {
            gaps.extend(FeedRange::new(
                reached.clone(),
                range.min_inclusive().clone(),
            ));
        }
        if *range.max_exclusive() > reached {
            reached = range.max_exclusive().clone();
        }
    }
    if reached < *whole.max_exclusive() {
        gaps.extend(FeedRange::new(reached, whole.max_exclusive().clone()));
    }
    gaps
}

/// Whether smaller ranges hold all of `range`: what is left when a split was not brought to its end.
pub(super) fn is_superseded<'r>(
    range: &FeedRange,
    ranges: impl IntoIterator<Item = &'r FeedRange>,
) -> bool {
    let parts = ranges
        .into_iter()
        .filter(|part| *part != range && part.is_subset_of(range));
    gaps(range, parts).is_empty()
}

/// The parts of `range`, when `ranges` has smaller ones in it: those, and what they leave of it. None when it is whole.
pub(super) fn parts_of<'r>(
    range: &FeedRange,
    ranges: impl IntoIterator<Item = &'r FeedRange>,
) -> Vec<FeedRange> {
    let inside = ranges
        .into_iter()
        .filter(|part| *part != range && part.is_subset_of(range));
    let mut parts: Vec<FeedRange> = inside.cloned().collect();
    if !parts.is_empty() {
        parts.extend(gaps(range, &parts));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: &str, max: &str) -> FeedRange {
        let point = |hex: &str| EffectivePartitionKey::from_hex(hex).unwrap();
        FeedRange::new(point(min), point(max)).unwrap()
    }

    #[test]
    fn what_no_range_holds_is_a_gap() {
        let check = |ranges: &[(&str, &str)], expected: &[(&str, &str)]| {
            let of = |bounds: &[(&str, &str)]| -> Vec<FeedRange> {
                bounds.iter().map(|(min, max)| range(min, max)).collect()
            };
            assert_eq!(
                gaps(&FeedRange::full(), &of(ranges)),
                of(expected),
                "{ranges:?}"
            );
        };
        check(&[], &[("", "FF")]);
        check(&[("", "FF")], &[]);
        check(&[("", "40"), ("40", "FF")], &[]);
        check(&[("", "40"), ("80", "FF")], &[("40", "80")]);
        check(&[("40", "80")], &[("", "40"), ("80", "FF")]);
        // Those of before a split and after it, in any order.
        check(&[("20", "40"), ("", "80"), ("80", "FF")], &[]);
    }

    #[test]
    fn what_was_begun_to_be_split_has_parts() {
        let (whole, low, high) = (range("", "80"), range("", "40"), range("40", "80"));
        let beside = range("80", "FF");
        assert!(parts_of(&whole, [&whole, &beside]).is_empty());
        assert_eq!(
            parts_of(&whole, [&whole, &low, &beside]),
            [low.clone(), high.clone()]
        );
        assert_eq!(parts_of(&whole, [&high, &whole]), [high, low]);
    }

    #[test]
    fn a_lease_whose_parts_have_leases_is_left_over() {
        let all = [
            range("", "40"),
            range("", "20"),
            range("20", "40"),
            range("40", "FF"),
        ];
        assert!(is_superseded(&all[0], &all));
        assert!(!is_superseded(&all[1], &all));
        assert!(!is_superseded(&all[3], &all));
        assert!(!is_superseded(&all[0], &all[..2]));
        assert!(!is_superseded(&all[0], &[all[0].clone(), all[0].clone()]));
    }
}
