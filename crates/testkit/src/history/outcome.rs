//! What came back.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ItemKey, Mark};

/// An item in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Which.
    pub key: ItemKey,
    /// What was found in it.
    pub mark: Mark,
}

/// What a change feed says became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It was written.
    Present,
    /// It was deleted.
    Deleted,
}

/// A change in a page of a change feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which item.
    pub key: ItemKey,
    /// What the version holds; of a delete, what the version before it held when the feed says so.
    pub mark: Option<Mark>,
    /// Whether the item was written or deleted.
    pub standing: Standing,
    /// The position that the feed gives it.
    pub lsn: u64,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The actor went away before an answer came, or the history ended: a write may take effect at any later time.
    Pending,
    /// The item.
    Found(Mark),
    /// There is no such item.
    Absent,
    /// The items of one answer.
    Listed(Vec<Seen>),
    /// A page of changes, and whether the chain has now everything that its ranges had to give.
    Changes {
        /// The changes, in the order of the page.
        changes: Vec<Change>,
        /// Whether the account said that there is no more for now.
        caught_up: bool,
    },
    /// The write was acknowledged.
    Done,
    /// A definite no: nothing was written.
    Refused {
        /// The status.
        status: u16,
        /// The substatus, 0 when there is none.
        substatus: u16,
    },
    /// An error that leaves open whether a write took effect, now or later.
    Unknown {
        /// The status.
        status: u16,
        /// The substatus, 0 when there is none.
        substatus: u16,
    },
}

impl Outcome {
    /// Whether a write that ended so may have taken effect.
    pub fn may_have_applied(&self) -> bool {
        matches!(self, Self::Done | Self::Unknown { .. } | Self::Pending)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str("no answer"),
            Self::Found(mark) => write!(f, "found {mark}"),
            Self::Absent => f.write_str("found nothing"),
            Self::Listed(items) => {
                write!(f, "listed {}", items.len())?;
                let mut items = items.iter();
                items.try_for_each(|seen| write!(f, ", {} as {}", seen.key.id, seen.mark))
            }
            Self::Changes { changes, caught_up } => {
                write!(f, "{} changes", changes.len())?;
                changes.iter().try_for_each(|change| {
                    write!(f, ", {} at {}", change.key, change.lsn)?;
                    change
                        .mark
                        .iter()
                        .try_for_each(|mark| write!(f, " as {mark}"))
                })?;
                f.write_str(if *caught_up { ", no more for now" } else { "" })
            }
            Self::Done => f.write_str("done"),
            Self::Refused { status, substatus } => write!(f, "refused with {status}/{substatus}"),
            Self::Unknown { status, substatus } => {
                write!(f, "{status}/{substatus}, perhaps applied")
            }
        }
    }
}
