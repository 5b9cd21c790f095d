//! What a merge writes down to go on from later, in another process if need be.

use bytes::Bytes;
use cosmokit_protocol::partition::EpkRange;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::MergeError;
use super::aggregate::{Column, Row};
use super::distinct::DistinctState;
use super::hybrid::{CandidatePlace, HybridState};
use super::partial::{Extreme, Partial};
use super::resume::OrderPosition;
use super::source::SourcePosition;
use super::stage::Place;
use crate::aggregate::Sum;
use crate::value::StructuralHash;

/// The state of a merge between two rows.
///
/// It holds no text of the query: what it is resumed with must be the plan that it was made under. Its size follows the
/// number of ranges, and what the query has to remember: hashes of different rows, groups, rows that were sorted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    pub(super) stage: StageState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) distinct: Option<DistinctState>,
    /// Different rows counted so far, and whether the count was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) counted: Option<(u64, bool)>,
    /// Rows still to leave out and to take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) window: Option<(u64, Option<u64>)>,
}

/// The state of what reads from ranges.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum StageState {
    Unordered {
        sources: Vec<SourcePosition>,
    },
    Ordered {
        ranges: Vec<EpkRange>,
        position: Option<OrderPosition>,
    },
    Aggregate {
        sources: Vec<SourcePosition>,
        columns: Vec<PartialState>,
        given: bool,
    },
    Groups {
        sources: Vec<SourcePosition>,
        groups: Vec<GroupState>,
        rows: Option<Vec<RawText>>,
    },
    Sorted {
        sources: Vec<SourcePosition>,
        rows: Vec<SortedRowState>,
        sorted: Option<Vec<RawText>>,
    },
    Hybrid(HybridState),
}

/// The JSON text of a value, written into a checkpoint as it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct RawText(Box<RawValue>);

impl RawText {
    pub(super) fn of(bytes: &Bytes) -> Result<Self, MergeError> {
        let text = serde_json::from_slice(bytes).map_err(|_| MergeError::Row("it is not JSON"))?;
        Ok(Self(text))
    }
}

impl From<RawText> for Bytes {
    fn from(text: RawText) -> Self {
        Self::from(String::from(Box::<str>::from(text.0)))
    }
}

/// A structural hash: its low and its high half.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct HashHalves(u64, u64);

impl From<StructuralHash> for HashHalves {
    fn from(hash: StructuralHash) -> Self {
        Self(hash.low, hash.high)
    }
}

impl From<HashHalves> for StructuralHash {
    fn from(halves: HashHalves) -> Self {
        Self {
            low: halves.0,
            high: halves.1,
        }
    }
}

/// One column of a row or group.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum PartialState {
    Count(u64),
    /// The bits of a sum and of its error, and whether it is poisoned.
    Sum((u64, u64, bool)),
    Average((u64, u64, bool), u64),
    Extreme {
        /// One value or none: a null in its place would be read as none.
        best: Vec<RawText>,
        poisoned: bool,
    },
    List(Vec<(Place, RawText)>),
    First(Option<(Place, RawText)>),
}

/// One group.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupState {
    pub(super) hash: HashHalves,
    pub(super) place: Place,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) keys: Vec<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<(Place, RawText)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) columns: Vec<PartialState>,
}

/// A row to be sorted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SortedRowState {
    pub(super) keys: Vec<Json>,
    pub(super) place: Place,
    pub(super) payload: RawText,
}

/// A candidate of a hybrid search; scores as bits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CandidateState {
    pub(super) rid: Box<str>,
    pub(super) place: CandidatePlace,
    pub(super) scores: Vec<u64>,
    /// One value or none: a null in its place would be read as none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) payload: Vec<RawText>,
}

impl PartialState {
    pub(super) fn of_row(row: &Row) -> Result<Vec<Self>, MergeError> {
        row.columns.iter().map(Self::of).collect()
    }

    fn of(column: &Column) -> Result<Self, MergeError> {
        let placed =
            |(place, bytes): &(Place, Bytes)| RawText::of(bytes).map(|text| (*place, text));
        Ok(match column {
            Column::First(first) => Self::First(first.as_ref().map(placed).transpose()?),
            Column::Aggregate(Partial::Count(total)) => Self::Count(*total),
            Column::Aggregate(Partial::Sum(sum)) => Self::Sum(sum.to_bits()),
            Column::Aggregate(Partial::Average(sum, counted)) => {
                Self::Average(sum.to_bits(), *counted)
            }
            Column::Aggregate(Partial::Extreme(extreme)) => Self::Extreme {
                best: extreme
                    .best
                    .iter()
                    .map(RawText::of)
                    .collect::<Result<_, _>>()?,
                poisoned: extreme.poisoned,
            },
            Column::Aggregate(Partial::List(list)) => {
                Self::List(list.values.iter().map(placed).collect::<Result<_, _>>()?)
            }
        })
    }

    /// Fills the columns of a fresh row.
    pub(super) fn into_row(states: Vec<Self>, mut fresh: Row) -> Result<Row, MergeError> {
        if states.len() != fresh.columns.len() {
            return Err(MergeError::Token("it has other columns than the query"));
        }
        for (column, state) in fresh.columns.iter_mut().zip(states) {
            match (column, state) {
                (Column::First(first), Self::First(state)) => {
                    *first = state.map(|(place, text)| (place, text.into()));
                }
                (Column::Aggregate(Partial::Count(total)), Self::Count(state)) => *total = state,
                (Column::Aggregate(Partial::Sum(sum)), Self::Sum(bits)) => {
                    *sum = Sum::from_bits(bits);
                }
                (Column::Aggregate(Partial::Average(sum, counted)), Self::Average(bits, state)) => {
                    (*sum, *counted) = (Sum::from_bits(bits), state);
                }
                (
                    Column::Aggregate(Partial::Extreme(Extreme {
                        best,
                        poisoned: poison,
                        ..
                    })),
                    Self::Extreme {
                        best: state,
                        poisoned,
                    },
                ) => {
                    (*best, *poison) = (state.into_iter().next().map(Bytes::from), poisoned);
                }
                (Column::Aggregate(Partial::List(list)), Self::List(values)) => {
                    for (place, text) in values {
                        list.insert(place, text.into());
                    }
                }
                _ => return Err(MergeError::Token("it has other aggregates than the query")),
            }
        }
        Ok(fresh)
    }
}
