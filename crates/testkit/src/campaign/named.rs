//! The campaigns of this crate, by name.

use std::time::Duration;

use cosmokit_engine::WriteMode;
use cosmokit_protocol::wire::consistency::ConsistencyLevel;

use super::Campaign;
use crate::judge::StalenessBound;
use crate::schedule::Menu;

const BOUND: StalenessBound = StalenessBound {
    versions: 100,
    age: Duration::from_secs(5),
};

/// Every campaign, each with a name of its own.
pub const CAMPAIGNS: &[Campaign] = &[Campaign {
    name: "one_region",
    level: ConsistencyLevel::Session,
    weaker: Some(ConsistencyLevel::Eventual),
    regions: &["East US"],
    write_mode: WriteMode::Single,
    menu: Menu {
        losses: 2,
        clock_jumps: 1,
        repartitions: 4,
    },
    length: Duration::from_secs(3),
    bound: BOUND,
}];

impl Campaign {
    /// The campaign of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CAMPAIGNS.iter().find(|campaign| campaign.name == name)
    }
}
