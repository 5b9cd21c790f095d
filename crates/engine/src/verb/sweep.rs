//! Deleting what has expired: a little on every write, everything when the account is swept.
//!
//! An expired item is invisible before that; its deletion is for the log, the usage and the
//! change feed of all versions. No timer runs: time passes only when somebody looks.

use super::item_version::VersionMaker;
use crate::{
    account::Call,
    metadata::container::Container,
    partition::{appender::Appender, partition::Partition, version::Change},
};

/// Most items that a write deletes on its way.
const ON_THE_WAY: usize = 16;
/// Items that a sweep deletes before it lets others write.
const AT_ONCE: usize = 1_000;

/// Deletes a few items of a partition that have expired.
pub(super) fn sweep_some(make: &VersionMaker<'_>, appender: &mut Appender<'_>) {
    if !make.container.rules.ttl.is_forever() {
        sweep_up_to(ON_THE_WAY, make, appender);
    }
}

/// Deletes at most `limit` items, each under an LSN of its own; returns how many.
fn sweep_up_to(limit: usize, make: &VersionMaker<'_>, appender: &mut Appender<'_>) -> usize {
    let rules = &make.container.rules;
    let expired = appender.expired(rules.ttl, make.now, limit);
    if expired.is_empty() {
        return 0;
    }
    let ends = expired
        .iter()
        .map(|version| make.removed(version, Change::Expire));
    match appender.append_each(ends, rules.retention(make.now)) {
        Ok(_) => expired.len(),
        // A log without numbers refuses every write; its items stay, and stay invisible.
        Err(_) => 0,
    }
}

/// Deletes all items of a partition that have expired; returns how many.
pub(super) fn sweep_partition(
    call: &Call<'_>,
    container: &Container,
    partition: &Partition,
) -> usize {
    if container.rules.ttl.is_forever() || call.require_writable().is_err() {
        return 0;
    }
    let make = VersionMaker {
        call,
        container,
        now: call.now(),
    };
    let mut swept = 0;
    loop {
        let Ok(mut appender) = call.appender(container, partition, make.now) else {
            return swept;
        };
        let found = sweep_up_to(AT_ONCE, &make, &mut appender);
        drop(appender);
        swept += found;
        if found < AT_ONCE {
            return swept;
        }
    }
}

/// Deletes all items of the account that have expired; returns how many.
pub(crate) fn sweep(call: &Call<'_>) -> usize {
    let catalog = call.state.catalog.load_full();
    let databases = catalog.databases().map(|(_, database)| database);
    let containers = databases.flat_map(|database| database.containers());
    containers
        .map(|(_, container)| {
            let layout = container.live.layout();
            let partitions = layout.partitions();
            partitions
                .map(|partition| sweep_partition(call, container, partition))
                .sum::<usize>()
        })
        .sum()
}
