//! Connection strings: `AccountEndpoint=https://…;AccountKey=…;`.

use std::fmt;
use std::str::FromStr;

use super::signing::Secret;

/// An account's endpoint and key, as the portal shows them in one string.
///
/// Parts come in any order, keys in any case; blanks around parts and empty parts are ignored.
/// `Debug` shows no key.
///
/// ```
/// use cosmokit_protocol::wire::connection_string::ConnectionString;
///
/// let parsed: ConnectionString =
///     "AccountEndpoint=https://me.documents.azure.com:443/;AccountKey=c2VjcmV0;".parse()?;
/// assert_eq!(parsed.account_endpoint(), "https://me.documents.azure.com:443/");
/// assert_eq!(parsed.account_key().secret(), "c2VjcmV0");
/// # Ok::<(), cosmokit_protocol::wire::connection_string::ConnectionStringError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionString {
    account_endpoint: String,
    account_key: Secret,
    others: Vec<(String, String)>,
}

impl ConnectionString {
    /// The endpoint as written; not checked to be a URL.
    pub fn account_endpoint(&self) -> &str {
        &self.account_endpoint
    }

    /// The key, base64 as written.
    pub fn account_key(&self) -> &Secret {
        &self.account_key
    }

    /// The value of any other part, such as `DisableServerCertificateValidation`, by its name in
    /// any case.
    pub fn other(&self, name: &str) -> Option<&str> {
        self.others
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// A connection string that cannot be used. The text is never quoted: it holds a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionStringError {
    /// Nothing but blanks and semicolons.
    #[error("connection string is empty")]
    Empty,
    /// A part without `=`, or without a name before it.
    #[error("connection string part {index} is not of the form name=value")]
    MalformedPart {
        /// Position of the part, counted from 0, empty parts included.
        index: usize,
    },
    /// A part whose name occurred before.
    #[error("connection string part {index} repeats an earlier name")]
    RepeatedPart {
        /// Position of the part, counted from 0, empty parts included.
        index: usize,
    },
    /// No `AccountEndpoint`, or an empty one.
    #[error("connection string has no AccountEndpoint")]
    MissingAccountEndpoint,
    /// No `AccountKey`, or an empty one.
    #[error("connection string has no AccountKey")]
    MissingAccountKey,
}

impl FromStr for ConnectionString {
    type Err = ConnectionStringError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts: Vec<(&str, &str)> = Vec::new();
        for (index, part) in text.split(';').enumerate() {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            let (name, value) = part
                .split_once('=')
                .map(|(name, value)| (name.trim(), value.trim()))
                .filter(|(name, _)| !name.is_empty())
                .ok_or(ConnectionStringError::MalformedPart { index })?;
            if parts.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)) {
                return Err(ConnectionStringError::RepeatedPart { index });
            }
            parts.push((name, value));
        }
        if parts.is_empty() {
            return Err(ConnectionStringError::Empty);
        }
        let mut take = |wanted: &str| {
            let at = parts
                .iter()
                .position(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
            Some(parts.remove(at).1).filter(|value| !value.is_empty())
        };
        let endpoint =
            take("AccountEndpoint").ok_or(ConnectionStringError::MissingAccountEndpoint)?;
        let key = take("AccountKey").ok_or(ConnectionStringError::MissingAccountKey)?;
        Ok(Self {
            account_endpoint: endpoint.to_owned(),
            account_key: Secret::new(key),
            others: parts
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }
}

impl TryFrom<&Secret> for ConnectionString {
    type Error = ConnectionStringError;

    fn try_from(secret: &Secret) -> Result<Self, Self::Error> {
        secret.secret().parse()
    }
}

impl fmt::Debug for ConnectionString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionString")
            .field("account_endpoint", &self.account_endpoint)
            .field("account_key", &self.account_key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConnectionString, ConnectionStringError> {
        text.parse()
    }

    #[test]
    fn parts_come_in_any_order_and_case() {
        for text in [
            "AccountEndpoint=https://a/;AccountKey=a2V5PT0=",
            "accountkey=a2V5PT0=;ACCOUNTENDPOINT=https://a/;",
            ";; AccountKey = a2V5PT0= ;\n AccountEndpoint = https://a/ ;",
            "AccountEndpoint=https://a/;AccountKey=a2V5PT0=;Database=d;X=",
        ] {
            let read = parse(text).unwrap();
            assert_eq!(read.account_endpoint(), "https://a/", "{text}");
            assert_eq!(read.account_key().secret(), "a2V5PT0=", "{text}");
        }
    }

    #[test]
    fn other_parts_are_kept() {
        let read = parse("AccountEndpoint=e;AccountKey=k;DisableServerCertificateValidation=True");
        let read = read.unwrap();
        assert_eq!(
            read.other("disableservercertificatevalidation"),
            Some("True")
        );
        assert_eq!(read.other("Database"), None);
    }

    #[test]
    fn each_missing_part_has_its_error() {
        use ConnectionStringError::{
            Empty, MalformedPart, MissingAccountEndpoint, MissingAccountKey, RepeatedPart,
        };
        fn check(text: &str, expected: ConnectionStringError) {
            assert_eq!(parse(text), Err(expected), "{text:?}");
        }
        check("", Empty);
        check(" ; ;", Empty);
        check("AccountKey=k", MissingAccountEndpoint);
        check("AccountEndpoint=;AccountKey=k", MissingAccountEndpoint);
        check("AccountEndpoint=e", MissingAccountKey);
        check("AccountEndpoint=e;AccountKey=", MissingAccountKey);
        check("AccountEndpoint=e;AccountKey", MalformedPart { index: 1 });
        check("=x;AccountEndpoint=e", MalformedPart { index: 0 });
        check(
            "AccountKey=k;AccountEndpoint=e;accountkey=l",
            RepeatedPart { index: 2 },
        );
    }

    #[test]
    fn no_output_shows_the_key() {
        let read = parse("AccountEndpoint=https://a/;AccountKey=c2VjcmV0").unwrap();
        assert!(!format!("{read:?}").contains("c2VjcmV0"));
        let error = parse("AccountKey=c2VjcmV0;nonsense").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("c2VjcmV0"));
    }
}
