//! Hash points against the table of the protocol reference, and their text and order.

use cosmokit_protocol::partition::{
    EffectivePartitionKey, PartitionKey, PartitionKeyDefinition, PartitionKeyError,
    PartitionKeyKind, PartitionKeyValue, PartitionKeyVersion,
};
use proptest::prelude::*;

use super::strategies::{key_value, point};

fn hash(value: impl Into<PartitionKeyValue>, version: PartitionKeyVersion) -> String {
    let definition = PartitionKeyDefinition::from("/pk").with_version(version);
    EffectivePartitionKey::of(&PartitionKey::from(value.into()), &definition)
        .unwrap()
        .to_hex()
}

fn check(value: impl Into<PartitionKeyValue>, v2: &str, v1: &str) {
    let value = value.into();
    assert_eq!(
        hash(value.clone(), PartitionKeyVersion::V2),
        v2,
        "V2 of {value:?}"
    );
    if !v1.is_empty() {
        assert_eq!(
            hash(value.clone(), PartitionKeyVersion::V1),
            v1,
            "V1 of {value:?}"
        );
    }
}

fn double(value: f64) -> PartitionKeyValue {
    PartitionKeyValue::try_from(value).unwrap()
}

#[test]
fn strings_of_the_reference_table() {
    check("", "32E9366E637A71B4E710384B2F4970A0", "05C1CF33970FF80800");
    check(
        "asdf",
        "208BF1D598F5B63AD5520F04FE58C5E8",
        "05C1E7035DAF84086274656700",
    );
    check(
        "partitionKey",
        "013AEFCF77FA271571CF665A58C933F1",
        "05C1E1B3D9CD2608716273756A756A706F4C667A00",
    );
    check(
        "redmond",
        "22E342F38A486A088463DFF7838A5963",
        "05C1EFE313830C087366656E706F6500",
    );
    check(
        "é",
        "007199F104E04116EE25AF912CA4889B",
        "05C1B3CD91912008C4AA00",
    );
    check(
        "日本",
        "2F64A78CFF1F1D412A8B6220090E9767",
        "05C1DB17971FC408E798A6E79DAD00",
    );
    check(
        "😀",
        "28D7FCB721E75FBE0DAC3D71DAB82766",
        "05C1814D5F9C08F1A0998100",
    );
}

#[test]
fn long_strings_of_the_reference_table() {
    let encoded = |hash: &str, bytes: usize| format!("{hash}08{}00", "62".repeat(bytes));
    let cut = encoded("05C1EB5921F706", 100);
    check(
        "a".repeat(99),
        "3C02F609961C32AAC2B912B940D1209A",
        &encoded("05C1E9CD098BB2", 99),
    );
    check("a".repeat(100), "0DBD7D229437BB665DE6417747994D57", &cut);
    check("a".repeat(101), "08042541D30C8BF90D7092B1519AE0BC", &cut);
    check("a".repeat(1024), "332BDF5512AE49615F32C7D98C2DB86C", &cut);
}

#[test]
fn numbers_of_the_reference_table() {
    check(
        0,
        "155B95BEDAC4B1E9EC1CDC9BB0DDDE58",
        "05C1BF6DA11560058000",
    );
    check(
        double(-0.0),
        "3D018BB1DF3DB27235766E81FD10406E",
        "05C1E703ED99A0058000",
    );
    check(
        1,
        "20CD98B339BA78A5D0CF6953B87070B0",
        "05C1ED172B6B2605BFF0",
    );
    check(
        -1,
        "19938E7A936C1C5B9E3AE842BBC16839",
        "05C1D1A5BDDF9C054010",
    );
    check(5, "19C08621B135968252FB34B4CF66F811", "");
    check(
        100,
        "34235CFA9F2448C372F53E4119DBB9AB",
        "05C1E30371BF2005C05980",
    );
    check(
        double(1.5),
        "35C5DDEB6C795D16A9963C73C54E97BC",
        "05C1E9694167A805BFF8",
    );
    check(
        -128_i8,
        "01DAEDABF913540367FE219B2AD06148",
        "05C1D73349F54C053FA0",
    );
    check(
        127_u8,
        "0C507ACAC853ECA7977BF4CEFB562A25",
        "05C1DD539DDFCC05C05FE0",
    );
    check(
        i32::MAX,
        "2D9349D64712AEB5EB1406E2F0BE2725",
        "05C1E1F503DFB205C1DFFFFFFFFC",
    );
    check(
        i32::MIN,
        "0B1660D5233C3171725B30D4A5F4CC1F",
        "05C1DFBF252BCC053E20",
    );
    check(
        i64::MAX,
        "2EDB959178DFCCA18983F89384D1629B",
        "05C1B799AB2DD005C3E0",
    );
    check(
        i64::MIN,
        "23D5C6395512BDFEAFADAD15328AD2BB",
        "05C1DB35F33D1C053C20",
    );
    check(
        9_007_199_254_740_991_i64,
        "12C221C7032CED1F9E6693CE1428E6CF",
        "",
    );
    check(
        double(5e-324),
        "0E6CBA63A280927DE485DEF865800139",
        "05C1E5C91F4D3005800101010101010102",
    );
    check(
        double(f64::MAX),
        "31424D996457102634591FF245DBCC4D",
        "05C1CBE367C53005FFEFFFFFFFFFFFFFFE",
    );
}

#[test]
fn the_other_values_of_the_reference_table() {
    check(true, "0E711127C5B5A8E4726AC6DD306A3E59", "05C1D7C5A903D803");
    check(
        false,
        "2FE1BE91E90A3439635E0E9E37361EF2",
        "05C1DB857D857C02",
    );
    check(
        PartitionKey::NULL,
        "378867E4430E67857ACE5C908374FE16",
        "05C1ED45D7475601",
    );
    check(
        PartitionKey::UNDEFINED,
        "11622DAA78F835834610ABE56EFF5CB5",
        "05C1D529E345DC00",
    );
}

#[test]
fn several_values_hash_together_or_level_by_level() {
    let values = [5.into(), "redmond".into(), true.into(), PartitionKey::NULL];
    let together =
        EffectivePartitionKey::of_values(&values, PartitionKeyKind::Hash, PartitionKeyVersion::V2);
    assert_eq!(together.to_hex(), "3032DECBE2AB1768D8E0AEDEA35881DF");

    let definition = PartitionKeyDefinition::from(("/tenant", "/user", "/session"));
    let of = |key: PartitionKey| {
        EffectivePartitionKey::of(&key, &definition)
            .unwrap()
            .to_hex()
    };
    assert_eq!(
        of(PartitionKey::from(("tenant1", "user1", "s1"))),
        "0DAE0B8467B011E957BC0B8B0DEB5ACA236A5BE3329A7AD57D4B998E8602BD7B2924A879AFFF52A411F93F1A83532751"
    );
    assert_eq!(
        of(PartitionKey::from(("/path1", "/path2", "/path3"))),
        "3499FD5198AE0F1EB6B77F6E428D2FF027A1848BD1102A3B65AFF266874D0FF52CA5ABC953544CF9BD94776DA5E6EA52"
    );
    assert_eq!(
        of(PartitionKey::from(("redmond", true, PartitionKey::NULL))),
        "22E342F38A486A088463DFF7838A59630E711127C5B5A8E4726AC6DD306A3E59378867E4430E67857ACE5C908374FE16"
    );
}

/// Version 1 counts UTF-16 units, not bytes and not characters; a pair cut in two becomes U+FFFD.
#[test]
fn version_1_truncates_at_100_utf16_units() {
    let v1 = |text: &str| hash(text, PartitionKeyVersion::V1);
    let fifty_pairs = "😀".repeat(50);
    assert_eq!(v1(&format!("{fifty_pairs}tail")), v1(&fifty_pairs));
    assert_eq!(
        v1(&format!("a{}", "😀".repeat(50))),
        v1(&format!("a{}\u{FFFD}", "😀".repeat(49)))
    );
    assert_eq!(v1(&"é".repeat(101)), v1(&"é".repeat(100)));
    assert_ne!(v1(&"é".repeat(100)), v1(&"é".repeat(99)));
    assert_ne!(
        hash("é".repeat(101), PartitionKeyVersion::V2),
        hash("é".repeat(100), PartitionKeyVersion::V2)
    );
    // 100 units of 2 bytes each: 101 bytes are written and no terminator.
    assert!(v1(&"é".repeat(100)).ends_with(&format!("08{}C4", "C4AA".repeat(50))));
}

#[test]
fn a_key_must_fit_the_definition() {
    let one = PartitionKeyDefinition::from("/a");
    let two = PartitionKeyDefinition::from(("/a", "/b"));
    let wrong = |key: PartitionKey, definition: &PartitionKeyDefinition| {
        EffectivePartitionKey::of(&key, definition).unwrap_err()
    };
    assert_eq!(
        wrong(("x", "y").into(), &one),
        PartitionKeyError::WrongNumberOfValues {
            paths: 1,
            values: 2
        }
    );
    assert_eq!(
        wrong("x".into(), &two),
        PartitionKeyError::WrongNumberOfValues {
            paths: 2,
            values: 1
        }
    );
    assert_eq!(
        EffectivePartitionKey::of(&PartitionKey::EMPTY, &two),
        Ok(EffectivePartitionKey::MIN)
    );
}

#[test]
fn hexadecimal_text_of_either_case_and_nothing_else() {
    let of = EffectivePartitionKey::from_hex;
    assert_eq!(of("").unwrap().to_hex(), "");
    assert_eq!(of("0aFf00").unwrap().to_hex(), "0AFF00");
    assert_eq!(of("0aff00").unwrap().as_bytes(), [0x0A, 0xFF, 0x00]);
    for bad in ["0", "0G", "0x", " 00", "é", "ＡＡ", "00\n"] {
        assert!(
            matches!(of(bad), Err(PartitionKeyError::InvalidHex { .. })),
            "{bad:?}"
        );
    }
}

#[test]
fn trailing_zeros_do_not_count() {
    let of = |text: &str| EffectivePartitionKey::from_hex(text).unwrap();
    let trimmed = of("06AB34CFE4E482236BCACBBF50E234AB");
    let padded = of("06AB34CFE4E482236BCACBBF50E234AB00000000000000000000000000000000");
    assert_eq!(trimmed, padded);
    assert_eq!(trimmed.cmp(&padded), std::cmp::Ordering::Equal);
    assert_ne!(trimmed.to_hex(), padded.to_hex());
    assert_eq!(of("00"), EffectivePartitionKey::MIN);
    assert!(of("0001") > EffectivePartitionKey::MIN);
    assert!(of("0100") < of("0101"));
    assert_eq!(trimmed, "06ab34cfe4e482236bcacbbf50e234ab00");
}

#[test]
fn the_successor_keeps_the_width() {
    let next = |text: &str| {
        EffectivePartitionKey::from_hex(text)
            .unwrap()
            .successor()
            .to_hex()
    };
    assert_eq!(next("1F00"), "1F01");
    assert_eq!(next("1FFF"), "2000");
    assert_eq!(next("00FFFF"), "010000");
    assert_eq!(next("FF"), "FF01");
    assert_eq!(next(""), "00000000000000000000000000000001");
}

#[test]
fn json_is_the_hexadecimal_text() {
    let point: EffectivePartitionKey = serde_json::from_str("\"05c1\"").unwrap();
    assert_eq!(serde_json::to_string(&point).unwrap(), "\"05C1\"");
    assert!(serde_json::from_str::<EffectivePartitionKey>("\"5\"").is_err());
    assert!(serde_json::from_str::<EffectivePartitionKey>("5").is_err());
}

proptest! {
    #[test]
    fn text_and_bytes_round_trip(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let point = EffectivePartitionKey::from_bytes(&bytes);
        prop_assert_eq!(point.as_bytes(), &bytes[..]);
        let back = EffectivePartitionKey::from_hex(&point.to_hex()).unwrap();
        prop_assert_eq!(back.as_bytes(), &bytes[..]);
        prop_assert_eq!(point.to_string(), point.to_hex());
        let lower = EffectivePartitionKey::from_hex(&point.to_hex().to_lowercase()).unwrap();
        prop_assert_eq!(lower.as_bytes(), &bytes[..]);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,20}") {
        let hex = text.len() % 2 == 0 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        prop_assert_eq!(EffectivePartitionKey::from_hex(&text).is_ok(), hex);
    }

    #[test]
    fn order_is_the_order_of_the_padded_texts(left in point(), right in point()) {
        let width = left.as_bytes().len().max(right.as_bytes().len());
        let padded = |point: &EffectivePartitionKey| format!("{:0<width$}", point.to_hex(), width = 2 * width);
        prop_assert_eq!(left.cmp(&right), padded(&left).cmp(&padded(&right)));
        prop_assert_eq!(left == right, padded(&left) == padded(&right));
    }

    #[test]
    fn the_successor_is_greater_and_next(left in point(), other in point()) {
        let next = left.successor();
        prop_assert!(next > left);
        // No point of the same width or less lies between.
        if other.as_bytes().len() <= left.as_bytes().len() {
            prop_assert!(other <= left || other >= next);
        }
    }

    #[test]
    fn equal_values_and_only_they_share_a_point(left in key_value(), right in key_value()) {
        for version in [PartitionKeyVersion::V1, PartitionKeyVersion::V2] {
            let [a, b] = [&left, &right].map(|value| hash(value.clone(), version));
            prop_assert_eq!(a == b, left == right, "{:?} {:?}", left, right);
        }
    }

    #[test]
    fn a_level_hashes_as_it_does_alone(values in prop::collection::vec(key_value(), 1..=3)) {
        let all = EffectivePartitionKey::of_values(&values, PartitionKeyKind::MultiHash, PartitionKeyVersion::V2);
        let alone: String = values.iter().map(|value| hash(value.clone(), PartitionKeyVersion::V2)).collect();
        prop_assert_eq!(all.to_hex(), alone);
    }

    #[test]
    fn the_range_encoding_keeps_the_order_of_values(left in key_value(), right in key_value()) {
        let encode = |value: &PartitionKeyValue| {
            let values = std::slice::from_ref(value);
            EffectivePartitionKey::of_values(values, PartitionKeyKind::Range, PartitionKeyVersion::V1)
        };
        let negative_zero = |value: &PartitionKeyValue| value.as_f64() == Some(0.0);
        prop_assume!(!(negative_zero(&left) && negative_zero(&right))); // both encode as zero
        prop_assert_eq!(encode(&left).as_bytes().cmp(encode(&right).as_bytes()), left.cmp(&right));
    }
}
