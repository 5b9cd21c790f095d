//! The kinds of resource of an account, one row each: where they stand in a path and what their feeds are called.

use std::fmt;

use crate::id::RidKind;

/// A kind of resource of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ResourceType {
    /// The account itself.
    Account,
    /// Databases of the account.
    Databases,
    /// Throughput offers of the account.
    Offers,
    /// Containers of a database.
    Containers,
    /// Users of a database.
    Users,
    /// Client encryption keys of a database.
    ClientEncryptionKeys,
    /// Permissions of a user.
    Permissions,
    /// Items of a container.
    Documents,
    /// Partition key ranges of a container.
    PartitionKeyRanges,
    /// Stored procedures of a container.
    StoredProcedures,
    /// Triggers of a container.
    Triggers,
    /// User-defined functions of a container.
    Udfs,
    /// Conflicts of a container.
    Conflicts,
    /// Attachments of an item (legacy).
    Attachments,
}

/// One row: type, path segment, array in a feed, what it belongs to.
type Row = (
    ResourceType,
    &'static str,
    &'static str,
    Option<ResourceType>,
);

const ROWS: [Row; 14] = {
    use ResourceType as T;
    [
        (T::Account, "", "", None),
        (T::Databases, "dbs", "Databases", Some(T::Account)),
        (T::Offers, "offers", "Offers", Some(T::Account)),
        (
            T::Containers,
            "colls",
            "DocumentCollections",
            Some(T::Databases),
        ),
        (T::Users, "users", "Users", Some(T::Databases)),
        (
            T::ClientEncryptionKeys,
            "clientencryptionkeys",
            "ClientEncryptionKeys",
            Some(T::Databases),
        ),
        (T::Permissions, "permissions", "Permissions", Some(T::Users)),
        (T::Documents, "docs", "Documents", Some(T::Containers)),
        (
            T::PartitionKeyRanges,
            "pkranges",
            "PartitionKeyRanges",
            Some(T::Containers),
        ),
        (
            T::StoredProcedures,
            "sprocs",
            "StoredProcedures",
            Some(T::Containers),
        ),
        (T::Triggers, "triggers", "Triggers", Some(T::Containers)),
        (T::Udfs, "udfs", "UserDefinedFunctions", Some(T::Containers)),
        (T::Conflicts, "conflicts", "Conflicts", Some(T::Containers)),
        (
            T::Attachments,
            "attachments",
            "Attachments",
            Some(T::Documents),
        ),
    ]
};

impl ResourceType {
    /// Every kind, parents before children.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        ROWS.iter().map(|row| row.0)
    }

    fn row(self) -> &'static Row {
        ROWS.iter()
            .find(|row| row.0 == self)
            .expect("every kind has a row")
    }

    /// The path segment of the feed, which is also the resource type in a signature: `docs`; empty for the
    /// account.
    pub fn segment(self) -> &'static str {
        self.row().1
    }

    /// The name of the array in a feed: `Documents`; empty for the account.
    pub fn feed_name(self) -> &'static str {
        self.row().2
    }

    /// What a resource of this kind belongs to; nothing for the account.
    pub fn parent(self) -> Option<Self> {
        self.row().3
    }

    /// The kind of child whose feed below a resource of this kind is called `segment`.
    pub fn child_by_segment(self, segment: &str) -> Option<Self> {
        ROWS.iter()
            .find(|row| row.3 == Some(self) && row.1 == segment)
            .map(|row| row.0)
    }

    /// Whether resources of this kind live inside a container.
    pub fn is_in_container(self) -> bool {
        matches!(self.parent(), Some(Self::Containers | Self::Documents))
    }

    /// The kind of resource id that a resource of this kind has; the account has none.
    pub fn rid_kind(self) -> Option<RidKind> {
        Some(match self {
            Self::Account => return None,
            Self::Databases => RidKind::Database,
            Self::Offers => RidKind::Offer,
            Self::Containers => RidKind::Container,
            Self::Users => RidKind::User,
            Self::ClientEncryptionKeys => RidKind::ClientEncryptionKey,
            Self::Permissions => RidKind::Permission,
            Self::Documents => RidKind::Document,
            Self::PartitionKeyRanges => RidKind::PartitionKeyRange,
            Self::StoredProcedures => RidKind::StoredProcedure,
            Self::Triggers => RidKind::Trigger,
            Self::Udfs => RidKind::UserDefinedFunction,
            Self::Conflicts => RidKind::Conflict,
            Self::Attachments => RidKind::Attachment,
        })
    }
}

impl From<RidKind> for ResourceType {
    fn from(kind: RidKind) -> Self {
        match kind {
            RidKind::Offer => Self::Offers,
            RidKind::Database => Self::Databases,
            RidKind::User => Self::Users,
            RidKind::Container => Self::Containers,
            RidKind::ClientEncryptionKey => Self::ClientEncryptionKeys,
            RidKind::Permission => Self::Permissions,
            RidKind::Document => Self::Documents,
            RidKind::Conflict => Self::Conflicts,
            RidKind::PartitionKeyRange => Self::PartitionKeyRanges,
            RidKind::UserDefinedFunction => Self::Udfs,
            RidKind::Trigger => Self::Triggers,
            RidKind::StoredProcedure => Self::StoredProcedures,
            RidKind::Attachment => Self::Attachments,
        }
    }
}

impl fmt::Display for ResourceType {
    /// Prints the path segment, and `account` for the account.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if *self == Self::Account {
            "account"
        } else {
            self.segment()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ResourceType;

    #[test]
    fn every_kind_is_found_again_by_segment_and_resource_id() {
        for kind in ResourceType::all().skip(1) {
            let parent = kind.parent().unwrap();
            assert_eq!(parent.child_by_segment(kind.segment()), Some(kind));
            assert_eq!(kind.rid_kind().map(ResourceType::from), Some(kind));
            assert!(!kind.feed_name().is_empty());
        }
        assert_eq!(ResourceType::Account.child_by_segment("colls"), None);
        assert_eq!(ResourceType::Containers.child_by_segment("users"), None);
    }

    #[test]
    fn what_lives_in_a_container() {
        let inside: Vec<_> = ResourceType::all()
            .filter(|kind| kind.is_in_container())
            .map(ResourceType::segment)
            .collect();
        assert_eq!(
            inside,
            [
                "docs",
                "pkranges",
                "sprocs",
                "triggers",
                "udfs",
                "conflicts",
                "attachments"
            ]
        );
    }
}
