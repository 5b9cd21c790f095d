//! A database: its document, and the containers in it.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::{
    id::{Etag, Rid},
    resource::{DatabaseLinks, DatabaseProperties, SystemProperties, UnknownProperties},
};
use imbl::OrdMap;

use super::{container::Container, json};
use crate::response::{Failure, OwnerFacts};
use crate::{clock::Timestamp, refuse, throughput::budget::Budgets};

/// A database as of one catalog. Copies share everything.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) header: Arc<DatabaseHeader>,
    containers: OrdMap<Rid, Arc<Container>>,
    containers_by_name: OrdMap<Arc<str>, Arc<Container>>,
    next_container: u32,
}

impl PartialEq for Database {
    /// Whether both are the same value, not only alike.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// What a database itself is.
#[derive(Debug)]
pub(crate) struct DatabaseHeader {
    pub(crate) rid: Rid,
    pub(crate) name: Arc<str>,
    pub(crate) etag: Etag,
    /// The document as clients read it.
    pub(crate) document: Bytes,
    /// What answers about its containers say.
    pub(crate) owner: Arc<OwnerFacts>,
    /// What is left of the throughput that its containers share.
    pub(crate) budgets: Arc<Budgets>,
}

/// Reads the document that a client sent to create a database.
///
/// # Errors
/// 400 when it is not JSON or the id is not allowed.
pub(crate) fn read_document(body: &[u8]) -> Result<DatabaseProperties, Failure> {
    let properties: DatabaseProperties = json::read(body, "database document")?;
    properties.validate().map_err(refuse::bad_request)?;
    Ok(properties)
}

impl Database {
    /// A new, empty database.
    pub(crate) fn new(
        mut properties: DatabaseProperties,
        rid: Rid,
        etag: Etag,
        at: Timestamp,
    ) -> Self {
        let name: Arc<str> = properties.id.as_deref().unwrap_or_default().into();
        properties.system_properties =
            SystemProperties::new(rid.to_string(), rid.self_link(), etag.clone(), seconds(at));
        properties.links = DatabaseLinks::service();
        properties.unknown = UnknownProperties::new();
        let document = serde_json::to_vec(&properties).expect("a database document is plain JSON");
        let owner = OwnerFacts {
            alt_content_path: format!("dbs/{name}"),
            content_path: rid.to_string(),
        };
        let header = DatabaseHeader {
            rid,
            name,
            etag,
            document: document.into(),
            owner: Arc::new(owner),
            budgets: Arc::default(),
        };
        Self {
            header: Arc::new(header),
            containers: OrdMap::new(),
            containers_by_name: OrdMap::new(),
            next_container: 1,
        }
    }

    /// A database that was kept, still without its containers; `None` when the document has no id.
    pub(crate) fn restored(
        rid: Rid,
        etag: Etag,
        document: Bytes,
        next_container: u32,
    ) -> Option<Self> {
        let properties: DatabaseProperties = serde_json::from_slice(&document).ok()?;
        let mut database = Self::new(properties, rid, etag.clone(), Timestamp::default());
        let header = DatabaseHeader {
            document,
            etag,
            owner: Arc::clone(&database.header.owner),
            budgets: Arc::clone(&database.header.budgets),
            rid,
            name: Arc::clone(&database.header.name),
        };
        database.header = Arc::new(header);
        database.next_container = next_container;
        (!database.header.name.is_empty()).then_some(database)
    }

    /// This database, with this number for its next container.
    pub(crate) fn going_on_from(self, next_container: u32) -> Self {
        Self {
            next_container,
            ..self
        }
    }

    /// The number of the next container.
    pub(crate) fn next_container(&self) -> u32 {
        self.next_container
    }

    /// The container of this name.
    pub(crate) fn by_name(&self, name: &str) -> Option<&Arc<Container>> {
        self.containers_by_name.get(name)
    }

    /// The container with this resource id.
    pub(crate) fn by_rid(&self, rid: &Rid) -> Option<&Arc<Container>> {
        self.containers.get(rid)
    }

    /// Containers with their resource ids, in the order of creation.
    pub(crate) fn containers(&self) -> impl Iterator<Item = (&Rid, &Arc<Container>)> {
        self.containers.iter()
    }

    /// Containers by resource id.
    pub(crate) fn all_containers(&self) -> &OrdMap<Rid, Arc<Container>> {
        &self.containers
    }

    /// Takes the resource id of the next container; ids are never given twice.
    ///
    /// # Errors
    /// 500 after 2^31 containers.
    pub(crate) fn next_container_rid(&mut self) -> Result<Rid, Failure> {
        let rid =
            Rid::container(self.header.rid, self.next_container).map_err(|_| refuse::log_full())?;
        self.next_container = self.next_container.saturating_add(1);
        Ok(rid)
    }

    /// Adds a container, or replaces its earlier description.
    pub(crate) fn put(&mut self, container: Arc<Container>) {
        self.containers_by_name
            .insert(Arc::clone(&container.name), Arc::clone(&container));
        self.containers.insert(container.rid, container);
    }

    /// Removes a container.
    pub(crate) fn remove(&mut self, container: &Container) {
        self.containers_by_name.remove(&*container.name);
        self.containers.remove(&container.rid);
    }
}

/// An instant as documents show it.
pub(crate) fn seconds(at: Timestamp) -> cosmokit_protocol::resource::Timestamp {
    let seconds = i64::try_from(at.secs()).unwrap_or(i64::MAX);
    cosmokit_protocol::resource::Timestamp::from_unix_timestamp(seconds)
}
