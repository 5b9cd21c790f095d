//! The address of a database.

use std::sync::Arc;

use cosmokit_protocol::id::link::encode_segment;

use super::AccountReference;
use super::address::{ResourceAddress, SigningLink, push_rid, refuse_id};
use crate::error::{CosmosError, Result};

/// A database, by name or by resource id. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DatabaseReference(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    account: AccountReference,
    identity: Identity,
    address: ResourceAddress,
    containers: ResourceAddress,
    refusal: Option<&'static str>,
}

/// How a resource is named in its path; one path never mixes both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Identity {
    Name(Arc<str>),
    Rid(Arc<str>),
}

impl Identity {
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Rid(_) => None,
        }
    }

    pub(crate) fn rid(&self) -> Option<&str> {
        match self {
            Self::Name(_) => None,
            Self::Rid(rid) => Some(rid),
        }
    }
}

impl DatabaseReference {
    /// The database with this name.
    pub fn from_name(account: AccountReference, name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        let segment = encode_segment(name);
        let path = ["/dbs/", &segment].concat();
        let link = if segment == name {
            SigningLink::Path
        } else {
            SigningLink::Text(Arc::from(format!("dbs/{name}")))
        };
        let address = ResourceAddress::from_encoded(path, link);
        Self::new(
            account,
            Identity::Name(Arc::from(name)),
            address,
            refuse_id(name),
        )
    }

    /// The database with this resource id.
    pub fn from_rid(account: AccountReference, rid: impl AsRef<str>) -> Self {
        let rid = rid.as_ref();
        let mut path = String::with_capacity(5 + rid.len());
        path.push_str("/dbs/");
        push_rid(&mut path, rid);
        let link = SigningLink::Text(Arc::from(rid.to_ascii_lowercase()));
        let address = ResourceAddress::from_encoded(path, link);
        Self::new(
            account,
            Identity::Rid(Arc::from(rid)),
            address,
            refuse_id(rid),
        )
    }

    fn new(
        account: AccountReference,
        identity: Identity,
        address: ResourceAddress,
        refusal: Option<&'static str>,
    ) -> Self {
        let containers = address.feed("colls");
        Self(Arc::new(Parts {
            account,
            identity,
            address,
            containers,
            refusal,
        }))
    }

    /// The account that the database is in.
    pub fn account(&self) -> &AccountReference {
        &self.0.account
    }

    /// The name, unless the reference was made from a resource id.
    pub fn name(&self) -> Option<&str> {
        self.0.identity.name()
    }

    /// The resource id, unless the reference was made from a name.
    pub fn rid(&self) -> Option<&str> {
        self.0.identity.rid()
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.0.identity
    }

    pub(crate) fn address(&self) -> &ResourceAddress {
        &self.0.address
    }

    pub(crate) fn containers(&self) -> &ResourceAddress {
        &self.0.containers
    }

    pub(crate) fn check(&self) -> Result<()> {
        check_id(
            "database",
            self.name().or(self.rid()).unwrap_or_default(),
            self.0.refusal,
        )
    }
}

/// The error for an id that cannot be part of an address.
pub(crate) fn check_id(what: &str, id: &str, refusal: Option<&'static str>) -> Result<()> {
    match refusal {
        None => Ok(()),
        Some(why) => {
            let message = format!("the {what} id {id:?} cannot be used: {why}");
            Err(CosmosError::builder().with_message(message).build())
        }
    }
}
