//! The kinds of resource that a resource id can name, and the type nibble of a container's children.

/// What a resource id names, read from its length and type bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RidKind {
    /// A throughput offer.
    Offer,
    /// A database.
    Database,
    /// A user of a database.
    User,
    /// A container.
    Container,
    /// A client encryption key.
    ClientEncryptionKey,
    /// A permission of a user.
    Permission,
    /// An item.
    Document,
    /// A conflict.
    Conflict,
    /// A partition key range.
    PartitionKeyRange,
    /// A user-defined function.
    UserDefinedFunction,
    /// A trigger.
    Trigger,
    /// A stored procedure.
    StoredProcedure,
    /// An attachment of an item.
    Attachment,
}

/// The type nibble of each child of a container.
const CHILD_TYPES: [(u8, RidKind); 6] = [
    (0x0, RidKind::Document),
    (0x4, RidKind::Conflict),
    (0x5, RidKind::PartitionKeyRange),
    (0x6, RidKind::UserDefinedFunction),
    (0x7, RidKind::Trigger),
    (0x8, RidKind::StoredProcedure),
];

/// The child of a container that a type nibble stands for.
pub(super) fn child_kind(nibble: u8) -> Option<RidKind> {
    CHILD_TYPES
        .iter()
        .find(|(known, _)| *known == nibble)
        .map(|(_, kind)| *kind)
}

impl RidKind {
    /// The name of the kind, as it stands in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Database => "database",
            Self::User => "user",
            Self::Container => "container",
            Self::ClientEncryptionKey => "client encryption key",
            Self::Permission => "permission",
            Self::Document => "document",
            Self::Conflict => "conflict",
            Self::PartitionKeyRange => "partition key range",
            Self::UserDefinedFunction => "user-defined function",
            Self::Trigger => "trigger",
            Self::StoredProcedure => "stored procedure",
            Self::Attachment => "attachment",
        }
    }
}

/// The type nibble of a child of a container; 0 for what is none.
pub(super) fn child_nibble(kind: RidKind) -> u8 {
    CHILD_TYPES
        .iter()
        .find(|(_, known)| *known == kind)
        .map_or(0, |(nibble, _)| *nibble)
}
