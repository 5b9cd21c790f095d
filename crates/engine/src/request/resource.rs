//! Inputs of the verbs on named resources: users, permissions, client encryption keys, stored
//! procedures, triggers and user-defined functions. They differ in their documents only.

use bytes::Bytes;
use cosmokit_protocol::op::SqlQuery;

use super::{Paging, Precondition};
pub use cosmokit_protocol::id::NamedResourceKind;

pub use crate::address::{ResourceAddress, ResourceFeed};

/// Create a resource: 201, or 409 when the id is taken below its parent.
#[derive(Clone, Debug)]
pub struct CreateResource {
    /// Among which to create it.
    pub feed: ResourceFeed,
    /// The document, JSON text.
    pub body: Bytes,
    /// For how long the resource token of a permission holds.
    pub token_lifetime: Option<TokenLifetime>,
}

/// Create or replace a resource: 201 or 200.
#[derive(Clone, Debug)]
pub struct UpsertResource {
    /// Among which to put it.
    pub feed: ResourceFeed,
    /// The document, JSON text.
    pub body: Bytes,
    /// Conditions; `If-Match` matters only when the resource exists.
    pub precondition: Precondition,
    /// For how long the resource token of a permission holds.
    pub token_lifetime: Option<TokenLifetime>,
}

/// Read a resource: 200, or 304 when the precondition says so.
#[derive(Clone, Debug)]
pub struct ReadResource {
    /// Which one.
    pub resource: ResourceAddress,
    /// Conditional read.
    pub precondition: Precondition,
    /// For how long the resource token of a permission holds.
    pub token_lifetime: Option<TokenLifetime>,
}

/// Replace a resource: 200. A document with another id renames it.
#[derive(Clone, Debug)]
pub struct ReplaceResource {
    /// Which one.
    pub resource: ResourceAddress,
    /// The whole new document, JSON text.
    pub body: Bytes,
    /// Conditional replace.
    pub precondition: Precondition,
    /// For how long the resource token of a permission holds.
    pub token_lifetime: Option<TokenLifetime>,
}

/// Delete a resource with everything below it: 204.
#[derive(Clone, Debug)]
pub struct DeleteResource {
    /// Which one.
    pub resource: ResourceAddress,
    /// Conditional delete.
    pub precondition: Precondition,
}

/// List the resources of one kind below a parent, in the order of creation.
#[derive(Clone, Debug)]
pub struct ListResources {
    /// Which ones.
    pub feed: ResourceFeed,
    /// Which page.
    pub paging: Paging,
    /// For how long the resource tokens of permissions hold.
    pub token_lifetime: Option<TokenLifetime>,
}

/// Query the documents of the resources of one kind below a parent, in any Cosmos SQL.
#[derive(Clone, Debug)]
pub struct QueryResources {
    /// Of which ones.
    pub feed: ResourceFeed,
    /// Text and parameters.
    pub query: SqlQuery,
    /// Which page.
    pub paging: Paging,
}

/// `x-ms-documentdb-expiry-seconds`: how long a resource token holds; an hour when absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLifetime(u32);

impl TokenLifetime {
    /// What holds when nothing is asked for: an hour.
    pub const DEFAULT: Self = Self(3_600);
    /// The shortest and the longest lifetime in seconds.
    pub const BOUNDS: std::ops::RangeInclusive<u32> = 10..=86_400;

    /// A lifetime; `None` outside of [`BOUNDS`](Self::BOUNDS).
    pub fn from_secs(seconds: u32) -> Option<Self> {
        Self::BOUNDS.contains(&seconds).then_some(Self(seconds))
    }

    /// The seconds.
    pub const fn secs(self) -> u32 {
        self.0
    }
}
