//! The campaigns of this crate, by name.

use std::time::Duration;

use cosmokit_engine::{Lag, WriteMode};
use cosmokit_protocol::wire::consistency::ConsistencyLevel;

use super::Campaign;
use crate::judge::StalenessBound;
use crate::schedule::Menu;
use crate::world::Lags;

const BOUND: StalenessBound = StalenessBound {
    versions: 20,
    age: Duration::from_secs(1),
};

/// Three regions: the first takes writes.
const REGIONS: &[&str] = &["East US", "West Europe", "Southeast Asia"];

/// Partitions that are split and merged, and regions that are lost, all the time.
const UPHEAVAL: Menu = Menu {
    repartitions: 8,
    lags: 2,
    failovers: 2,
    forced_failovers: 2,
    standstills: 1,
    regions: 1,
    ..Menu::NOTHING
};

/// Replication that is never quite there.
const LAGS: Lags = Lags {
    links: Lag::Uniform {
        min: Duration::from_millis(20),
        max: Duration::from_millis(200),
    },
    replicas: Lag::Uniform {
        min: Duration::ZERO,
        max: Duration::from_millis(120),
    },
};

/// Everything that may happen to an account.
const EVERYTHING: Menu = Menu {
    losses: 1,
    clock_jumps: 1,
    repartitions: 3,
    faults: 2,
    lags: 3,
    outages: 1,
    failovers: 2,
    forced_failovers: 1,
    standstills: 1,
    regions: 1,
    write_modes: 0,
    budgets: 1,
};

const LENGTH: Duration = Duration::from_secs(5);

/// Every campaign, each with a name of its own.
pub const CAMPAIGNS: &[Campaign] = &[
    Campaign {
        name: "one_region",
        weaker: Some(ConsistencyLevel::Eventual),
        regions: &["East US"],
        length: Duration::from_secs(3),
        ..at_level("", ConsistencyLevel::Session)
    },
    Campaign {
        // What is acknowledged here is never lost, so there is something to lose.
        weaker: Some(ConsistencyLevel::Eventual),
        ..at_level("strong", ConsistencyLevel::Strong)
    },
    Campaign {
        // Quorums hide most of the lag inside a region, so there is more of it, and a wider bound to go with it.
        lags: Lags {
            replicas: Lag::Uniform {
                min: Duration::ZERO,
                max: Duration::from_millis(600),
            },
            ..LAGS
        },
        bound: StalenessBound {
            versions: 40,
            age: Duration::from_secs(2),
        },
        ..at_level("bounded_staleness", ConsistencyLevel::BoundedStaleness)
    },
    Campaign {
        weaker: Some(ConsistencyLevel::ConsistentPrefix),
        ..at_level("session", ConsistencyLevel::Session)
    },
    at_level("consistent_prefix", ConsistencyLevel::ConsistentPrefix),
    at_level("eventual", ConsistencyLevel::Eventual),
    Campaign {
        // Writers stay in their regions: whoever moves to another one meets conflicts with themselves.
        write_mode: WriteMode::Multi,
        menu: Menu {
            losses: 0,
            faults: 0,
            outages: 0,
            failovers: 0,
            forced_failovers: 0,
            regions: 0,
            ..EVERYTHING
        },
        ..at_level("multi_write", ConsistencyLevel::Session)
    },
    Campaign {
        // Readers of the change feed over whatever becomes of partitions and regions.
        menu: UPHEAVAL,
        length: Duration::from_secs(3),
        ..at_level("feeds", ConsistencyLevel::Session)
    },
    Campaign {
        menu: Menu {
            write_modes: 1,
            losses: 0,
            faults: 0,
            outages: 0,
            forced_failovers: 0,
            ..EVERYTHING
        },
        ..at_level("write_mode", ConsistencyLevel::Session)
    },
];

const fn at_level(name: &'static str, level: ConsistencyLevel) -> Campaign {
    Campaign {
        name,
        level,
        weaker: None,
        regions: REGIONS,
        write_mode: WriteMode::Single,
        lags: LAGS,
        menu: EVERYTHING,
        length: LENGTH,
        bound: BOUND,
    }
}

impl Campaign {
    /// The campaign of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CAMPAIGNS.iter().find(|campaign| campaign.name == name)
    }
}
