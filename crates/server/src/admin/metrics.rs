//! `GET /_cosmokit/metrics`: what requests add up to and what the account is like at present, as Prometheus reads it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use cosmokit_engine::clock::Timestamp;
use cosmokit_engine::request::ContainerAddress;
use cosmokit_engine::{Account, Autoscaled, ContainerNames, LinkBacklog, PartitionPositions};
use cosmokit_protocol::wire::region::Region;
use http::HeaderValue;

use super::route::Route;
use super::router::AdminState;
use crate::gateway_builder::Shared;
use crate::observe::{Exposition, Kind};

/// Partitions whose positions are shown one by one.
const MAX_PARTITIONS: usize = 1_000;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/metrics",
            "Counters and gauges, in the Prometheus text format.",
            metrics,
        )
        .answering("text/plain"),
    ]
}

async fn metrics(State(state): State<AdminState>) -> Response {
    let mut text = Exposition::default();
    requests(&mut text, &state.shared);
    durations(&mut text, &state.shared);
    present(&mut text, &state.shared);
    let kind = HeaderValue::from_static(Exposition::CONTENT_TYPE);
    ([(http::header::CONTENT_TYPE, kind)], text.finish()).into_response()
}

fn requests(text: &mut Exposition, shared: &Shared) {
    let regions = shared.metrics.regions();
    let name = "cosmokit_requests_total";
    text.family(
        name,
        Kind::Counter,
        "Requests by region, operation and status; 0 stands for no or a rare status.",
    );
    for series in regions.iter() {
        for (operation, counters) in series.operations() {
            for (status, count) in counters.statuses() {
                let status = status.unwrap_or_default().to_string();
                let labels = [
                    ("region", series.region().display_name()),
                    ("operation", operation.as_str()),
                    ("status", status.as_str()),
                ];
                text.sample(name, &labels, count);
            }
        }
    }
    let name = "cosmokit_request_units_total";
    text.family(name, Kind::Counter, "Request units charged.");
    for series in regions.iter() {
        for (operation, counters) in series.operations() {
            if counters.charge() > 0.0 {
                let labels = [
                    ("region", series.region().display_name()),
                    ("operation", operation.as_str()),
                ];
                text.sample(name, &labels, counters.charge());
            }
        }
    }
}

fn durations(text: &mut Exposition, shared: &Shared) {
    const NAME: &str = "cosmokit_request_duration_seconds";
    text.family(
        NAME,
        Kind::Histogram,
        "Time from a complete request to its answer.",
    );
    for series in shared.metrics.regions().iter() {
        let region = series.region().display_name();
        for (operation, counters) in series.operations() {
            let durations = counters.durations();
            let total = durations.cumulative().last().map_or(0, |(_, count)| count);
            if total == 0 {
                continue;
            }
            for (bound, count) in durations.cumulative() {
                let bound = bound.map_or_else(|| "+Inf".to_owned(), seconds);
                let labels = [
                    ("region", region),
                    ("operation", operation.as_str()),
                    ("le", bound.as_str()),
                ];
                text.sample(&format!("{NAME}_bucket"), &labels, count);
            }
            let labels = [("region", region), ("operation", operation.as_str())];
            text.sample(
                &format!("{NAME}_sum"),
                &labels,
                seconds(durations.sum_micros()),
            );
            text.sample(&format!("{NAME}_count"), &labels, total);
        }
    }
}

/// Microseconds as seconds, exactly.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn present(text: &mut Exposition, shared: &Shared) {
    let name = "cosmokit_connections";
    text.family(name, Kind::Gauge, "Open connections.");
    for series in shared.metrics.regions().iter() {
        text.sample(
            name,
            &[("region", series.region().display_name())],
            series.connections(),
        );
    }
    contents(text, &shared.account);
    autoscaled(text, &shared.account);
    links(text, &shared.account);
    let name = "cosmokit_fault_hits_total";
    text.family(name, Kind::Counter, "Requests that a fault rule struck.");
    for live in shared.faults.rules().iter() {
        text.sample(name, &[("rule", &live.rule.id)], live.counts().hits);
    }
}

/// What the account holds, added up.
#[derive(Default)]
struct Contents {
    items: u64,
    bytes: u64,
    partitions: usize,
    regions: BTreeMap<Region, RegionSum>,
    /// Position of the leader of each partition in each region, up to [`MAX_PARTITIONS`] partitions.
    positions: Vec<(Arc<ContainerNames>, PartitionPositions)>,
}

/// A region, added up over the partitions.
#[derive(Default)]
struct RegionSum {
    behind: u64,
    behind_ms: u64,
    lsn: u64,
}

impl Contents {
    fn of(account: &Account) -> Self {
        let mut sum = Self::default();
        for names in account.containers() {
            let address = ContainerAddress::new(&names.database, &names.container);
            for partition in account.partitions(&address).unwrap_or_default() {
                sum.items = sum.items.saturating_add(partition.items);
                sum.bytes = sum.bytes.saturating_add(partition.items_bytes);
                sum.partitions += 1;
            }
            let names = Arc::new(names);
            for partition in account.positions(&address).unwrap_or_default() {
                sum.add(account.now(), &partition);
                if sum.positions.len() < MAX_PARTITIONS {
                    sum.positions.push((Arc::clone(&names), partition));
                }
            }
        }
        sum
    }

    fn add(&mut self, now: Timestamp, partition: &PartitionPositions) {
        for stands in &partition.regions {
            let Some(leader) = stands.replicas.first() else {
                continue;
            };
            let since = leader.missing_since.map_or(0, |since| age_ms(now, since));
            let region = self.regions.entry(stands.region.clone()).or_default();
            region.behind = region.behind.saturating_add(leader.behind);
            region.behind_ms = region.behind_ms.max(since);
            region.lsn = region.lsn.saturating_add(leader.lsn.value());
        }
    }

    /// A gauge of each region.
    fn per_region<V: Display>(
        &self,
        text: &mut Exposition,
        (name, help): (&str, &str),
        value: impl Fn(&RegionSum) -> V,
    ) {
        text.family(name, Kind::Gauge, help);
        for (region, sum) in &self.regions {
            text.sample(name, &[("region", region.display_name())], value(sum));
        }
    }
}

fn contents(text: &mut Exposition, account: &Account) {
    let sum = Contents::of(account);
    text.family("cosmokit_items", Kind::Gauge, "Items in the account.");
    text.sample("cosmokit_items", &[], sum.items);
    let name = "cosmokit_items_bytes";
    text.family(name, Kind::Gauge, "Bytes of their bodies.");
    text.sample(name, &[], sum.bytes);
    text.family("cosmokit_partitions", Kind::Gauge, "Physical partitions.");
    text.sample("cosmokit_partitions", &[], sum.partitions);
    let behind = (
        "cosmokit_replication_behind_versions",
        "Versions that have not reached the leaders of a region.",
    );
    sum.per_region(text, behind, |region| region.behind);
    let behind = (
        "cosmokit_replication_behind_seconds",
        "How long the oldest of them is under way.",
    );
    sum.per_region(text, behind, |region| {
        seconds(region.behind_ms.saturating_mul(1_000))
    });
    let positions = (
        "cosmokit_region_lsn",
        "Positions of the leaders of a region, added up over all partitions.",
    );
    sum.per_region(text, positions, |region| region.lsn);
    let name = "cosmokit_partition_lsn";
    text.family(
        name,
        Kind::Gauge,
        "Position of the leader of a partition in a region; of the first 1,000 partitions.",
    );
    for (names, partition) in &sum.positions {
        for stands in &partition.regions {
            let labels = [
                ("region", stands.region.display_name()),
                ("database", names.database.as_str()),
                ("container", names.container.as_str()),
                ("range", partition.id.as_str()),
            ];
            if let Some(leader) = stands.replicas.first() {
                text.sample(name, &labels, leader.lsn.value());
            }
        }
    }
}

/// What autoscale offers may serve, and what they are scaled to.
fn autoscaled(text: &mut Exposition, account: &Account) {
    let offers = account.autoscaled();
    let mut gauge = |name: &str, help: &str, value: fn(&Autoscaled) -> u64| {
        text.family(name, Kind::Gauge, help);
        for offer in &offers {
            let labels = [
                ("database", offer.database.as_str()),
                ("container", offer.container.as_deref().unwrap_or_default()),
            ];
            text.sample(name, &labels, value(offer));
        }
    };
    gauge(
        "cosmokit_autoscale_max_throughput",
        "RU/s that an autoscale offer serves at most; without a container, it is the database's.",
        |offer| offer.maximum,
    );
    gauge(
        "cosmokit_autoscale_throughput",
        "RU/s that it is scaled to in the present hour.",
        |offer| offer.scaled_to,
    );
}

/// What is on the way over each link between regions.
fn links(text: &mut Exposition, account: &Account) {
    let (backlogs, now) = (account.backlogs(), account.now());
    let versions = "cosmokit_link_behind_versions";
    let longest = "cosmokit_link_behind_seconds";
    let labels = |backlog: &LinkBacklog| {
        let end = |region: &Region| region.display_name().to_owned();
        (end(&backlog.link.from), end(&backlog.link.to))
    };
    text.family(versions, Kind::Gauge, "Versions on the way over a link.");
    for backlog in &backlogs {
        let (from, to) = labels(backlog);
        let labels = [("from", from.as_str()), ("to", to.as_str())];
        text.sample(versions, &labels, backlog.versions);
    }
    let help = "How long ago the oldest version that is on the way over a link was written.";
    text.family(longest, Kind::Gauge, help);
    for backlog in &backlogs {
        let (from, to) = labels(backlog);
        let labels = [("from", from.as_str()), ("to", to.as_str())];
        let age = backlog.since.map_or(0, |since| age_ms(now, since));
        text.sample(longest, &labels, seconds(age.saturating_mul(1_000)));
    }
}

fn age_ms(now: Timestamp, since: Timestamp) -> u64 {
    now.millis().saturating_sub(since.millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact() {
        let check = |micros, expected: &str| assert_eq!(seconds(micros), expected);
        check(0, "0");
        check(50, "0.00005");
        check(1_000_000, "1");
        check(30_000_000, "30");
        check(1_234_567, "1.234567");
    }
}
