//! Users, permissions, client encryption keys, stored procedures, triggers and user-defined functions as documents:
//! the same verbs for all of them, in one table of a row per kind.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, Flag, OperationType, Plane, Reply, Subject, Verb};
use crate::error::Result;
use crate::reference::{
    NamedResourceFeed, NamedResourceKind, NamedResourceReference, ResourceAddress,
};

/// The verbs of one kind.
struct Verbs {
    create: Verb,
    upsert: Verb,
    read: Verb,
    replace: Verb,
    delete: Verb,
    list: Verb,
    query: Verb,
}

macro_rules! verb {
    ($resource:ident, $name:expr, $operation:ident, $method:ident, $content:ident, $flags:expr) => {
        Verb {
            name: $name,
            operation: OperationType::$operation,
            method: Method::$method,
            resource: ResourceType::$resource,
            plane: Plane::Metadata,
            content: Content::$content,
            reply: Reply::Whole,
            flags: $flags,
        }
    };
}

macro_rules! verbs {
    ($kind:ident, $one:literal, $all:literal) => {
        Verbs {
            create: verb!($kind, concat!("create_", $one), Create, POST, Json, &[]),
            upsert: verb!(
                $kind,
                concat!("upsert_", $one),
                Upsert,
                POST,
                Json,
                &[Flag::Upsert]
            ),
            read: verb!($kind, concat!("read_", $one), Read, GET, None, &[]),
            replace: verb!($kind, concat!("replace_", $one), Replace, PUT, Json, &[]),
            delete: verb!($kind, concat!("delete_", $one), Delete, DELETE, None, &[]),
            list: verb!($kind, concat!("read_all_", $all), ReadFeed, GET, None, &[]),
            query: verb!(
                $kind,
                concat!("query_", $all),
                Query,
                POST,
                Query,
                &[Flag::Query]
            ),
        }
    };
}

static USERS: Verbs = verbs!(Users, "user", "users");
static PERMISSIONS: Verbs = verbs!(Permissions, "permission", "permissions");
static KEYS: Verbs = verbs!(
    ClientEncryptionKeys,
    "client_encryption_key",
    "client_encryption_keys"
);
static PROCEDURES: Verbs = verbs!(StoredProcedures, "stored_procedure", "stored_procedures");
static TRIGGERS: Verbs = verbs!(Triggers, "trigger", "triggers");
static FUNCTIONS: Verbs = verbs!(Udfs, "user_defined_function", "user_defined_functions");

fn verbs(feed: &NamedResourceFeed) -> &'static Verbs {
    match feed.kind() {
        NamedResourceKind::User => &USERS,
        NamedResourceKind::Permission => &PERMISSIONS,
        NamedResourceKind::ClientEncryptionKey => &KEYS,
        NamedResourceKind::StoredProcedure => &PROCEDURES,
        NamedResourceKind::Trigger => &TRIGGERS,
        NamedResourceKind::UserDefinedFunction => &FUNCTIONS,
    }
}

impl CosmosOperation {
    /// Creates a resource; the body is its document.
    pub fn create_resource(feed: &NamedResourceFeed) -> Self {
        Self::of_feed(&verbs(feed).create, feed)
    }

    /// Creates a resource or writes over it; the body is its document.
    pub fn upsert_resource(feed: &NamedResourceFeed) -> Self {
        Self::of_feed(&verbs(feed).upsert, feed)
    }

    /// Reads a page of the resources of a feed.
    pub fn read_all_resources(feed: &NamedResourceFeed) -> Self {
        Self::of_feed(&verbs(feed).list, feed)
    }

    /// Reads a page of what a query selects of them; the body is the query document.
    pub fn query_resources(feed: &NamedResourceFeed) -> Self {
        Self::of_feed(&verbs(feed).query, feed)
    }

    /// Reads a resource.
    pub fn read_resource(resource: &NamedResourceReference) -> Self {
        Self::of_resource(&verbs(resource.feed()).read, resource)
    }

    /// Writes over a resource; the body is its whole document, and another id in it renames the resource.
    pub fn replace_resource(resource: &NamedResourceReference) -> Self {
        Self::of_resource(&verbs(resource.feed()).replace, resource)
    }

    /// Deletes a resource with everything below it.
    pub fn delete_resource(resource: &NamedResourceReference) -> Self {
        Self::of_resource(&verbs(resource.feed()).delete, resource)
    }

    fn of_feed(verb: &'static Verb, feed: &NamedResourceFeed) -> Self {
        Self::at(verb, feed, feed.address().clone(), feed.check())
    }

    fn of_resource(verb: &'static Verb, resource: &NamedResourceReference) -> Self {
        let address = resource.address().clone();
        Self::at(verb, resource.feed(), address, resource.check())
    }

    fn at(
        verb: &'static Verb,
        feed: &NamedResourceFeed,
        address: ResourceAddress,
        check: Result<()>,
    ) -> Self {
        let subject = Subject {
            account: feed.account().clone(),
            address,
            container: None,
            partition_key: None,
        };
        Self::new(verb, subject, check)
    }
}
