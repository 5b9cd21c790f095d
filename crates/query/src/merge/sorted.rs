//! ORDER BY that ranges cannot stream: all rows are read, and the best ones sorted in memory.

use bytes::Bytes;
use cosmokit_protocol::partition::EpkRange;

use super::checkpoint::{RawText, SortedRowState, StageState};
use super::last_rows::LastRows;
use super::order_row::{OrderRow, SortKey};
use super::source::{SourceId, SourceNames, Sources};
use super::stage::{Fetch, MergeStep, Page, Place, Stage};
use super::{MergeError, MergeLimits};
use crate::ast::Direction;
use crate::value::OrderKey;

/// Sorts rows.
#[derive(Debug)]
pub(super) struct Sorted {
    directions: Box<[Direction]>,
    text: Box<str>,
    sources: Sources,
    /// How many of the first rows are wanted; `None`: all.
    wanted: Option<usize>,
    rows: Vec<SortedRow>,
    bytes: usize,
    /// The rows in order, once everything is read.
    finished: LastRows,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SortedRow {
    key: SortKey,
    place: Place,
    payload: Bytes,
}

impl Sorted {
    pub(super) fn new(
        sources: Sources,
        directions: &[Direction],
        wanted: Option<u64>,
        text: &str,
    ) -> Self {
        Self {
            directions: directions.into(),
            text: text.into(),
            sources,
            wanted: wanted.map(|wanted| usize::try_from(wanted).unwrap_or(usize::MAX)),
            rows: Vec::new(),
            bytes: 0,
            finished: LastRows::default(),
        }
    }

    /// Goes on from a state.
    pub(super) fn restored(
        mut self,
        rows: Vec<SortedRowState>,
        sorted: Option<Vec<RawText>>,
    ) -> Result<Self, MergeError> {
        for state in rows {
            let keys: Option<Vec<OrderKey>> =
                state.keys.iter().map(super::resume::from_json).collect();
            let keys = keys.ok_or(MergeError::Token("its keys are not those of the query"))?;
            let payload = Bytes::from(state.payload);
            self.bytes += payload.len();
            self.rows.push(SortedRow {
                key: SortKey::new(keys, &self.directions),
                place: state.place,
                payload,
            });
        }
        self.finished = LastRows::restored(sorted);
        Ok(self)
    }

    /// Leaves only rows that can still be among the wanted ones.
    fn trim(&mut self) {
        self.rows.sort_unstable();
        if let Some(wanted) = self.wanted {
            self.rows.truncate(wanted);
        }
        self.bytes = self.rows.iter().map(|row| row.payload.len()).sum();
    }
}

impl Stage for Sorted {
    fn fetches(&self, _: &MergeLimits) -> Vec<Fetch<'_>> {
        self.sources.fetch_all(Some(&self.text))
    }

    fn push(&mut self, id: SourceId, page: Page, limits: &MergeLimits) -> Result<(), MergeError> {
        for (place, bytes) in self.sources.drain(id, page)? {
            let row = OrderRow::read(&bytes, &self.directions)?;
            if let Some(payload) = row.payload {
                let payload = Bytes::copy_from_slice(&payload);
                self.bytes += payload.len();
                self.rows.push(SortedRow {
                    key: row.key,
                    place,
                    payload,
                });
            }
        }
        if self
            .wanted
            .is_some_and(|wanted| self.rows.len() > wanted.saturating_mul(2).saturating_add(1024))
        {
            self.trim();
        }
        if self.rows.len() > limits.sorted_rows || self.bytes > limits.held_bytes {
            self.trim();
        }
        limits.check_sorted("rows to sort", self.rows.len(), self.bytes)
    }

    fn next(&mut self, _: &MergeLimits) -> Result<MergeStep, MergeError> {
        if !self.sources.are_read() {
            return Ok(MergeStep::Waiting);
        }
        if self.finished.are_missing() {
            self.trim();
            let rows = std::mem::take(&mut self.rows).into_iter();
            self.finished.set(rows.map(|row| row.payload));
        }
        Ok(self.finished.give())
    }

    fn split(
        &mut self,
        id: SourceId,
        ranges: &[EpkRange],
        names: &mut SourceNames,
    ) -> Result<(), MergeError> {
        self.sources.split(id, ranges, names)
    }

    fn state(&self) -> Result<StageState, MergeError> {
        let mut rows: Vec<&SortedRow> = self.rows.iter().collect();
        rows.sort_unstable();
        rows.truncate(self.wanted.unwrap_or(usize::MAX));
        let state = |row: &SortedRow| {
            let keys = row.key.keys().map(super::resume::to_json).collect();
            Ok(SortedRowState {
                keys,
                place: row.place,
                payload: RawText::of(&row.payload)?,
            })
        };
        Ok(StageState::Sorted {
            sources: self.sources.positions(),
            rows: rows
                .into_iter()
                .map(state)
                .collect::<Result<_, MergeError>>()?,
            sorted: self.finished.state()?,
        })
    }
}
