//! Entity tags: opaque quoted texts that change with every write of a resource.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The entity tag of a resource, with its quotes; compared as an opaque text. Cloning does not copy the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Etag(Arc<str>);

impl Etag {
    /// The tag `*`, which stands for any version of an existing resource.
    pub fn any() -> Self {
        Self::from("*")
    }

    /// Puts the quotes around a bare value.
    pub fn quoted(value: &str) -> Self {
        Self(format!("\"{value}\"").into())
    }

    /// The text, quotes included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is `*`.
    pub fn is_any(&self) -> bool {
        &*self.0 == "*"
    }

    /// Whether a condition that carries this tag is met by a resource that carries `current`.
    pub fn matches(&self, current: &Self) -> bool {
        self.is_any() || self == current
    }
}

impl AsRef<str> for Etag {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for Etag {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Etag {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&String> for Etag {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Etag> for String {
    fn from(etag: Etag) -> Self {
        etag.as_str().to_owned()
    }
}

impl FromStr for Etag {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<str> for Etag {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Etag {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Serialize for Etag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Etag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::Etag;

    #[test]
    fn tags_are_opaque_and_star_matches_all() {
        let tag = Etag::quoted("0000-1");
        assert_eq!(tag, "\"0000-1\"");
        assert!(tag.matches(&tag.clone()));
        assert!(!tag.matches(&Etag::from("\"0000-2\"")));
        assert!(!tag.matches(&Etag::from("0000-1")));
        assert!(Etag::any().matches(&tag));
        assert!(!tag.matches(&Etag::any()));
    }

    #[test]
    fn json_holds_the_quotes() {
        let tag = Etag::quoted("a");
        let json = serde_json::to_string(&tag).unwrap();
        assert_eq!(json, r#""\"a\"""#);
        assert_eq!(serde_json::from_str::<Etag>(&json).unwrap(), tag);
    }
}
