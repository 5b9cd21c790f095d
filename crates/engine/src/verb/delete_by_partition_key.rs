//! Delete all items of a logical partition.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::{partition::EpkRange, status::StatusCode};

use super::{
    feed_scope::feed_facts,
    item_target::{header_point, is_visible},
    item_version::VersionMaker,
};
use crate::{
    account::Call,
    metadata::container::Container,
    partition::{
        partition::Partition,
        standpoint::Standpoint,
        version::{Change, Version},
    },
    refuse,
    request::DeleteByPartitionKey,
    response::{Failure, Response},
    throughput::charge::Work,
};

/// 200 without a body, also when there was nothing to delete. Each item is deleted under an LSN of
/// its own, and readers of a partition see all of them or none.
///
/// # Errors
/// 400 without a key, 400/1001 with one of the wrong shape; whatever finding the place refuses.
pub(super) fn delete_by_partition_key(
    call: &Call<'_>,
    input: &DeleteByPartitionKey,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let container = call.target(&input.container)?.container;
    let range = points(&container, input)?;
    let layout = container.live.layout();
    for partition in layout.overlapping(&range) {
        call.admit(&container, partition)?;
    }
    let mut looked_at = Vec::new();
    for partition in layout.overlapping(&range) {
        let standpoint = delete(call, &container, partition, &range)?;
        call.acknowledge(partition, &standpoint);
        looked_at.push((Arc::clone(partition), standpoint));
    }
    Ok(Response {
        status: StatusCode::OK,
        body: Bytes::new(),
        facts: feed_facts(&container, &looked_at, call.write_charge(Work::Miss)),
    })
}

/// The points of the key: one, or those of a prefix. A key without values is never a prefix here.
fn points(container: &Container, input: &DeleteByPartitionKey) -> Result<EpkRange, Failure> {
    let definition = &container.rules.key;
    match &input.partition_key {
        Some(key) if definition.is_prefix(key) => {
            EpkRange::prefix(key, definition).map_err(refuse::key_mismatch)
        }
        key => header_point(definition, key.as_ref()).map(EpkRange::point),
    }
}

fn delete(
    call: &Call<'_>,
    container: &Container,
    partition: &Partition,
    range: &EpkRange,
) -> Result<Standpoint, Failure> {
    let make = VersionMaker {
        call,
        container,
        now: call.now(),
    };
    let appender = call.appender(container, partition, make.now)?;
    let inside: Vec<Arc<Version>> = appender.at_head(|state| {
        let slots = state.items().in_range(range);
        slots.map(|slot| Arc::clone(&slot.version)).collect()
    });
    let ends = inside.iter().map(|version| {
        let change = if is_visible(container, version, make.now) {
            Change::Delete
        } else {
            Change::Expire
        };
        make.removed(version, change)
    });
    appender
        .append_each(ends, container.rules.retention(make.now))
        .map_err(|_| refuse::log_full())
}
