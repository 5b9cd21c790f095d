//! The addresses of users, permissions, client encryption keys, stored procedures, triggers and
//! user-defined functions, and of their feeds.

use std::sync::Arc;

pub use cosmokit_protocol::id::NamedResourceKind;
use cosmokit_protocol::id::link::encode_segment;

use super::address::{ResourceAddress, SigningLink, push_rid, refuse_id};
use super::database::{DatabaseReference, check_id};
use super::{AccountReference, ContainerReference};
use crate::error::{CosmosError, Result};

/// The resources of one kind below a database, user or container. Cheap to clone.
#[derive(Clone, Debug)]
pub struct NamedResourceFeed {
    kind: NamedResourceKind,
    account: AccountReference,
    address: ResourceAddress,
    container: Option<ContainerReference>,
    is_by_name: bool,
    flaw: Option<CosmosError>,
}

/// One of them, by id; by resource id when its parent is addressed by one.
#[derive(Clone, Debug)]
pub struct NamedResourceReference {
    feed: NamedResourceFeed,
    address: ResourceAddress,
    flaw: Option<CosmosError>,
}

impl NamedResourceFeed {
    /// The users of a database.
    pub fn users(database: &DatabaseReference) -> Self {
        Self::below_database(database, NamedResourceKind::User)
    }

    /// The permissions of a user.
    pub fn permissions(database: &DatabaseReference, user: impl AsRef<str>) -> Self {
        let user = Self::users(database).resource(user);
        let kind = NamedResourceKind::Permission;
        Self {
            kind,
            address: user.address.feed(kind.resource_type().segment()),
            flaw: user.flaw,
            ..user.feed
        }
    }

    /// The client encryption keys of a database.
    pub fn client_encryption_keys(database: &DatabaseReference) -> Self {
        Self::below_database(database, NamedResourceKind::ClientEncryptionKey)
    }

    /// The stored procedures of a container.
    pub fn stored_procedures(container: &ContainerReference) -> Self {
        Self::below_container(container, NamedResourceKind::StoredProcedure)
    }

    /// The triggers of a container.
    pub fn triggers(container: &ContainerReference) -> Self {
        Self::below_container(container, NamedResourceKind::Trigger)
    }

    /// The user-defined functions of a container.
    pub fn user_defined_functions(container: &ContainerReference) -> Self {
        Self::below_container(container, NamedResourceKind::UserDefinedFunction)
    }

    fn below_database(database: &DatabaseReference, kind: NamedResourceKind) -> Self {
        Self {
            kind,
            account: database.account().clone(),
            address: database.address().feed(kind.resource_type().segment()),
            container: None,
            is_by_name: database.name().is_some(),
            flaw: database.check().err(),
        }
    }

    fn below_container(container: &ContainerReference, kind: NamedResourceKind) -> Self {
        Self {
            kind,
            account: container.account().clone(),
            address: container.address().feed(kind.resource_type().segment()),
            container: Some(container.clone()),
            is_by_name: container.is_by_name(),
            flaw: container.check().err(),
        }
    }

    /// The resource with this id.
    pub fn resource(&self, id: impl AsRef<str>) -> NamedResourceReference {
        let id = id.as_ref();
        let mut path = [self.address.path.path(), "/"].concat();
        let link = if self.is_by_name {
            path.push_str(&encode_segment(id));
            [
                self.address.link(),
                "/",
                self.kind.resource_type().segment(),
                "/",
                id,
            ]
            .concat()
        } else {
            push_rid(&mut path, id);
            id.to_ascii_lowercase()
        };
        let check = check_id(self.kind.name(), id, refuse_id(id));
        NamedResourceReference {
            feed: self.clone(),
            address: ResourceAddress::from_encoded(path, SigningLink::Text(Arc::from(link))),
            flaw: self.flaw.clone().or(check.err()),
        }
    }

    /// What the feed is of.
    pub fn kind(&self) -> NamedResourceKind {
        self.kind
    }

    /// The account that it is in.
    pub fn account(&self) -> &AccountReference {
        &self.account
    }

    pub(crate) fn address(&self) -> &ResourceAddress {
        &self.address
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.flaw.clone().map_or(Ok(()), Err)
    }
}

impl NamedResourceReference {
    /// The feed that it is in.
    pub fn feed(&self) -> &NamedResourceFeed {
        &self.feed
    }

    /// The container that it is in; none of a user, permission or key.
    pub fn container(&self) -> Option<&ContainerReference> {
        self.feed.container.as_ref()
    }

    pub(crate) fn address(&self) -> &ResourceAddress {
        &self.address
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.flaw.clone().map_or(Ok(()), Err)
    }
}
