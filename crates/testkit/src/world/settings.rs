//! What a world is like.

use std::num::NonZeroU32;

use cosmokit_engine::{Account, AccountBuilder, WriteMode};
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::region::Region;

/// What a world is like. Everything has a default.
#[derive(Debug)]
#[must_use]
pub struct WorldSettings {
    pub(super) campaign: String,
    pub(super) seed: u64,
    pub(super) level: ConsistencyLevel,
    pub(super) regions: Vec<Region>,
    pub(super) write_mode: WriteMode,
    pub(super) account: AccountBuilder,
}

impl WorldSettings {
    /// A world of this seed with one region, session consistency and two partitions per container.
    pub fn new(seed: u64) -> Self {
        Self {
            campaign: "unnamed".to_owned(),
            seed,
            level: ConsistencyLevel::Session,
            regions: vec![Region::new("East US")],
            write_mode: WriteMode::Single,
            account: Account::builder().partitions_per_container(NonZeroU32::MIN.saturating_add(1)),
        }
    }

    /// What is played, as it stands in the history.
    pub fn campaign(mut self, name: impl Into<String>) -> Self {
        self.campaign = name.into();
        self
    }

    /// The account's consistency level.
    pub fn level(mut self, level: ConsistencyLevel) -> Self {
        self.level = level;
        self
    }

    /// The account's regions, in order of priority.
    pub fn regions(mut self, names: &[&str]) -> Self {
        self.regions = names.iter().map(Region::new).collect();
        self
    }

    /// Whether one region takes writes or all do.
    pub fn write_mode(mut self, write_mode: WriteMode) -> Self {
        self.write_mode = write_mode;
        self
    }

    /// Everything else about the account. Its regions, level, write mode, clock and seed are the world's.
    pub fn account(mut self, change: impl FnOnce(AccountBuilder) -> AccountBuilder) -> Self {
        self.account = change(self.account);
        self
    }
}
