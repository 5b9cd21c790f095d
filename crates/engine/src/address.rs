//! Where a request points: databases, containers, items and offers.
//!
//! An address holds the path segments as the client sent them, percent-decoded once. Whether they
//! are names or resource ids is decided by the catalog, once per address and from the database
//! segment: an existing database with that resource id wins, else the segments are names.

use std::fmt;

/// Address of a database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DatabaseAddress {
    /// Name or resource id of the database.
    pub database: String,
}

impl DatabaseAddress {
    /// An address from the segment after `dbs`.
    pub fn new(database: impl Into<String>) -> Self {
        Self {
            database: database.into(),
        }
    }
}

/// Address of a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContainerAddress {
    /// Name or resource id of the database.
    pub database: String,
    /// Name or resource id of the container; of the same sort as `database`.
    pub container: String,
}

impl ContainerAddress {
    /// An address from the segments after `dbs` and `colls`.
    pub fn new(database: impl Into<String>, container: impl Into<String>) -> Self {
        Self {
            database: database.into(),
            container: container.into(),
        }
    }
}

/// Address of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ItemAddress {
    /// The container that holds the item.
    pub container: ContainerAddress,
    /// Id or resource id of the item; of the same sort as the container's segments.
    pub item: String,
}

impl ItemAddress {
    /// An address from the segments after `dbs`, `colls` and `docs`.
    pub fn new(
        database: impl Into<String>,
        container: impl Into<String>,
        item: impl Into<String>,
    ) -> Self {
        Self {
            container: ContainerAddress::new(database, container),
            item: item.into(),
        }
    }
}

/// Address of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConflictAddress {
    /// The container that recorded it.
    pub container: ContainerAddress,
    /// Id or resource id of the conflict; of the same sort as the container's segments.
    pub conflict: String,
}

impl fmt::Display for ConflictAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/conflicts/{}", self.container, self.conflict)
    }
}

/// Address of an offer, which has no name: its resource id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OfferAddress {
    /// Resource id of the offer.
    pub offer: String,
}

impl fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dbs/{}", self.database)
    }
}

impl fmt::Display for ContainerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dbs/{}/colls/{}", self.database, self.container)
    }
}

impl fmt::Display for ItemAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/docs/{}", self.container, self.item)
    }
}
