//! The kinds of resource that are small documents with a name.

use super::ResourceType;

/// A kind of resource that is a small document with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NamedResourceKind {
    /// A user of a database.
    User,
    /// A permission of a user.
    Permission,
    /// A client encryption key of a database.
    ClientEncryptionKey,
    /// A stored procedure of a container.
    StoredProcedure,
    /// A trigger of a container.
    Trigger,
    /// A user-defined function of a container.
    UserDefinedFunction,
}

impl NamedResourceKind {
    /// The kind among all kinds of resource.
    pub const fn resource_type(self) -> ResourceType {
        match self {
            Self::User => ResourceType::Users,
            Self::Permission => ResourceType::Permissions,
            Self::ClientEncryptionKey => ResourceType::ClientEncryptionKeys,
            Self::StoredProcedure => ResourceType::StoredProcedures,
            Self::Trigger => ResourceType::Triggers,
            Self::UserDefinedFunction => ResourceType::Udfs,
        }
    }

    /// The kind as messages call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Permission => "permission",
            Self::ClientEncryptionKey => "client encryption key",
            Self::StoredProcedure => "stored procedure",
            Self::Trigger => "trigger",
            Self::UserDefinedFunction => "user-defined function",
        }
    }
}
