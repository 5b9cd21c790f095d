//! The circuit breakers of one container: how often each of its partitions failed in each region, and which
//! are passed over there. Belongs to the container as it was resolved, so it is keyed by container rid, and
//! ranges of other containers with the same id are not concerned.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::gate::{Admission, Gate};
use crate::clock::Instant;
use crate::options::PartitionFailoverSettings;
use crate::reference::AccountEndpoint;

/// Partitions whose failures are counted; when there are more, all counts start anew.
const MAX_PARTITIONS: usize = 4_096;

/// What is known of each partition, region by region.
type Partitions = HashMap<(Box<str>, Side), Vec<Regional>>;

/// The breakers of one container.
#[derive(Debug, Default)]
pub(crate) struct PartitionHealth {
    /// Whether there is anything to look at; most of the time there is not.
    is_marked: AtomicBool,
    partitions: Mutex<Partitions>,
}

/// Reads and writes of a partition fail for reasons of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    Reads,
    Writes,
}

/// A partition in one region.
#[derive(Debug)]
struct Regional {
    endpoint: AccountEndpoint,
    failures: u32,
    last_failure: Instant,
    /// Races in a row that the partition lost here to a hedge.
    lost_races: u32,
    gate: Gate,
}

/// Which partition, where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot<'a> {
    pub(crate) range: &'a str,
    pub(crate) side: Side,
    pub(crate) endpoint: &'a AccountEndpoint,
}

impl PartitionHealth {
    pub(crate) fn is_marked(&self) -> bool {
        self.is_marked.load(Ordering::Acquire)
    }

    /// Whether an attempt may go there.
    pub(crate) fn admit(&self, spot: Spot<'_>, now: Instant, rest: Duration) -> Admission {
        if !self.is_marked() {
            return Admission::Open;
        }
        let mut partitions = self.partitions();
        match find(&mut partitions, spot) {
            Some(regional) => regional.gate.admit(now, rest),
            None => Admission::Open,
        }
    }

    /// It failed there; shuts it when it has failed too often, or when it was a probe.
    pub(crate) fn failed(
        &self,
        spot: Spot<'_>,
        now: Instant,
        settings: &PartitionFailoverSettings,
    ) {
        let threshold = match spot.side {
            Side::Reads => settings.read_failure_threshold,
            Side::Writes => settings.write_failure_threshold,
        };
        self.update(spot, now, |regional| {
            let pause = now.saturating_duration_since(regional.last_failure);
            if pause >= settings.counter_reset_window {
                regional.failures = 0;
            }
            regional.failures = regional.failures.saturating_add(1);
            regional.last_failure = now;
            if regional.failures >= threshold || !regional.gate.is_open() {
                regional.gate.shut(now);
            }
        });
    }

    /// It lost a race to a hedge; shuts it when that has happened too often in a row.
    pub(crate) fn lost(&self, spot: Spot<'_>, now: Instant, settings: &PartitionFailoverSettings) {
        self.update(spot, now, |regional| {
            regional.lost_races = regional.lost_races.saturating_add(1);
            if regional.lost_races >= settings.consecutive_hedge_win_threshold {
                regional.lost_races = 0;
                regional.gate.shut(now);
            }
        });
    }

    /// Others are to serve it from now on.
    pub(crate) fn shut(&self, spot: Spot<'_>, now: Instant) {
        self.update(spot, now, |regional| regional.gate.shut(now));
    }

    /// It works there: what was counted is forgotten.
    pub(crate) fn works(&self, spot: Spot<'_>) {
        if !self.is_marked() {
            return;
        }
        let mut partitions = self.partitions();
        let key = (Box::from(spot.range), spot.side);
        if let Some(regionals) = partitions.get_mut(&key) {
            regionals.retain(|regional| regional.endpoint != *spot.endpoint);
            if regionals.is_empty() {
                partitions.remove(&key);
            }
        }
        if partitions.is_empty() {
            self.is_marked.store(false, Ordering::Release);
        }
    }

    fn update(&self, spot: Spot<'_>, now: Instant, change: impl FnOnce(&mut Regional)) {
        let mut partitions = self.partitions();
        if partitions.len() >= MAX_PARTITIONS {
            partitions.clear();
        }
        if let Some(regional) = find(&mut partitions, spot) {
            change(regional);
        } else {
            let mut regional = Regional {
                endpoint: spot.endpoint.clone(),
                failures: 0,
                last_failure: now,
                lost_races: 0,
                gate: Gate::default(),
            };
            change(&mut regional);
            let key = (Box::from(spot.range), spot.side);
            partitions.entry(key).or_default().push(regional);
        }
        self.is_marked.store(true, Ordering::Release);
    }

    fn partitions(&self) -> MutexGuard<'_, Partitions> {
        self.partitions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<'a>(partitions: &'a mut Partitions, spot: Spot<'_>) -> Option<&'a mut Regional> {
    let regionals = partitions.get_mut(&(Box::from(spot.range), spot.side))?;
    let mut regionals = regionals.iter_mut();
    regionals.find(|regional| regional.endpoint == *spot.endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Environment, PartitionFailoverOptions};

    const REST: Duration = Duration::from_secs(5);

    fn settings() -> PartitionFailoverSettings {
        let options = PartitionFailoverOptions::default();
        PartitionFailoverSettings::of(&options, &Environment::empty()).unwrap()
    }

    fn endpoint() -> AccountEndpoint {
        "https://east.test".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_partition_is_passed_over_after_enough_failures_and_only_that_one() {
        let (health, endpoint, now) = (PartitionHealth::default(), endpoint(), Instant::now());
        let spot = |range, side| Spot {
            range,
            side,
            endpoint: &endpoint,
        };
        let admit = |range, side| health.admit(spot(range, side), now, REST);
        for _ in 0..9 {
            health.failed(spot("0", Side::Reads), now, &settings());
        }
        assert_eq!(admit("0", Side::Reads), Admission::Open);
        health.failed(spot("0", Side::Reads), now, &settings());
        assert_eq!(admit("0", Side::Reads), Admission::Shut);
        assert_eq!(admit("0", Side::Writes), Admission::Open);
        assert_eq!(admit("1", Side::Reads), Admission::Open);
        for _ in 0..5 {
            health.failed(spot("1", Side::Writes), now, &settings());
        }
        assert_eq!(admit("1", Side::Writes), Admission::Shut);
        let elsewhere: AccountEndpoint = "https://west.test".parse().unwrap();
        let other = Spot {
            endpoint: &elsewhere,
            ..spot("0", Side::Reads)
        };
        assert_eq!(health.admit(other, now, REST), Admission::Open);
    }

    #[tokio::test(start_paused = true)]
    async fn failures_far_apart_do_not_add_up_and_a_success_forgets_them() {
        let (health, endpoint, mut now) = (PartitionHealth::default(), endpoint(), Instant::now());
        let spot = Spot {
            range: "0",
            side: Side::Writes,
            endpoint: &endpoint,
        };
        for _ in 0..20 {
            health.failed(spot, now, &settings());
            now += Duration::from_secs(300);
        }
        assert_eq!(health.admit(spot, now, REST), Admission::Open);
        for _ in 0..4 {
            health.failed(spot, now, &settings());
        }
        health.works(spot);
        assert!(!health.is_marked());
        for _ in 0..4 {
            health.failed(spot, now, &settings());
        }
        assert_eq!(health.admit(spot, now, REST), Admission::Open);
    }

    #[tokio::test(start_paused = true)]
    async fn five_races_lost_in_a_row_pass_it_over() {
        let (health, endpoint, now) = (PartitionHealth::default(), endpoint(), Instant::now());
        let spot = Spot {
            range: "0",
            side: Side::Reads,
            endpoint: &endpoint,
        };
        for _ in 0..4 {
            health.lost(spot, now, &settings());
        }
        health.works(spot);
        for n in 1..=5 {
            assert_eq!(health.admit(spot, now, REST), Admission::Open, "{n}");
            health.lost(spot, now, &settings());
        }
        assert_eq!(health.admit(spot, now, REST), Admission::Shut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_fails_shuts_it_again_at_once() {
        let (health, endpoint, now) = (PartitionHealth::default(), endpoint(), Instant::now());
        let spot = Spot {
            range: "0",
            side: Side::Reads,
            endpoint: &endpoint,
        };
        health.shut(spot, now);
        let later = now + REST;
        assert_eq!(health.admit(spot, later, REST), Admission::Probe);
        health.failed(spot, later, &settings());
        assert_eq!(health.admit(spot, later + REST / 2, REST), Admission::Shut);
        assert_eq!(health.admit(spot, later + REST, REST), Admission::Probe);
        health.works(spot);
        assert_eq!(health.admit(spot, later + REST, REST), Admission::Open);
    }
}
