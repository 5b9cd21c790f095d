//! Settings of an account, chosen before it exists.

use std::sync::Arc;

use cosmokit_protocol::wire::{consistency::ConsistencyLevel, region::Region};

use super::{Account, AccountKeys};
use crate::clock::Clock;

/// Whether one region takes writes or all do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WriteMode {
    /// The first region in priority order takes writes.
    #[default]
    Single,
    /// Every region takes writes.
    Multi,
}

/// Builds an [`Account`]; every setting has a default.
///
/// ```
/// let account = cosmokit_engine::Account::builder().name("demo").seed(7).build().unwrap();
/// assert_eq!(account.topology().regions().len(), 1);
/// ```
#[derive(Debug)]
pub struct AccountBuilder {
    pub(super) name: String,
    pub(super) regions: Vec<Region>,
    pub(super) write_mode: WriteMode,
    pub(super) consistency: ConsistencyLevel,
    pub(super) keys: Option<AccountKeys>,
    pub(super) seed: u64,
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) partitions_per_container: Option<u32>,
}
