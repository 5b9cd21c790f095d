//! The handle of a database.

use std::fmt;
use std::sync::Arc;

use cosmokit_driver::{CosmosDriver, DatabaseReference};

use crate::{ResourceId, ResourceIdentity};

/// The client of a database. Cheap to clone. Made by
/// [`CosmosClient::database_client`](crate::CosmosClient::database_client).
#[derive(Clone)]
pub struct DatabaseClient {
    pub(crate) driver: Arc<CosmosDriver>,
    identity: ResourceIdentity,
    pub(super) reference: DatabaseReference,
}

impl DatabaseClient {
    pub(crate) fn new(driver: Arc<CosmosDriver>, identity: ResourceIdentity) -> Self {
        let account = driver.account().clone();
        let reference = match &identity {
            ResourceIdentity::Name(name) => DatabaseReference::from_name(account, name),
            ResourceIdentity::Rid(rid) => DatabaseReference::from_rid(account, rid),
        };
        Self {
            driver,
            identity,
            reference,
        }
    }

    /// The driver's address of the database.
    pub fn reference(&self) -> &DatabaseReference {
        &self.reference
    }

    /// How the database is addressed.
    pub fn id(&self) -> &ResourceIdentity {
        &self.identity
    }

    /// The name, when the database is addressed by it.
    pub fn name(&self) -> Option<&str> {
        self.identity.name()
    }

    /// The resource id, when the database is addressed by it.
    pub fn rid(&self) -> Option<&ResourceId> {
        self.identity.rid()
    }
}

impl fmt::Debug for DatabaseClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseClient")
            .field("id", &self.identity)
            .finish_non_exhaustive()
    }
}
