//! The address of a container.

use std::sync::Arc;

use cosmokit_protocol::id::link::encode_segment;

use super::address::{ResourceAddress, SigningLink, push_rid, refuse_id};
use super::database::{Identity, check_id};
use super::{AccountReference, DatabaseReference};
use crate::error::Result;

/// A container, by name or by resource id. Cheap to clone.
///
/// Making one reads nothing; the driver resolves it when the first operation needs more than its path
/// (see [`CosmosDriver::resolve_container`](crate::CosmosDriver::resolve_container)).
#[derive(Clone, Debug)]
pub struct ContainerReference(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    database: DatabaseReference,
    key: ContainerKey,
    address: ResourceAddress,
    items: ResourceAddress,
    ranges: ResourceAddress,
    refusal: Option<&'static str>,
}

/// What tells containers of one account apart: the names, or the container's rid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ContainerKey {
    database: Identity,
    container: Identity,
}

impl ContainerReference {
    /// The container with this name in a database that is referred to by name.
    ///
    /// In a database that is referred to by resource id, `name` must be the container's resource id; a
    /// path never mixes both.
    pub fn from_name(database: &DatabaseReference, name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        let refusal = match database.identity() {
            Identity::Name(_) => refuse_id(name),
            Identity::Rid(_) => Some("names and resource ids cannot be mixed in one address"),
        };
        let segment = encode_segment(name);
        let path = [database.address().path.path(), "/colls/", &segment].concat();
        let is_plain = segment == name;
        let link = if is_plain && matches!(database.address().link, SigningLink::Path) {
            SigningLink::Path
        } else {
            SigningLink::Text(Arc::from(format!(
                "{}/colls/{name}",
                database.address().link()
            )))
        };
        let address = ResourceAddress::from_encoded(path, link);
        Self::new(database, Identity::Name(Arc::from(name)), address, refusal)
    }

    /// The container with this resource id in a database that is referred to by resource id.
    pub fn from_rid(database: &DatabaseReference, rid: impl AsRef<str>) -> Self {
        let rid = rid.as_ref();
        let refusal = match database.identity() {
            Identity::Rid(_) => refuse_id(rid),
            Identity::Name(_) => Some("names and resource ids cannot be mixed in one address"),
        };
        let mut path = [database.address().path.path(), "/colls/"].concat();
        push_rid(&mut path, rid);
        let link = SigningLink::Text(Arc::from(rid.to_ascii_lowercase()));
        let address = ResourceAddress::from_encoded(path, link);
        Self::new(database, Identity::Rid(Arc::from(rid)), address, refusal)
    }

    fn new(
        database: &DatabaseReference,
        identity: Identity,
        address: ResourceAddress,
        refusal: Option<&'static str>,
    ) -> Self {
        let key = ContainerKey {
            database: database.identity().clone(),
            container: identity,
        };
        let (items, ranges) = (address.feed("docs"), address.feed("pkranges"));
        Self(Arc::new(Parts {
            database: database.clone(),
            key,
            address,
            items,
            ranges,
            refusal,
        }))
    }

    /// The account that the container is in.
    pub fn account(&self) -> &AccountReference {
        self.0.database.account()
    }

    /// The database that the container is in.
    pub fn database(&self) -> &DatabaseReference {
        &self.0.database
    }

    /// The name, unless the reference was made from a resource id.
    pub fn name(&self) -> Option<&str> {
        self.0.key.container.name()
    }

    /// The resource id, unless the reference was made from a name; then the driver knows it after
    /// [`resolve_container`](crate::CosmosDriver::resolve_container).
    pub fn rid(&self) -> Option<&str> {
        self.0.key.container.rid()
    }

    pub(crate) fn key(&self) -> &ContainerKey {
        &self.0.key
    }

    pub(crate) fn is_by_name(&self) -> bool {
        self.name().is_some()
    }

    pub(crate) fn address(&self) -> &ResourceAddress {
        &self.0.address
    }

    pub(crate) fn items(&self) -> &ResourceAddress {
        &self.0.items
    }

    pub(crate) fn ranges(&self) -> &ResourceAddress {
        &self.0.ranges
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.0.database.check()?;
        check_id(
            "container",
            self.name().or(self.rid()).unwrap_or_default(),
            self.0.refusal,
        )
    }
}
