//! What makes a written document recognisable, and where it lies.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who acts in a world.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ActorId(pub u32);

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "actor {}", self.0)
    }
}

/// What a write leaves in its document: no two writes of a history have the same actor and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// Who wrote.
    pub actor: ActorId,
    /// The how-manieth write of that actor, from 1.
    pub number: u32,
    /// Which version of its item the write made, from 1, as far as writers know: items with one writer count, and a
    /// writer that replaces what it has read under its etag knows the version before. 0 where nobody knows.
    pub version: u32,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.version > 0 {
            write!(f, "v{} ", self.version)?;
        }
        write!(f, "({} write {})", self.actor, self.number)
    }
}

/// Where an item lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemKey {
    /// Its container.
    pub container: String,
    /// Its partition key.
    pub partition: String,
    /// Its id.
    pub id: String,
}

impl ItemKey {
    /// The item of this id under this key.
    pub fn new(
        container: impl Into<String>,
        partition: impl Into<String>,
        id: impl Into<String>,
    ) -> Self {
        Self {
            container: container.into(),
            partition: partition.into(),
            id: id.into(),
        }
    }

    /// Whether both lie under one partition key, and so in one partition.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.container == other.container && self.partition == other.partition
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.container, self.partition, self.id)
    }
}
