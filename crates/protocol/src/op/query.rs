//! The body of a query: text, parameters, and where an ordered query goes on.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::json::written;

/// A query with its parameters, as it is posted to a feed.
///
/// ```
/// use cosmokit_protocol::op::SqlQuery;
///
/// let query = SqlQuery::from("SELECT * FROM c WHERE c.id = @id").with_parameter("@id", 42)?;
/// let body = serde_json::to_string(&query)?;
/// assert_eq!(body, r#"{"query":"SELECT * FROM c WHERE c.id = @id","parameters":[{"name":"@id","value":42}]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SqlQuery {
    /// The SQL text.
    pub query: String,
    /// The parameters; absent, `null` and `[]` mean none.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "null_is_empty"
    )]
    pub parameters: Vec<SqlParameter>,
    /// Where an ordered query over one range goes on; only the Rust client sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume_filter: Option<ResumeFilter>,
}

/// A named value of a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SqlParameter {
    /// The name with its `@`.
    pub name: String,
    /// The value; `null` when the body leaves it out.
    #[serde(default)]
    pub value: Value,
}

/// The row after which an ordered query goes on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResumeFilter {
    /// The values of the row's ORDER BY items; `[]` stands for undefined.
    #[serde(default)]
    pub value: Vec<Value>,
    /// Resource id of the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rid: Option<String>,
    /// Whether the row itself is left out.
    #[serde(default)]
    pub exclude: bool,
}

impl ResumeFilter {
    /// Goes on at (or, with `exclude`, after) the row `rid` with the given ORDER BY values.
    pub fn new(value: Vec<Value>, rid: Option<String>, exclude: bool) -> Self {
        Self {
            value,
            rid,
            exclude,
        }
    }
}

impl SqlParameter {
    /// A parameter; `name` with its `@`.
    pub fn new(name: impl Into<String>, value: Value) -> Self {
        Self {
            name: name.into(),
            value,
        }
    }
}

impl SqlQuery {
    /// Adds a parameter; `name` with its `@`.
    ///
    /// # Errors
    /// When `value` cannot be written as JSON.
    pub fn with_parameter(
        mut self,
        name: impl Into<String>,
        value: impl Serialize,
    ) -> serde_json::Result<Self> {
        self.parameters
            .push(SqlParameter::new(name, serde_json::to_value(value)?));
        Ok(self)
    }

    /// Replaces the text and keeps the parameters.
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.query = text.into();
        self
    }

    /// Adds to the end of the text.
    pub fn append_text(mut self, text: &str) -> Self {
        self.query.push_str(text);
        self
    }

    /// Reads the body of a query.
    ///
    /// # Errors
    /// When `body` is not a JSON object with a `query` string.
    pub fn parse(body: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(body)
    }

    /// The body as JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        written(self)
    }
}

impl<T: Into<String>> From<T> for SqlQuery {
    fn from(text: T) -> Self {
        Self {
            query: text.into(),
            ..Self::default()
        }
    }
}

fn null_is_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<SqlParameter>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_the_bodies_of_all_clients() {
        let check = |text: &str, parameters: usize| {
            let query = SqlQuery::parse(text.as_bytes()).unwrap();
            assert_eq!(
                (query.query.as_str(), query.parameters.len()),
                ("q", parameters),
                "{text}"
            );
        };
        check(r#"{"query":"q"}"#, 0);
        check(r#"{"query":"q","parameters":null}"#, 0);
        check(r#"{"query":"q","parameters":[]}"#, 0);
        check(
            r#"{"parameters":[{"name":"@a","value":1},{"name":"@b"}],"query":"q","x":1}"#,
            2,
        );
        for text in [
            "",
            "\"q\"",
            "{}",
            r#"{"query":1}"#,
            r#"{"query":"q","parameters":{}}"#,
        ] {
            assert!(SqlQuery::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn keeps_parameters_and_the_resume_filter() {
        let text = r#"{"query":"q","parameters":[{"name":"@a","value":{"b":[9007199254740993,null]}}],"resumeFilter":{"value":[1,[]],"rid":"r","exclude":true}}"#;
        let query = SqlQuery::parse(text.as_bytes()).unwrap();
        assert_eq!(query.to_bytes(), text.as_bytes());
        assert_eq!(
            query.resume_filter,
            Some(ResumeFilter::new(
                vec![json!(1), json!([])],
                Some("r".into()),
                true
            ))
        );
    }

    #[test]
    fn builds() {
        let query = SqlQuery::from("SELECT 1")
            .with_parameter("@n", ())
            .unwrap()
            .append_text(" x");
        assert_eq!(query.query, "SELECT 1 x");
        assert_eq!(
            query.clone().with_text("y").to_bytes(),
            br#"{"query":"y","parameters":[{"name":"@n","value":null}]}"#
        );
        assert!(
            query
                .with_parameter("@f", std::collections::BTreeMap::from([((1, 2), 3)]))
                .is_err()
        );
    }
}
