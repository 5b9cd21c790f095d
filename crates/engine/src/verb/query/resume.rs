//! The filter with which an ordered query goes on behind a row that a client has merged already.
//!
//! Its rows have the form of rewritten queries: `{"_rid": …, "orderByItems": [{"item": …}], …}`.

use std::cmp::Ordering;

use cosmokit_protocol::{id::Rid, op::query::ResumeFilter};
use cosmokit_query::{
    Program,
    ast::Direction,
    merge::resume_key,
    value::{OrderKey, Raw, Value},
};

use super::order::Begin;
use crate::{
    index::key::{IndexEntry, IndexKey},
    refuse,
    response::Failure,
};

/// The place of a row in the order of a query.
#[derive(Debug)]
pub(super) struct QueryResume {
    keys: Vec<(OrderKey, Direction)>,
    rid: Option<Rid>,
    exclude: bool,
}

impl QueryResume {
    /// Reads a filter.
    ///
    /// # Errors
    /// 400 when it does not fit the query's ORDER BY.
    pub(super) fn of(filter: &ResumeFilter, program: &Program) -> Result<Self, Failure> {
        let directions: Vec<Direction> = program
            .order_paths()
            .unwrap_or_default()
            .into_iter()
            .map(|(_, direction)| direction)
            .collect();
        let keys: Option<Vec<OrderKey>> = filter.value.iter().map(resume_key).collect();
        let keys = keys
            .filter(|keys| !keys.is_empty() && keys.len() == directions.len())
            .ok_or_else(|| wrong("its 'value' does not give the values of the query's ORDER BY"))?;
        let rid = filter.rid.as_deref().map(str::parse).transpose();
        Ok(Self {
            keys: keys.into_iter().zip(directions).collect(),
            rid: rid.map_err(|_| wrong("its 'rid' is no resource id"))?,
            exclude: filter.exclude,
        })
    }

    /// The place in an order of items.
    pub(super) fn begin(&self) -> Begin {
        let first = self.keys.first().map(|(_, direction)| *direction);
        let relative = |direction: Direction| {
            if Some(direction) == first {
                Direction::Ascending
            } else {
                Direction::Descending
            }
        };
        let keys = self.keys.iter();
        let key = IndexKey::of(keys.map(|(key, direction)| (key, relative(*direction))));
        match self.rid.and_then(|rid| rid.document_ordinal()) {
            None if self.exclude => Begin::BehindKey(key),
            None => Begin::AtKey(key),
            Some(ordinal) if self.exclude => Begin::Behind(IndexEntry { key, ordinal }),
            Some(ordinal) => Begin::At(IndexEntry { key, ordinal }),
        }
    }

    /// Refuses a row that is not of a rewritten query.
    ///
    /// # Errors
    /// 400.
    pub(super) fn check(&self, row: &[u8]) -> Result<(), Failure> {
        self.is_before(row).map(drop)
    }

    /// Whether a row stands before the place.
    ///
    /// # Errors
    /// 400 when the row is not of a rewritten query.
    pub(super) fn is_before(&self, row: &[u8]) -> Result<bool, Failure> {
        let row = Raw::new(row);
        let items = row
            .member("orderByItems")
            .ok_or_else(|| wrong("the query selects no 'orderByItems'"))?;
        let mut items = items.elements();
        for (key, direction) in &self.keys {
            let item = items.next().and_then(|item| item.member("item"));
            let value = OrderKey::from(&item.map_or(Value::Undefined, Raw::value));
            match direction.apply(value.cmp(key)) {
                Ordering::Less => return Ok(true),
                Ordering::Greater => return Ok(false),
                Ordering::Equal => {}
            }
        }
        let Some(rid) = self.rid else {
            return Ok(self.exclude);
        };
        let of_row = row.member("_rid").map(Raw::value);
        let of_row: Option<u64> = of_row
            .as_ref()
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<Rid>().ok())
            .map(|rid| rid.document_ordinal())
            .ok_or_else(|| wrong("the query selects no '_rid'"))?;
        // Items with the same values come by resource id, in the direction of the first value.
        let first = self.keys.first().map(|(_, direction)| *direction);
        let order = first
            .unwrap_or(Direction::Ascending)
            .apply(of_row.cmp(&rid.document_ordinal()));
        Ok(match order {
            Ordering::Less => true,
            Ordering::Equal => self.exclude,
            Ordering::Greater => false,
        })
    }
}

fn wrong(reason: &str) -> Failure {
    refuse::bad_request(format!("the 'resumeFilter' of the query: {reason}"))
}
