//! Full text: which properties hold text, in which language, and which are indexed.

use serde::{Deserialize, Serialize};

use super::UnknownProperties;

/// Which properties of a container's items hold text to search in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FullTextPolicy {
    /// Language tag, such as `en-US`, of the paths that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_language: Option<String>,
    /// One entry for each text property.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub full_text_paths: Vec<FullTextPath>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl FullTextPolicy {
    /// A policy without paths.
    pub fn new(default_language: impl Into<String>) -> Self {
        Self {
            default_language: Some(default_language.into()),
            ..Self::default()
        }
    }

    /// Sets the language of the paths that name none.
    pub fn with_default_language(mut self, default_language: impl Into<String>) -> Self {
        self.default_language = Some(default_language.into());
        self
    }

    /// Adds a path.
    pub fn with_full_text_path(mut self, full_text_path: impl Into<FullTextPath>) -> Self {
        self.full_text_paths.push(full_text_path.into());
        self
    }
}

/// One property that holds text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FullTextPath {
    /// Path of the property, such as `/text`.
    pub path: String,
    /// Language tag of the text; the policy's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl FullTextPath {
    /// Text at `path` in the policy's default language.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    /// Changes the path.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sets the language of the text.
    pub fn with_language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }
}

impl<T: Into<String>> From<T> for FullTextPath {
    fn from(path: T) -> Self {
        Self::new(path)
    }
}

/// A full-text index of an indexing policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FullTextIndex {
    /// Path of the text; it must stand in the container's [`FullTextPolicy`].
    pub path: String,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl FullTextIndex {
    /// An index over the text at `path`.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    /// Changes the path.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }
}

impl<T: Into<String>> From<T> for FullTextIndex {
    fn from(path: T) -> Self {
        Self::new(path)
    }
}
