//! The partition key ranges of a container: read to the end (304), later only what changed. A set with a gap
//! or an overlap is never published.

use cosmokit_protocol::op::FeedEnvelope;
use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, RangeEntry, RangeMap};
use cosmokit_protocol::resource::PartitionKeyRange;
use http::HeaderValue;

use crate::error::{CosmosError, ErrorKind, Result, client};

/// Whether cached ranges do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RangeRefresh {
    /// What the cache has, read when it has nothing.
    #[default]
    IfMissing,
    /// What the service has now.
    Always,
}

/// The partition key ranges of a container: a complete, immutable map.
#[derive(Clone, Debug)]
pub struct PartitionKeyRanges {
    map: RangeMap<PartitionKeyRange>,
    /// Where the feed of changes stands.
    etag: HeaderValue,
}

impl PartitionKeyRanges {
    /// The ranges with lookup by effective partition key.
    pub fn map(&self) -> &RangeMap<PartitionKeyRange> {
        &self.map
    }

    /// The ranges in order of their lower bounds.
    pub fn entries(&self) -> &[RangeEntry<PartitionKeyRange>] {
        self.map.entries()
    }

    /// The range that owns a key.
    pub fn owner_of(&self, key: &EffectivePartitionKey) -> Option<&RangeEntry<PartitionKeyRange>> {
        self.map.owner_of(key)
    }

    pub(crate) fn etag(&self) -> &HeaderValue {
        &self.etag
    }
}

/// Ranges as their feed brings them, page by page.
#[derive(Debug, Default)]
pub(crate) struct RangeFeed {
    ranges: Vec<PartitionKeyRange>,
    etag: Option<HeaderValue>,
    pages: u32,
}

/// One page of the feed.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) ranges: Vec<PartitionKeyRange>,
    pub(crate) etag: Option<HeaderValue>,
}

/// Pages that a feed may have; a service that never says "not modified" is stopped here.
const MAX_PAGES: u32 = 1_000;

/// Ranges that a container may have.
const MAX_RANGES: usize = 100_000;

impl RangeFeed {
    /// A feed that starts where `known` stands.
    pub(crate) fn after(known: Option<&PartitionKeyRanges>) -> Self {
        Self {
            etag: known.map(|known| known.etag().clone()),
            ..Self::default()
        }
    }

    /// What the next request sends as `If-None-Match`.
    pub(crate) fn etag(&self) -> Option<&HeaderValue> {
        self.etag.as_ref()
    }

    /// Takes in a page.
    ///
    /// # Errors
    /// When the feed is longer than any container's.
    pub(crate) fn add(&mut self, page: Page) -> Result<()> {
        self.pages += 1;
        self.ranges.extend(page.ranges);
        if page.etag.is_none() || self.pages > MAX_PAGES || self.ranges.len() > MAX_RANGES {
            return Err(broken(if page.etag.is_none() {
                "a page of partition key ranges came without an etag"
            } else {
                "the feed of partition key ranges does not end"
            }));
        }
        self.etag = page.etag;
        Ok(())
    }

    /// The complete map: what was known with what changed, or all that came.
    ///
    /// # Errors
    /// When the ranges do not tile the key space: they were read while the service was changing them.
    pub(crate) fn finish(self, known: Option<&PartitionKeyRanges>) -> Result<PartitionKeyRanges> {
        let etag = self
            .etag
            .ok_or_else(|| broken("the container has no partition key ranges"))?;
        let entries = self
            .ranges
            .into_iter()
            .map(entry)
            .collect::<Result<Vec<_>>>()?;
        let map = match known {
            Some(known) if entries.is_empty() => Ok(known.map.clone()),
            Some(known) => known.map.apply(entries),
            None => RangeMap::try_complete(entries),
        };
        let map = map.map_err(|error| {
            CosmosError::builder()
                .with_kind(ErrorKind::Contract)
                .with_status(client::TOPOLOGY)
                .with_message("the partition key ranges of the container are incomplete")
                .with_source(error)
                .build()
        })?;
        Ok(PartitionKeyRanges { map, etag })
    }
}

/// Reads the body of a page.
///
/// # Errors
/// When it is no feed of ranges.
pub(crate) fn read_page(body: &bytes::Bytes) -> Result<Vec<PartitionKeyRange>> {
    let unreadable = |error| {
        CosmosError::builder()
            .with_kind(ErrorKind::Contract)
            .with_status(client::CONTRACT)
            .with_message("the feed of partition key ranges cannot be read")
            .with_source(error)
            .build()
    };
    FeedEnvelope::parse(body)
        .and_then(|page| page.models())
        .map_err(unreadable)
}

fn entry(range: PartitionKeyRange) -> Result<RangeEntry<PartitionKeyRange>> {
    let bounds = EpkRange::new(range.min_inclusive.clone(), range.max_exclusive.clone());
    let bounds = bounds.map_err(|error| {
        CosmosError::builder()
            .with_kind(ErrorKind::Contract)
            .with_status(client::CONTRACT)
            .with_message("a partition key range is empty")
            .with_source(error)
            .build()
    })?;
    let parents: Vec<String> = range.parents().to_vec();
    Ok(RangeEntry::new(range.id.clone(), bounds, range).with_parents(parents))
}

fn broken(message: &'static str) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Contract)
        .with_status(client::TOPOLOGY)
        .with_message(message)
        .build()
}
