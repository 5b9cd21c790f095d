//! GROUP BY: a table of groups, each with its keys and the state of its aggregates.

use crate::aggregate::Accumulator;
use crate::error::RunError;
use crate::expr::{Grouping, Machine};
use crate::value::{HashOfAll, MapByValue, Value};

/// How many keys and aggregated values all groups of one query may hold: the service's limit of cells.
pub(crate) const MAX_CELLS: usize = 500_000;

/// The groups seen so far, in first-seen order.
#[derive(Debug)]
pub(crate) struct Groups {
    list: Vec<Group>,
    places: MapByValue<usize>,
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
            places: MapByValue::default(),
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
        self.add_at(place, grouping, machine)
    }

    /// Takes the current row of the machine into the group at a place.
    pub(crate) fn add_at<'a>(
        &mut self,
        place: usize,
        grouping: &'a Grouping,
        machine: &mut Machine<'a, '_>,
    ) -> Result<(), RunError> {
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

    /// Adds a number to each aggregate of the only group.
    pub(crate) fn count(&mut self, numbers: &[u64]) {
        let group = self.list.first_mut();
        let aggregates = group.into_iter().flat_map(|group| &mut group.aggregates);
        for (accumulator, number) in aggregates.zip(numbers) {
            accumulator.count(*number);
        }
    }

    /// The place of the group that the current row of the machine belongs to.
    pub(crate) fn place<'a>(
        &mut self,
        grouping: &'a Grouping,
        machine: &mut Machine<'a, '_>,
    ) -> Result<usize, RunError> {
        match &*grouping.keys {
            [(_, key)] => {
                let keys = [machine.eval(key)?];
                Ok(self.place_of(keys, grouping))
            }
            [(_, first), (_, second)] => {
                let keys = [machine.eval(first)?, machine.eval(second)?];
                Ok(self.place_of(keys, grouping))
            }
            keys => {
                let keys = keys.iter().map(|(_, key)| machine.eval(key));
                let keys = keys.collect::<Result<Vec<_>, _>>()?;
                Ok(self.place_of(keys, grouping))
            }
        }
    }

    /// The group with these keys, which is made when it is not there.
    fn place_of<'a>(
        &mut self,
        keys: impl AsRef<[Value<'a>]> + IntoIterator<Item = Value<'a>>,
        grouping: &Grouping,
    ) -> usize {
        let hash = keys.as_ref().iter().fold(HashOfAll::NONE, HashOfAll::with);
        let hash = hash.finish();
        if let Some(place) = self.places.get(&hash) {
            return *place;
        }
        let place = self.list.len();
        self.cells += grouping.keys.len() + grouping.aggregates.len();
        let keys = keys.into_iter().map(Value::into_owned).collect();
        self.list.push(Group::new(keys, grouping));
        self.places.insert(hash, place);
        place
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
