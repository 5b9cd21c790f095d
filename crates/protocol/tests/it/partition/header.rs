//! The partition key header, written and read.

use cosmokit_protocol::partition::{PartitionKey, PartitionKeyError};
use proptest::prelude::*;

use super::strategies::key;

fn check(header: &str, expected: impl Into<PartitionKey>) {
    assert_eq!(
        PartitionKey::from_header(header),
        Ok(expected.into()),
        "{header}"
    );
}

#[test]
fn what_clients_send_is_read() {
    check(r#"["x"]"#, "x");
    check("[1.5]", PartitionKey::try_from(1.5).unwrap());
    check("[1.0]", 1);
    check("[true]", true);
    check("[null]", PartitionKey::NULL);
    check("[{}]", PartitionKey::UNDEFINED);
    check(r#"["tenant", "user", 5]"#, ("tenant", "user", 5)); // Python puts blanks
    check(
        r#"["tenant",{},null]"#,
        ("tenant", PartitionKey::UNDEFINED, PartitionKey::NULL),
    );
    check(r#"["gr\u00f6\u00dfe \ud83d\ude00"]"#, "größe 😀");
    check(r#"["größe"]"#, "größe");
    check("[-0.0]", PartitionKey::try_from(-0.0).unwrap());
    check("[-0]", PartitionKey::try_from(-0.0).unwrap());
    check("[9223372036854775807]", i64::MAX);
    check("[1e2]", 100);
    check(
        "[36893488147419103232]",
        PartitionKey::try_from(36_893_488_147_419_103_232.0).unwrap(),
    );
    check(" [ ] ", PartitionKey::EMPTY);
    assert_eq!(
        PartitionKey::from_header("[9223372036854775807]")
            .unwrap()
            .to_header(),
        "[9223372036854775807]"
    );
}

#[test]
fn what_means_nothing_is_refused() {
    let deep = "[".repeat(5000);
    for bad in [
        "",
        " ",
        "x",
        "\"x\"",
        "5",
        "null",
        "{}",
        "[",
        "]",
        "[1",
        "[1,]",
        "[,1]",
        "[1]x",
        "[[1]]",
        "[[]]",
        r#"[{"a":1}]"#,
        "[{]",
        "[undefined]",
        "[NaN]",
        "[Infinity]",
        "[1e999]",
        "['x']",
        r#"["\ud800"]"#,
        "[\"a\u{1}\"]",
        "[01]",
        "[tru]",
        &deep,
    ] {
        assert!(
            matches!(
                PartitionKey::from_header(bad),
                Err(PartitionKeyError::InvalidHeader { .. })
            ),
            "{bad:?}"
        );
    }
    assert_eq!(
        PartitionKey::from_header("[1,2,3,4]"),
        Err(PartitionKeyError::TooManyValues { actual: 4 })
    );
    assert_eq!(
        PartitionKey::from_header("[1,2,3,4,5]"),
        Err(PartitionKeyError::TooManyValues { actual: 5 })
    );
}

#[test]
fn text_is_escaped_as_ascii() {
    let header = |text: &str| PartitionKey::from(text).to_header();
    assert_eq!(header("a\"b\\c/d"), r#"["a\"b\\c/d"]"#);
    assert_eq!(
        header("\n\r\t\u{8}\u{c}\u{0}\u{1f}\u{7f}"),
        r#"["\n\r\t\u0008\u000c\u0000\u001f\u007f"]"#
    );
    assert_eq!(header("é日😀"), r#"["\u00e9\u65e5\ud83d\ude00"]"#);
}

#[test]
fn serde_reads_and_writes_the_same_array() {
    let key = PartitionKey::from(("é", 1, PartitionKey::UNDEFINED));
    let json = serde_json::to_string(&key).unwrap();
    assert_eq!(json, r#"["é",1,{}]"#);
    assert_eq!(serde_json::from_str::<PartitionKey>(&json).unwrap(), key);
    assert_eq!(
        serde_json::to_string(&PartitionKey::from(u64::MAX)).unwrap(),
        "[18446744073709551615]"
    );
    assert!(serde_json::from_str::<PartitionKey>("[1,2,3,4]").is_err());
}

proptest! {
    #[test]
    fn a_header_reads_back(key in key()) {
        let header = key.to_header();
        prop_assert!(header.bytes().all(|byte| (0x20..0x7F).contains(&byte)), "{header}");
        let back = PartitionKey::from_header(&header).unwrap();
        prop_assert_eq!(&back, &key);
        prop_assert_eq!(back.to_header(), header); // integers too come back digit by digit
        let as_json: serde_json::Value = serde_json::from_str(&key.to_header()).unwrap();
        prop_assert_eq!(as_json.as_array().map(Vec::len), Some(key.len()));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
        let _ = PartitionKey::from_header(&text);
    }

    #[test]
    fn any_array_like_text_is_read_or_refused(text in r#"[\[\]{}",:0-9a-zA-Z\\ .+-]{0,24}"#) {
        if let Ok(key) = PartitionKey::from_header(&text) {
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(json.as_array().map(Vec::len), Some(key.len()));
        }
    }
}
