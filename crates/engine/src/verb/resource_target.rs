//! Finding named resources: from an address to the parent in the catalog, and to one of its
//! children.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::id::{NamedResourceKind, Rid};

use crate::{
    account::Call,
    address::{ResourceAddress, ResourceFeed, ResourceParent},
    metadata::{
        catalog::{Addressing, Catalog},
        resource::{NamedResource, Stamp},
        resource_token::ResourceToken,
    },
    refuse,
    request::{DatabaseAddress, TokenLifetime},
    response::{Failure, OwnerFacts},
};

/// The parent of a feed.
#[derive(Clone, Debug)]
pub(super) struct Parent {
    pub(super) rid: Rid,
    pub(super) owner: Arc<OwnerFacts>,
    addressing: Addressing,
}

/// Finds the parent of a feed.
///
/// # Errors
/// 404/1003.
pub(super) fn parent(catalog: &Catalog, feed: &ResourceFeed) -> Result<Parent, Failure> {
    match &feed.parent {
        ResourceParent::Database(address) => database(catalog, address),
        ResourceParent::Container(address) => {
            let located = catalog
                .container(address)
                .map_err(|missing| missing.as_owner(address))?;
            Ok(Parent {
                rid: located.container.rid,
                owner: Arc::clone(&located.container.owner),
                addressing: located.addressing,
            })
        }
        ResourceParent::User(address, user) => {
            let database = database(catalog, address)?;
            let found = child(catalog, &database, NamedResourceKind::User, user);
            let user = found.ok_or_else(|| refuse::owner_not_found(&feed.parent))?;
            let owner = OwnerFacts {
                alt_content_path: format!(
                    "{}/users/{}",
                    database.owner.alt_content_path, user.name
                ),
                content_path: user.rid.to_string(),
            };
            Ok(Parent {
                rid: user.rid,
                owner: Arc::new(owner),
                addressing: database.addressing,
            })
        }
    }
}

fn database(catalog: &Catalog, address: &DatabaseAddress) -> Result<Parent, Failure> {
    let found = catalog.located_database(address);
    let (database, addressing) = found.ok_or_else(|| refuse::owner_not_found(address))?;
    Ok(Parent {
        rid: database.header.rid,
        owner: Arc::clone(&database.header.owner),
        addressing,
    })
}

fn child<'c>(
    catalog: &'c Catalog,
    parent: &Parent,
    kind: NamedResourceKind,
    segment: &str,
) -> Option<&'c Arc<NamedResource>> {
    match parent.addressing {
        Addressing::Name => catalog.resources().by_name(kind, parent.rid, segment),
        Addressing::Rid => {
            let found = catalog.resources().by_rid(kind, &segment.parse().ok()?)?;
            (found.rid.parent() == Some(parent.rid)).then_some(found)
        }
    }
}

/// Finds a resource with its parent.
///
/// # Errors
/// 404/1003 when the parent is missing, else 404.
pub(super) fn resource(
    catalog: &Catalog,
    address: &ResourceAddress,
) -> Result<(Parent, Arc<NamedResource>), Failure> {
    let feed = &address.feed;
    let parent = parent(catalog, feed)?;
    let found = child(catalog, &parent, feed.kind, &address.resource);
    let found = found.ok_or_else(|| refuse::not_found(address))?;
    let found = Arc::clone(found);
    Ok((parent, found))
}

/// A stamp of now.
pub(super) fn stamp(call: &Call<'_>, rid: Rid) -> Stamp {
    let at = call.now();
    Stamp {
        rid,
        etag: call.next_etag(at),
        at,
    }
}

/// The document of a resource as an answer shows it: a permission has a fresh token.
pub(super) fn shown(
    call: &Call<'_>,
    resource: &NamedResource,
    lifetime: Option<TokenLifetime>,
) -> Bytes {
    if resource.kind != NamedResourceKind::Permission {
        return resource.document.clone();
    }
    let lifetime = lifetime.unwrap_or(TokenLifetime::DEFAULT);
    let until = call.now().secs() + u64::from(lifetime.secs());
    let token = ResourceToken::of(resource, until);
    let text = token.signed(&call.state.keys().primary);
    let mut document = resource.document.to_vec();
    document.pop();
    document.extend_from_slice(b",\"_token\":\"");
    document.extend_from_slice(text.as_bytes());
    document.extend_from_slice(b"\"}");
    document.into()
}
