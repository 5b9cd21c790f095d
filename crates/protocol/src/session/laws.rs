//! The laws that merging promises, on random tokens; and that nothing panics on any text.

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;

/// Tokens that meet often: few versions, regions and LSNs.
fn vectors() -> impl Strategy<Value = VectorToken> {
    let progress = proptest::collection::vec(proptest::option::of(0_u32..6), 5);
    let listed = subsequence(vec![0_usize, 1, 2, 3, 4], 0..=5);
    (-1_i64..4, 0_u32..6, progress, listed).prop_map(|(version, global, progress, listed)| {
        let regions = listed.into_iter().map(|at| RegionProgress {
            region: RegionId(u32::try_from(at).unwrap()),
            lsn: progress[at].map(Lsn::from),
        });
        let token = VectorToken::new(version, global.into()).unwrap();
        token.with_regions(regions).unwrap()
    })
}

fn tokens() -> impl Strategy<Value = RangeToken> {
    prop_oneof![
        1 => (0_u32..6).prop_map(|lsn| RangeToken::Simple(lsn.into())),
        6 => vectors().prop_map(RangeToken::Vector),
    ]
}

fn composites() -> impl Strategy<Value = CompositeToken> {
    let ranges = subsequence(vec![0_u32, 1, 2, 3], 1..=4).prop_shuffle();
    (ranges, proptest::collection::vec(tokens(), 4)).prop_map(|(ranges, tokens)| {
        let mut composite = CompositeToken::new();
        for (range, token) in ranges.into_iter().zip(tokens) {
            let segment = SessionTokenSegment::new(range.into(), token);
            composite.observe(&segment).unwrap();
        }
        composite
    })
}

fn merged(a: &RangeToken, b: &RangeToken) -> RangeToken {
    let mut merged = a.clone();
    merged.merge(b);
    merged
}

/// The rule of sessions.md §2.2, written down naively over the whole set.
fn highest_version_first(tokens: &[RangeToken]) -> RangeToken {
    let vectors: Vec<_> = tokens.iter().filter_map(RangeToken::as_vector).collect();
    let Some(version) = vectors.iter().map(|token| token.version()).max() else {
        let lsn = tokens.iter().map(RangeToken::global_lsn).max();
        return RangeToken::Simple(lsn.unwrap());
    };
    let top: Vec<_> = vectors
        .iter()
        .filter(|token| token.version() == version)
        .collect();
    let global = top.iter().map(|token| token.global_lsn()).max().unwrap();
    let mut regions: Vec<_> = top
        .iter()
        .flat_map(|token| token.regions())
        .map(|entry| entry.region)
        .collect();
    regions.sort_unstable();
    regions.dedup();
    let progress = regions.into_iter().map(|region| RegionProgress {
        region,
        lsn: vectors
            .iter()
            .filter_map(|token| token.local_lsn(region))
            .max(),
    });
    let token = VectorToken::new(version, global).unwrap();
    token.with_regions(progress).unwrap().into()
}

proptest! {
    #[test]
    fn printing_and_parsing_are_inverse(token in composites()) {
        prop_assert_eq!(CompositeToken::parse(&token.to_string()), Ok(token));
    }

    #[test]
    fn merge_is_idempotent(a in tokens(), b in tokens()) {
        let once = merged(&a, &b);
        prop_assert_eq!(&merged(&a, &a), &a);
        prop_assert_eq!(&merged(&once, &b), &once);
        prop_assert_eq!(&merged(&once, &a), &once);
    }

    #[test]
    fn merge_is_commutative(a in tokens(), b in tokens()) {
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
    }

    #[test]
    fn merge_says_whether_it_changed_anything(a in tokens(), b in tokens()) {
        let mut result = a.clone();
        prop_assert_eq!(result.merge(&b), result != a);
    }

    #[test]
    fn merge_is_at_least_as_recent_as_both(a in tokens(), b in tokens()) {
        let both = merged(&a, &b);
        prop_assert!(both.is_at_least_as_recent(&a));
        prop_assert!(both.is_at_least_as_recent(&b));
    }

    #[test]
    fn merge_is_associative_within_one_version(
        tokens in proptest::collection::vec(vectors(), 3), version in -1_i64..4,
    ) {
        let same = tokens.iter().map(|token| {
            let aligned = VectorToken::new(version, token.global_lsn()).unwrap();
            RangeToken::from(aligned.with_regions(token.regions().iter().copied()).unwrap())
        });
        let same: Vec<_> = same.collect();
        let left = merged(&merged(&same[0], &same[1]), &same[2]);
        let right = merged(&same[0], &merged(&same[1], &same[2]));
        prop_assert_eq!(left, right);
    }

    #[test]
    fn recency_is_reflexive_and_transitive(a in tokens(), b in tokens(), c in tokens()) {
        prop_assert!(a.is_at_least_as_recent(&a));
        if a.is_at_least_as_recent(&b) && b.is_at_least_as_recent(&c) {
            prop_assert!(a.is_at_least_as_recent(&c));
        }
    }

    #[test]
    fn a_fold_is_the_rule_in_any_order(
        (given, shuffled) in proptest::collection::vec(tokens(), 1..8)
            .prop_flat_map(|tokens| (Just(tokens.clone()), Just(tokens).prop_shuffle())),
    ) {
        let expected = highest_version_first(&given);
        let folded = RangeProgress::fold(&given).unwrap().into_token();
        let other = RangeProgress::fold(&shuffled).unwrap().into_token();
        prop_assert_eq!(&folded, &expected);
        prop_assert_eq!(&other, &expected);
    }

    #[test]
    fn folding_in_parts_and_joining_is_folding_at_once(
        left in proptest::collection::vec(tokens(), 1..5),
        right in proptest::collection::vec(tokens(), 1..5),
        later in tokens(),
    ) {
        let mut joined = RangeProgress::fold(&left).unwrap();
        let before = joined.token().clone();
        let changed = joined.join(&RangeProgress::fold(&right).unwrap());
        prop_assert_eq!(changed, *joined.token() != before);
        joined.observe(&later);
        let all: Vec<_> = left.into_iter().chain(right).chain([later]).collect();
        prop_assert_eq!(joined.into_token(), highest_version_first(&all));
    }

    #[test]
    fn observing_says_whether_the_token_changed(given in proptest::collection::vec(tokens(), 2..8)) {
        let mut progress = RangeProgress::new(given[0].clone());
        for token in &given[1..] {
            let before = progress.token().clone();
            prop_assert_eq!(progress.observe(token), *progress.token() != before);
        }
    }

    #[test]
    fn merging_all_composites_does_not_depend_on_order(
        (given, shuffled) in proptest::collection::vec(composites(), 1..6)
            .prop_flat_map(|tokens| (Just(tokens.clone()), Just(tokens).prop_shuffle())),
    ) {
        let by_range = |tokens: &[CompositeToken]| {
            let mut segments = CompositeToken::merge_all(tokens).unwrap().segments().to_vec();
            segments.sort_by_key(|segment| segment.range);
            segments
        };
        prop_assert_eq!(by_range(&given), by_range(&shuffled));
    }

    #[test]
    fn two_composites_merge_as_their_ranges_do(a in composites(), b in composites()) {
        let mut pairwise = a.clone();
        pairwise.merge(&b).unwrap();
        prop_assert_eq!(&pairwise, &CompositeToken::merge_all([&a, &b]).unwrap());
        prop_assert!(pairwise.is_at_least_as_recent(&a));
        prop_assert!(pairwise.is_at_least_as_recent(&b));
        let text = SessionToken::from(&a).merge(&SessionToken::from(&b)).unwrap();
        prop_assert_eq!(text.composite(), Ok(pairwise));
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = CompositeToken::parse(&text);
    }

    /// Text near the grammar, where parsers break; what is accepted must print and parse back.
    #[test]
    fn no_near_miss_makes_it_panic(text in "([0-9]{1,3}|[:#=,-]|-1|9007199254740993| |é){0,24}") {
        if let Ok(token) = CompositeToken::parse(&text) {
            prop_assert_eq!(CompositeToken::parse(&token.to_string()), Ok(token));
        }
    }
}
