//! The operations of a patch.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::CosmosNumber;

/// One operation of a patch; paths are JSON pointers such as `/address/city` or `/tags/-`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
#[non_exhaustive]
pub enum PatchOperation {
    /// Creates or overwrites a property; inserts into an array before the index, `-` for its end.
    Add {
        /// Where.
        path: String,
        /// What.
        value: Value,
    },
    /// Creates or overwrites a property; overwrites an element of an array, `-` adds at its end.
    Set {
        /// Where.
        path: String,
        /// What.
        value: Value,
    },
    /// Overwrites something that exists.
    Replace {
        /// Where.
        path: String,
        /// What.
        value: Value,
    },
    /// Removes something that exists.
    Remove {
        /// Where.
        path: String,
    },
    /// Adds to a number; a missing one is created with the value.
    #[serde(rename = "incr", alias = "increment")]
    Increment {
        /// Where.
        path: String,
        /// How much; negative to subtract.
        value: CosmosNumber,
    },
    /// Removes something that exists and adds it elsewhere.
    Move {
        /// From where.
        from: String,
        /// To where.
        path: String,
    },
}

impl PatchOperation {
    /// An [`Add`](Self::Add).
    pub fn add(path: impl Into<String>, value: Value) -> Self {
        Self::Add {
            path: path.into(),
            value,
        }
    }

    /// A [`Set`](Self::Set).
    pub fn set(path: impl Into<String>, value: Value) -> Self {
        Self::Set {
            path: path.into(),
            value,
        }
    }

    /// A [`Replace`](Self::Replace).
    pub fn replace(path: impl Into<String>, value: Value) -> Self {
        Self::Replace {
            path: path.into(),
            value,
        }
    }

    /// A [`Remove`](Self::Remove).
    pub fn remove(path: impl Into<String>) -> Self {
        Self::Remove { path: path.into() }
    }

    /// An [`Increment`](Self::Increment).
    pub fn increment(path: impl Into<String>, value: impl Into<CosmosNumber>) -> Self {
        Self::Increment {
            path: path.into(),
            value: value.into(),
        }
    }

    /// A [`Move`](Self::Move).
    pub fn move_value(from: impl Into<String>, path: impl Into<String>) -> Self {
        Self::Move {
            from: from.into(),
            path: path.into(),
        }
    }

    /// Where the operation writes.
    pub fn path(&self) -> &str {
        match self {
            Self::Add { path, .. }
            | Self::Set { path, .. }
            | Self::Replace { path, .. }
            | Self::Remove { path }
            | Self::Increment { path, .. }
            | Self::Move { path, .. } => path,
        }
    }

    /// From where the operation takes away, beside its path.
    pub fn from(&self) -> Option<&str> {
        match self {
            Self::Move { from, .. } => Some(from),
            _ => None,
        }
    }

    /// The word on the wire.
    pub const fn op(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Set { .. } => "set",
            Self::Replace { .. } => "replace",
            Self::Remove { .. } => "remove",
            Self::Increment { .. } => "incr",
            Self::Move { .. } => "move",
        }
    }
}

/// The operations of a patch, applied in order, all or none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PatchInstructions {
    /// The operations.
    pub operations: Vec<PatchOperation>,
}

impl PatchInstructions {
    /// Instructions without operations.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an operation.
    pub fn with_operation(mut self, operation: PatchOperation) -> Self {
        self.operations.push(operation);
        self
    }

    /// Whether applying the instructions twice gives the same document as applying them once.
    ///
    /// True when every operation overwrites a named place (`set`, `replace`, not at `-`) and no such place lies
    /// inside another one.
    pub fn is_retry_safe(&self) -> bool {
        let overwrites = |operation: &PatchOperation| match operation {
            PatchOperation::Replace { .. } => true,
            PatchOperation::Set { path, .. } => !path.ends_with("/-"),
            _ => false,
        };
        if !self.operations.iter().all(overwrites) {
            return false;
        }
        let mut paths: Vec<Vec<&str>> = self
            .operations
            .iter()
            .map(|operation| segments(operation.path()))
            .collect();
        paths.sort_unstable();
        // Sorted by segments, the paths below one follow it directly, its equals first.
        let nested = |pair: &[Vec<&str>]| match pair {
            [outer, inner] => outer != inner && inner.starts_with(outer),
            _ => false,
        };
        !paths.windows(2).any(nested)
    }
}

/// The segments of a path as written; none for the whole document.
fn segments(path: &str) -> Vec<&str> {
    if path.is_empty() {
        return Vec::new();
    }
    path.strip_prefix('/').unwrap_or(path).split('/').collect()
}

impl From<Vec<PatchOperation>> for PatchInstructions {
    fn from(operations: Vec<PatchOperation>) -> Self {
        Self { operations }
    }
}
