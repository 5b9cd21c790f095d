//! Values without ties to a document.

use super::{Array, MAX_VALUE_DEPTH, Object, Raw, Text, Value};

impl Value<'_> {
    /// The same value without ties to a document. What lies deeper than [`MAX_VALUE_DEPTH`] is dropped.
    pub fn into_owned(self) -> Value<'static> {
        owned(self, 0)
    }
}

impl Value<'static> {
    /// Reads a JSON text into memory.
    ///
    /// # Errors
    /// When the text is not one JSON value, or nests deeper than 128 levels.
    pub fn from_slice(text: &[u8]) -> Result<Self, super::NotJson> {
        serde_json::from_slice::<serde::de::IgnoredAny>(text)?;
        Ok(Raw::new(text).value().into_owned())
    }
}

fn owned(value: Value<'_>, depth: u32) -> Value<'static> {
    match value {
        Value::Undefined => Value::Undefined,
        Value::Null => Value::Null,
        Value::Boolean(value) => Value::Boolean(value),
        Value::Number(number) => Value::Number(number),
        Value::String(text) => Value::String(text.into_owned()),
        Value::Array(_) | Value::Object(_) if depth >= MAX_VALUE_DEPTH => Value::Undefined,
        Value::Array(array) => Value::Array(Array::from_elements(
            array.iter().map(|element| owned(element, depth + 1)),
        )),
        Value::Object(object) => {
            let members = object
                .iter()
                .map(|(name, value)| (name.into_owned(), owned(value, depth + 1)));
            Value::Object(Object::Built(
                members
                    .filter(|(_, value): &(Text<'_>, Value<'_>)| value.is_defined())
                    .collect(),
            ))
        }
    }
}
