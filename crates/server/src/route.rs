//! From path, method and headers to an operation: one table, one row per operation (protocol.md
//! §1.1). Whether the operation's inputs can be read is for [`crate::verb`] to see.

use cosmokit_engine::request::{Feature, NamedResourceKind};
use cosmokit_protocol::id::link::PathAction;
use cosmokit_protocol::id::{ResourcePath, ResourceType};
use cosmokit_protocol::wire::header;
use http::{HeaderMap, Method};

use crate::authorize::Effect;
use crate::header::decode::flag;

/// What a request wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Probe,
    ReadAccount,
    CreateDatabase,
    ReadDatabase,
    DeleteDatabase,
    ListDatabases,
    QueryDatabases,
    CreateContainer,
    ReadContainer,
    ReplaceContainer,
    DeleteContainer,
    ListContainers,
    QueryContainers,
    ListPartitionKeyRanges,
    ReadOffer,
    ReplaceOffer,
    ListOffers,
    QueryOffers,
    CreateItem,
    ReadItem,
    UpsertItem,
    ReplaceItem,
    DeleteItem,
    PatchItem,
    Batch,
    DeleteByPartitionKey,
    ListItems,
    QueryItems,
    PlanQuery,
    ReadChangeFeed,
    ListConflicts,
    QueryConflicts,
    ReadConflict,
    DeleteConflict,
    CreateResource(NamedResourceKind),
    UpsertResource(NamedResourceKind),
    ReadResource(NamedResourceKind),
    ReplaceResource(NamedResourceKind),
    DeleteResource(NamedResourceKind),
    ListResources(NamedResourceKind),
    QueryResources(NamedResourceKind),
    ExecuteStoredProcedure,
    Unsupported(Feature),
}

/// What the path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Feed,
    Item,
    Action(PathAction),
}

/// What the headers make of the method. Where a resource has no row for an intent, the row for
/// [`Intent::Plain`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Intent {
    Plain,
    QueryPlan,
    Query,
    Batch,
    Upsert,
    ChangeFeed,
    AllVersionsFeed,
}

/// The methods of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

struct Row {
    resource: ResourceType,
    shape: Shape,
    verb: Verb,
    intent: Intent,
    effect: Effect,
    operation: Operation,
}

/// An operation and what it does to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) operation: Operation,
    pub(crate) effect: Effect,
}

/// A method that the addressed resource does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoSuchMethod {
    /// The methods that it has, for the `allow` header; empty when none is known.
    pub(crate) allowed: String,
}

/// Finds the operation.
///
/// # Errors
/// [`NoSuchMethod`] when the addressed resource has no such method: 405.
pub(crate) fn route(
    path: &ResourcePath<'_>,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Route, NoSuchMethod> {
    let resource = path.resource_type();
    let shape = match path.action() {
        Some(action) => Shape::Action(action),
        None if path.is_feed() => Shape::Feed,
        None => Shape::Item,
    };
    let found = verb(method).and_then(|verb| {
        let find = |intent| {
            ROWS.iter().find(|row| {
                row.resource == resource
                    && row.shape == shape
                    && row.verb == verb
                    && row.intent == intent
            })
        };
        match intent(verb, shape, headers) {
            Intent::Plain => find(Intent::Plain),
            special => find(special).or_else(|| find(Intent::Plain)),
        }
    });
    match found {
        Some(row) => Ok(Route {
            operation: row.operation,
            effect: row.effect,
        }),
        None => Err(NoSuchMethod {
            allowed: allowed(resource, shape),
        }),
    }
}

fn verb(method: &Method) -> Option<Verb> {
    Some(match *method {
        Method::GET => Verb::Get,
        Method::POST => Verb::Post,
        Method::PUT => Verb::Put,
        Method::PATCH => Verb::Patch,
        Method::DELETE => Verb::Delete,
        _ => return None,
    })
}

/// Reads the intent off the headers, in the order in which the service tests them.
fn intent(verb: Verb, shape: Shape, headers: &HeaderMap) -> Intent {
    match (verb, shape) {
        (Verb::Post, Shape::Feed) => post_intent(headers),
        (Verb::Get, Shape::Feed) => match headers.get(header::A_IM) {
            None => Intent::Plain,
            Some(kind) if is_full_fidelity(kind.as_bytes()) => Intent::AllVersionsFeed,
            Some(_) => Intent::ChangeFeed,
        },
        _ => Intent::Plain,
    }
}

fn post_intent(headers: &HeaderMap) -> Intent {
    if flag(headers, &header::IS_QUERY_PLAN_REQUEST) {
        Intent::QueryPlan
    } else if flag(headers, &header::IS_QUERY) || has_query_content_type(headers) {
        Intent::Query
    } else if flag(headers, &header::IS_BATCH_REQUEST) {
        Intent::Batch
    } else if flag(headers, &header::IS_UPSERT) {
        Intent::Upsert
    } else {
        Intent::Plain
    }
}

/// `application/query+json`, with or without parameters behind it.
fn has_query_content_type(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| {
        let media_type = value
            .as_bytes()
            .split(|byte| *byte == b';')
            .next()
            .unwrap_or_default();
        media_type
            .trim_ascii()
            .eq_ignore_ascii_case(header::value::QUERY_JSON.as_bytes())
    })
}

fn is_full_fidelity(kind: &[u8]) -> bool {
    kind.trim_ascii()
        .eq_ignore_ascii_case(header::value::FULL_FIDELITY_FEED.as_bytes())
}

fn allowed(resource: ResourceType, shape: Shape) -> String {
    let mut allowed = String::new();
    for (verb, name) in VERBS {
        if ROWS
            .iter()
            .any(|row| row.resource == resource && row.shape == shape && row.verb == verb)
        {
            if !allowed.is_empty() {
                allowed.push_str(", ");
            }
            allowed.push_str(name);
        }
    }
    allowed
}

const VERBS: [(Verb, &str); 5] = [
    (Verb::Get, "GET"),
    (Verb::Post, "POST"),
    (Verb::Put, "PUT"),
    (Verb::Patch, "PATCH"),
    (Verb::Delete, "DELETE"),
];

/// A row of the table, in the order of protocol.md §1.1.
const fn row(
    (resource, shape): (ResourceType, Shape),
    (verb, intent): (Verb, Intent),
    effect: Effect,
    operation: Operation,
) -> Row {
    Row {
        resource,
        shape,
        verb,
        intent,
        effect,
        operation,
    }
}

const DATABASES: (ResourceType, Shape) = (ResourceType::Databases, Shape::Feed);
const DATABASE: (ResourceType, Shape) = (ResourceType::Databases, Shape::Item);
const CONTAINERS: (ResourceType, Shape) = (ResourceType::Containers, Shape::Feed);
const CONTAINER: (ResourceType, Shape) = (ResourceType::Containers, Shape::Item);
const ITEMS: (ResourceType, Shape) = (ResourceType::Documents, Shape::Feed);
const ITEM: (ResourceType, Shape) = (ResourceType::Documents, Shape::Item);
const RANGES: (ResourceType, Shape) = (ResourceType::PartitionKeyRanges, Shape::Feed);
const OFFERS: (ResourceType, Shape) = (ResourceType::Offers, Shape::Feed);
const OFFER: (ResourceType, Shape) = (ResourceType::Offers, Shape::Item);
const ACCOUNT: (ResourceType, Shape) = (ResourceType::Account, Shape::Item);
const KEY_DELETE: (ResourceType, Shape) = (
    ResourceType::Containers,
    Shape::Action(PathAction::PartitionKeyDelete),
);
const PROBE: (ResourceType, Shape) = (ResourceType::Account, Shape::Action(PathAction::Probe));
const CONNECTIVITY_PROBE: (ResourceType, Shape) = (
    ResourceType::Account,
    Shape::Action(PathAction::ConnectivityProbe),
);
const DISTRIBUTED: (ResourceType, Shape) = (
    ResourceType::Account,
    Shape::Action(PathAction::DistributedTransaction),
);

const GET: (Verb, Intent) = (Verb::Get, Intent::Plain);
const POST: (Verb, Intent) = (Verb::Post, Intent::Plain);
const UPSERT: (Verb, Intent) = (Verb::Post, Intent::Upsert);
const QUERY: (Verb, Intent) = (Verb::Post, Intent::Query);
const PLAN: (Verb, Intent) = (Verb::Post, Intent::QueryPlan);
const PUT: (Verb, Intent) = (Verb::Put, Intent::Plain);
const PATCH: (Verb, Intent) = (Verb::Patch, Intent::Plain);
const DELETE: (Verb, Intent) = (Verb::Delete, Intent::Plain);

const R: Effect = Effect::Read;
const W: Effect = Effect::Write;

/// The operations of items first, because they are looked up most.
#[rustfmt::skip]
static ROWS: &[Row] = &[
    row(ITEM, GET, R, Operation::ReadItem),
    row(ITEMS, POST, W, Operation::CreateItem),
    row(ITEMS, UPSERT, W, Operation::UpsertItem),
    row(ITEM, PUT, W, Operation::ReplaceItem),
    row(ITEM, DELETE, W, Operation::DeleteItem),
    row(ITEM, PATCH, W, Operation::PatchItem),
    row(ITEMS, QUERY, R, Operation::QueryItems),
    row(ITEMS, PLAN, R, Operation::PlanQuery),
    row(ITEMS, (Verb::Post, Intent::Batch), W, Operation::Batch),
    row(ITEMS, GET, R, Operation::ListItems),
    row(ITEMS, (Verb::Get, Intent::ChangeFeed), R, Operation::ReadChangeFeed),
    row(ITEMS, (Verb::Get, Intent::AllVersionsFeed), R, Operation::ReadChangeFeed),
    row(RANGES, GET, R, Operation::ListPartitionKeyRanges),
    row(CONTAINERS, POST, W, Operation::CreateContainer),
    row(CONTAINER, GET, R, Operation::ReadContainer),
    row(CONTAINER, PUT, W, Operation::ReplaceContainer),
    row(CONTAINER, DELETE, W, Operation::DeleteContainer),
    row(CONTAINERS, GET, R, Operation::ListContainers),
    row(CONTAINERS, QUERY, R, Operation::QueryContainers),
    row(KEY_DELETE, POST, W, Operation::DeleteByPartitionKey),
    row(DATABASES, POST, W, Operation::CreateDatabase),
    row(DATABASE, GET, R, Operation::ReadDatabase),
    row(DATABASE, DELETE, W, Operation::DeleteDatabase),
    row(DATABASES, GET, R, Operation::ListDatabases),
    row(DATABASES, QUERY, R, Operation::QueryDatabases),
    row(ACCOUNT, GET, R, Operation::ReadAccount),
    row(OFFER, GET, R, Operation::ReadOffer),
    row(OFFER, PUT, W, Operation::ReplaceOffer),
    row(OFFERS, GET, R, Operation::ListOffers),
    row(OFFERS, QUERY, R, Operation::QueryOffers),
    row(PROBE, GET, R, Operation::Probe),
    row(CONNECTIVITY_PROBE, POST, R, Operation::Probe),
    row(DISTRIBUTED, POST, W, Operation::Unsupported(Feature::DistributedTransaction)),

    row((ResourceType::StoredProcedures, Shape::Feed), POST, W, Operation::CreateResource(NamedResourceKind::StoredProcedure)),
    row((ResourceType::StoredProcedures, Shape::Feed), UPSERT, W, Operation::UpsertResource(NamedResourceKind::StoredProcedure)),
    row((ResourceType::StoredProcedures, Shape::Feed), GET, R, Operation::ListResources(NamedResourceKind::StoredProcedure)),
    row((ResourceType::StoredProcedures, Shape::Feed), QUERY, R, Operation::QueryResources(NamedResourceKind::StoredProcedure)),
    row((ResourceType::StoredProcedures, Shape::Item), GET, R, Operation::ReadResource(NamedResourceKind::StoredProcedure)),
    row((ResourceType::StoredProcedures, Shape::Item), PUT, W, Operation::ReplaceResource(NamedResourceKind::StoredProcedure)),
    row((ResourceType::StoredProcedures, Shape::Item), DELETE, W, Operation::DeleteResource(NamedResourceKind::StoredProcedure)),
    row((ResourceType::StoredProcedures, Shape::Item), POST, W, Operation::ExecuteStoredProcedure),
    row((ResourceType::Triggers, Shape::Feed), POST, W, Operation::CreateResource(NamedResourceKind::Trigger)),
    row((ResourceType::Triggers, Shape::Feed), UPSERT, W, Operation::UpsertResource(NamedResourceKind::Trigger)),
    row((ResourceType::Triggers, Shape::Feed), GET, R, Operation::ListResources(NamedResourceKind::Trigger)),
    row((ResourceType::Triggers, Shape::Feed), QUERY, R, Operation::QueryResources(NamedResourceKind::Trigger)),
    row((ResourceType::Triggers, Shape::Item), GET, R, Operation::ReadResource(NamedResourceKind::Trigger)),
    row((ResourceType::Triggers, Shape::Item), PUT, W, Operation::ReplaceResource(NamedResourceKind::Trigger)),
    row((ResourceType::Triggers, Shape::Item), DELETE, W, Operation::DeleteResource(NamedResourceKind::Trigger)),
    row((ResourceType::Udfs, Shape::Feed), POST, W, Operation::CreateResource(NamedResourceKind::UserDefinedFunction)),
    row((ResourceType::Udfs, Shape::Feed), UPSERT, W, Operation::UpsertResource(NamedResourceKind::UserDefinedFunction)),
    row((ResourceType::Udfs, Shape::Feed), GET, R, Operation::ListResources(NamedResourceKind::UserDefinedFunction)),
    row((ResourceType::Udfs, Shape::Feed), QUERY, R, Operation::QueryResources(NamedResourceKind::UserDefinedFunction)),
    row((ResourceType::Udfs, Shape::Item), GET, R, Operation::ReadResource(NamedResourceKind::UserDefinedFunction)),
    row((ResourceType::Udfs, Shape::Item), PUT, W, Operation::ReplaceResource(NamedResourceKind::UserDefinedFunction)),
    row((ResourceType::Udfs, Shape::Item), DELETE, W, Operation::DeleteResource(NamedResourceKind::UserDefinedFunction)),
    row((ResourceType::Conflicts, Shape::Feed), GET, R, Operation::ListConflicts),
    row((ResourceType::Conflicts, Shape::Feed), QUERY, R, Operation::QueryConflicts),
    row((ResourceType::Conflicts, Shape::Item), GET, R, Operation::ReadConflict),
    row((ResourceType::Conflicts, Shape::Item), DELETE, W, Operation::DeleteConflict),
    row((ResourceType::Users, Shape::Feed), POST, W, Operation::CreateResource(NamedResourceKind::User)),
    row((ResourceType::Users, Shape::Feed), UPSERT, W, Operation::UpsertResource(NamedResourceKind::User)),
    row((ResourceType::Users, Shape::Feed), GET, R, Operation::ListResources(NamedResourceKind::User)),
    row((ResourceType::Users, Shape::Feed), QUERY, R, Operation::QueryResources(NamedResourceKind::User)),
    row((ResourceType::Users, Shape::Item), GET, R, Operation::ReadResource(NamedResourceKind::User)),
    row((ResourceType::Users, Shape::Item), PUT, W, Operation::ReplaceResource(NamedResourceKind::User)),
    row((ResourceType::Users, Shape::Item), DELETE, W, Operation::DeleteResource(NamedResourceKind::User)),
    row((ResourceType::Permissions, Shape::Feed), POST, W, Operation::CreateResource(NamedResourceKind::Permission)),
    row((ResourceType::Permissions, Shape::Feed), UPSERT, W, Operation::UpsertResource(NamedResourceKind::Permission)),
    row((ResourceType::Permissions, Shape::Feed), GET, R, Operation::ListResources(NamedResourceKind::Permission)),
    row((ResourceType::Permissions, Shape::Feed), QUERY, R, Operation::QueryResources(NamedResourceKind::Permission)),
    row((ResourceType::Permissions, Shape::Item), GET, R, Operation::ReadResource(NamedResourceKind::Permission)),
    row((ResourceType::Permissions, Shape::Item), PUT, W, Operation::ReplaceResource(NamedResourceKind::Permission)),
    row((ResourceType::Permissions, Shape::Item), DELETE, W, Operation::DeleteResource(NamedResourceKind::Permission)),
    row((ResourceType::ClientEncryptionKeys, Shape::Feed), POST, W, Operation::CreateResource(NamedResourceKind::ClientEncryptionKey)),
    row((ResourceType::ClientEncryptionKeys, Shape::Feed), GET, R, Operation::ListResources(NamedResourceKind::ClientEncryptionKey)),
    row((ResourceType::ClientEncryptionKeys, Shape::Feed), QUERY, R, Operation::QueryResources(NamedResourceKind::ClientEncryptionKey)),
    row((ResourceType::ClientEncryptionKeys, Shape::Item), GET, R, Operation::ReadResource(NamedResourceKind::ClientEncryptionKey)),
    row((ResourceType::ClientEncryptionKeys, Shape::Item), PUT, W, Operation::ReplaceResource(NamedResourceKind::ClientEncryptionKey)),
];

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
