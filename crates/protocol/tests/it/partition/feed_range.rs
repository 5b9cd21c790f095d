//! Feed ranges and the text that clients exchange.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cosmokit_protocol::partition::{
    EffectivePartitionKey, EpkRange, FeedRange, PartitionKey, PartitionKeyDefinition,
    PartitionKeyError,
};
use proptest::prelude::*;

use super::strategies::{point, range};

fn epk(text: &str) -> EffectivePartitionKey {
    EffectivePartitionKey::from_hex(text).unwrap()
}

fn of(min: &str, max: &str) -> FeedRange {
    FeedRange::new(epk(min), epk(max)).unwrap()
}

#[test]
fn the_text_is_base64_of_json() {
    let text = FeedRange::full().to_string();
    let json = r#"{"Range":{"min":"","max":"FF","isMinInclusive":true,"isMaxInclusive":false}}"#;
    assert_eq!(text, STANDARD.encode(json));
    assert_eq!(serde_json::to_string(&FeedRange::full()).unwrap(), json);
    assert_eq!(text.parse::<FeedRange>().unwrap(), FeedRange::full());
}

#[test]
fn forms_of_other_clients_are_read() {
    let read = |json: &str| STANDARD.encode(json).parse::<FeedRange>();
    assert_eq!(
        read(r#"{"Range":{"min":"","max":"1FFF"}}"#),
        Ok(of("", "1FFF"))
    );
    assert_eq!(
        read(
            r#"{"Range":{"isMaxInclusive":false,"max":"ff","extra":1,"isMinInclusive":true,"min":"20"}}"#
        ),
        Ok(of("20", "FF"))
    );
    assert_eq!(
        read(r#"{"Range":{"min":"10","max":"20","isMaxInclusive":true}}"#),
        Ok(of("10", "21"))
    );
    assert_eq!(
        read(r#"{"Range":{"min":"10","max":"10","isMaxInclusive":true}}"#),
        Ok(of("10", "10"))
    );
    assert_eq!(
        read(r#"{"Range":{"min":"10","max":"20","isMinInclusive":false}}"#),
        Ok(of("11", "20"))
    );
    for bad in [
        "",
        "{}",
        "[]",
        r#"{"Range":{}}"#,
        r#"{"Range":{"min":"20","max":"10"}}"#,
        r#"{"Range":{"min":"2","max":"30"}}"#,
        r#"{"Range":{"min":"zz","max":"30"}}"#,
        r#"{"PK":"[1]"}"#,
    ] {
        assert!(
            matches!(read(bad), Err(PartitionKeyError::InvalidFeedRange { .. })),
            "{bad}"
        );
    }
    assert!("%%%".parse::<FeedRange>().is_err());
    assert!(FeedRange::new(epk("20"), epk("10")).is_err());
}

#[test]
fn a_logical_partition_is_a_range_of_one_point() {
    let definition = PartitionKeyDefinition::from("/pk");
    let one = FeedRange::for_partition(PartitionKey::from("redmond"), &definition);
    assert!(one.is_logical_partition());
    assert_eq!(one.partition_key(), Some(&PartitionKey::from("redmond")));
    assert_eq!(one.min_inclusive(), one.max_exclusive());
    assert_eq!(*one.min_inclusive(), "22E342F38A486A088463DFF7838A5963");
    let back: FeedRange = one.to_string().parse().unwrap();
    assert!(!back.is_logical_partition());
    assert_eq!(
        (back.min_inclusive(), back.max_exclusive()),
        (one.min_inclusive(), one.max_exclusive())
    );

    assert!(one.is_subset_of(&FeedRange::full()));
    assert!(one.overlaps(&of("22E342F38A486A088463DFF7838A5963", "30")));
    assert!(!one.overlaps(&of("10", "22E342F38A486A088463DFF7838A5963")));
    assert!(!FeedRange::full().is_subset_of(&one));
    assert_eq!(
        one.to_epk_range(),
        EpkRange::point(one.min_inclusive().clone())
    );
}

#[test]
fn a_prefix_is_a_range_below_which_its_keys_lie() {
    let definition = PartitionKeyDefinition::from(("/tenant", "/user"));
    let prefix = FeedRange::try_for_partition(PartitionKey::from("tenant1"), &definition).unwrap();
    assert!(prefix.is_logical_partition());
    assert_eq!(
        prefix.max_exclusive().to_hex(),
        "0DAE0B8467B011E957BC0B8B0DEB5ACAFF"
    );
    let whole = FeedRange::for_partition(PartitionKey::from(("tenant1", "user1")), &definition);
    assert!(whole.is_subset_of(&prefix));
    assert!(prefix.overlaps(&whole) && whole.overlaps(&prefix));
    let too_long = FeedRange::try_for_partition(PartitionKey::from((1, 2, 3)), &definition);
    assert_eq!(
        too_long,
        Err(PartitionKeyError::WrongNumberOfValues {
            paths: 2,
            values: 3
        })
    );
    assert!(FeedRange::try_for_partition(PartitionKey::EMPTY, &definition).is_err());
}

/// A feed range over few points, one point included.
fn feed_range() -> impl Strategy<Value = FeedRange> {
    prop_oneof![
        range().prop_map(FeedRange::from),
        point().prop_map(|point| FeedRange::new(point.clone(), point).unwrap()),
    ]
}

proptest! {
    #[test]
    fn the_text_reads_back(range in feed_range()) {
        let text = range.to_string();
        let back: FeedRange = text.parse().unwrap();
        prop_assert_eq!(&back, &range);
        prop_assert_eq!(back.to_string(), text);
        let json = serde_json::to_string(&range).unwrap();
        prop_assert_eq!(serde_json::from_str::<FeedRange>(&json).unwrap(), range);
    }

    #[test]
    fn comparisons_agree_with_half_open_ranges(a in feed_range(), b in feed_range()) {
        let is_point = |range: &FeedRange| range.min_inclusive() == range.max_exclusive();
        let (left, right) = (a.to_epk_range(), b.to_epk_range());
        prop_assert_eq!(a.overlaps(&b), b.overlaps(&a));
        // A point is the set of that point alone; its half-open form may hold longer points too.
        let expected = match (is_point(&a), is_point(&b)) {
            (true, true) => a.min_inclusive() == b.min_inclusive(),
            (true, false) => right.contains(a.min_inclusive()),
            (false, true) => left.contains(b.min_inclusive()),
            (false, false) => left.overlaps(&right),
        };
        prop_assert_eq!(a.overlaps(&b), expected);
        prop_assert!(a.is_subset_of(&a));
        prop_assert!(a.is_subset_of(&FeedRange::full()) || *a.max_exclusive() > EffectivePartitionKey::MAX
            || *a.min_inclusive() == EffectivePartitionKey::MAX);
        if a.is_subset_of(&b) {
            prop_assert!(a.overlaps(&b));
        }
    }
}
