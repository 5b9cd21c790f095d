//! What is wrong with a configuration: the file, the key, and why.

use std::path::PathBuf;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The file is no TOML, or has keys that nobody knows.
    #[error("{} is not a configuration: {reason}", path.display())]
    Syntax { path: PathBuf, reason: String },
    /// A key's value cannot be used.
    #[error("{key}: {reason}")]
    Value { key: String, reason: String },
    /// An account cannot be made.
    #[error("{within}: {source}")]
    Account {
        within: String,
        source: Box<dyn std::error::Error>,
    },
}

impl ConfigError {
    /// An error that names its reason by itself.
    pub(crate) fn plain(source: impl std::error::Error + 'static) -> Self {
        Self::Account {
            within: String::new(),
            source: Box::new(source),
        }
    }

    /// The same error of a part of the file.
    pub(crate) fn within(self, part: &str) -> Self {
        match self {
            Self::Value { key, reason } => Self::Value {
                key: format!("{part}.{key}"),
                reason,
            },
            Self::Account { source, .. } => Self::Account {
                within: part.to_owned(),
                source,
            },
            other => other,
        }
    }

    pub(crate) fn value(key: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        Self::Value {
            key: key.into(),
            reason: reason.to_string(),
        }
    }
}
