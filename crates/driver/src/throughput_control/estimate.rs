//! What an operation will cost, learned from those of its kind that ended.

use crate::operation::{CosmosOperation, OperationType};

/// How much of the difference a new charge changes the estimate.
const WEIGHT: f64 = 0.2;

/// Kinds of operation whose charges are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    PointRead,
    Feed,
    Write,
}

impl Kind {
    pub(super) fn of(operation: &CosmosOperation) -> Self {
        if operation.operation_type() == OperationType::Read {
            Self::PointRead
        } else if operation.is_read_only() {
            Self::Feed
        } else {
            Self::Write
        }
    }
}

/// Moving averages, one for each kind. They begin with what the service charges for an item of 1 KB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimates {
    point_read: f64,
    feed: f64,
    write: f64,
}

impl Default for Estimates {
    fn default() -> Self {
        Self {
            point_read: 1.0,
            feed: 3.0,
            write: 6.0,
        }
    }
}

impl Estimates {
    pub(super) fn get(self, kind: Kind) -> f64 {
        match kind {
            Kind::PointRead => self.point_read,
            Kind::Feed => self.feed,
            Kind::Write => self.write,
        }
    }

    pub(super) fn learn(&mut self, kind: Kind, charge: f64) {
        let average = match kind {
            Kind::PointRead => &mut self.point_read,
            Kind::Feed => &mut self.feed,
            Kind::Write => &mut self.write,
        };
        *average += WEIGHT * (charge - *average);
    }
}
