//! A whole history.

use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use serde::{Deserialize, Serialize};

use super::{Disturbance, Impact, ItemKey, Mark, Moment, Operation, WriteVerb};

/// The world that a history is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// What was played.
    pub campaign: String,
    /// From which seed.
    pub seed: u64,
    /// The account's level.
    pub level: ConsistencyLevel,
    /// Whether every region takes writes, always or at some time.
    pub multi_write: bool,
}

/// What happened in a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The world.
    pub setting: Setting,
    /// The operations, in the order in which they were invoked.
    pub operations: Vec<Operation>,
    /// What was done to the account, in order.
    pub disturbances: Vec<Disturbance>,
}

/// One write of a history, with the operation that it is part of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteOf<'h> {
    pub(crate) operation: &'h Operation,
    pub(crate) key: &'h ItemKey,
    pub(crate) verb: WriteVerb,
    pub(crate) mark: Mark,
}

impl History {
    /// Whether acknowledged writes may have been lost between two moments.
    pub fn may_have_lost_writes(&self, from: Moment, to: Moment) -> bool {
        self.disturbances
            .iter()
            .any(|it| it.impact == Impact::MayLoseWrites && from <= it.at && it.at <= to)
    }

    /// When the last trouble had been over for a while, if it was.
    pub fn healed(&self) -> Option<Moment> {
        self.last(Impact::Healed)
    }

    /// When everything was healed and had caught up, if it was.
    pub fn settled(&self) -> Option<Moment> {
        self.last(Impact::Settled)
    }

    fn last(&self, impact: Impact) -> Option<Moment> {
        self.disturbances
            .iter()
            .rfind(|it| it.impact == impact)
            .map(|it| it.at)
    }

    /// Every write, whether it took effect or not.
    pub(crate) fn writes(&self) -> impl Iterator<Item = WriteOf<'_>> {
        self.operations.iter().flat_map(|operation| {
            operation
                .action
                .writes()
                .map(move |(key, verb, mark)| WriteOf {
                    operation,
                    key,
                    verb,
                    mark,
                })
        })
    }
}
