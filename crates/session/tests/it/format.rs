//! The binary form: reads what it wrote, whatever the order of merging; refuses everything else.

use cosmokit_protocol::session::RangeId;
use cosmokit_session::Carried;
use cosmokit_session::carried::{Origin, Seconds};
use cosmokit_session::format::{FormatError, MAX_BYTES, decode, encode};
use proptest::prelude::*;

use crate::sample::{NOW, any_carried, key, position, session_of};

fn example() -> Carried {
    let mut carried = Carried::new();
    let mut see = |container, range: u32, text, origin, age| {
        let position = position(text, origin, age);
        carried
            .observe(key(1, container), RangeId::from(range), position)
            .unwrap();
    };
    see(1, 0, "1#9#4=8#5=7", Origin::Write, 0);
    see(1, 7, "1#12#4=12#5=-1", Origin::Read, 30);
    see(2, 3, "-1#5", Origin::Write, 17);
    see(2, 4, "42", Origin::Write, 32);
    carried.mark_uncertain(key(3, 9), NOW.plus(60)).unwrap();
    carried
}

#[test]
fn the_bytes_of_an_example() {
    // Worked out by hand along docs/session-format.md.
    let mut expected = vec![1, 0x80, 0xA4, 0xA7, 0xDA, 0x06, 3];
    expected.push(1);
    expected.extend([1; 16]);
    expected.extend([0, 2]); // no mark, two ranges
    expected.extend([0, 3, 0b11_1000]); // ids 0, 7: steps 0 and 7
    expected.extend([0, 0]); // no leading zeros
    expected.extend([0, 1, 0b01]); // written, read
    expected.extend([0, 2, 0b1000]); // ages of 0 and 2 steps of 16 seconds
    expected.extend([3, 0]); // version 1
    expected.extend([9, 2, 0b1100]); // 9, 12
    expected.push(2);
    expected.extend([4, 2, 2, 0b0010]); // 9-8=1 → 4; 12-12=0 → 2
    expected.extend([5, 1, 3, 0b0101]); // 9-7=2 → 6; listed without progress → 1
    expected.push(0);
    expected.extend([2; 8]);
    expected.extend([0, 2]);
    expected.extend([1, 1, 0b10]); // ids 3, 4: steps 3 and 1 → least 1, differences 2, 0
    let at = expected.len() - 3;
    expected.splice(at.., [1, 2, 0b0010]);
    expected.extend([0, 0, 1, 0, 2, 0]); // no zeros; written; two steps old
    expected.extend([0, 1, 0b01]); // version -1, simple form
    expected.extend([5, 6, 0b0100_0000, 0b1001]); // 5, 42
    expected.push(0);
    expected.push(1);
    expected.extend([3; 8]);
    expected.extend([9; 8]);
    expected.extend([61, 0]); // marked for 60 seconds; no ranges
    expected.push(0);
    assert_eq!(encode(&example(), NOW), expected);
}

#[test]
fn every_cut_is_refused_and_every_changed_byte_is_read_or_refused() {
    for carried in [example(), session_of(40, 3)] {
        let bytes = encode(&carried, NOW);
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end]).is_err(), "cut at {end}");
        }
        for at in 0..bytes.len() {
            for byte in [0, 1, 0x7F, 0x80, 0xFF, bytes[at] ^ 1, bytes[at] ^ 0x40] {
                let mut changed = bytes.clone();
                changed[at] = byte;
                drop(decode(&changed));
            }
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(decode(&longer).unwrap_err(), FormatError::Trailing);
    }
}

#[test]
fn hostile_numbers_are_refused_before_they_cost_anything() {
    let check = |tail: &[u8], expected: FormatError| {
        let bytes = [&[1, 0][..], tail].concat();
        assert_eq!(decode(&bytes).unwrap_err(), expected, "{tail:?}");
    };
    let container = |tail: &[u8]| [&[1, 1][..], &[7; 16], tail].concat();
    check(&[0xFF; 9], FormatError::Truncated);
    check(&[0xFF; 11], FormatError::Number);
    check(&[0x81, 0x02], FormatError::TooMuch); // 257 containers
    check(&container(&[0, 0xE9, 0x07]), FormatError::TooMuch); // 1,001 ranges
    check(&container(&[0, 0xC0, 0x84, 0x3D]), FormatError::TooMuch); // a million ranges
    check(&container(&[0, 1, 0, 65]), FormatError::Number); // a column 65 bits wide
    check(&[2, 0], FormatError::Number); // "the account before", and there is none
    assert_eq!(decode(&[]).unwrap_err(), FormatError::Version);
    assert_eq!(decode(&[2]).unwrap_err(), FormatError::Version);
    assert_eq!(
        decode(&vec![1; MAX_BYTES + 1]).unwrap_err(),
        FormatError::TooLong
    );
}

#[test]
fn a_position_out_of_bounds_is_left_out_alone() {
    let mut carried = Carried::new();
    for (range, text) in [(0_u32, "1#5"), (1, "1#9")] {
        let position = position(text, Origin::Write, 0);
        carried
            .observe(key(1, 1), RangeId::from(range), position)
            .unwrap();
    }
    let mut bytes = encode(&carried, NOW);
    // The column of LSNs: least 5, three bits, 0 and 4. Put 2^53 - 3 in the place of the least: the second
    // then lies above 2^53.
    let at = bytes.len() - 4;
    assert_eq!(bytes[at..], [5, 3, 0b10_0000, 0]);
    let mut least = Vec::new();
    let mut rest = (1_u64 << 53) - 3;
    while rest > 0x7F {
        least.push((rest & 0x7F) as u8 | 0x80);
        rest >>= 7;
    }
    least.push(rest as u8);
    bytes.splice(at..=at, least);
    let decoded = decode(&bytes).unwrap();
    assert_eq!((decoded.dropped, decoded.carried.range_count()), (1, 1));
}

proptest! {
    #[test]
    fn reads_what_it_wrote(carried in any_carried()) {
        let decoded = decode(&encode(&carried, NOW)).unwrap();
        prop_assert_eq!(&decoded.carried, &carried);
        prop_assert_eq!((decoded.issued, decoded.dropped), (NOW, 0));
    }

    #[test]
    fn any_order_of_merging_gives_the_same_bytes(
        (values, shuffled) in prop::collection::vec(any_carried(), 1..5)
            .prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle())),
    ) {
        let merge = |values: &[Carried]| {
            let mut all = Carried::new();
            for value in values {
                all.join(value).unwrap();
            }
            all
        };
        let merged = merge(&values);
        prop_assert_eq!(encode(&merged, NOW), encode(&merge(&shuffled), NOW));
        // Twice is once, and in two steps is in one.
        let mut twice = merged.clone();
        twice.join(&merged).unwrap();
        prop_assert_eq!(&twice, &merged);
        let (left, right) = values.split_at(values.len() / 2);
        let mut halves = merge(left);
        halves.join(&merge(right)).unwrap();
        prop_assert_eq!(&halves, &merged);
        for value in &values {
            for (key, container) in value.containers() {
                for (range, position) in container.ranges() {
                    let (_, known) = merged.get(&key).unwrap().ranges().find(|(known, _)| *known == range).unwrap();
                    prop_assert!(known.token().is_at_least_as_recent(position.token()));
                    prop_assert!(known.origin() >= position.origin());
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(tail in prop::collection::vec(any::<u8>(), 0..300)) {
        drop(decode(&[&[1][..], &tail].concat()));
        drop(decode(&tail));
    }

    #[test]
    fn what_is_read_can_be_written_again(tail in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(decoded) = decode(&[&[1, 0x80, 0xA4, 0xA7, 0xDA, 0x06][..], &tail].concat()) {
            let again = decode(&encode(&decoded.carried, decoded.issued)).unwrap();
            prop_assert_eq!(again.carried, decoded.carried);
        }
    }

    #[test]
    fn expiry_leaves_what_is_young(carried in any_carried(), lifetime in 0..600_u64) {
        let mut left = carried.clone();
        let gone = left.expire(NOW, lifetime);
        prop_assert_eq!(left.range_count() + gone, carried.range_count());
        for (_, container) in left.containers() {
            prop_assert!(container.ranges().all(|(_, position)| NOW.since(position.seen_at()) < lifetime));
        }
        let mut later = carried;
        later.expire(Seconds(NOW.0 + 10_000), 9_000);
        prop_assert!(later.is_empty());
    }
}
