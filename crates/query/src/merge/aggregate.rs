//! Aggregates without GROUP BY: one row from the partial results of all ranges.
//!
//! Without any range the result is that of an aggregate over nothing: a query that no document can fulfil asks nobody.

use bytes::Bytes;
use cosmokit_protocol::partition::EpkRange;

use super::checkpoint::{PartialState, StageState};
use super::partial::Partial;
use super::source::{SourceId, SourceNames, Sources};
use super::stage::{Fetch, MergeStep, Page, Place, Stage};
use super::{MergeError, MergeLimits};
use crate::aggregate::AggregateKind;
use crate::value::{Raw, write_string};

/// What the one row is.
#[derive(Clone, Debug)]
pub(super) enum AggregateForm {
    /// The value of one aggregate.
    Value(AggregateKind),
    /// An object of columns; `None`: the column is the same in all ranges.
    Columns(Vec<(Box<str>, Option<AggregateKind>)>),
}

/// The columns of one row or group, and what they come to.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) columns: Vec<Column>,
}

/// One column.
#[derive(Clone, Debug)]
pub(super) enum Column {
    /// The value of the first row that has one, by place.
    First(Option<(Place, Bytes)>),
    /// An aggregate.
    Aggregate(Partial),
}

impl AggregateForm {
    fn kinds(&self) -> Vec<Option<AggregateKind>> {
        match self {
            Self::Value(kind) => vec![Some(*kind)],
            Self::Columns(columns) => columns.iter().map(|(_, kind)| *kind).collect(),
        }
    }

    /// A row before any partial result.
    pub(super) fn row(&self) -> Row {
        let column = |kind: Option<AggregateKind>| match kind {
            Some(kind) => Column::Aggregate(Partial::new(kind)),
            None => Column::First(None),
        };
        Row {
            columns: self.kinds().into_iter().map(column).collect(),
        }
    }

    /// Takes the payload of a range: `[partial]` for a value, an object of partial results for columns.
    pub(super) fn take(
        &self,
        state: &mut Row,
        row: &Bytes,
        payload: Raw<'_>,
        place: Place,
    ) -> Result<(), MergeError> {
        match self {
            Self::Value(_) => {
                let partial = payload
                    .element(0)
                    .ok_or(MergeError::Row("an aggregate is not in an array"))?;
                if let Some(Column::Aggregate(state)) = state.columns.first_mut() {
                    state.take(row, partial, place);
                }
            }
            Self::Columns(columns) => {
                for ((name, _), state) in columns.iter().zip(&mut state.columns) {
                    let Some(value) = payload.member(name) else {
                        continue;
                    };
                    match state {
                        Column::Aggregate(partial) => partial.take(row, value, place),
                        Column::First(first) => {
                            if first.as_ref().is_none_or(|(known, _)| place < *known) {
                                *first = Some((place, Bytes::copy_from_slice(value.bytes())));
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// The row; `None` when its value is undefined.
    pub(super) fn finish(&self, state: &Row) -> Option<Bytes> {
        let value = |column: &Column| match column {
            Column::First(first) => first.as_ref().map(|(_, bytes)| bytes.clone()),
            Column::Aggregate(partial) => partial.result(),
        };
        match self {
            Self::Value(_) => state.columns.first().and_then(value),
            Self::Columns(columns) => {
                let members = columns
                    .iter()
                    .zip(&state.columns)
                    .filter_map(|((name, _), column)| Some((&**name, value(column)?)));
                Some(object(members))
            }
        }
    }
}

impl Row {
    /// Values that are collected.
    pub(super) fn values(&self) -> usize {
        self.partials().map(Partial::values).sum()
    }

    /// Bytes that are held.
    pub(super) fn bytes(&self) -> usize {
        let firsts = self.columns.iter().filter_map(|column| match column {
            Column::First(first) => first.as_ref().map(|(_, bytes)| bytes.len()),
            Column::Aggregate(_) => None,
        });
        self.partials().map(Partial::bytes).sum::<usize>() + firsts.sum::<usize>()
    }

    fn partials(&self) -> impl Iterator<Item = &Partial> {
        self.columns.iter().filter_map(|column| match column {
            Column::Aggregate(partial) => Some(partial),
            Column::First(_) => None,
        })
    }
}

/// An object as JSON text.
pub(super) fn object<'m>(members: impl Iterator<Item = (&'m str, Bytes)>) -> Bytes {
    let mut out = vec![b'{'];
    for (index, (name, value)) in members.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_string(name, &mut out);
        out.push(b':');
        out.extend_from_slice(&value);
    }
    out.push(b'}');
    out.into()
}

/// Merges aggregates.
#[derive(Debug)]
pub(super) struct Aggregates {
    form: AggregateForm,
    text: Box<str>,
    sources: Sources,
    row: Row,
    given: bool,
}

impl Aggregates {
    pub(super) fn new(sources: Sources, form: AggregateForm, text: &str) -> Self {
        let row = form.row();
        Self {
            form,
            text: text.into(),
            sources,
            row,
            given: false,
        }
    }

    /// Goes on from a state.
    pub(super) fn restored(
        mut self,
        columns: Vec<PartialState>,
        given: bool,
    ) -> Result<Self, MergeError> {
        self.row = PartialState::into_row(columns, self.row)?;
        self.given = given;
        Ok(self)
    }
}

impl Stage for Aggregates {
    fn fetches(&self, _: &MergeLimits) -> Vec<Fetch<'_>> {
        self.sources.fetch_all(Some(&self.text))
    }

    fn push(&mut self, id: SourceId, page: Page, limits: &MergeLimits) -> Result<(), MergeError> {
        for (place, bytes) in self.sources.drain(id, page)? {
            let row = Raw::new(&bytes);
            let payload = match self.form {
                AggregateForm::Value(_) => row,
                AggregateForm::Columns(_) => row
                    .member("payload")
                    .ok_or(MergeError::Row("payload is missing"))?,
            };
            self.form.take(&mut self.row, &bytes, payload, place)?;
        }
        limits.check_values(self.row.values(), self.row.bytes())
    }

    fn next(&mut self, _: &MergeLimits) -> Result<MergeStep, MergeError> {
        if !self.sources.are_read() {
            return Ok(MergeStep::Waiting);
        }
        if std::mem::replace(&mut self.given, true) {
            return Ok(MergeStep::Finished);
        }
        Ok(self
            .form
            .finish(&self.row)
            .map_or(MergeStep::Finished, MergeStep::Row))
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
        Ok(StageState::Aggregate {
            sources: self.sources.positions(),
            columns: PartialState::of_row(&self.row)?,
            given: self.given,
        })
    }
}
