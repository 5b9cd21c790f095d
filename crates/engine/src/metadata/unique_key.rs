//! The unique keys of a container: from a document to the entries that it claims.
//!
//! A missing value counts as null. Values are equal as the service compares them: numbers as
//! doubles, strings by their characters, arrays and objects by their text.

use std::{borrow::Cow, collections::HashMap};

use cosmokit_protocol::{resource::UniqueKeyPolicy, value::PropertyPath};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::partition::{
    item_key::ItemName,
    unique::{UniqueEntries, UniqueEntry},
};

/// The keys of a container, each a list of paths.
#[derive(Debug, Default)]
pub(crate) struct UniqueKeys(Box<[Box<[PropertyPath]>]>);

impl UniqueKeys {
    /// The keys of a policy that was validated.
    pub(crate) fn of(policy: Option<&UniqueKeyPolicy>) -> Self {
        let keys = policy.map_or(&[][..], |policy| &policy.unique_keys);
        let paths = |key: &cosmokit_protocol::resource::UniqueKey| {
            key.paths
                .iter()
                .filter_map(|path| path.parse().ok())
                .collect()
        };
        Self(keys.iter().map(paths).collect())
    }

    /// What the item of this name claims with this document, JSON text of an object.
    pub(crate) fn entries(&self, name: &ItemName, document: &[u8]) -> UniqueEntries {
        if self.0.is_empty() {
            return UniqueEntries::NONE;
        }
        let text = std::str::from_utf8(document).unwrap_or_default();
        let members = members(text);
        let entry = |(number, paths): (u8, &[PropertyPath])| {
            let mut values = Vec::new();
            for path in paths {
                put_canonical(&mut values, value_at(&members, path));
            }
            UniqueEntry::new(name, number, &values)
        };
        let keys = self.0.iter().map(|paths| &**paths);
        (0..).zip(keys).map(entry).collect()
    }
}

/// A name, borrowed from the text when it holds no escapes.
#[derive(Deserialize, PartialEq, Eq, Hash)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

type Members<'a> = HashMap<Name<'a>, &'a RawValue>;

/// The members of an object, the last of each name; none when the text is something else.
fn members(text: &str) -> Members<'_> {
    serde_json::from_str(text).unwrap_or_default()
}

fn value_at<'a>(members: &Members<'a>, path: &PropertyPath) -> Option<&'a str> {
    let mut segments = path.segments();
    let find = |members: &Members<'a>, segment: &str| {
        members
            .get(&Name(Cow::Borrowed(segment)))
            .map(|value| value.get())
    };
    let mut value = find(members, segments.next()?)?;
    for segment in segments {
        value = find(&self::members(value), segment)?;
    }
    Some(value)
}

/// Writes a value so that equal values, and no others, have equal bytes.
///
/// | first byte | value | then |
/// |---|---|---|
/// | 0 | null, or no value | |
/// | 1, 2 | false, true | |
/// | 3 | number | the double, 8 bytes |
/// | 4 | string | length in 4 bytes, UTF-8 |
/// | 5 | array or object | length in 4 bytes, JSON text |
fn put_canonical(out: &mut Vec<u8>, value: Option<&str>) {
    let value = value.unwrap_or("null");
    match value.as_bytes().first() {
        Some(b'n') => out.push(0),
        Some(b'f') => out.push(1),
        Some(b't') => out.push(2),
        Some(b'"') => {
            let decoded = serde_json::from_str::<String>(value);
            put_text(out, 4, decoded.as_deref().unwrap_or(value));
        }
        Some(b'[' | b'{') => put_text(out, 5, &compact(value)),
        _ => {
            out.push(3);
            // Adding zero makes the negative zero the positive one.
            let number = value.parse::<f64>().unwrap_or_default() + 0.0;
            out.extend_from_slice(&number.to_bits().to_be_bytes());
        }
    }
}

fn put_text(out: &mut Vec<u8>, kind: u8, text: &str) {
    out.push(kind);
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// The text without blanks between its parts, where it is not too deep to be read as a tree.
fn compact(text: &str) -> Cow<'_, str> {
    serde_json::from_str::<serde_json::Value>(text)
        .map_or(Cow::Borrowed(text), |tree| Cow::Owned(tree.to_string()))
}

#[cfg(test)]
mod tests {
    use cosmokit_protocol::resource::UniqueKey;

    use super::*;

    fn entries(paths: &[&str], document: &str) -> UniqueEntries {
        let key = paths
            .iter()
            .fold(UniqueKey::default(), |key, path| key.with_path(*path));
        let policy = UniqueKeyPolicy::default().with_unique_key(key);
        let name = ItemName::new(&[1], "id");
        UniqueKeys::of(Some(&policy)).entries(&name, document.as_bytes())
    }

    #[test]
    fn equal_values_and_no_others_are_equal() {
        let check = |a: &str, b: &str, expected: bool| {
            let same = entries(&["/k"], a) == entries(&["/k"], b);
            assert_eq!(same, expected, "{a} {b}");
        };
        check(r#"{"k":1}"#, r#"{"k":1.0}"#, true);
        check(r#"{"k":0}"#, r#"{"k":-0}"#, true);
        check(r#"{"k":1}"#, r#"{"k":"1"}"#, false);
        check(r#"{"k":"a"}"#, r#"{"k":"\u0061"}"#, true);
        check(r#"{"k":"a"}"#, r#"{"k":"A"}"#, false);
        check("{}", r#"{"k":null}"#, true);
        check("{}", r#"{"k":false}"#, false);
        check(r#"{"k":true}"#, r#"{"k":false}"#, false);
        check(r#"{"k":[1, 2]}"#, r#"{"k":[1,2]}"#, true);
        check(r#"{"k":[1]}"#, r#"{"k":[2]}"#, false);
        check(r#"{"k":1,"k":2}"#, r#"{"k":2}"#, true);
    }

    #[test]
    fn a_key_is_all_its_values_together() {
        let paths = ["/a", "/b/c"];
        let check = |a: &str, b: &str, expected: bool| {
            assert_eq!(
                entries(&paths, a) == entries(&paths, b),
                expected,
                "{a} {b}"
            );
        };
        check(
            r#"{"a":"x","b":{"c":"y"}}"#,
            r#"{"b":{"c":"y"},"a":"x"}"#,
            true,
        );
        check(
            r#"{"a":"x","b":{"c":"y"}}"#,
            r#"{"a":"xy","b":{"c":""}}"#,
            false,
        );
        check(r#"{"a":"x","b":5}"#, r#"{"a":"x"}"#, true);
    }

    #[test]
    fn no_policy_claims_nothing() {
        let name = ItemName::new(&[1], "id");
        assert_eq!(
            UniqueKeys::default().entries(&name, b"{}"),
            UniqueEntries::NONE
        );
    }
}
