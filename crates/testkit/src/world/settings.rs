//! What a world is like.

use std::fmt;
use std::num::NonZeroU32;

use cosmokit_engine::{Account, AccountBuilder, Lag, WriteMode};
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::region::Region;
use cosmokit_server::Gateway;

use super::Front;

/// What a world is like. Everything has a default.
#[derive(Debug)]
#[must_use]
pub struct WorldSettings {
    pub(super) campaign: String,
    pub(super) seed: u64,
    pub(super) level: ConsistencyLevel,
    pub(super) regions: Vec<Region>,
    pub(super) write_mode: WriteMode,
    pub(super) switches: bool,
    pub(super) lags: Lags,
    pub(super) front: FrontOf,
    pub(super) account: AccountBuilder,
}

/// Puts somebody before a gateway.
pub(super) struct FrontOf(pub(super) Box<dyn FnOnce(&Gateway) -> Front>);

impl fmt::Debug for FrontOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FrontOf")
    }
}

/// The usual lags of a world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lags {
    /// From region to region.
    pub links: Lag,
    /// From the leader of a region to each other replica of it.
    pub replicas: Lag,
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
            switches: false,
            lags: Lags::default(),
            front: FrontOf(Box::new(Front::honest)),
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

    /// Every region may take writes for a while, whatever the mode at the beginning: judges expect no more than then.
    pub fn switching_write_mode(mut self) -> Self {
        self.switches = true;
        self
    }

    /// The usual lags. Default: none.
    pub fn lags(mut self, lags: Lags) -> Self {
        self.lags = lags;
        self
    }

    /// Who stands before the gateway. Default: nobody.
    pub fn front(mut self, front: impl FnOnce(&Gateway) -> Front + 'static) -> Self {
        self.front = FrontOf(Box::new(front));
        self
    }

    /// Everything else about the account. Its regions, level, write mode, clock and seed are the world's.
    pub fn account(mut self, change: impl FnOnce(AccountBuilder) -> AccountBuilder) -> Self {
        self.account = change(self.account);
        self
    }
}
