//! Undefined on the wire: an absent member, which is not the same as a member that is `null`.
//!
//! Used as `#[serde(default, deserialize_with = "present")] item: Option<T>`: absent reads as `None`, `null` as
//! `Some(null)`. Pair it with `#[serde(skip_serializing_if = "Option::is_none")]` for the way back.

use serde::{Deserialize, Deserializer};

/// Reads a member that is there, `null` included, as `Some`.
///
/// # Errors
/// Whatever reading `T` gives.
pub fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::present;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "present")]
        item: Option<serde_json::Value>,
    }

    #[test]
    fn absent_and_null_are_told_apart() {
        let check = |text: &str, expected: Option<serde_json::Value>| {
            assert_eq!(
                serde_json::from_str::<Row>(text).unwrap().item,
                expected,
                "{text}"
            );
        };
        check("{}", None);
        check(r#"{"item":null}"#, Some(serde_json::Value::Null));
        check(r#"{"item":1}"#, Some(serde_json::Value::from(1)));
    }
}
