//! What an actor asks for.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ItemKey, Mark};

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteVerb {
    /// Only when there is none: 409.
    Create,
    /// Whether there is one or not.
    Upsert,
    /// Only when there is one: 404.
    Replace,
    /// Only when there is one: 404. The mark stands for the version that is no more.
    Delete,
    /// Changes one that exists: 404.
    Patch,
}

/// Which change feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedMode {
    /// The latest version of each item.
    LatestVersion,
    /// Every version and every delete.
    AllVersionsAndDeletes,
}

/// A reader of a change feed that goes on from its own tokens, in whatever ranges.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ChainId(pub u32);

/// What an actor asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Reads an item.
    Read {
        /// Which.
        key: ItemKey,
    },
    /// Writes an item.
    Write {
        /// Which.
        key: ItemKey,
        /// How.
        verb: WriteVerb,
        /// What it leaves.
        mark: Mark,
        /// The version that it must find, by its etag: 412.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expects: Option<Mark>,
        /// The value of a unique key that it claims.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claims: Option<String>,
    },
    /// Writes several items under one partition key, all or none.
    Batch {
        /// What is written, in order.
        writes: Vec<(ItemKey, WriteVerb, Mark)>,
    },
    /// Reads every item under a partition key in one answer.
    List {
        /// The container.
        container: String,
        /// The partition key.
        partition: String,
    },
    /// Reads the next page of a change feed.
    Follow {
        /// Whose tokens are continued.
        chain: ChainId,
        /// The container.
        container: String,
        /// Which feed.
        mode: FeedMode,
    },
}

impl Action {
    /// What the action writes if it takes effect.
    pub fn writes(&self) -> impl Iterator<Item = (&ItemKey, WriteVerb, Mark)> {
        let (one, several) = match self {
            Self::Write {
                key, verb, mark, ..
            } => (Some((key, *verb, *mark)), [].as_slice()),
            Self::Batch { writes } => (None, writes.as_slice()),
            _ => (None, [].as_slice()),
        };
        one.into_iter()
            .chain(several.iter().map(|(key, verb, mark)| (key, *verb, *mark)))
    }

    /// Whether the action may change something.
    pub fn is_write(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::Batch { .. })
    }
}

impl fmt::Display for WriteVerb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "creates",
            Self::Upsert => "upserts",
            Self::Replace => "replaces",
            Self::Delete => "deletes",
            Self::Patch => "patches",
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { key } => write!(f, "reads {key}"),
            Self::Write {
                key,
                verb,
                mark,
                expects,
                claims,
            } => {
                write!(f, "{verb} {key} as {mark}")?;
                if let Some(expects) = expects {
                    write!(f, " if it is {expects}")?;
                }
                claims
                    .iter()
                    .try_for_each(|value| write!(f, " claiming {value:?}"))
            }
            Self::Batch { writes } => {
                f.write_str("writes together")?;
                writes
                    .iter()
                    .try_for_each(|(key, verb, mark)| write!(f, ", {verb} {key} as {mark}"))
            }
            Self::List {
                container,
                partition,
            } => write!(f, "lists {container}/{partition}"),
            Self::Follow { chain, mode, .. } => {
                write!(f, "follows changes ({mode:?}) as chain {}", chain.0)
            }
        }
    }
}
