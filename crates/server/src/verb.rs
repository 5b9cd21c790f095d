//! From a routed operation to the engine's verb with its inputs: addresses from the path, the rest
//! from headers and body.

use bytes::Bytes;
use cosmokit_engine::request::{
    Batch, ConflictAddress, ContainerAddress, CreateContainer, CreateDatabase, CreateItem,
    DatabaseAddress, DeleteByPartitionKey, DeleteConflict, DeleteContainer, DeleteDatabase,
    DeleteItem, ItemAddress, ListConflicts, ListContainers, ListDatabases, ListItems, ListOffers,
    ListPartitionKeyRanges, OfferAddress, PatchItem, PlanQuery, QueryConflicts, QueryContainers,
    QueryDatabases, QueryItems, QueryOffers, ReadChangeFeed, ReadConflict, ReadContainer,
    ReadDatabase, ReadItem, ReadOffer, ReplaceContainer, ReplaceItem, ReplaceOffer, UpsertItem,
    Verb,
};
use cosmokit_engine::response::Failure;
use cosmokit_protocol::id::{ResourcePath, ResourceType};
use cosmokit_protocol::op::SqlQuery;
use cosmokit_protocol::wire::binary_json::{self, DecodeLimits};
use cosmokit_protocol::wire::header;
use http::HeaderMap;

use crate::header::{decode, decode_log};
use crate::refusal::bad_request;
use crate::resource_verb::{execute_verb, resource_verb};
use crate::route::Operation;

/// The parts of a request that a verb is made of.
#[derive(Debug)]
pub(crate) struct Inputs<'r> {
    pub(crate) path: &'r ResourcePath<'r>,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: Bytes,
}

/// Builds the verb; `None` for the account document and probes, which the server itself answers.
///
/// # Errors
/// 400 for a header or a body that cannot be read.
pub(crate) fn verb(operation: Operation, inputs: Inputs<'_>) -> Result<Option<Verb>, Failure> {
    use Operation as O;
    Ok(Some(match operation {
        O::ReadAccount | O::Probe => return Ok(None),
        O::Unsupported(feature) => feature.into(),
        O::ReadItem
        | O::CreateItem
        | O::UpsertItem
        | O::ReplaceItem
        | O::DeleteItem
        | O::PatchItem => item_verb(operation, inputs)?,
        O::Batch | O::DeleteByPartitionKey | O::ReadChangeFeed => log_verb(operation, inputs)?,
        O::ListConflicts | O::QueryConflicts | O::ReadConflict | O::DeleteConflict => {
            conflict_verb(operation, inputs)?
        }
        O::ListItems => ListItems {
            container: inputs.container(),
            scope: decode::feed_scope(inputs.headers)?,
            paging: decode::paging(inputs.headers)?,
        }
        .into(),
        O::QueryItems => QueryItems {
            container: inputs.container(),
            scope: decode::feed_scope(inputs.headers)?,
            cross_partition: decode::cross_partition(inputs.headers),
            paging: decode::paging(inputs.headers)?,
            settings: decode::query_settings(inputs.headers),
            query: inputs.query()?,
        }
        .into(),
        O::PlanQuery => PlanQuery {
            container: inputs.container(),
            supported_features: decode::text(inputs.headers, &header::SUPPORTED_QUERY_FEATURES)?
                .map(str::to_owned),
            query: inputs.query()?,
        }
        .into(),
        O::ListPartitionKeyRanges => ListPartitionKeyRanges {
            container: inputs.container(),
            mode: decode::feed_mode(inputs.headers),
            if_none_match: decode::etag(inputs.headers, &header::IF_NONE_MATCH)?,
            paging: decode::paging(inputs.headers)?,
        }
        .into(),
        O::CreateContainer
        | O::ReadContainer
        | O::ReplaceContainer
        | O::DeleteContainer
        | O::ListContainers
        | O::QueryContainers => container_verb(operation, inputs)?,
        O::CreateDatabase
        | O::ReadDatabase
        | O::DeleteDatabase
        | O::ListDatabases
        | O::QueryDatabases => database_verb(operation, inputs)?,
        O::ReadOffer | O::ReplaceOffer | O::ListOffers | O::QueryOffers => {
            offer_verb(operation, inputs)?
        }
        O::ExecuteStoredProcedure => execute_verb(inputs)?,
        O::CreateResource(kind)
        | O::UpsertResource(kind)
        | O::ReadResource(kind)
        | O::ReplaceResource(kind)
        | O::DeleteResource(kind)
        | O::ListResources(kind)
        | O::QueryResources(kind) => resource_verb(operation, kind, inputs)?,
    }))
}

fn item_verb(operation: Operation, inputs: Inputs<'_>) -> Result<Verb, Failure> {
    let partition_key = decode::partition_key(inputs.headers)?;
    let precondition = decode::precondition(inputs.headers)?;
    Ok(match operation {
        Operation::CreateItem => CreateItem {
            container: inputs.container(),
            partition_key,
            body: inputs.json_text()?,
            precondition,
        }
        .into(),
        Operation::UpsertItem => UpsertItem {
            container: inputs.container(),
            partition_key,
            body: inputs.json_text()?,
            precondition,
        }
        .into(),
        Operation::ReplaceItem => ReplaceItem {
            item: inputs.item(),
            partition_key,
            body: inputs.json_text()?,
            precondition,
        }
        .into(),
        Operation::PatchItem => PatchItem {
            item: inputs.item(),
            partition_key,
            body: inputs.json_text()?,
            precondition,
        }
        .into(),
        Operation::DeleteItem => DeleteItem {
            item: inputs.item(),
            partition_key,
            precondition,
        }
        .into(),
        _ => ReadItem {
            item: inputs.item(),
            partition_key,
            precondition,
        }
        .into(),
    })
}

/// The verbs that touch many items.
fn log_verb(operation: Operation, inputs: Inputs<'_>) -> Result<Verb, Failure> {
    let headers = inputs.headers;
    Ok(match operation {
        Operation::Batch => Batch {
            container: inputs.container(),
            partition_key: decode::partition_key(headers)?,
            partition_key_range_id: decode::partition_key_range_id(headers)?,
            mode: decode_log::batch_mode(headers),
            body: inputs.json_text()?,
        }
        .into(),
        Operation::DeleteByPartitionKey => DeleteByPartitionKey {
            container: inputs.container(),
            partition_key: decode::partition_key(headers)?,
        }
        .into(),
        _ => ReadChangeFeed {
            container: inputs.container(),
            scope: decode::feed_scope(headers)?,
            mode: decode_log::change_feed_mode(headers)?,
            if_none_match: decode::etag(headers, &header::IF_NONE_MATCH)?,
            if_modified_since: decode_log::if_modified_since(headers)?,
            max_item_count: decode::paging(headers)?.max_item_count,
            format: decode_log::change_feed_format(headers),
        }
        .into(),
    })
}

fn conflict_verb(operation: Operation, inputs: Inputs<'_>) -> Result<Verb, Failure> {
    let headers = inputs.headers;
    Ok(match operation {
        Operation::ListConflicts => ListConflicts {
            container: inputs.container(),
            scope: decode::feed_scope(headers)?,
            paging: decode::paging(headers)?,
        }
        .into(),
        Operation::QueryConflicts => QueryConflicts {
            container: inputs.container(),
            scope: decode::feed_scope(headers)?,
            paging: decode::paging(headers)?,
            query: inputs.query()?,
        }
        .into(),
        Operation::DeleteConflict => DeleteConflict {
            conflict: inputs.conflict(),
            partition_key: decode::partition_key(headers)?,
        }
        .into(),
        _ => ReadConflict {
            conflict: inputs.conflict(),
            partition_key: decode::partition_key(headers)?,
        }
        .into(),
    })
}

fn container_verb(operation: Operation, inputs: Inputs<'_>) -> Result<Verb, Failure> {
    Ok(match operation {
        Operation::CreateContainer => CreateContainer {
            database: inputs.database(),
            throughput: decode::throughput(inputs.headers)?,
            body: inputs.json_text()?,
        }
        .into(),
        Operation::ReplaceContainer => ReplaceContainer {
            container: inputs.container(),
            precondition: decode::precondition(inputs.headers)?,
            body: inputs.json_text()?,
        }
        .into(),
        Operation::DeleteContainer => DeleteContainer {
            container: inputs.container(),
            precondition: decode::precondition(inputs.headers)?,
        }
        .into(),
        Operation::ListContainers => ListContainers {
            database: inputs.database(),
            paging: decode::paging(inputs.headers)?,
        }
        .into(),
        Operation::QueryContainers => QueryContainers {
            database: inputs.database(),
            paging: decode::paging(inputs.headers)?,
            query: inputs.query()?,
        }
        .into(),
        _ => ReadContainer {
            container: inputs.container(),
            populate: decode::populate(inputs.headers),
            precondition: decode::precondition(inputs.headers)?,
        }
        .into(),
    })
}

fn database_verb(operation: Operation, inputs: Inputs<'_>) -> Result<Verb, Failure> {
    Ok(match operation {
        Operation::CreateDatabase => CreateDatabase {
            throughput: decode::throughput(inputs.headers)?,
            body: inputs.json_text()?,
        }
        .into(),
        Operation::DeleteDatabase => DeleteDatabase {
            database: inputs.database(),
            precondition: decode::precondition(inputs.headers)?,
        }
        .into(),
        Operation::ListDatabases => ListDatabases {
            paging: decode::paging(inputs.headers)?,
        }
        .into(),
        Operation::QueryDatabases => QueryDatabases {
            paging: decode::paging(inputs.headers)?,
            query: inputs.query()?,
        }
        .into(),
        _ => ReadDatabase {
            database: inputs.database(),
            precondition: decode::precondition(inputs.headers)?,
        }
        .into(),
    })
}

fn offer_verb(operation: Operation, inputs: Inputs<'_>) -> Result<Verb, Failure> {
    Ok(match operation {
        Operation::ReplaceOffer => ReplaceOffer {
            offer: inputs.offer(),
            migration: decode::offer_migration(inputs.headers)?,
            precondition: decode::precondition(inputs.headers)?,
            body: inputs.json_text()?,
        }
        .into(),
        Operation::ListOffers => ListOffers {
            paging: decode::paging(inputs.headers)?,
        }
        .into(),
        Operation::QueryOffers => QueryOffers {
            paging: decode::paging(inputs.headers)?,
            query: inputs.query()?,
        }
        .into(),
        _ => ReadOffer {
            offer: inputs.offer(),
        }
        .into(),
    })
}

/// The route has made sure that the path names what is asked for here; an empty name, which no
/// resource has, stands in all the same rather than a panic.
impl Inputs<'_> {
    pub(crate) fn segment(&self, kind: ResourceType) -> String {
        self.path.id_of(kind).unwrap_or_default().to_owned()
    }

    pub(crate) fn database(&self) -> DatabaseAddress {
        DatabaseAddress::new(self.segment(ResourceType::Databases))
    }

    pub(crate) fn container(&self) -> ContainerAddress {
        ContainerAddress::new(
            self.segment(ResourceType::Databases),
            self.segment(ResourceType::Containers),
        )
    }

    fn item(&self) -> ItemAddress {
        ItemAddress {
            container: self.container(),
            item: self.segment(ResourceType::Documents),
        }
    }

    fn conflict(&self) -> ConflictAddress {
        ConflictAddress {
            container: self.container(),
            conflict: self.segment(ResourceType::Conflicts),
        }
    }

    fn offer(&self) -> OfferAddress {
        OfferAddress {
            offer: self.segment(ResourceType::Offers),
        }
    }

    /// The body as JSON text, decoded when it came as binary JSON.
    pub(crate) fn json_text(self) -> Result<Bytes, Failure> {
        binary_json::to_text(&self.body, DecodeLimits::default())
            .map_err(|error| bad_request(format!("the body is not valid binary JSON: {error}")))
    }

    pub(crate) fn query(self) -> Result<SqlQuery, Failure> {
        let text = self.json_text()?;
        SqlQuery::parse(&text).map_err(|error| {
            bad_request(format!(
                r#"the body is not a query, which looks like {{"query": "SELECT …", "parameters": []}}: {error}"#
            ))
        })
    }
}
