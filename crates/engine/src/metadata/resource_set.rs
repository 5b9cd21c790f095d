//! The named resources of an account, by place and by name.
//!
//! A value that shares its structure, like the [catalog](super::catalog) that holds it. Resources
//! stand below their parents: those of one kind and parent are next to each other, in the order of
//! creation, and everything within a database or container is next to each other too, because the
//! bytes of a parent are the first bytes of its children.

use std::sync::Arc;

use cosmokit_protocol::id::Rid;
use imbl::OrdMap;

use super::resource::NamedResource;
use cosmokit_protocol::id::NamedResourceKind;

use crate::{refuse, response::Failure};

/// Where a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    parent: Rid,
    kind: NamedResourceKind,
    ordinal: u64,
}

/// What a resource is found by.
type Name = (Rid, NamedResourceKind, Arc<str>);

/// Named resources as of one moment.
#[derive(Clone, Debug)]
pub(crate) struct ResourceSet {
    by_place: OrdMap<Place, Arc<NamedResource>>,
    by_name: OrdMap<Name, Arc<NamedResource>>,
    /// The number of the next resource, of whatever kind.
    next: u32,
}

impl Default for ResourceSet {
    fn default() -> Self {
        Self::going_on_from(1)
    }
}

impl ResourceSet {
    /// No resources; this is the number of the next one.
    pub(crate) fn going_on_from(next: u32) -> Self {
        Self {
            by_place: OrdMap::new(),
            by_name: OrdMap::new(),
            next,
        }
    }

    /// Gives no number that `other` has given.
    pub(crate) fn follow(&mut self, other: &Self) {
        self.next = self.next.max(other.next);
    }

    /// The number of the next resource.
    pub(crate) fn next_number(&self) -> u32 {
        self.next
    }

    /// Whether both are the same value, not only alike.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.by_place.ptr_eq(&other.by_place)
    }

    /// Takes the resource id of the next resource of a kind below a parent.
    ///
    /// # Errors
    /// 500 after 2^31 resources.
    pub(crate) fn next_rid(
        &mut self,
        kind: NamedResourceKind,
        parent: Rid,
    ) -> Result<Rid, Failure> {
        let number = self.next;
        let long = u64::from(number);
        let rid = match kind {
            NamedResourceKind::User => Rid::user(parent, number),
            NamedResourceKind::Permission => Rid::permission(parent, long),
            NamedResourceKind::ClientEncryptionKey => Rid::client_encryption_key(parent, number),
            NamedResourceKind::StoredProcedure => Rid::stored_procedure(parent, long),
            NamedResourceKind::Trigger => Rid::trigger(parent, long),
            NamedResourceKind::UserDefinedFunction => Rid::udf(parent, long),
        };
        self.next = number.checked_add(1).ok_or_else(refuse::log_full)?;
        rid.map_err(|_| refuse::log_full())
    }

    /// Those of one kind below a parent, in the order of creation.
    pub(crate) fn feed(
        &self,
        kind: NamedResourceKind,
        parent: Rid,
    ) -> impl Iterator<Item = &Arc<NamedResource>> {
        let place = |ordinal| Place {
            parent,
            kind,
            ordinal,
        };
        let range = self.by_place.range(place(0)..=place(u64::MAX));
        range.map(|(_, resource)| resource)
    }

    /// The one of this name.
    pub(crate) fn by_name(
        &self,
        kind: NamedResourceKind,
        parent: Rid,
        name: &str,
    ) -> Option<&Arc<NamedResource>> {
        self.by_name.get(&(parent, kind, Arc::from(name)))
    }

    /// The one with this resource id.
    pub(crate) fn by_rid(&self, kind: NamedResourceKind, rid: &Rid) -> Option<&Arc<NamedResource>> {
        let found = self.by_place.get(&place(kind, rid)?)?;
        (found.rid == *rid).then_some(found)
    }

    /// Every resource with its resource id.
    pub(crate) fn all(&self) -> OrdMap<Rid, Arc<NamedResource>> {
        let all = self.by_place.values();
        all.map(|resource| (resource.rid, Arc::clone(resource)))
            .collect()
    }

    /// Adds a resource, or replaces its earlier state, which may have had another name.
    pub(crate) fn put(&mut self, resource: Arc<NamedResource>) {
        let Some(place) = place(resource.kind, &resource.rid) else {
            return;
        };
        if let Some(before) = self.by_place.get(&place) {
            let name = (place.parent, place.kind, Arc::clone(&before.name));
            self.by_name.remove(&name);
        }
        let name = (place.parent, place.kind, Arc::clone(&resource.name));
        self.by_name.insert(name, Arc::clone(&resource));
        self.by_place.insert(place, resource);
    }

    /// Removes a resource, and what belongs to it.
    pub(crate) fn remove(&mut self, resource: &NamedResource) {
        self.remove_within(&resource.rid);
        if let Some(place) = place(resource.kind, &resource.rid) {
            self.by_place.remove(&place);
            let name = (place.parent, place.kind, Arc::clone(&resource.name));
            self.by_name.remove(&name);
        }
    }

    /// Removes everything below a database, container or user.
    pub(crate) fn remove_within(&mut self, ancestor: &Rid) {
        let first = Place {
            parent: *ancestor,
            kind: NamedResourceKind::User,
            ordinal: 0,
        };
        let below = self.by_place.range(first..);
        let below = below.take_while(|(place, _)| place.parent.is_within(ancestor));
        let below: Vec<_> = below
            .map(|(place, resource)| (*place, Arc::clone(&resource.name)))
            .collect();
        for (place, name) in below {
            self.by_place.remove(&place);
            self.by_name.remove(&(place.parent, place.kind, name));
        }
    }
}

fn place(kind: NamedResourceKind, rid: &Rid) -> Option<Place> {
    Some(Place {
        parent: rid.parent()?,
        kind,
        ordinal: rid.ordinal()?,
    })
}
