//! What autoscale throughput is scaled to.
//!
//! The model: an autoscale offer serves up to its maximum at any moment, without delay and without 429, as the service
//! promises. What it is scaled to is what the service bills for an hour: the busiest second of the hour, in the busiest
//! partition, times the number of partitions; never less than a tenth of the maximum. With the hour it scales in again.
//! Use is measured while the account keeps its clients to their throughput.

use super::Account;
use crate::{
    metadata::{container::Container, database::Database, offer::Throughput},
    throughput::budget::Budgets,
};

/// An offer that scales by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Autoscaled {
    /// Name of the database.
    pub database: String,
    /// Name of the container; `None` for throughput that the containers of a database share.
    pub container: Option<String>,
    /// The most RU/s that it serves.
    pub maximum: u64,
    /// The RU/s that it is scaled to in the present hour.
    pub scaled_to: u64,
}

impl Account {
    /// Every autoscale offer, and what it is scaled to.
    pub fn autoscaled(&self) -> Vec<Autoscaled> {
        let catalog = self.state().catalog.load();
        let mut found = Vec::new();
        for (rid, database) in catalog.databases() {
            let maximum = |rid| match catalog.offer_of(rid)?.settled(self.now()).throughput {
                Throughput::Autoscale { maximum, .. } => Some(maximum),
                Throughput::Manual(_) => None,
            };
            found.extend(maximum(rid).map(|maximum| self.of_database(database, maximum)));
            for (rid, container) in database.containers() {
                let described = |maximum| self.of_container(database, container, maximum);
                found.extend(maximum(rid).map(described));
            }
        }
        found
    }

    fn of_database(&self, database: &Database, maximum: u64) -> Autoscaled {
        Autoscaled {
            database: database.header.name.to_string(),
            container: None,
            maximum,
            scaled_to: self.scaled_to(&database.header.budgets, 1, maximum),
        }
    }

    fn of_container(&self, database: &Database, container: &Container, maximum: u64) -> Autoscaled {
        let live = &container.live;
        let partitions = live.layout().partitions().len();
        Autoscaled {
            database: database.header.name.to_string(),
            container: Some(container.name.to_string()),
            maximum,
            scaled_to: self.scaled_to(&live.budgets, partitions, maximum),
        }
    }

    fn scaled_to(&self, budgets: &Budgets, buckets: usize, maximum: u64) -> u64 {
        let count = f64::from(u32::try_from(buckets).unwrap_or(u32::MAX));
        let busiest = budgets.busiest(self.now()) * count;
        let used = std::time::Duration::try_from_secs_f64(busiest.ceil());
        let used = used.map_or(maximum, |used| used.as_secs());
        used.clamp(maximum / 10, maximum)
    }
}
