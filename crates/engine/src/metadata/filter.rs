//! The few queries that every client sends about databases, containers and offers, answered
//! without compiling them and, for the offer of a resource, without reading the others.
//!
//! Understood: `SELECT * FROM alias [alias]`, optionally `WHERE alias.property = value`, where
//! the value is a string in either quote, or a parameter that holds one. Everything else is left
//! to [`query`](super::query).

use cosmokit_protocol::{id::Rid, op::SqlQuery};
use serde_json::Value;

/// Longest query text in bytes.
const MAX_TEXT_BYTES: usize = 4 * 1024;

/// A condition on one property, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Every document.
    All,
    /// Documents whose property is this string.
    Equals {
        /// The property's name.
        property: String,
        /// The string it must be.
        value: String,
    },
}

impl Filter {
    /// Recognises a query; `None` for one of another shape.
    pub(crate) fn recognise(query: &SqlQuery) -> Option<Self> {
        if query.query.len() > MAX_TEXT_BYTES {
            return None;
        }
        let tokens = tokens(&query.query)?;
        let (alias, condition) = after_from(&tokens)?;
        let (property, value) = match condition {
            [] => return Some(Self::All),
            [
                Token::Word(keyword),
                Token::Word(of),
                Token::Dot,
                Token::Word(property),
                Token::Equals,
                value,
            ] if is(keyword, "where") && of == alias => (property.clone(), value),
            _ => return None,
        };
        let value = match value {
            Token::Text(text) => text.clone(),
            Token::Parameter(name) => parameter(query, name)?,
            _ => return None,
        };
        Some(Self::Equals { property, value })
    }

    /// The resource that an offer must belong to, when the filter says which: by resource id or
    /// by link.
    pub(crate) fn asks_for_resource(&self) -> Option<Rid> {
        match self {
            Self::Equals { property, value } if property == "offerResourceId" => value.parse().ok(),
            Self::Equals { property, value } if property == "resource" => {
                value.trim_end_matches('/').rsplit('/').next()?.parse().ok()
            }
            _ => None,
        }
    }

    /// Whether a document, given as JSON text, passes.
    pub(crate) fn passes(&self, document: &[u8]) -> bool {
        match self {
            Self::All => true,
            Self::Equals { property, value } => serde_json::from_slice::<Value>(document)
                .is_ok_and(|document| {
                    document.get(property).and_then(Value::as_str) == Some(value)
                }),
        }
    }
}

fn is(word: &str, keyword: &str) -> bool {
    word.eq_ignore_ascii_case(keyword)
}

/// The alias, and the tokens behind the FROM clause.
fn after_from(tokens: &[Token]) -> Option<(&String, &[Token])> {
    let [
        Token::Word(select),
        Token::Star,
        Token::Word(from),
        Token::Word(root),
        rest @ ..,
    ] = tokens
    else {
        return None;
    };
    if !is(select, "select") || !is(from, "from") {
        return None;
    }
    match rest {
        [Token::Word(alias), rest @ ..] if !is(alias, "where") => Some((alias, rest)),
        rest => Some((root, rest)),
    }
}

fn parameter(query: &SqlQuery, name: &str) -> Option<String> {
    let mut given = query.parameters.iter();
    let given = given.find(|parameter| parameter.name == name)?;
    given.value.as_str().map(str::to_owned)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Parameter(String),
    Text(String),
    Star,
    Dot,
    Equals,
}

/// Cuts the text into tokens; `None` at the first character that belongs to none.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, tail) = match first {
            '*' => (Token::Star, rest.get(1..)?),
            '.' => (Token::Dot, rest.get(1..)?),
            '=' => (Token::Equals, rest.get(1..)?),
            '\'' | '"' => {
                let (inner, tail) = rest.get(1..)?.split_once(first)?;
                if inner.contains('\\') {
                    return None;
                }
                (Token::Text(inner.to_owned()), tail)
            }
            '@' => {
                let (name, tail) = word(rest.get(1..)?)?;
                (Token::Parameter(format!("@{name}")), tail)
            }
            _ => {
                let (name, tail) = word(rest)?;
                (Token::Word(name.to_owned()), tail)
            }
        };
        tokens.push(token);
        rest = tail.trim_start();
    }
    Some(tokens)
}

fn word(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    (!name.is_empty()).then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Filter> {
        let query = SqlQuery::from(text).with_parameter("@p", "value").unwrap();
        let query = query.with_parameter("@n", 5).unwrap();
        Filter::recognise(&query)
    }

    #[test]
    fn understands_what_clients_send() {
        let check = |text: &str, property: &str, value: &str| {
            let expected = Filter::Equals {
                property: property.to_owned(),
                value: value.to_owned(),
            };
            assert_eq!(read(text), Some(expected), "{text}");
        };
        check(
            "SELECT * FROM root r WHERE r.resource=@p",
            "resource",
            "value",
        );
        check(
            "SELECT * from root where root.resource = \"dbs/AQAAAA==/\"",
            "resource",
            "dbs/AQAAAA==/",
        );
        check(
            "SELECT * FROM c WHERE c.offerResourceId = @p",
            "offerResourceId",
            "value",
        );
        check(
            "SELECT * FROM root r WHERE r.offerResourceId= @p",
            "offerResourceId",
            "value",
        );
        check("select * from r where r.id='it is'", "id", "it is");
        assert_eq!(read("SELECT * FROM c"), Some(Filter::All));
        assert_eq!(read("  SELECT  *\nFROM root r "), Some(Filter::All));
    }

    #[test]
    fn leaves_everything_else_to_the_query_engine() {
        for text in [
            "",
            "SELECT",
            "SELECT c.id FROM c",
            "SELECT VALUE c FROM c",
            "SELECT * FROM c WHERE c.id = @p AND c.x = @p",
            "SELECT * FROM c WHERE c.id > @p",
            "SELECT * FROM c WHERE c.a.b = @p",
            "SELECT * FROM c WHERE c.id = @n",
            "SELECT * FROM c WHERE c.id = 5",
            "SELECT * FROM c WHERE x.id = @p",
            "SELECT * FROM c WHERE @p = c.id",
            "SELECT * FROM c ORDER BY c.id",
            "SELECT * FROM c WHERE c.id = 'a\\'b'",
            "SELECT * FROM c WHERE c.id = 'open",
            "SELECT * FROM c WHERE c[\"id\"] = @p",
            "SELECT * FROM c -- note",
            "é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("SELECT * FROM c WHERE c.id = @missing"), None);
        let long = format!(
            "SELECT * FROM c WHERE c.id = '{}'",
            "x".repeat(MAX_TEXT_BYTES)
        );
        assert_eq!(read(&long), None);
    }

    #[test]
    fn a_filter_names_the_resource_of_an_offer() {
        let check = |property: &str, value: &str, expected: Option<&str>| {
            let filter = Filter::Equals {
                property: property.to_owned(),
                value: value.to_owned(),
            };
            assert_eq!(
                filter
                    .asks_for_resource()
                    .map(|rid| rid.to_string())
                    .as_deref(),
                expected
            );
        };
        check("offerResourceId", "AAAAAYAAAAE=", Some("AAAAAYAAAAE="));
        check(
            "resource",
            "dbs/AAAAAQ==/colls/AAAAAYAAAAE=/",
            Some("AAAAAYAAAAE="),
        );
        check("resource", "dbs/AAAAAQ==/", Some("AAAAAQ=="));
        check("resource", "", None);
        check("offerResourceId", "x", None);
        check("id", "AAAAAYAAAAE=", None);
    }

    #[test]
    fn passes_documents_whose_property_is_the_string() {
        let filter = Filter::Equals {
            property: "id".to_owned(),
            value: "a".to_owned(),
        };
        assert!(filter.passes(br#"{"id":"a"}"#));
        assert!(!filter.passes(br#"{"id":"b"}"#));
        assert!(!filter.passes(br#"{"id":["a"]}"#));
        assert!(!filter.passes(br#"{"x":"a"}"#));
        assert!(Filter::All.passes(b"{}"));
    }
}
