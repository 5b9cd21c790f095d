//! What is left to do of a bulk request: operations by the hash point of their key, and the requests that they are
//! packed into, each for one partition.

use std::collections::BTreeMap;

use bytes::Bytes;
use cosmokit_protocol::op::BatchOperation;
use cosmokit_protocol::op::batch::{MAX_BATCH_OPERATIONS, MAX_BULK_BODY_BYTES};
use cosmokit_protocol::partition::{
    EffectivePartitionKey, EpkRange, PartitionKey, PartitionKeyDefinition,
};

use crate::cache::PartitionKeyRanges;
use crate::error::{CosmosError, Result};

/// One operation of a bulk request, and the partition key that it is under.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BulkItem {
    /// The partition key.
    pub partition_key: PartitionKey,
    /// What to do.
    pub operation: BatchOperation,
}

impl BulkItem {
    /// An operation under a partition key.
    pub fn new(partition_key: impl Into<PartitionKey>, operation: BatchOperation) -> Self {
        Self {
            partition_key: partition_key.into(),
            operation,
        }
    }
}

/// One operation, ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// Its place in the caller's list.
    pub(super) index: usize,
    point: EffectivePartitionKey,
    /// The operation as JSON.
    text: Bytes,
    /// How often it was sent and turned away.
    pub(super) turned_away: u32,
}

/// Operations for one partition, at most as many as a request may have.
#[derive(Clone, Debug)]
pub(super) struct Bundle {
    /// The id of the partition key range, and its points.
    pub(super) range: (String, EpkRange),
    pub(super) jobs: Vec<Job>,
}

impl Job {
    /// # Errors
    /// When the key is not a whole one of the container.
    pub(super) fn new(
        index: usize,
        item: BulkItem,
        definition: &PartitionKeyDefinition,
    ) -> Result<Self> {
        let misfit = |why| {
            CosmosError::builder()
                .with_message(format!(
                    "the partition key of operation {index} does not fit the container's definition"
                ))
                .with_source(why)
                .build()
        };
        let point = EffectivePartitionKey::of(&item.partition_key, definition).map_err(misfit)?;
        let operation = item.operation.with_partition_key(&item.partition_key);
        Ok(Self {
            index,
            point,
            text: Bytes::from(serde_json::to_vec(&operation)?),
            turned_away: 0,
        })
    }
}

/// Packs operations into requests: by partition, in the order of the caller's list.
pub(super) fn pack(jobs: Vec<Job>, ranges: &PartitionKeyRanges) -> Vec<Bundle> {
    let mut open: BTreeMap<String, (EpkRange, usize, Vec<Job>)> = BTreeMap::new();
    let mut bundles = Vec::new();
    for job in jobs {
        let Some(owner) = ranges.owner_of(&job.point) else {
            continue;
        };
        let size = job.text.len() + 1;
        let (range, bytes, jobs) = open
            .entry(owner.id().to_owned())
            .or_insert_with(|| (owner.range().clone(), 0, Vec::new()));
        let is_full = jobs.len() >= MAX_BATCH_OPERATIONS || *bytes + size > MAX_BULK_BODY_BYTES;
        if is_full && !jobs.is_empty() {
            bundles.push(Bundle {
                range: (owner.id().to_owned(), range.clone()),
                jobs: std::mem::take(jobs),
            });
            *bytes = 0;
        }
        *bytes += size;
        jobs.push(job);
    }
    let rest = open.into_iter().map(|(id, (range, _, jobs))| Bundle {
        range: (id, range),
        jobs,
    });
    bundles.extend(rest.filter(|bundle| !bundle.jobs.is_empty()));
    bundles
}

impl Bundle {
    /// The body of the request.
    pub(super) fn body(&self) -> Bytes {
        let size: usize = self.jobs.iter().map(|job| job.text.len() + 1).sum();
        let mut body = Vec::with_capacity(size + 1);
        body.push(b'[');
        for (place, job) in self.jobs.iter().enumerate() {
            if place > 0 {
                body.push(b',');
            }
            body.extend_from_slice(&job.text);
        }
        body.push(b']');
        Bytes::from(body)
    }
}
