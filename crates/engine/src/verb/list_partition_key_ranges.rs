//! List the partition key ranges of a container.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::{
    id::Rid,
    resource::{PartitionKeyRange, SystemProperties},
    status::StatusCode,
    wire::charge::RequestCharge,
};

use crate::{
    account::Call,
    metadata::{
        container::Container, database::seconds, envelope::envelope, page::wrong_continuation,
    },
    partition::{layout::Layout, partition::Partition},
    request::{FeedMode, ListPartitionKeyRanges},
    response::{Facts, Failure, Response},
};

/// 200 with all live ranges, or, in incremental mode, those that appeared since the etag; 304
/// when nothing did. The whole feed is one page.
///
/// # Errors
/// 404/1003 when the container does not exist, 400/1024 when the client means an earlier one,
/// 400 for a continuation, which this feed never gives out.
pub(super) fn list_partition_key_ranges(
    call: &Call<'_>,
    input: &ListPartitionKeyRanges,
) -> Result<Response, Failure> {
    if input
        .paging
        .continuation
        .as_deref()
        .is_some_and(|text| !text.is_empty())
    {
        return Err(wrong_continuation());
    }
    let container = call.target(&input.container)?.container;
    let layout = container.live.layout();
    let etag = layout.etag(&container.rid_text);
    let mut facts = Facts {
        charge: RequestCharge::ZERO,
        owner: Some(Arc::clone(&container.owner)),
        etag: Some(etag.clone()),
        ..Facts::default()
    };
    if input.if_none_match.as_ref() == Some(&etag) {
        return Ok(Response {
            status: StatusCode::NOT_MODIFIED,
            body: Bytes::new(),
            facts,
        });
    }
    let known = input
        .if_none_match
        .as_ref()
        .filter(|_| input.mode == FeedMode::Incremental)
        .and_then(|etag| Layout::version_of(etag.as_str(), &container.rid_text));
    let rows: Vec<Vec<u8>> = layout
        .changed_since(known)
        .map(|partition| document(&container, &layout, partition))
        .collect();
    facts.item_count = u64::try_from(rows.len()).ok();
    let body = envelope(&container.rid_text, "PartitionKeyRanges", &rows);
    Ok(Response {
        status: StatusCode::OK,
        body,
        facts,
    })
}

fn document(container: &Container, layout: &Layout, partition: &Partition) -> Vec<u8> {
    let number: u64 = partition.id.as_str().parse().unwrap_or_default();
    let rid = Rid::partition_key_range(container.rid, number)
        .expect("range ids have at most ten digits, far below 2^60");
    let (min, max) = partition.range.clone().into_bounds();
    let mut range = PartitionKeyRange::new(partition.id.to_string(), min, max);
    range.system_properties = SystemProperties::new(
        rid.to_string(),
        rid.self_link(),
        layout.etag(&container.rid_text),
        seconds(container.at),
    );
    range.status = partition.phase.status();
    range.lsn = Some(partition.since);
    range.rid_prefix = Some(number);
    let count = u32::try_from(layout.partitions().len()).unwrap_or(u32::MAX);
    range.throughput_fraction = 1.0 / f64::from(count);
    range.parents = Some(
        partition
            .ancestors
            .iter()
            .map(ToString::to_string)
            .collect(),
    );
    serde_json::to_vec(&range).expect("a partition key range is plain JSON")
}
