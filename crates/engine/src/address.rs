//! Where a request points: databases, containers, items, offers, and what else has a name.
//!
//! An address holds the path segments as the client sent them, percent-decoded once. Whether they
//! are names or resource ids is decided by the catalog, once per address and from the database
//! segment: an existing database with that resource id wins, else the segments are names.

use std::fmt;

use cosmokit_protocol::id::NamedResourceKind;

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

/// The resources of one kind below one parent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceFeed {
    pub(crate) kind: NamedResourceKind,
    pub(crate) parent: ResourceParent,
}

/// What resources belong to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ResourceParent {
    Database(DatabaseAddress),
    User(DatabaseAddress, String),
    Container(ContainerAddress),
}

impl ResourceFeed {
    /// The users of a database.
    pub fn users(database: DatabaseAddress) -> Self {
        Self::new(NamedResourceKind::User, ResourceParent::Database(database))
    }

    /// The permissions of a user, by its id or its resource id.
    pub fn permissions(database: DatabaseAddress, user: impl Into<String>) -> Self {
        let parent = ResourceParent::User(database, user.into());
        Self::new(NamedResourceKind::Permission, parent)
    }

    /// The client encryption keys of a database.
    pub fn client_encryption_keys(database: DatabaseAddress) -> Self {
        let parent = ResourceParent::Database(database);
        Self::new(NamedResourceKind::ClientEncryptionKey, parent)
    }

    /// The stored procedures of a container.
    pub fn stored_procedures(container: ContainerAddress) -> Self {
        let parent = ResourceParent::Container(container);
        Self::new(NamedResourceKind::StoredProcedure, parent)
    }

    /// The triggers of a container.
    pub fn triggers(container: ContainerAddress) -> Self {
        Self::new(
            NamedResourceKind::Trigger,
            ResourceParent::Container(container),
        )
    }

    /// The user-defined functions of a container.
    pub fn user_defined_functions(container: ContainerAddress) -> Self {
        let parent = ResourceParent::Container(container);
        Self::new(NamedResourceKind::UserDefinedFunction, parent)
    }

    fn new(kind: NamedResourceKind, parent: ResourceParent) -> Self {
        Self { kind, parent }
    }

    /// What the feed is of.
    pub fn kind(&self) -> NamedResourceKind {
        self.kind
    }

    /// The resource of this id, or resource id, in the feed.
    pub fn of(self, resource: impl Into<String>) -> ResourceAddress {
        ResourceAddress {
            feed: self,
            resource: resource.into(),
        }
    }
}

/// Address of a named resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceAddress {
    /// The feed that it is in.
    pub feed: ResourceFeed,
    /// Id or resource id; of the same sort as the segments of the parent.
    pub resource: String,
}

impl fmt::Display for ResourceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(database) => database.fmt(f),
            Self::User(database, user) => write!(f, "{database}/users/{user}"),
            Self::Container(container) => container.fmt(f),
        }
    }
}

impl fmt::Display for ResourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ResourceFeed { kind, parent } = &self.feed;
        let segment = kind.resource_type().segment();
        write!(f, "{parent}/{segment}/{}", self.resource)
    }
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
