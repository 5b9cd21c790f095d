//! A container: its document, the rules that hold for its items, and its partitions.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use cosmokit_protocol::{
    id::{Etag, Rid},
    partition::PartitionKeyDefinition,
    resource::{ContainerLinks, ContainerProperties, IndexingMode, SystemProperties, TimeToLive},
    session::RangeId,
};
use cosmokit_query::Schema;

use super::{
    database::{DatabaseHeader, seconds},
    json,
    unique_key::UniqueKeys,
};
use crate::{
    clock::Timestamp,
    index::rules::IndexRules,
    known_queries::KnownQueries,
    partition::{layout::Layout, log::Retention},
    refuse,
    response::{Failure, OwnerFacts},
    throughput::budget::Budgets,
};

/// A container as of one description. Later descriptions share `live`.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    pub(crate) rid: Rid,
    /// Text of `rid`.
    pub(crate) rid_text: String,
    pub(crate) name: Arc<str>,
    /// `dbs/{rid}/colls/{rid}/`.
    pub(crate) self_link: String,
    pub(crate) etag: Etag,
    pub(crate) at: Timestamp,
    /// The document as clients read it.
    pub(crate) document: Bytes,
    pub(crate) rules: Arc<ItemRules>,
    /// What answers about its items say.
    pub(crate) owner: Arc<OwnerFacts>,
    /// What goes on living when the description is replaced.
    pub(crate) live: Arc<LiveContainer>,
}

impl PartialEq for Container {
    /// Whether both are the same value, not only alike.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// What a container's document says about its items.
#[derive(Debug)]
pub(crate) struct ItemRules {
    pub(crate) key: PartitionKeyDefinition,
    pub(crate) ttl: TimeToLive,
    /// How long changes are remembered.
    pub(crate) retention: Option<Duration>,
    pub(crate) indexing: Indexing,
    /// Which paths have an index.
    pub(crate) indexes: IndexRules,
    /// What queries need to know.
    pub(crate) schema: Schema,
    /// Queries that were asked before.
    pub(crate) queries: KnownQueries,
    pub(crate) unique_keys: UniqueKeys,
}

/// Whether writes pay for the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Indexing {
    /// Every value is indexed.
    On,
    /// Nothing is.
    Off,
}

/// The partitions of a container, its count of items ever created, its budgets.
#[derive(Debug)]
pub(crate) struct LiveContainer {
    layout: ArcSwap<Layout>,
    /// Held by whoever makes the next layout.
    changing: Mutex<()>,
    next_range: AtomicU32,
    next_ordinal: AtomicU64,
    /// What is left of the container's own throughput.
    pub(crate) budgets: Arc<Budgets>,
}

impl LiveContainer {
    /// Partitions that hold nothing yet.
    pub(crate) fn new(layout: Layout) -> Self {
        let count = u32::try_from(layout.partitions().len()).unwrap_or(u32::MAX);
        Self {
            layout: ArcSwap::from_pointee(layout),
            changing: Mutex::default(),
            next_range: AtomicU32::new(count),
            next_ordinal: AtomicU64::new(1),
            budgets: Arc::default(),
        }
    }

    /// Partitions that were kept, and the numbers of the next range and item.
    pub(crate) fn restored(layout: Layout, next_range: u32, next_ordinal: u64) -> Self {
        Self {
            next_range: AtomicU32::new(next_range),
            next_ordinal: AtomicU64::new(next_ordinal),
            ..Self::new(layout)
        }
    }

    /// The number that the next item will have, at least.
    pub(crate) fn ordinals(&self) -> u64 {
        self.next_ordinal.load(Ordering::Relaxed)
    }

    /// The number that the next range will have, at least.
    pub(crate) fn ranges(&self) -> u32 {
        self.next_range.load(Ordering::Relaxed)
    }

    /// The present partitions, to keep for longer.
    pub(crate) fn layout_full(&self) -> Arc<Layout> {
        self.layout.load_full()
    }

    /// The present partitions.
    pub(crate) fn layout(&self) -> arc_swap::Guard<Arc<Layout>> {
        self.layout.load()
    }

    /// Makes the next layout from the present one, and publishes it. Nobody else does meanwhile.
    pub(crate) fn change_layout(&self, next: impl FnOnce(&Layout) -> Layout) {
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let next = next(&self.layout.load());
        self.layout.store(Arc::new(next));
    }

    /// The id of the next partition key range.
    ///
    /// # Errors
    /// 500 after 2^32 ranges.
    pub(crate) fn next_range(&self) -> Result<RangeId, Failure> {
        let next = |number: u32| number.checked_add(1);
        self.next_range
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .map(RangeId::from)
            .map_err(|_| refuse::log_full())
    }

    /// The number of the next item. Taken while its partition's appender is held, so that numbers
    /// grow with LSNs inside a partition.
    pub(crate) fn next_ordinal(&self) -> u64 {
        self.next_ordinal.fetch_add(1, Ordering::Relaxed)
    }
}

/// Reads and checks a container document that a client sent; fills in the service's defaults.
///
/// # Errors
/// 400 for whatever the service refuses.
pub(crate) fn read_document(body: &[u8]) -> Result<ContainerProperties, Failure> {
    let tree: serde_json::Value = json::read(body, "container document")?;
    if tree.is_object()
        && tree
            .get("partitionKey")
            .is_none_or(serde_json::Value::is_null)
    {
        return Err(refuse::key_definition_missing());
    }
    let mut properties: ContainerProperties = serde_json::from_value(tree).map_err(|error| {
        refuse::bad_request(format!("the container document is not valid: {error}"))
    })?;
    properties.validate().map_err(refuse::bad_request)?;
    properties.statistics = None;
    Ok(properties.with_service_defaults())
}

/// Where a container stands and when it was described.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    pub(crate) rid: Rid,
    pub(crate) etag: Etag,
    pub(crate) at: Timestamp,
}

impl Container {
    /// A container with this description.
    pub(crate) fn new(
        database: &DatabaseHeader,
        mut properties: ContainerProperties,
        description: Description,
        live: Arc<LiveContainer>,
    ) -> Self {
        let Description { rid, etag, at } = description;
        let self_link = rid.self_link();
        properties.system_properties = SystemProperties::new(
            rid.to_string(),
            self_link.clone(),
            etag.clone(),
            seconds(at),
        );
        properties.links = ContainerLinks::service();
        let document = serde_json::to_vec(&properties).expect("a container document is plain JSON");
        let owner = OwnerFacts {
            alt_content_path: format!("dbs/{}/colls/{}", database.name, properties.id),
            content_path: rid.to_string(),
        };
        Self {
            rid,
            rid_text: rid.to_string(),
            name: properties.id.as_ref().into(),
            self_link,
            etag,
            at,
            document: document.into(),
            rules: Arc::new(ItemRules::of(properties)),
            owner: Arc::new(owner),
            live,
        }
    }

    /// The document as a value.
    ///
    /// # Panics
    /// Never: the document was written from such a value.
    pub(crate) fn properties(&self) -> ContainerProperties {
        serde_json::from_slice(&self.document)
            .expect("the stored document was written from this type")
    }
}

impl ItemRules {
    /// What the log keeps of a write at `now`.
    pub(crate) fn retention(&self, now: Timestamp) -> Retention {
        match self.retention {
            None => Retention::LatestOnly,
            Some(window) => Retention::Changes {
                since: now.before(window),
            },
        }
    }

    fn of(properties: ContainerProperties) -> Self {
        let indexes = IndexRules::of(&properties);
        let schema = Schema::of(&properties);
        let retention = properties
            .change_feed_policy
            .and_then(|policy| policy.retention_duration());
        let is_unindexed = properties
            .indexing_policy
            .is_some_and(|policy| policy.indexing_mode == Some(IndexingMode::None));
        Self {
            indexes,
            schema,
            queries: KnownQueries::default(),
            unique_keys: UniqueKeys::of(properties.unique_key_policy.as_ref()),
            key: properties.partition_key,
            ttl: properties.default_ttl,
            retention,
            indexing: if is_unindexed {
                Indexing::Off
            } else {
                Indexing::On
            },
        }
    }
}
