//! From a carried value to its bytes.

use cosmokit_protocol::session::{Lsn, RangeId, RangeToken, RegionId};

use super::column;
use super::varint::put;
use super::{FORMAT, MAX_REGIONS};
use crate::carried::{Carried, CarriedContainer, ContainerKey, GRAIN, Origin, Position, Seconds};

/// The bytes of a carried value as of `issued`. Equal values give equal bytes.
///
/// Of a container whose ranges list more than 64 regions together, those with the highest numbers
/// are left out: a session then asks less of them, never more.
pub fn encode(carried: &Carried, issued: Seconds) -> Vec<u8> {
    let mut out = vec![FORMAT];
    put(&mut out, issued.0);
    put(&mut out, length(carried.containers().len()));
    let mut account = None;
    for (key, container) in carried.containers() {
        put_key(&mut out, key, &mut account);
        put_container(&mut out, container, issued);
    }
    out
}

/// One byte says whether the account is the one before; if not, its hash follows. Then the rid.
fn put_key(out: &mut Vec<u8>, key: ContainerKey, account: &mut Option<crate::AccountHash>) {
    if *account == Some(key.account) {
        out.push(0);
    } else {
        out.push(1);
        out.extend_from_slice(&key.account.0);
        *account = Some(key.account);
    }
    out.extend_from_slice(&key.rid.0);
}

fn put_container(out: &mut Vec<u8>, container: &CarriedContainer, issued: Seconds) {
    // 0: no mark; else the seconds until it ends, plus one.
    put(
        out,
        container
            .uncertain_until()
            .map_or(0, |until| until.since(issued) + 1),
    );
    let mut ranges: Vec<(u64, u64, &Position)> = container
        .ranges()
        .map(|(range, position)| (number_of(range), zeros_of(range), position))
        .collect();
    ranges.sort_unstable_by_key(|(number, zeros, _)| (*number, *zeros));
    put(out, length(ranges.len()));
    let column = |of: &dyn Fn(&Position) -> u64| -> Vec<u64> {
        ranges.iter().map(|(_, _, position)| of(position)).collect()
    };
    let mut before = 0;
    let steps = ranges
        .iter()
        .map(|(number, _, _)| number - std::mem::replace(&mut before, *number));
    let steps: Vec<u64> = steps.collect();
    column::write(out, &steps);
    column::write(
        out,
        &ranges
            .iter()
            .map(|(_, zeros, _)| *zeros)
            .collect::<Vec<_>>(),
    );
    column::write(
        out,
        &column(&|position| u64::from(position.origin() == Origin::Write)),
    );
    column::write(
        out,
        &column(&|position| steps_between(position.seen_at(), issued)),
    );
    column::write(out, &column(&version_of));
    column::write(
        out,
        &column(&|position| position.token().global_lsn().value()),
    );
    let regions = regions_of(container);
    put(out, length(regions.len()));
    for region in regions {
        put(out, region.0.into());
        column::write(out, &column(&|position| local_of(position, region)));
    }
}

/// Steps of [`GRAIN`] seconds.
fn steps_between(seen_at: Seconds, issued: Seconds) -> u64 {
    (issued.0 / GRAIN).saturating_sub(seen_at.0 / GRAIN)
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A range id is text of digits: its number, and the zeros that stand before it.
fn number_of(range: RangeId) -> u64 {
    range.as_str().parse().unwrap_or_default()
}

fn zeros_of(range: RangeId) -> u64 {
    let text = range.as_str();
    let significant = text.trim_start_matches('0').len().max(1);
    length(text.len() - significant)
}

/// 0 for the simple form; else the version plus two, so that -1 is 1.
fn version_of(position: &Position) -> u64 {
    match position.token() {
        RangeToken::Simple(_) => 0,
        RangeToken::Vector(vector) => u64::try_from(vector.version() + 2).unwrap_or_default(),
    }
}

/// Regions that any range of the container lists, in order.
fn regions_of(container: &CarriedContainer) -> Vec<RegionId> {
    let mut regions: Vec<RegionId> = container
        .ranges()
        .filter_map(|(_, position)| position.token().as_vector())
        .flat_map(|vector| vector.regions().iter().map(|entry| entry.region))
        .collect();
    regions.sort_unstable();
    regions.dedup();
    regions.truncate(MAX_REGIONS);
    regions
}

/// 0: the range does not list the region; 1: it lists it without progress; else the distance from
/// the global LSN, folded so that small ones of both signs are small, plus two.
fn local_of(position: &Position, region: RegionId) -> u64 {
    let Some(vector) = position.token().as_vector() else {
        return 0;
    };
    let listed = vector.regions().iter().find(|entry| entry.region == region);
    match listed.map(|entry| entry.lsn) {
        None => 0,
        Some(None) => 1,
        Some(Some(local)) => fold(vector.global_lsn(), local) + 2,
    }
}

/// LSNs are at most 2^53, so a folded distance has room to spare.
fn fold(global: Lsn, local: Lsn) -> u64 {
    let (global, local) = (global.value(), local.value());
    if local <= global {
        (global - local) * 2
    } else {
        (local - global) * 2 - 1
    }
}
