//! What the engine can be asked: one struct of typed inputs per verb.
//!
//! A caller (the server, or a test in process) builds a [`Request`] and hands it to
//! `Account::execute`. Nothing here is HTTP: headers have become fields, JSON bodies stay bytes
//! (UTF-8 JSON text; binary JSON is decoded by the caller). The engine checks everything else.

mod batch;
mod change_feed;
mod conflict;
mod query;
mod resource;
mod script;

use std::time::Duration;

use bytes::Bytes;
use cosmokit_protocol::{
    id::Etag,
    op::SqlQuery,
    partition::{EpkRange, PartitionKey},
    wire::{
        consistency::{ConsistencyLevel, ReadConsistencyStrategy},
        priority::PriorityLevel,
        region::Region,
    },
};

pub use self::{
    batch::{AfterFailure, Batch, BatchMode, DeleteByPartitionKey},
    change_feed::{ChangeFeedFormat, ReadChangeFeed},
    conflict::{DeleteConflict, ListConflicts, QueryConflicts, ReadConflict},
    query::{CrossPartition, IndexMetricsForm, PlanQuery, QueryItems, QuerySettings},
    resource::{
        CreateResource, DeleteResource, ListResources, NamedResourceKind, QueryResources,
        ReadResource, ReplaceResource, ResourceAddress, ResourceFeed, TokenLifetime,
        UpsertResource,
    },
    script::{ExecuteStoredProcedure, ScriptLogging, Triggers},
};
pub use crate::{
    address::{ConflictAddress, ContainerAddress, DatabaseAddress, ItemAddress, OfferAddress},
    feature::Feature,
};

/// One operation on the account: a verb with its inputs, and what holds for every verb.
#[derive(Clone, Debug)]
pub struct Request {
    /// What to do, and to which resource.
    pub verb: Verb,
    /// What the client asked of consistency, sessions and the answer's shape.
    pub options: RequestOptions,
}

impl Request {
    /// A request with default options.
    pub fn new(verb: impl Into<Verb>) -> Self {
        Self {
            verb: verb.into(),
            options: RequestOptions::default(),
        }
    }

    /// The same request with these options.
    pub fn with_options(mut self, options: RequestOptions) -> Self {
        self.options = options;
        self
    }
}

/// What a client may say on any request; everything is optional.
#[derive(Clone, Debug, Default)]
pub struct RequestOptions {
    /// Text of `x-ms-session-token`, unparsed: the engine bounds and checks it.
    pub session_token: Option<String>,
    /// Text of `x-ms-consistency-level` once recognised; only weaker than the account's is allowed.
    pub consistency: Option<ConsistencyLevel>,
    /// Text of `x-ms-cosmos-read-consistency-strategy` once recognised; replaces the level.
    pub read_strategy: Option<ReadConsistencyStrategy>,
    /// `x-ms-cosmos-intended-collection-rid`: the container the client believes it talks to.
    pub intended_container_rid: Option<String>,
    /// Whether a write answers with the stored document.
    pub content: ContentResponse,
    /// `x-ms-cosmos-priority-level`: who is throttled first; high when absent.
    pub priority: Option<PriorityLevel>,
    /// What the request writes reaches other places later, on purpose.
    pub replication_delay: Option<ReplicationDelay>,
    /// How long a query or a script may run.
    pub effort: Effort,
    /// Triggers that run with the write of an item.
    pub triggers: Option<Box<Triggers>>,
}

/// How long a query may run before it answers.
///
/// A page of a query runs to its end on the thread that asks for it. Whoever may not block that
/// thread asks for a little effort first, and again where blocking is allowed when the answer
/// [ran out of steps](crate::response::Failure::is_out_of_steps).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// As long as a page may take: 100 million steps, which is a few seconds.
    #[default]
    Whole,
    /// 300,000 steps, which is a few milliseconds; a page that is cut short by that is none.
    Little,
}

/// What a write brings reaches other places later than the lag of their links. What is written
/// after it follows it there, because changes never overtake each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationDelay {
    /// The region that is reached later; every region but the writing one when `None`.
    pub to: Option<Region>,
    /// One follower of the leader there, 1 to 3; the whole region when `None`, all followers
    /// when that is the writing region.
    pub replica: Option<u8>,
    /// How much later.
    pub by: Duration,
}

/// Whether a write answers with the document or with status and facts only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContentResponse {
    /// The stored document is returned (the service's default).
    #[default]
    Full,
    /// `Prefer: return=minimal`: no body.
    Minimal,
}

/// Conditions on the current version of the addressed resource, compared as opaque text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    /// `If-Match`: an etag or `*`.
    pub if_match: Option<Etag>,
    /// `If-None-Match`: an etag or `*`.
    pub if_none_match: Option<Etag>,
}

/// Which page of a feed is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    /// `x-ms-max-item-count`; `None`, zero and negative values leave the size to the engine.
    pub max_item_count: Option<i64>,
    /// `x-ms-continuation`, echoed from the page before.
    pub continuation: Option<String>,
}

/// Throughput asked for when a database or container is created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThroughputHeaders {
    /// `x-ms-offer-throughput` in RU/s, as text.
    pub manual: Option<String>,
    /// `x-ms-cosmos-offer-autopilot-settings`, JSON text.
    pub autopilot_settings: Option<String>,
}

/// Part of a container that a feed reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeedScope {
    /// `x-ms-documentdb-partitionkey`: one logical partition, or a prefix of a hierarchical key.
    pub partition_key: Option<PartitionKey>,
    /// `x-ms-documentdb-partitionkeyrangeid`: `0` or `{container rid},0`.
    pub partition_key_range_id: Option<String>,
    /// `x-ms-start-epk` and `x-ms-end-epk`.
    pub epk_range: Option<EpkRange>,
}

/// Every verb that the engine knows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verb {
    /// `POST /dbs`.
    CreateDatabase(CreateDatabase),
    /// `GET /dbs/{db}`.
    ReadDatabase(ReadDatabase),
    /// `DELETE /dbs/{db}`.
    DeleteDatabase(DeleteDatabase),
    /// `GET /dbs`.
    ListDatabases(ListDatabases),
    /// Query posted to `/dbs`.
    QueryDatabases(QueryDatabases),
    /// `POST /dbs/{db}/colls`.
    CreateContainer(CreateContainer),
    /// `GET /dbs/{db}/colls/{c}`.
    ReadContainer(ReadContainer),
    /// `PUT /dbs/{db}/colls/{c}`.
    ReplaceContainer(ReplaceContainer),
    /// `DELETE /dbs/{db}/colls/{c}`.
    DeleteContainer(DeleteContainer),
    /// `GET /dbs/{db}/colls`.
    ListContainers(ListContainers),
    /// Query posted to `/dbs/{db}/colls`.
    QueryContainers(QueryContainers),
    /// `GET …/pkranges`.
    ListPartitionKeyRanges(ListPartitionKeyRanges),
    /// `GET /offers/{rid}`.
    ReadOffer(ReadOffer),
    /// `PUT /offers/{rid}`.
    ReplaceOffer(ReplaceOffer),
    /// `GET /offers`.
    ListOffers(ListOffers),
    /// Query posted to `/offers`.
    QueryOffers(QueryOffers),
    /// `POST …/docs`.
    CreateItem(CreateItem),
    /// `GET …/docs/{id}`.
    ReadItem(ReadItem),
    /// `POST …/docs` with `x-ms-documentdb-is-upsert`.
    UpsertItem(UpsertItem),
    /// `PUT …/docs/{id}`.
    ReplaceItem(ReplaceItem),
    /// `DELETE …/docs/{id}`.
    DeleteItem(DeleteItem),
    /// `PATCH …/docs/{id}`.
    PatchItem(PatchItem),
    /// `POST …/docs` with `x-ms-cosmos-is-batch-request`.
    Batch(Batch),
    /// `POST …/operations/partitionkeydelete`.
    DeleteByPartitionKey(DeleteByPartitionKey),
    /// `GET …/docs` without `A-IM`.
    ListItems(ListItems),
    /// Query posted to `…/docs`.
    QueryItems(QueryItems),
    /// Plan of a query, asked of `…/docs`.
    PlanQuery(PlanQuery),
    /// `GET …/docs` with `A-IM`.
    ReadChangeFeed(ReadChangeFeed),
    /// `GET …/conflicts`.
    ListConflicts(ListConflicts),
    /// Query posted to `…/conflicts`.
    QueryConflicts(QueryConflicts),
    /// `GET …/conflicts/{id}`.
    ReadConflict(ReadConflict),
    /// `DELETE …/conflicts/{id}`.
    DeleteConflict(DeleteConflict),
    /// `POST` to the feed of a [`NamedResourceKind`].
    CreateResource(CreateResource),
    /// The same with `x-ms-documentdb-is-upsert`.
    UpsertResource(UpsertResource),
    /// `GET` of one resource of a [`NamedResourceKind`].
    ReadResource(ReadResource),
    /// `PUT` of one.
    ReplaceResource(ReplaceResource),
    /// `DELETE` of one.
    DeleteResource(DeleteResource),
    /// `GET` of the feed.
    ListResources(ListResources),
    /// Query posted to the feed.
    QueryResources(QueryResources),
    /// `POST …/sprocs/{id}`.
    ExecuteStoredProcedure(ExecuteStoredProcedure),
    /// Recognised by the caller, not implemented by this version: answered with 501 and its name.
    Unsupported(Feature),
}

/// Gives each input struct its `From` into [`Verb`].
macro_rules! verbs {
    ($($name:ident),+ $(,)?) => {
        $(impl From<$name> for Verb {
            fn from(input: $name) -> Self {
                Self::$name(input)
            }
        })+
    };
}

verbs!(
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
    CreateResource,
    UpsertResource,
    ReadResource,
    ReplaceResource,
    DeleteResource,
    ListResources,
    QueryResources,
    ExecuteStoredProcedure,
);

impl From<Feature> for Verb {
    fn from(feature: Feature) -> Self {
        Self::Unsupported(feature)
    }
}

/// Create a database: 201, or 409 when the id is taken.
#[derive(Clone, Debug, Default)]
pub struct CreateDatabase {
    /// `{"id": …}`.
    pub body: Bytes,
    /// Shared throughput, if any.
    pub throughput: ThroughputHeaders,
}

/// Read a database: 200, or 304 when the precondition says so.
#[derive(Clone, Debug)]
pub struct ReadDatabase {
    /// Which database.
    pub database: DatabaseAddress,
    /// Conditional read.
    pub precondition: Precondition,
}

/// Delete a database with everything in it: 204.
#[derive(Clone, Debug)]
pub struct DeleteDatabase {
    /// Which database.
    pub database: DatabaseAddress,
    /// Conditional delete.
    pub precondition: Precondition,
}

/// List the databases of the account in the order of creation.
#[derive(Clone, Debug, Default)]
pub struct ListDatabases {
    /// Which page.
    pub paging: Paging,
}

/// Query the database documents, in any Cosmos SQL.
#[derive(Clone, Debug)]
pub struct QueryDatabases {
    /// Text and parameters.
    pub query: SqlQuery,
    /// Which page.
    pub paging: Paging,
}

/// Create a container: 201.
#[derive(Clone, Debug)]
pub struct CreateContainer {
    /// The database to create it in.
    pub database: DatabaseAddress,
    /// The container document.
    pub body: Bytes,
    /// Dedicated throughput, if any.
    pub throughput: ThroughputHeaders,
}

/// What a container read fills in besides the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PopulateOptions {
    /// `x-ms-documentdb-populatequotainfo`: quota and usage facts.
    pub quota: Populate,
    /// `x-ms-documentdb-populatepartitionstatistics`: the `statistics` array in the document.
    pub partition_statistics: Populate,
}

/// Whether an optional part of an answer is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Populate {
    /// Leave it out.
    #[default]
    No,
    /// Fill it in.
    Yes,
}

/// Read a container: 200.
#[derive(Clone, Debug)]
pub struct ReadContainer {
    /// Which container.
    pub container: ContainerAddress,
    /// Optional parts.
    pub populate: PopulateOptions,
    /// Conditional read.
    pub precondition: Precondition,
}

/// Replace a container's document: 200. Id, partition key and unique keys cannot change.
#[derive(Clone, Debug)]
pub struct ReplaceContainer {
    /// Which container.
    pub container: ContainerAddress,
    /// The whole new document.
    pub body: Bytes,
    /// Conditional replace.
    pub precondition: Precondition,
}

/// Delete a container with its items: 204.
#[derive(Clone, Debug)]
pub struct DeleteContainer {
    /// Which container.
    pub container: ContainerAddress,
    /// Conditional delete.
    pub precondition: Precondition,
}

/// List the containers of a database in the order of creation.
#[derive(Clone, Debug)]
pub struct ListContainers {
    /// Which database.
    pub database: DatabaseAddress,
    /// Which page.
    pub paging: Paging,
}

/// Query the container documents, in any Cosmos SQL.
#[derive(Clone, Debug)]
pub struct QueryContainers {
    /// Which database.
    pub database: DatabaseAddress,
    /// Text and parameters.
    pub query: SqlQuery,
    /// Which page.
    pub paging: Paging,
}

/// How a partition key range feed is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeedMode {
    /// The live ranges.
    #[default]
    Full,
    /// `A-IM: Incremental Feed`: what changed since the etag in `If-None-Match`.
    Incremental,
}

/// List partition key ranges: 200 with an etag, or 304 when nothing changed since `If-None-Match`.
#[derive(Clone, Debug)]
pub struct ListPartitionKeyRanges {
    /// Which container.
    pub container: ContainerAddress,
    /// Full or incremental.
    pub mode: FeedMode,
    /// `If-None-Match`: the etag of the last page seen.
    pub if_none_match: Option<Etag>,
    /// Which page.
    pub paging: Paging,
}

/// Read an offer: 200.
#[derive(Clone, Debug)]
pub struct ReadOffer {
    /// Which offer.
    pub offer: OfferAddress,
}

/// Whether a replace of an offer also switches between manual and autoscale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OfferMigration {
    /// Stay in the present mode.
    #[default]
    None,
    /// `x-ms-cosmos-migrate-offer-to-autopilot`.
    ToAutoscale,
    /// `x-ms-cosmos-migrate-offer-to-manual-throughput`.
    ToManual,
}

/// Replace an offer: 200 with the new document.
#[derive(Clone, Debug)]
pub struct ReplaceOffer {
    /// Which offer.
    pub offer: OfferAddress,
    /// The whole offer document.
    pub body: Bytes,
    /// Switch of mode.
    pub migration: OfferMigration,
    /// Conditional replace.
    pub precondition: Precondition,
}

/// List the offers of the account in the order of creation.
#[derive(Clone, Debug, Default)]
pub struct ListOffers {
    /// Which page.
    pub paging: Paging,
}

/// Query the offers, in any Cosmos SQL.
#[derive(Clone, Debug)]
pub struct QueryOffers {
    /// Text and parameters.
    pub query: SqlQuery,
    /// Which page.
    pub paging: Paging,
}

/// Create an item: 201, or 409 when its id is taken in its logical partition.
#[derive(Clone, Debug)]
pub struct CreateItem {
    /// The container to create it in.
    pub container: ContainerAddress,
    /// Partition key header; must equal the document's key.
    pub partition_key: Option<PartitionKey>,
    /// The document, JSON text.
    pub body: Bytes,
    /// Conditions.
    pub precondition: Precondition,
}

/// Create or replace an item: 201 or 200.
#[derive(Clone, Debug)]
pub struct UpsertItem {
    /// The container.
    pub container: ContainerAddress,
    /// Partition key header; must equal the document's key.
    pub partition_key: Option<PartitionKey>,
    /// The document, JSON text.
    pub body: Bytes,
    /// Conditions; `If-Match` matters only when the item exists.
    pub precondition: Precondition,
}

/// Read an item: 200, or 304 when the precondition says so.
#[derive(Clone, Debug)]
pub struct ReadItem {
    /// Which item.
    pub item: ItemAddress,
    /// Partition key header.
    pub partition_key: Option<PartitionKey>,
    /// Conditions.
    pub precondition: Precondition,
}

/// Replace an item: 200.
#[derive(Clone, Debug)]
pub struct ReplaceItem {
    /// Which item.
    pub item: ItemAddress,
    /// Partition key header; must equal the document's key.
    pub partition_key: Option<PartitionKey>,
    /// The whole new document, JSON text.
    pub body: Bytes,
    /// Conditions.
    pub precondition: Precondition,
}

/// Delete an item: 204.
#[derive(Clone, Debug)]
pub struct DeleteItem {
    /// Which item.
    pub item: ItemAddress,
    /// Partition key header.
    pub partition_key: Option<PartitionKey>,
    /// Conditions.
    pub precondition: Precondition,
}

/// Patch an item: 200.
#[derive(Clone, Debug)]
pub struct PatchItem {
    /// Which item.
    pub item: ItemAddress,
    /// Partition key header.
    pub partition_key: Option<PartitionKey>,
    /// `{"condition": …, "operations": […]}`, or the bare array of operations.
    pub body: Bytes,
    /// Conditions.
    pub precondition: Precondition,
}

/// Read the items of a container, one page: by partition in the order of their ranges, and inside
/// a partition in the order of insertion.
#[derive(Clone, Debug)]
pub struct ListItems {
    /// Which container.
    pub container: ContainerAddress,
    /// Which part of it.
    pub scope: FeedScope,
    /// Which page.
    pub paging: Paging,
}
