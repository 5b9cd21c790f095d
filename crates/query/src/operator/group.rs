//! GROUP BY: a table of groups, each with its keys and the state of its aggregates.

use std::collections::HashMap;

use crate::aggregate::Accumulator;
use crate::error::RunError;
use crate::expr::{Grouping, Machine};
use crate::value::{StructuralHash, Value, structural_hash_of_all};

/// How many keys and aggregated values all groups of one query may hold: the service's limit of cells.
pub(crate) const MAX_CELLS: usize = 500_000;

/// The groups seen so far, in first-seen order.
#[derive(Debug)]
pub(crate) struct Groups {
    list: Vec<Group>,
    places: HashMap<StructuralHash, usize>,
    cells: usize,
}

/// One group.
#[derive(Debug)]
pub(crate) struct Group {
    keys: Vec<Value<'static>>,
    aggregates: Vec<Accumulator>,
}

impl Group {
    fn new(keys: Vec<Value<'static>>, grouping: &Grouping) -> Self {
        let aggregates = grouping
            .aggregates
            .iter()
            .map(|call| Accumulator::new(call.kind))
            .collect();
        Self { keys, aggregates }
    }

    /// Puts the keys and the results into their slots.
    pub(crate) fn load(&self, grouping: &Grouping, machine: &mut Machine<'_, '_>) {
        for ((slot, _), key) in grouping.keys.iter().zip(&self.keys) {
            machine.set(*slot, key.clone());
        }
        for (call, accumulator) in grouping.aggregates.iter().zip(&self.aggregates) {
            machine.set(call.slot, accumulator.result());
        }
    }
}

impl Groups {
    /// No groups; one without keys, over no rows, when the query has no GROUP BY.
    pub(crate) fn new(grouping: &Grouping) -> Self {
        let mut groups = Self {
            list: Vec::new(),
            places: HashMap::new(),
            cells: 0,
        };
        if grouping.keys.is_empty() {
            groups.list.push(Group::new(Vec::new(), grouping));
        }
        groups
    }

    /// Takes the current row of the machine.
    pub(crate) fn accumulate<'a>(
        &mut self,
        grouping: &'a Grouping,
        machine: &mut Machine<'a, '_>,
    ) -> Result<(), RunError> {
        let place = if grouping.keys.is_empty() {
            0
        } else {
            self.place(grouping, machine)?
        };
        for (index, call) in grouping.aggregates.iter().enumerate() {
            let value = machine.eval(&call.argument)?;
            let accumulator = self
                .list
                .get_mut(place)
                .and_then(|group| group.aggregates.get_mut(index));
            if let Some(accumulator) = accumulator {
                let before = accumulator.held();
                accumulator.add(&value);
                self.cells += accumulator.held() - before;
            }
        }
        if self.cells > MAX_CELLS {
            return Err(RunError::TooManyRows(MAX_CELLS));
        }
        Ok(())
    }

    fn place<'a>(
        &mut self,
        grouping: &'a Grouping,
        machine: &mut Machine<'a, '_>,
    ) -> Result<usize, RunError> {
        let mut keys = Vec::with_capacity(grouping.keys.len());
        for (_, key) in &grouping.keys {
            keys.push(machine.eval(key)?);
        }
        let hash = structural_hash_of_all(&keys);
        if let Some(place) = self.places.get(&hash) {
            return Ok(*place);
        }
        let place = self.list.len();
        self.cells += keys.len() + grouping.aggregates.len();
        let keys = keys.into_iter().map(Value::into_owned).collect();
        self.list.push(Group::new(keys, grouping));
        self.places.insert(hash, place);
        Ok(place)
    }

    /// The groups in the order in which they leave.
    pub(crate) fn finish(mut self, grouping: &Grouping) -> Vec<Group> {
        if grouping.sorted {
            self.list.sort_by(|left, right| {
                let pairs = left.keys.iter().zip(&right.keys);
                pairs
                    .map(|(left, right)| left.total_cmp(right))
                    .find(|order| order.is_ne())
                    .unwrap_or(std::cmp::Ordering::Equal)
            });
        }
        self.list
    }
}
