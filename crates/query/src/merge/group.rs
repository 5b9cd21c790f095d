//! GROUP BY: a table of groups by the hash of their keys, filled from all ranges before the first row leaves.

use bytes::Bytes;
use cosmokit_protocol::partition::EpkRange;

use super::aggregate::{AggregateForm, Row};
use super::checkpoint::{GroupState, PartialState, RawText, StageState};
use super::last_rows::LastRows;
use super::order_row::SortKey;
use super::source::{SourceId, SourceNames, Sources};
use super::stage::{Fetch, MergeStep, Page, Place, Stage};
use super::{MergeError, MergeLimits};
use crate::ast::Direction;
use crate::value::{MapByValue, OrderKey, Raw, StructuralHash, Value, structural_hash};

/// What becomes of the payload of grouped rows.
#[derive(Clone, Debug)]
pub(super) enum GroupForm {
    /// It is the same in the whole group: the first one is given.
    First,
    /// Aggregates, alone or among columns.
    Aggregates(AggregateForm),
}

/// Merges groups.
#[derive(Debug)]
pub(super) struct Groups {
    form: GroupForm,
    /// Which key orders groups, in which direction; without any, they leave in the order in which they came.
    order: Vec<(usize, Direction)>,
    text: Box<str>,
    sources: Sources,
    table: MapByValue<Group>,
    values: usize,
    bytes: usize,
    /// The rows, once everything is read.
    rows: LastRows,
}

/// One group.
#[derive(Clone, Debug)]
struct Group {
    /// Where it was met first.
    place: Place,
    /// Its keys, for ordering.
    keys: Vec<OrderKey>,
    payload: Payload,
}

/// What a group gives.
#[derive(Clone, Debug)]
enum Payload {
    First(Option<(Place, Bytes)>),
    Row(Row),
}

impl Groups {
    pub(super) fn new(
        sources: Sources,
        form: GroupForm,
        order: Vec<(usize, Direction)>,
        text: &str,
    ) -> Self {
        Self {
            form,
            order,
            text: text.into(),
            sources,
            table: MapByValue::default(),
            values: 0,
            bytes: 0,
            rows: LastRows::default(),
        }
    }

    /// Goes on from a state.
    pub(super) fn restored(
        mut self,
        groups: Vec<GroupState>,
        rows: Option<Vec<RawText>>,
    ) -> Result<Self, MergeError> {
        for state in groups {
            let keys: Option<Vec<OrderKey>> =
                state.keys.iter().map(super::resume::from_json).collect();
            let payload = match &self.form {
                GroupForm::First => {
                    Payload::First(state.first.map(|(place, text)| (place, text.into())))
                }
                GroupForm::Aggregates(form) => {
                    Payload::Row(PartialState::into_row(state.columns, form.row())?)
                }
            };
            let group = Group {
                place: state.place,
                keys: keys.unwrap_or_default(),
                payload,
            };
            (self.values, self.bytes) = (self.values + group.values(), self.bytes + group.bytes());
            self.table.insert(state.hash.into(), group);
        }
        self.rows = LastRows::restored(rows);
        Ok(self)
    }

    fn take(&mut self, place: Place, row: &Bytes) -> Result<(), MergeError> {
        let raw = Raw::new(row);
        let items = raw
            .member("groupByItems")
            .ok_or(MergeError::Row("groupByItems is missing"))?;
        let payload = raw.member("payload");
        let hash = structural_hash(&items.value());
        let wants_keys = !self.order.is_empty();
        let form = &self.form;
        let group = self.table.entry(hash).or_insert_with(|| {
            let key = |item: Raw<'_>| {
                OrderKey::from(&item.member("item").map_or(Value::Undefined, Raw::value))
            };
            Group {
                place,
                keys: if wants_keys {
                    items.elements().map(key).collect()
                } else {
                    Vec::new()
                },
                payload: match form {
                    GroupForm::First => Payload::First(None),
                    GroupForm::Aggregates(form) => Payload::Row(form.row()),
                },
            }
        });
        let before = (group.values(), group.bytes());
        group.place = group.place.min(place);
        match (&mut group.payload, form, payload) {
            (Payload::Row(state), GroupForm::Aggregates(form), Some(payload)) => {
                form.take(state, row, payload, place)?;
            }
            (Payload::First(first), _, Some(payload))
                if first.as_ref().is_none_or(|(known, _)| place < *known) =>
            {
                *first = Some((place, Bytes::copy_from_slice(payload.bytes())));
            }
            _ => {}
        }
        self.values = self.values + group.values() - before.0;
        self.bytes = self.bytes + group.bytes() - before.1;
        Ok(())
    }

    /// The rows of all groups in their order.
    fn finish(&mut self) {
        let mut groups: Vec<Group> = std::mem::take(&mut self.table).into_values().collect();
        let key = |group: &Group| {
            let keys = self.order.iter().map(|(index, _)| {
                group
                    .keys
                    .get(*index)
                    .cloned()
                    .unwrap_or(OrderKey::Undefined)
            });
            let directions: Vec<Direction> =
                self.order.iter().map(|(_, direction)| *direction).collect();
            (SortKey::new(keys, &directions), group.place)
        };
        groups.sort_by_cached_key(key);
        let row = |group: Group| match (group.payload, &self.form) {
            (Payload::First(first), _) => first.map(|(_, bytes)| bytes),
            (Payload::Row(row), GroupForm::Aggregates(form)) => form.finish(&row),
            (Payload::Row(_), GroupForm::First) => None,
        };
        self.rows.set(groups.into_iter().filter_map(row));
    }
}

impl Group {
    fn values(&self) -> usize {
        match &self.payload {
            Payload::Row(row) => row.values(),
            Payload::First(_) => 0,
        }
    }

    fn bytes(&self) -> usize {
        match &self.payload {
            Payload::Row(row) => row.bytes(),
            Payload::First(first) => first.as_ref().map_or(0, |(_, bytes)| bytes.len()),
        }
    }

    fn state(&self, hash: StructuralHash) -> Result<GroupState, MergeError> {
        let (first, columns) = match &self.payload {
            Payload::Row(row) => (None, PartialState::of_row(row)?),
            Payload::First(first) => (
                first
                    .as_ref()
                    .map(|(place, bytes)| RawText::of(bytes).map(|text| (*place, text)))
                    .transpose()?,
                Vec::new(),
            ),
        };
        let keys = self.keys.iter().map(super::resume::to_json).collect();
        Ok(GroupState {
            hash: hash.into(),
            place: self.place,
            keys,
            first,
            columns,
        })
    }
}

impl Stage for Groups {
    fn fetches(&self, _: &MergeLimits) -> Vec<Fetch<'_>> {
        self.sources.fetch_all(Some(&self.text))
    }

    fn push(&mut self, id: SourceId, page: Page, limits: &MergeLimits) -> Result<(), MergeError> {
        for (place, row) in self.sources.drain(id, page)? {
            self.take(place, &row)?;
        }
        limits.check_groups(self.table.len())?;
        limits.check_values(self.values, self.bytes)
    }

    fn next(&mut self, _: &MergeLimits) -> Result<MergeStep, MergeError> {
        if !self.sources.are_read() {
            return Ok(MergeStep::Waiting);
        }
        if self.rows.are_missing() {
            self.finish();
        }
        Ok(self.rows.give())
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
        let mut groups: Vec<GroupState> = self
            .table
            .iter()
            .map(|(hash, group)| group.state(*hash))
            .collect::<Result<_, _>>()?;
        groups.sort_by_key(|group| group.place);
        Ok(StageState::Groups {
            sources: self.sources.positions(),
            groups,
            rows: self.rows.state()?,
        })
    }
}
