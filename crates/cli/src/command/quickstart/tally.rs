//! What the run took: per operation its count, request units, latencies and rate, as a table.

use std::fmt;
use std::time::Duration;

use cosmokit::models::ResponseHeaders;

use crate::output::{Align, Table};

/// Latencies and charges per operation, in the order of their first appearance.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    operation: &'static str,
    latencies: Vec<Duration>,
    charge: f64,
    /// Time from the first operation's start to the last one's end, where they ran side by side.
    worked: Option<Duration>,
}

impl Tally {
    /// Records a success and returns its charge in RU.
    pub(crate) fn record(
        &mut self,
        operation: &'static str,
        took: Duration,
        headers: &ResponseHeaders,
    ) -> f64 {
        let charge = headers
            .request_charge()
            .map_or(0.0, |charge| charge.value());
        let row = self.row(operation);
        row.latencies.push(took);
        row.charge += charge;
        charge
    }

    /// Records an answer that was a refusal.
    pub(crate) fn refused(&mut self, operation: &'static str, took: Duration) {
        self.row(operation).latencies.push(took);
    }

    /// Says how long operations that ran side by side took together.
    pub(crate) fn worked_for(&mut self, operation: &'static str, took: Duration) {
        self.row(operation).worked = Some(took);
    }

    fn row(&mut self, operation: &'static str) -> &mut Row {
        let known = self.rows.iter().position(|row| row.operation == operation);
        let at = known.unwrap_or(self.rows.len());
        if known.is_none() {
            self.rows.push(Row::new(operation));
        }
        self.rows
            .get_mut(at)
            .expect("the position was just found or made")
    }
}

impl Row {
    fn new(operation: &'static str) -> Self {
        Self {
            operation,
            latencies: Vec::new(),
            charge: 0.0,
            worked: None,
        }
    }

    /// The latency that `percent` of the operations did not exceed (nearest rank).
    fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or_default()
    }

    fn per_second(&self) -> f64 {
        let worked = self.worked.unwrap_or_else(|| self.latencies.iter().sum());
        let count = u32::try_from(self.latencies.len()).unwrap_or(u32::MAX);
        f64::from(count) / worked.as_secs_f64().max(f64::EPSILON)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new([
            ("operation", Align::Left),
            ("count", Align::Right),
            ("RU", Align::Right),
            ("RU each", Align::Right),
            ("p50", Align::Right),
            ("p99", Align::Right),
            ("per second", Align::Right),
        ]);
        for row in &self.rows {
            let count = u32::try_from(row.latencies.len()).unwrap_or(u32::MAX);
            table.push([
                row.operation.to_owned(),
                grouped(row.latencies.len()),
                format!("{:.1}", row.charge),
                format!("{:.2}", row.charge / f64::from(count.max(1))),
                spoken(row.percentile(50)),
                spoken(row.percentile(99)),
                format!("{:.0}", row.per_second()),
            ]);
        }
        write!(f, "{table}")
    }
}

/// A duration in the unit that suits it.
fn spoken(duration: Duration) -> String {
    let us = duration.as_secs_f64() * 1e6;
    if us < 1_000.0 {
        format!("{us:.0} µs")
    } else {
        format!("{:.2} ms", us / 1_000.0)
    }
}

/// A count with its thousands apart.
pub(crate) fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Row, grouped, spoken};
    use std::time::Duration;

    #[test]
    fn percentiles_are_of_nearest_rank() {
        let row = Row {
            operation: "read",
            latencies: (1..=200).rev().map(Duration::from_millis).collect(),
            charge: 0.0,
            worked: Some(Duration::from_secs(2)),
        };
        assert_eq!(row.percentile(50), Duration::from_millis(100));
        assert_eq!(row.percentile(99), Duration::from_millis(198));
        assert!((row.per_second() - 100.0).abs() < 1e-9);
    }

    #[test]
    fn numbers_read_well() {
        for (count, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (34_006, "34,006"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(count), expected);
        }
        assert_eq!(spoken(Duration::from_micros(950)), "950 µs");
        assert_eq!(spoken(Duration::from_micros(1_250)), "1.25 ms");
    }
}
