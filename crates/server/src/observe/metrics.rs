//! What requests add up to, by region, operation and status. Counting one is a handful of additions without a lock;
//! a region's table is made when its first request comes.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use cosmokit_protocol::wire::fault::FaultOperationType;
use cosmokit_protocol::wire::region::Region;
use http::StatusCode;

use super::histogram::Histogram;
use super::note::{Ended, Note};

/// Regions with a table of their own; those beyond share one without a name.
const MAX_REGIONS: usize = 128;
/// Statuses that the gateway gives; the last column is for every other one, and for none.
const STATUSES: [u16; 25] = [
    200, 201, 202, 204, 207, 304, 400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 423, 424, 428,
    429, 449, 500, 501, 502, 503,
];

/// Counters of everything that was answered.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    regions: ArcSwap<Vec<Arc<RegionSeries>>>,
    growth: Mutex<()>,
}

/// One region's counters.
#[derive(Debug)]
pub(crate) struct RegionSeries {
    region: Region,
    operations: Box<[OperationSeries]>,
    connections: AtomicU64,
}

/// One operation's counters.
#[derive(Debug, Default)]
pub(crate) struct OperationSeries {
    statuses: [AtomicU64; STATUSES.len() + 1],
    durations: Histogram,
    /// Bits of a double.
    charge: AtomicU64,
}

/// Counts a connection as long as it lives.
#[derive(Debug)]
pub(crate) struct ConnectionGauge(Arc<RegionSeries>);

impl Metrics {
    /// Counts a request.
    pub(crate) fn count(&self, note: &Note, ended: &Ended) {
        let regions = self.regions.load();
        let known = regions
            .iter()
            .find(|series| Some(&series.region) == note.region.as_ref());
        match known {
            Some(series) => series.count(note.operation, ended),
            None => self
                .series(note.region.as_ref())
                .count(note.operation, ended),
        }
    }

    /// Counts a connection to a region until the gauge is dropped.
    pub(crate) fn connection(&self, region: &Region) -> ConnectionGauge {
        let series = self.series(Some(region));
        series.connections.fetch_add(1, Relaxed);
        ConnectionGauge(series)
    }

    /// All regions' counters.
    pub(crate) fn regions(&self) -> Arc<Vec<Arc<RegionSeries>>> {
        self.regions.load_full()
    }

    fn series(&self, region: Option<&Region>) -> Arc<RegionSeries> {
        let _growth = self.growth.lock().unwrap_or_else(PoisonError::into_inner);
        let regions = self.regions.load();
        let nameless = Region::new("");
        let wanted = match region {
            Some(region) if regions.len() < MAX_REGIONS => region,
            Some(region) if regions.iter().any(|series| series.region == *region) => region,
            _ => &nameless,
        };
        if let Some(series) = regions.iter().find(|series| series.region == *wanted) {
            return Arc::clone(series);
        }
        let series = Arc::new(RegionSeries::new(wanted.clone()));
        let mut next = regions.as_ref().clone();
        next.push(Arc::clone(&series));
        self.regions.store(Arc::new(next));
        series
    }
}

impl RegionSeries {
    fn new(region: Region) -> Self {
        let operations = FaultOperationType::ALL
            .iter()
            .map(|_| OperationSeries::default());
        Self {
            region,
            operations: operations.collect(),
            connections: AtomicU64::new(0),
        }
    }

    /// The region.
    pub(crate) fn region(&self) -> &Region {
        &self.region
    }

    /// Connections that are open.
    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Relaxed)
    }

    /// Operations with their counters, also those that never came.
    pub(crate) fn operations(
        &self,
    ) -> impl Iterator<Item = (FaultOperationType, &OperationSeries)> {
        FaultOperationType::ALL
            .iter()
            .copied()
            .zip(&self.operations)
    }

    fn count(&self, operation: FaultOperationType, ended: &Ended) {
        if let Some(series) = self.operations.get(operation.index()) {
            series.count(ended);
        }
    }
}

impl OperationSeries {
    fn count(&self, ended: &Ended) {
        if let Some(counter) = self.statuses.get(column(ended.status)) {
            counter.fetch_add(1, Relaxed);
        }
        self.durations.add(ended.duration);
        let charge = ended.charge();
        if charge > 0.0 {
            let add = |bits| Some((f64::from_bits(bits) + charge).to_bits());
            // The function never refuses.
            let _ = self.charge.fetch_update(Relaxed, Relaxed, add);
        }
    }

    /// Statuses that came, with how often; `None` stands for those without a column and for no answer.
    pub(crate) fn statuses(&self) -> impl Iterator<Item = (Option<u16>, u64)> + '_ {
        let names = STATUSES.iter().copied().map(Some).chain([None]);
        names
            .zip(&self.statuses)
            .map(|(status, counter)| (status, counter.load(Relaxed)))
            .filter(|(_, count)| *count > 0)
    }

    /// How long they took.
    pub(crate) fn durations(&self) -> &Histogram {
        &self.durations
    }

    /// Request units in all.
    pub(crate) fn charge(&self) -> f64 {
        f64::from_bits(self.charge.load(Relaxed))
    }
}

fn column(status: Option<StatusCode>) -> usize {
    let place = status.and_then(|status| STATUSES.binary_search(&status.as_u16()).ok());
    place.unwrap_or(STATUSES.len())
}

impl Drop for ConnectionGauge {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cosmokit_engine::response::{Facts, Failure};
    use cosmokit_protocol::wire::charge::RequestCharge;

    use super::*;

    fn answered(status: u16, charge: f64) -> Ended {
        let facts = Facts {
            charge: RequestCharge::new(charge),
            ..Facts::default()
        };
        Ended {
            status: StatusCode::from_u16(status).ok(),
            refusal: None,
            facts,
            duration: Duration::from_micros(70),
        }
    }

    fn read(region: &Region) -> Note {
        Note {
            operation: FaultOperationType::ReadItem,
            region: Some(region.clone()),
            fault: None,
        }
    }

    #[test]
    fn requests_are_counted_by_region_operation_and_status() {
        let metrics = Metrics::default();
        metrics.count(&read(&Region::EAST_US), &answered(200, 1.5));
        metrics.count(&read(&Region::EAST_US), &answered(200, 2.0));
        metrics.count(&read(&Region::EAST_US), &answered(418, 0.0));
        let failure = Failure::new(StatusCode::NOT_FOUND, "gone");
        let ended = Ended {
            status: Some(failure.status()),
            refusal: Some(failure),
            facts: Facts::default(),
            duration: Duration::ZERO,
        };
        metrics.count(&read(&Region::WEST_EUROPE), &ended);
        let regions = metrics.regions();
        let table: Vec<_> = regions
            .iter()
            .map(|series| {
                let (_, reads) = series
                    .operations()
                    .find(|(name, _)| *name == FaultOperationType::ReadItem)
                    .unwrap();
                (
                    series.region().as_str().to_owned(),
                    reads.statuses().collect(),
                    reads.charge(),
                )
            })
            .collect();
        let expected: [(String, Vec<_>, f64); 2] = [
            ("eastus".to_owned(), vec![(Some(200), 2), (None, 1)], 3.5),
            ("westeurope".to_owned(), vec![(Some(404), 1)], 0.0),
        ];
        assert_eq!(table, expected);
    }

    #[test]
    fn regions_are_bounded_and_connections_counted_while_they_live() {
        let metrics = Metrics::default();
        let gauge = metrics.connection(&Region::EAST_US);
        assert_eq!(metrics.regions()[0].connections(), 1);
        drop(gauge);
        assert_eq!(metrics.regions()[0].connections(), 0);
        for number in 0..2 * MAX_REGIONS {
            metrics.count(&read(&Region::new(number.to_string())), &answered(200, 1.0));
        }
        assert_eq!(metrics.regions().len(), MAX_REGIONS + 1);
    }
}
