//! Takes one level of JSON text apart without copying or parsing what lies below; writes bodies.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A name, borrowed from the text when it holds no escapes.
#[derive(Deserialize)]
pub(super) struct Name<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// The members of an object in the order of the text, duplicates included.
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

/// The members of the object in `text`.
pub(super) fn members(text: &str) -> serde_json::Result<Vec<(Cow<'_, str>, &RawValue)>> {
    serde_json::from_str::<Members<'_>>(text).map(|members| members.0)
}

/// The JSON text of a body made of strings, numbers, JSON values and structs of them, which cannot fail.
pub(super) fn written(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body)
        .expect("strings, numbers, JSON values and structs of them always serialize")
}

/// The elements of the array in `text`.
pub(super) fn elements(text: &str) -> serde_json::Result<Vec<&RawValue>> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_text_and_duplicates() {
        let found = members(r#" {"b": 1.0 , "a\u0062":[ 1, {}],"b":"x"} "#).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|(name, value)| (name.as_ref(), value.get()))
            .collect();
        assert_eq!(found, [("b", "1.0"), ("ab", "[ 1, {}]"), ("b", "\"x\"")]);
    }

    #[test]
    fn refuses_other_values() {
        for text in ["[]", "1", "", "{", "{\"a\":}", "{} x"] {
            assert!(members(text).is_err(), "{text}");
        }
        assert!(elements("{}").is_err());
        assert_eq!(elements("[1 ,2]").unwrap().len(), 2);
    }
}
