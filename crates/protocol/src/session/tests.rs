//! Session tokens by example: the grammar with its limits, the table of compare and merge, and
//! what a request to one range is given.

use super::*;

fn vector(text: &str) -> VectorToken {
    text.parse().unwrap()
}

fn token(text: &str) -> RangeToken {
    text.parse().unwrap()
}

fn composite(text: &str) -> CompositeToken {
    text.parse().unwrap()
}

#[test]
fn well_formed_segments_print_as_they_were() {
    for text in [
        "0:1#9#4=8#5=7",
        "0:0#12",
        "0:-1#12",
        "0:-1#12#1=-1",
        "4:3#9007199254740992#4294967295=9007199254740992",
        "9999999999:2147483648#0",
        "3:42",
        "0:0",
        "00:1#2",
    ] {
        let segment: SessionTokenSegment = text.parse().unwrap();
        assert_eq!(segment.to_string(), text);
        assert_eq!(composite(text).to_string(), text);
    }
}

#[test]
fn lenient_forms_print_canonically() {
    fn check(text: &str, canonical: &str) {
        assert_eq!(composite(text).to_string(), canonical, "{text:?}");
    }
    check(" 0:1#2 ,\t1:1#3", "0:1#2,1:1#3");
    check(",0:1#2,,", "0:1#2");
    check("0:1#2#", "0:1#2");
    check("0:1#2##4=1#", "0:1#2#4=1");
    check("0:1#2#5=7#4=8", "0:1#2#4=8#5=7");
    check("0:001#0002#04=08", "0:1#2#4=8");
    check("0:1#2#4=-7", "0:1#2#4=-1");
    check("0:1#2#4=-0", "0:1#2#4=0");
}

#[test]
fn each_fault_is_told_apart_and_placed() {
    fn check(text: &str, expected: SegmentFault) {
        let placed = format!("7:1#1,,{text}");
        let error = CompositeToken::parse(&placed).unwrap_err();
        let fault = SessionTokenError::Segment {
            index: 2,
            fault: expected,
        };
        assert_eq!(error, fault, "{text:?}");
    }
    check("0", SegmentFault::MissingColon);
    check("1#2#4=8", SegmentFault::MissingColon);
    for id in ["", " ", "a", "-1", "+1", "0 1", "12345678901", "٣"] {
        check(&format!("{id}:1#2"), SegmentFault::RangeId);
    }
    for version in [
        "",
        "-2",
        "-0",
        "+1",
        "2147483649",
        "9223372036854775807",
        "x",
        "1.0",
    ] {
        check(&format!("0:{version}#2"), SegmentFault::Version);
    }
    for lsn in [
        "",
        "-1",
        "+1",
        "9007199254740993",
        "99999999999999999999999",
        "1e3",
        " 1",
    ] {
        check(&format!("0:1#{lsn}"), SegmentFault::GlobalLsn);
        check(&format!("0:{lsn}"), SegmentFault::GlobalLsn);
    }
    check("0:1#2#4", SegmentFault::RegionEntry);
    for region in ["", "-1", "4294967296", "x"] {
        check(&format!("0:1#2#{region}=1"), SegmentFault::RegionId);
    }
    for lsn in [
        "",
        "-",
        "--1",
        "9007199254740993",
        "-9007199254740993",
        "1=2",
    ] {
        check(&format!("0:1#2#4={lsn}"), SegmentFault::LocalLsn);
    }
    check("0:1#2#4=1#4=1", SegmentFault::DuplicateRegion);
    check("7:1#2", SegmentFault::DuplicateRange);
}

#[test]
fn limits_hold_at_their_edge() {
    let regions = |count: usize| {
        (0..count).fold("0:1#2".to_owned(), |text, region| {
            format!("{text}#{region}=1")
        })
    };
    assert!(CompositeToken::parse(&regions(MAX_REGIONS)).is_ok());
    let error = CompositeToken::parse(&regions(MAX_REGIONS + 1)).unwrap_err();
    let fault = SegmentFault::TooManyRegions;
    assert_eq!(error, SessionTokenError::Segment { index: 0, fault });

    let segments = |count: usize| {
        let segments: Vec<_> = (0..count).map(|range| format!("{range}:1#2")).collect();
        segments.join(",")
    };
    assert_eq!(composite(&segments(MAX_SEGMENTS)).len(), MAX_SEGMENTS);
    let error = CompositeToken::parse(&segments(MAX_SEGMENTS + 1)).unwrap_err();
    assert_eq!(error, SessionTokenError::TooManySegments);

    let blank = " ".repeat(MAX_TOKEN_BYTES - 5);
    assert!(CompositeToken::parse(&format!("0:1#2{blank}")).is_ok());
    let error = CompositeToken::parse(&format!("0:1#2{blank} ")).unwrap_err();
    let bytes = MAX_TOKEN_BYTES + 1;
    assert_eq!(error, SessionTokenError::TooLong { bytes });
}

#[test]
fn nothing_is_not_a_token() {
    for text in ["", " ", ",", " , ,"] {
        assert_eq!(CompositeToken::parse(text), Err(SessionTokenError::Empty));
    }
}

#[test]
fn errors_never_quote_the_token() {
    let error = SessionToken::parse("0:1#2,secret:1#2").unwrap_err();
    assert_eq!(
        error.to_string(),
        "session token segment 1: the partition key range id is not 1 to 10 digits"
    );
    assert!(!format!("{error:?}").contains("secret"));
}

#[test]
fn numbers_are_built_within_their_bounds() {
    assert_eq!(Lsn::new(1 << 53), Ok(Lsn::MAX));
    assert_eq!(Lsn::new((1 << 53) + 1), Err(LsnOutOfRange((1 << 53) + 1)));
    assert_eq!(Lsn::ZERO.next().map(Lsn::value), Some(1));
    assert_eq!(Lsn::MAX.next(), None);
    assert!(VectorToken::new(-2, Lsn::ZERO).is_err());
    assert!(VectorToken::new(MAX_VERSION + 1, Lsn::ZERO).is_err());
    for number in [0_u32, 7, 10, 4_294_967_295] {
        assert_eq!(RangeId::from(number).as_str(), number.to_string());
        assert_eq!(
            RangeId::from(number),
            number.to_string().parse::<RangeId>().unwrap()
        );
    }
    assert!(RangeId::from(9) < RangeId::from(10));
}

/// The first column of sessions.md §2.2: is A at least as recent as B?
#[test]
fn recency_follows_the_table() {
    fn check(a: &str, b: &str, expected: bool) {
        let recent = token(a).is_at_least_as_recent(&token(b));
        assert_eq!(recent, expected, "{a} as recent as {b}");
    }
    // Same version: global and every region of B.
    check("1#9", "1#9", true);
    check("1#9", "1#10", false);
    check("1#10", "1#9", true);
    check("1#9#4=8", "1#9#4=8", true);
    check("1#9#4=8#5=1", "1#9#4=8", true);
    check("1#9#4=8", "1#9#4=8#5=1", false);
    check("1#9#4=8", "1#9#4=9", false);
    check("1#9#4=8", "1#9#5=-1", false);
    // A negative local LSN is below every number and equals itself.
    check("1#9#4=-1", "1#9#4=0", false);
    check("1#9#4=0", "1#9#4=-1", true);
    check("1#9#4=-1", "1#9#4=-9", true);
    // Different versions: the higher, whatever the LSNs and regions.
    check("2#1", "1#100#4=100", true);
    check("1#100#4=100", "2#1", false);
    check("0#1", "-1#100", true);
    check("-1#100", "0#1", false);
    // Mixed forms: the vector.
    check("0#0", "100", true);
    check("100", "0#0", false);
    check("5", "5", true);
    check("4", "5", false);
}

/// The second column of sessions.md §2.2.
#[test]
fn merge_follows_the_table() {
    fn check(a: &str, b: &str, expected: &str) {
        for (into, from) in [(a, b), (b, a)] {
            let mut merged = token(into);
            let changed = merged.merge(&token(from));
            assert_eq!(merged.to_string(), expected, "{into} with {from}");
            assert_eq!(changed, merged != token(into), "{into} with {from}");
        }
    }
    check("1#9#4=8#5=7", "1#12#4=6#5=9", "1#12#4=8#5=9");
    check("1#9#4=8", "1#9#5=7", "1#9#4=8#5=7");
    check("1#9#4=-1", "1#9#4=3", "1#9#4=3");
    check("1#9", "1#9#4=-1", "1#9#4=-1");
    // The higher version's global LSN, not the maximum; its regions, each the maximum of both.
    check("2#5#4=1#6=2", "1#100#4=50#5=60", "2#5#4=50#6=2");
    check("2#100#4=9", "1#5#4=1", "2#100#4=9");
    check("0#3", "-1#12", "0#3");
    check("7", "9", "9");
    check("100", "1#9", "1#9");
    check("1#9", "1#9", "1#9");
}

#[test]
fn merging_keeps_at_most_the_limit_of_regions() {
    let regions = |from: u32| {
        let progress = |region| RegionProgress {
            region: RegionId(region),
            lsn: Some(Lsn::ZERO),
        };
        let token = VectorToken::new(1, Lsn::ZERO).unwrap();
        token.with_regions((from..from + 64).map(progress)).unwrap()
    };
    let mut merged = regions(32);
    merged.merge(&regions(0));
    assert_eq!(merged, regions(0));
    assert!(!merged.merge(&regions(32)));
    assert_eq!(merged.to_string().parse(), Ok(merged));
}

#[test]
fn order_of_arrival_does_not_matter_to_progress() {
    // Pairwise merging loses region 5 of version 1 when version 2 arrives before version 3.
    let seen = ["1#100#5=60", "2#50#4=7", "3#10#4=1#5=2"].map(token);
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        let folded = RangeProgress::fold(order.map(|at| &seen[at])).unwrap();
        assert_eq!(folded.token().to_string(), "3#10#4=7#5=60", "{order:?}");
    }
    let mut pairwise = seen[0].clone();
    pairwise.merge(&seen[1]);
    pairwise.merge(&seen[2]);
    assert_eq!(pairwise.to_string(), "3#10#4=7#5=2");
}

#[test]
fn composites_merge_side_by_side_in_order_of_first_sight() {
    let mut merged = composite("2:1#5,0:1#1");
    assert_eq!(merged.merge(&composite("1:1#7,0:1#9")), Ok(true));
    assert_eq!(merged.to_string(), "2:1#5,0:1#9,1:1#7");
    assert_eq!(merged.merge(&composite("0:1#3")), Ok(false));
    let all = [composite("3:1#1"), composite("0:1#2,3:1#4")];
    let all = CompositeToken::merge_all(&all).unwrap();
    assert_eq!(all.to_string(), "3:1#4,0:1#2");
    assert!(merged.is_at_least_as_recent(&composite("1:1#7")));
    assert!(!merged.is_at_least_as_recent(&composite("1:1#8")));
    assert!(!merged.is_at_least_as_recent(&composite("9:1#1")));
    let mut one = CompositeToken::new();
    let segment: SessionTokenSegment = "0:1#2".parse().unwrap();
    assert_eq!(one.observe(&segment), Ok(true));
    assert_eq!(one.observe(&segment), Ok(false));
    assert_eq!(one, CompositeToken::from(segment));
}

#[test]
fn large_composites_merge_like_small_ones() {
    let text = |lsn: usize, ranges: std::ops::Range<usize>| {
        let segments: Vec<_> = ranges.map(|range| format!("{range}:1#{lsn}")).collect();
        segments.join(",")
    };
    let mut merged = composite(&text(1, 0..600));
    merged.merge(&composite(&text(2, 300..900))).unwrap();
    let expected = format!("{},{}", text(1, 0..300), text(2, 300..900));
    assert_eq!(merged.to_string(), expected);
    let repeated = format!("{},899:1#2", text(1, 0..900));
    let fault = SegmentFault::DuplicateRange;
    assert_eq!(
        CompositeToken::parse(&repeated),
        Err(SessionTokenError::Segment { index: 900, fault })
    );
    let overflow = merged.merge(&composite(&text(2, 900..1_001)));
    assert_eq!(overflow, Err(SessionTokenError::TooManySegments));
}

#[test]
fn a_range_gets_its_own_segment_or_its_parents() {
    fn check(range: &str, parents: &[&str], expected: Option<&str>) {
        let held = composite("0:1#9#4=8,1:1#5#4=5,2:2#1#4=1,7:33");
        let narrowed = held
            .narrow(range, parents)
            .map(|segment| segment.to_string());
        assert_eq!(narrowed.as_deref(), expected, "{range} from {parents:?}");
    }
    check("0", &[], Some("0:1#9#4=8"));
    check("0", &["1"], Some("0:1#9#4=8"));
    check("3", &["0"], Some("3:1#9#4=8"));
    // A merge of partitions has two parents: both count.
    check("3", &["0", "1"], Some("3:1#9#4=8"));
    check("3", &["1", "2"], Some("3:2#1#4=5"));
    check("3", &["7"], Some("3:33"));
    check("3", &["8", "7"], Some("3:33"));
    check("3", &[], None);
    check("3", &["8"], None);
    check("no id", &["0"], None);
}

#[test]
fn opaque_tokens_merge_by_their_text() {
    let merge = |a: &str, b: &str| {
        let merged = SessionToken::new(a).merge(&SessionToken::from(b));
        merged.map(String::from)
    };
    assert_eq!(merge("0:1#9", "0:1#10,1:2#3"), Ok("0:1#10,1:2#3".into()));
    assert_eq!(merge("", "0:1#9"), Ok("0:1#9".into()));
    assert_eq!(merge("0:1#9", " "), Ok("0:1#9".into()));
    assert_eq!(merge("", ""), Err(SessionTokenError::Empty));
    assert!(merge("0:1#9", "garbage").is_err());
    assert!(merge("garbage", "").is_err());
    let none: [&SessionToken; 0] = [];
    assert_eq!(SessionToken::merge_all(none), Ok(None));
}

#[test]
fn opaque_tokens_are_kept_as_given_until_asked() {
    let odd = SessionToken::new(String::from("anything"));
    assert_eq!(odd.as_str(), "anything");
    assert_eq!(odd.to_string(), "anything");
    assert!(odd.for_range("0").is_err());
    let sound = SessionToken::parse("0:1#9,1:1#2").unwrap();
    assert_eq!(sound.for_range("1"), Ok(Some(token("1#2"))));
    assert_eq!(sound.for_range("5"), Ok(None));
    let narrowed = sound.narrow("5", &["0"]).unwrap();
    assert_eq!(narrowed, Some(SessionToken::new("5:1#9")));
    assert_eq!(
        sound.is_at_least_as_recent(&SessionToken::new("0:1#8")),
        Ok(true)
    );
}

#[test]
fn vectors_answer_for_their_parts() {
    let token = vector("3#12#9=4#4=-1#1=7");
    assert_eq!(token.version(), 3);
    assert_eq!(token.global_lsn().value(), 12);
    assert_eq!(token.local_lsn(RegionId(9)).map(Lsn::value), Some(4));
    assert_eq!(token.local_lsn(RegionId(4)), None);
    assert_eq!(token.local_lsn(RegionId(5)), None);
    let ids: Vec<_> = token.regions().iter().map(|entry| entry.region.0).collect();
    assert_eq!(ids, [1, 4, 9]);
}
