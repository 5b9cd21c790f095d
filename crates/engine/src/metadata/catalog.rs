//! The account's catalog: one immutable value, replaced as a whole.
//!
//! Readers load it once per request; a change copies the paths it touches and swaps. Resource
//! ids are never given twice, also across deletes.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use cosmokit_protocol::id::{Rid, RidKind};
use imbl::OrdMap;

use super::{
    container::Container, database::Database, filter::Filter, offer::Offer,
    resource_set::ResourceSet,
};
use crate::{
    refuse,
    request::{ContainerAddress, DatabaseAddress, OfferAddress},
    response::Failure,
};

/// Databases with their containers, offers, and named resources, as of one moment.
#[derive(Clone, Debug)]
pub(crate) struct Catalog {
    databases: OrdMap<Rid, Arc<Database>>,
    databases_by_name: OrdMap<Arc<str>, Arc<Database>>,
    offers: OrdMap<Rid, Arc<Offer>>,
    offer_of: OrdMap<Rid, Rid>,
    resources: ResourceSet,
    next_database: u32,
    next_offer: u32,
}

impl Default for Catalog {
    fn default() -> Self {
        Self {
            databases: OrdMap::new(),
            databases_by_name: OrdMap::new(),
            offers: OrdMap::new(),
            offer_of: OrdMap::new(),
            resources: ResourceSet::default(),
            next_database: 1,
            next_offer: 1,
        }
    }
}

/// The present catalog, and the right to replace it.
#[derive(Debug, Default)]
pub(crate) struct CatalogCell {
    current: ArcSwap<Catalog>,
    changing: Mutex<()>,
}

impl CatalogCell {
    /// A cell with this catalog.
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            current: ArcSwap::new(catalog),
            changing: Mutex::default(),
        }
    }

    /// The present catalog.
    pub(crate) fn load(&self) -> arc_swap::Guard<Arc<Catalog>> {
        self.current.load()
    }

    /// The present catalog, to keep for longer.
    pub(crate) fn load_full(&self) -> Arc<Catalog> {
        self.current.load_full()
    }

    /// Puts another catalog in the place of the present one.
    pub(crate) fn replace(&self, catalog: Arc<Catalog>) {
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.current.store(catalog);
    }

    /// Puts another catalog in the place of the present one, which `next` may look at.
    pub(crate) fn replace_by(&self, next: impl FnOnce(&Catalog) -> Catalog) {
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let next = next(&self.current.load());
        self.current.store(Arc::new(next));
    }

    /// Builds the next catalog from the present one; nothing changes when `change` fails.
    ///
    /// # Errors
    /// Those of `change`.
    pub(crate) fn update<T>(
        &self,
        change: impl FnOnce(&mut Catalog) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Catalog::clone(&self.current.load());
        let made = change(&mut next)?;
        self.current.store(Arc::new(next));
        Ok(made)
    }
}

impl Catalog {
    /// An empty catalog in which these are the next numbers.
    pub(crate) fn going_on_from(next: NextNumbers) -> Self {
        Self {
            next_database: next.database,
            next_offer: next.offer,
            resources: ResourceSet::going_on_from(next.resource),
            ..Self::default()
        }
    }

    /// This catalog in the place of `present`: no number is given that `present` has given.
    pub(crate) fn following(mut self, present: &Self) -> Self {
        self.next_database = self.next_database.max(present.next_database);
        self.next_offer = self.next_offer.max(present.next_offer);
        self.resources.follow(&present.resources);
        let both = self.databases.clone();
        for (rid, database) in both {
            if let Some(other) = present.databases.get(&rid) {
                let next = database.next_container().max(other.next_container());
                self.put_database(Database::clone(&database).going_on_from(next));
            }
        }
        self
    }

    /// The numbers that are given next.
    pub(crate) fn next_numbers(&self) -> NextNumbers {
        NextNumbers {
            database: self.next_database,
            offer: self.next_offer,
            resource: self.resources.next_number(),
        }
    }

    /// The named resources.
    pub(crate) fn resources(&self) -> &ResourceSet {
        &self.resources
    }

    /// The named resources, to change them.
    pub(crate) fn resources_mut(&mut self) -> &mut ResourceSet {
        &mut self.resources
    }

    /// Databases by resource id.
    pub(crate) fn all_databases(&self) -> &OrdMap<Rid, Arc<Database>> {
        &self.databases
    }

    /// Offers by resource id.
    pub(crate) fn all_offers(&self) -> &OrdMap<Rid, Arc<Offer>> {
        &self.offers
    }

    /// The database at an address: by resource id when there is one with it, else by name.
    pub(crate) fn database(&self, address: &DatabaseAddress) -> Option<&Arc<Database>> {
        self.located_database(address).map(|(database, _)| database)
    }

    /// The database at an address, and of what the address is made.
    pub(crate) fn located_database(
        &self,
        address: &DatabaseAddress,
    ) -> Option<(&Arc<Database>, Addressing)> {
        let found = self.find(&address.database)?;
        Some((found.database, found.addressing))
    }

    /// The container at an address.
    ///
    /// # Errors
    /// [`Missing`]: what of the address does not exist.
    pub(crate) fn container(&self, address: &ContainerAddress) -> Result<Located<'_>, Missing> {
        let found = self.find(&address.database).ok_or(Missing::Database)?;
        let container = match found.addressing {
            Addressing::Name => found.database.by_name(&address.container),
            Addressing::Rid => address
                .container
                .parse()
                .ok()
                .and_then(|rid| found.database.by_rid(&rid)),
        };
        let container = container.ok_or(Missing::Container)?;
        Ok(Located {
            database: found.database,
            container,
            addressing: found.addressing,
        })
    }

    fn find(&self, database: &str) -> Option<Found<'_>> {
        let by_rid = database_rid(database).and_then(|rid| self.databases.get(&rid));
        match by_rid {
            Some(database) => Some(Found {
                database,
                addressing: Addressing::Rid,
            }),
            None => self.databases_by_name.get(database).map(|database| Found {
                database,
                addressing: Addressing::Name,
            }),
        }
    }

    /// The container with this resource id.
    pub(crate) fn container_by_rid(&self, rid: &Rid) -> Option<&Arc<Container>> {
        self.databases.get(&rid.parent()?)?.by_rid(rid)
    }

    /// The database that holds a container.
    pub(crate) fn database_of(&self, container: &Container) -> Option<&Arc<Database>> {
        self.databases.get(&container.rid.parent()?)
    }

    /// The database of this name.
    pub(crate) fn database_by_name(&self, name: &str) -> Option<&Arc<Database>> {
        self.databases_by_name.get(name)
    }

    /// Databases with their resource ids, in the order of creation.
    pub(crate) fn databases(&self) -> impl Iterator<Item = (&Rid, &Arc<Database>)> {
        self.databases.iter()
    }

    /// Takes the resource id of the next database.
    ///
    /// # Errors
    /// 500 after 2^32 databases.
    pub(crate) fn next_database_rid(&mut self) -> Result<Rid, Failure> {
        let rid = Rid::database(self.next_database);
        self.next_database = self
            .next_database
            .checked_add(1)
            .ok_or_else(refuse::log_full)?;
        Ok(rid)
    }

    /// Adds a database, or replaces its earlier state.
    pub(crate) fn put_database(&mut self, database: Database) {
        let database = Arc::new(database);
        let header = &database.header;
        self.databases_by_name
            .insert(Arc::clone(&header.name), Arc::clone(&database));
        self.databases.insert(header.rid, database);
    }

    /// Removes a database, its containers, the offers of all of them, and every named resource
    /// below.
    pub(crate) fn remove_database(&mut self, database: &Database) {
        self.resources.remove_within(&database.header.rid);
        for (container, _) in database.containers() {
            self.remove_offer_of(container);
        }
        self.remove_offer_of(&database.header.rid);
        self.databases_by_name.remove(&*database.header.name);
        self.databases.remove(&database.header.rid);
    }

    /// The offer at an address.
    pub(crate) fn offer(&self, address: &OfferAddress) -> Option<&Arc<Offer>> {
        self.offers.get(&address.offer.parse::<Rid>().ok()?)
    }

    /// The offer of a database or container.
    pub(crate) fn offer_of(&self, resource: &Rid) -> Option<&Arc<Offer>> {
        self.offers.get(self.offer_of.get(resource)?)
    }

    /// All offers.
    pub(crate) fn offers(&self) -> impl Iterator<Item = &Arc<Offer>> {
        self.offers.values()
    }

    /// The offers that can pass a filter: at most one when it asks for a resource, else all.
    pub(crate) fn offers_for<'a>(
        &'a self,
        filter: &Filter,
    ) -> Box<dyn Iterator<Item = &'a Arc<Offer>> + 'a> {
        match filter.asks_for_resource() {
            Some(resource) => Box::new(self.offer_of(&resource).into_iter()),
            None => Box::new(self.offers.values()),
        }
    }

    /// Takes the resource id of the next offer.
    ///
    /// # Errors
    /// 500 after 2^24 offers.
    pub(crate) fn next_offer_rid(&mut self) -> Result<Rid, Failure> {
        let [top, a, b, c] = self.next_offer.to_be_bytes();
        if top != 0 {
            return Err(refuse::log_full());
        }
        self.next_offer += 1;
        Ok(Rid::offer([a, b, c]))
    }

    /// Adds an offer, or replaces its earlier state.
    pub(crate) fn put_offer(&mut self, offer: Offer) {
        self.offer_of.insert(offer.resource, offer.rid);
        self.offers.insert(offer.rid, Arc::new(offer));
    }

    /// Removes the offer of a database or container, if it has one.
    pub(crate) fn remove_offer_of(&mut self, resource: &Rid) {
        if let Some(offer) = self.offer_of.remove(resource) {
            self.offers.remove(&offer);
        }
    }
}

/// The numbers that a catalog gives next; none is given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NextNumbers {
    pub(crate) database: u32,
    pub(crate) offer: u32,
    /// Of a named resource, whatever its kind and parent.
    pub(crate) resource: u32,
}

struct Found<'a> {
    database: &'a Arc<Database>,
    addressing: Addressing,
}

/// A container that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located<'a> {
    pub(crate) database: &'a Arc<Database>,
    pub(crate) container: &'a Arc<Container>,
    pub(crate) addressing: Addressing,
}

/// What of a container's address does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Database,
    Container,
}

impl Missing {
    /// The refusal of an operation on the container itself: 404/1003 when its database is
    /// missing, else 404.
    pub(crate) fn as_target(self, address: &ContainerAddress) -> Failure {
        match self {
            Self::Database => refuse::owner_not_found(format_args!("dbs/{}", address.database)),
            Self::Container => refuse::not_found(address),
        }
    }

    /// The refusal of an operation below the container: 404/1003.
    pub(crate) fn as_owner(self, address: &ContainerAddress) -> Failure {
        match self {
            Self::Database => self.as_target(address),
            Self::Container => refuse::owner_not_found(address),
        }
    }
}

/// Whether an address is made of names or of resource ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Addressing {
    Name,
    Rid,
}

/// The resource id of a database that a segment could be: eight characters that decode to four
/// bytes.
fn database_rid(segment: &str) -> Option<Rid> {
    if segment.len() != 8 || !segment.ends_with("==") {
        return None;
    }
    segment
        .parse()
        .ok()
        .filter(|rid: &Rid| rid.kind() == RidKind::Database)
}
