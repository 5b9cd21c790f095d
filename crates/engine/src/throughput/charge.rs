//! What a request costs, in request units (RU): a pure function of what was done.
//!
//! The service publishes no formula, only points: a read of 1 KB costs 1 RU and of 100 KB 10 RU,
//! a write of 1 KB about 5 RU and of 100 KB about 50 RU, a replace about twice a create, each
//! indexed property a little, a query of one partition with few results 2.8 to 3.1 RU, an empty
//! page of the change feed 1 RU. The model goes through those points:
//!
//! | request | charge in RU |
//! |---|---|
//! | size factor f | √(size in started KiB), at least 1 |
//! | read of an item | f |
//! | read that finds nothing, or answers 304 | 1 |
//! | create, delete | 5.4 f + 0.07 per indexed value |
//! | replace, and upsert of an existing item | 9.8 f + 0.07 per indexed value |
//! | write refused by a condition or a taken id | 1.24 |
//! | page of a feed | 2 + its size in KiB / 10, at least 1 per partition |
//! | page of a query | 2.8 per partition + 0.01 per item that was looked at + 0.0002 per index entry that was looked at + size of the rows in KiB / 10 |
//! | page of the change feed | 1 per partition + its size in KiB / 10 |
//! | patch | a replace by the patched item |
//! | batch | the sum of its operations; a failed transaction, a refused write |
//! | delete by partition key | 1; the deletes use what others leave |
//! | database or container: create 5, replace 10, delete 5, read or list 1, query 2.3 | |
//! | partition key ranges, account | 0 |
//!
//! Under strong and bounded staleness consistency reads ask two replicas and cost double.
//! Charges are rounded to hundredths.

use cosmokit_protocol::wire::{charge::RequestCharge, consistency::ConsistencyLevel};

/// What was done, as far as it matters for the charge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Work {
    /// An item was read.
    Read {
        /// Size of its body in bytes.
        bytes: usize,
    },
    /// Nothing was found, or nothing had changed.
    Miss,
    /// An item was created or deleted.
    Insert(Written),
    /// An item was replaced.
    Overwrite(Written),
    /// A write was refused after a look at the item.
    RefusedWrite,
    /// A page of items was read.
    Page {
        /// Sum of the sizes of the bodies, in bytes.
        bytes: usize,
        /// Partitions that were looked at.
        partitions: usize,
    },
    /// A page of a query's rows was found by looking at items.
    Query {
        /// Items that were looked at.
        items: usize,
        /// Entries of indexes that were looked at.
        entries: usize,
        /// Sum of the sizes of the rows, in bytes.
        bytes: usize,
        /// Partitions that were looked at.
        partitions: usize,
    },
    /// A page of the change feed was read.
    Changes {
        /// Size of the page's entries, in bytes.
        bytes: usize,
        /// Parts of partitions that were looked at.
        partitions: usize,
    },
    /// Something was done to a database, container or offer.
    Metadata(MetadataWork),
}

/// The item that a write stored or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// Size of the body in bytes.
    pub(crate) bytes: usize,
    /// Values that went into, or out of, the index.
    pub(crate) indexed_values: u32,
}

/// What was done to a database, container or offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetadataWork {
    /// Read or list.
    Read,
    /// Query.
    Query,
    /// Create or delete.
    CreateOrDelete,
    /// Replace.
    Replace,
}

/// The charge for work done under an effective consistency level.
pub(crate) fn charge(work: Work, level: ConsistencyLevel) -> RequestCharge {
    let quorum = match level {
        ConsistencyLevel::Strong | ConsistencyLevel::BoundedStaleness => 2.0,
        _ => 1.0,
    };
    let units = match work {
        Work::Read { bytes } => quorum * size_factor(bytes),
        Work::Miss => quorum,
        Work::Insert(written) => 5.4 * size_factor(written.bytes) + index_cost(written),
        Work::Overwrite(written) => 9.8 * size_factor(written.bytes) + index_cost(written),
        Work::RefusedWrite => 1.24,
        Work::Page { bytes, partitions } => quorum * page_cost(bytes, partitions),
        Work::Query {
            items,
            entries,
            bytes,
            partitions,
        } => quorum * query_cost((items, entries), bytes, partitions),
        Work::Changes { bytes, partitions } => quorum * changes_cost(bytes, partitions),
        Work::Metadata(MetadataWork::Read) => 1.0,
        Work::Metadata(MetadataWork::Query) => 2.3,
        Work::Metadata(MetadataWork::CreateOrDelete) => 5.0,
        Work::Metadata(MetadataWork::Replace) => 10.0,
    };
    RequestCharge::new((units * 100.0).round() / 100.0)
}

/// √(started KiB), at least 1.
fn size_factor(bytes: usize) -> f64 {
    count(bytes.div_ceil(1024).max(1)).sqrt()
}

fn index_cost(written: Written) -> f64 {
    0.07 * f64::from(written.indexed_values)
}

fn page_cost(bytes: usize, partitions: usize) -> f64 {
    let items = 2.0 + count(bytes) / 1024.0 / 10.0;
    items.max(count(partitions))
}

fn query_cost((items, entries): (usize, usize), bytes: usize, partitions: usize) -> f64 {
    let looked_at = count(items) / 100.0 + count(entries) / 5_000.0;
    2.8 * count(partitions.max(1)) + looked_at + count(bytes) / 1024.0 / 10.0
}

fn changes_cost(bytes: usize, partitions: usize) -> f64 {
    count(partitions.max(1)) + count(bytes) / 1024.0 / 10.0
}

/// A count as a number; exact below 2^32, and no count here is above that.
fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use ConsistencyLevel::{BoundedStaleness, ConsistentPrefix, Eventual, Session, Strong};

    use super::*;

    fn check(work: Work, level: ConsistencyLevel, expected: f64) {
        let got = charge(work, level).value();
        assert!(
            (got - expected).abs() < 1e-9,
            "{work:?} at {level:?}: {got}, not {expected}"
        );
    }

    #[test]
    fn reads_go_through_the_published_points() {
        check(Work::Read { bytes: 0 }, Session, 1.0);
        check(Work::Read { bytes: 1024 }, Session, 1.0);
        check(Work::Read { bytes: 100 * 1024 }, Session, 10.0);
        check(Work::Read { bytes: 4 * 1024 }, Eventual, 2.0);
        check(Work::Miss, ConsistentPrefix, 1.0);
    }

    #[test]
    fn strong_and_bounded_reads_cost_double() {
        for level in [Strong, BoundedStaleness] {
            check(Work::Read { bytes: 1000 }, level, 2.0);
            check(Work::Miss, level, 2.0);
            let written = Written {
                bytes: 1000,
                indexed_values: 0,
            };
            check(Work::Insert(written), level, 5.4);
        }
    }

    #[test]
    fn writes_grow_with_size_and_indexed_values() {
        let small = Written {
            bytes: 300,
            indexed_values: 2,
        };
        check(Work::Insert(small), Session, 5.54);
        check(Work::Overwrite(small), Session, 9.94);
        let large = Written {
            bytes: 100 * 1024,
            indexed_values: 0,
        };
        check(Work::Insert(large), Session, 54.0);
        check(Work::RefusedWrite, Session, 1.24);
    }

    #[test]
    fn pages_and_metadata() {
        check(
            Work::Page {
                bytes: 0,
                partitions: 1,
            },
            Session,
            2.0,
        );
        check(
            Work::Page {
                bytes: 100 * 1024,
                partitions: 1,
            },
            Session,
            12.0,
        );
        check(
            Work::Page {
                bytes: 0,
                partitions: 5,
            },
            Session,
            5.0,
        );
        let changes = |bytes, partitions| Work::Changes { bytes, partitions };
        check(changes(0, 1), Session, 1.0);
        check(changes(0, 3), Session, 3.0);
        check(changes(0, 0), Session, 1.0);
        check(changes(100 * 1024, 1), Session, 11.0);
        check(changes(0, 1), Strong, 2.0);
        let query = |items, partitions| Work::Query {
            items,
            entries: items * 50,
            bytes: 10 * 1024,
            partitions,
        };
        check(query(0, 0), Session, 3.8);
        check(query(50, 2), Session, 7.6);
        check(query(50, 2), Strong, 15.2);
        check(Work::Metadata(MetadataWork::Read), Strong, 1.0);
        check(Work::Metadata(MetadataWork::CreateOrDelete), Session, 5.0);
    }
}
