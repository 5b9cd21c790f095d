//! The body of every answer of 400 and above.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::json::written;
use crate::resource::UnknownProperties;

/// `{"code": …, "message": …}`, the error envelope of the service.
///
/// ```
/// use cosmokit_protocol::op::ErrorBody;
///
/// let body = ErrorBody::new("NotFound", "the item 'a' does not exist");
/// assert_eq!(body.to_bytes(), br#"{"code":"NotFound","message":"the item 'a' does not exist"}"#);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ErrorBody {
    /// A name such as `NotFound`, or the status in digits.
    #[serde(default, deserialize_with = "text_of")]
    pub code: String,
    /// What happened.
    #[serde(default, deserialize_with = "text_of")]
    pub message: String,
    /// JSON text inside a string: the query plan of a query that the gateway does not serve.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "optional_text_of"
    )]
    pub additional_error_info: Option<String>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

/// The name that stands for a status in an error body, one row per status.
const CODES: &[(u16, &str)] = &[
    (400, "BadRequest"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (404, "NotFound"),
    (405, "MethodNotAllowed"),
    (408, "RequestTimeout"),
    (409, "Conflict"),
    (410, "Gone"),
    (412, "PreconditionFailed"),
    (413, "RequestEntityTooLarge"),
    (429, "TooManyRequests"),
    (449, "RetryWith"),
    (500, "InternalServerError"),
    (501, "NotImplemented"),
    (503, "ServiceUnavailable"),
];

impl ErrorBody {
    /// An error body without additional information.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            ..Self::default()
        }
    }

    /// An error body with the name that the service gives to `status`; other statuses stand in digits.
    pub fn for_status(status: u16, message: impl Into<String>) -> Self {
        let name = CODES
            .iter()
            .find(|row| row.0 == status)
            .map(|row| row.1.to_owned());
        Self::new(name.unwrap_or_else(|| status.to_string()), message)
    }

    /// Adds information as JSON text.
    pub fn with_additional_error_info(mut self, json: impl Into<String>) -> Self {
        self.additional_error_info = Some(json.into());
        self
    }

    /// Reads an error body; `None` when `body` is not a JSON object, as from a proxy.
    pub fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// The body as JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        written(self)
    }
}

/// Any JSON value as text: strings as they are, everything else as JSON.
fn text_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(optional_text_of(deserializer)?.unwrap_or_default())
}

fn optional_text_of<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_services_and_proxies_send() {
        let check = |text: &str, code: &str, message: &str, info: Option<&str>| {
            let body = ErrorBody::parse(text.as_bytes()).unwrap();
            assert_eq!(
                (body.code.as_str(), body.message.as_str()),
                (code, message),
                "{text}"
            );
            assert_eq!(body.additional_error_info.as_deref(), info, "{text}");
        };
        check(
            r#"{"code":"NotFound","message":"m"}"#,
            "NotFound",
            "m",
            None,
        );
        check(r#"{"code":429,"message":null}"#, "429", "", None);
        check(
            r#"{"code":"B","message":"m","additionalErrorInfo":"{\"a\":1}"}"#,
            "B",
            "m",
            Some(r#"{"a":1}"#),
        );
        check(
            r#"{"additionalErrorInfo":{"a":1}}"#,
            "",
            "",
            Some(r#"{"a":1}"#),
        );
        for text in ["", "<html>", "[]", "\"x\"", "{\"code\":"] {
            assert_eq!(ErrorBody::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn writes_names_and_keeps_what_it_does_not_know() {
        assert_eq!(ErrorBody::for_status(412, "m").code, "PreconditionFailed");
        assert_eq!(ErrorBody::for_status(418, "m").code, "418");
        let body = ErrorBody::new("B", "m").with_additional_error_info("{}");
        assert_eq!(
            body.to_bytes(),
            br#"{"code":"B","message":"m","additionalErrorInfo":"{}"}"#
        );
        let text = br#"{"code":"B","message":"m","innerError":{"x":1}}"#;
        assert_eq!(ErrorBody::parse(text).unwrap().to_bytes(), text);
    }
}
