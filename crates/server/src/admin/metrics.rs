//! `GET /_cosmokit/metrics`: what requests add up to and what the account is like at present, as Prometheus reads it.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use cosmokit_engine::Account;
use cosmokit_engine::request::ContainerAddress;
use cosmokit_protocol::wire::region::Region;
use http::HeaderValue;

use super::route::Route;
use super::router::AdminState;
use crate::gateway_builder::Shared;
use crate::observe::{Exposition, Kind};

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
    let name = "cosmokit_fault_hits_total";
    text.family(name, Kind::Counter, "Requests that a fault rule struck.");
    for live in shared.faults.rules().iter() {
        text.sample(name, &[("rule", &live.rule.id)], live.counts().hits);
    }
}

/// Items, their bytes, and how far each region's leaders are behind, summed over the account.
fn contents(text: &mut Exposition, account: &Account) {
    let (mut items, mut bytes, mut partitions) = (0_u64, 0_u64, 0_usize);
    let mut regions: BTreeMap<Region, (u64, u64)> = BTreeMap::new();
    let now = account.now();
    for names in account.containers() {
        let address = ContainerAddress::new(&names.database, &names.container);
        for partition in account.partitions(&address).unwrap_or_default() {
            items = items.saturating_add(partition.items);
            bytes = bytes.saturating_add(partition.items_bytes);
            partitions += 1;
        }
        for partition in account.positions(&address).unwrap_or_default() {
            for stands in partition.regions {
                let Some(leader) = stands.replicas.first() else {
                    continue;
                };
                let since = leader
                    .missing_since
                    .map_or(0, |since| now.millis().saturating_sub(since.millis()));
                let (versions, longest) = regions.entry(stands.region).or_default();
                *versions = versions.saturating_add(leader.behind);
                *longest = since.max(*longest);
            }
        }
    }
    text.family("cosmokit_items", Kind::Gauge, "Items in the account.");
    text.sample("cosmokit_items", &[], items);
    text.family(
        "cosmokit_items_bytes",
        Kind::Gauge,
        "Bytes of their bodies.",
    );
    text.sample("cosmokit_items_bytes", &[], bytes);
    text.family("cosmokit_partitions", Kind::Gauge, "Physical partitions.");
    text.sample("cosmokit_partitions", &[], partitions);
    let name = "cosmokit_replication_behind_versions";
    text.family(
        name,
        Kind::Gauge,
        "Versions that have not reached the leaders of a region.",
    );
    for (region, (versions, _)) in &regions {
        text.sample(name, &[("region", region.display_name())], versions);
    }
    let name = "cosmokit_replication_behind_seconds";
    text.family(
        name,
        Kind::Gauge,
        "How long the oldest of them is under way.",
    );
    for (region, (_, millis)) in &regions {
        text.sample(
            name,
            &[("region", region.display_name())],
            seconds(millis.saturating_mul(1_000)),
        );
    }
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
