//! Rows of vectors with their items. They never change; a row is a number.

use cosmokit_protocol::resource::VectorDataType;
use cosmokit_query::Metric;

use super::{
    elements::{Element, Elements},
    nearness::{Near, Probe, length},
};

/// Vectors of one number of elements.
#[derive(Debug)]
pub(super) struct Column {
    dimensions: usize,
    /// The item of each row.
    ordinals: Vec<u64>,
    /// Rows in the order of their ordinals.
    sorted: Vec<u32>,
    elements: Elements,
    /// The length of each vector.
    lengths: Vec<f32>,
    /// The greatest of them.
    longest: f32,
}

impl Column {
    /// No rows.
    pub(super) fn empty(dimensions: usize, data_type: &VectorDataType) -> Self {
        Self::with_elements(dimensions, Elements::of(data_type))
    }

    fn with_elements(dimensions: usize, elements: Elements) -> Self {
        Self {
            dimensions,
            ordinals: Vec::new(),
            sorted: Vec::new(),
            elements,
            lengths: Vec::new(),
            longest: 0.0,
        }
    }

    /// The rows for which `stays` holds, in their order, and behind them others.
    pub(super) fn with<'v>(
        &self,
        stays: impl Fn(u32) -> bool,
        others: impl Iterator<Item = (u64, &'v [f32])>,
    ) -> Self {
        let mut column = Self::with_elements(self.dimensions, self.elements.emptied());
        for row in (0..self.rows()).filter(|row| stays(*row)) {
            let elements = &mut column.elements;
            elements.push_from(&self.elements, self.range(row));
            column.ordinals.push(self.ordinal(row));
            column.lengths.push(self.length(row));
        }
        for (ordinal, vector) in others {
            column.elements.push(vector);
            column.ordinals.push(ordinal);
            column.lengths.push(length(vector));
        }
        column.longest = column.lengths.iter().copied().fold(0.0, f32::max);
        column.sorted = (0..column.rows()).collect();
        let Self {
            sorted, ordinals, ..
        } = &mut column;
        sorted.sort_unstable_by_key(|row| at(ordinals, *row));
        column
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> u32 {
        u32::try_from(self.ordinals.len()).unwrap_or(u32::MAX)
    }

    /// The row of an item.
    pub(super) fn row_of(&self, ordinal: u64) -> Option<u32> {
        let found = self
            .sorted
            .binary_search_by_key(&Some(ordinal), |row| at(&self.ordinals, *row));
        found.ok().and_then(|place| self.sorted.get(place)).copied()
    }

    /// The item of a row.
    pub(super) fn ordinal(&self, row: u32) -> u64 {
        at(&self.ordinals, row).unwrap_or(u64::MAX)
    }

    /// The length of the vector of a row.
    pub(super) fn length(&self, row: u32) -> f32 {
        at(&self.lengths, row).unwrap_or_default()
    }

    /// The length of the longest vector.
    pub(super) fn longest(&self) -> f32 {
        self.longest
    }

    /// Puts the vector of a row into `vector`, in place of what it holds.
    pub(super) fn read(&self, row: u32, vector: &mut Vec<f32>) {
        self.elements.read(self.range(row), vector);
    }

    /// The vector of a row as something to compare with.
    pub(super) fn probe(&self, row: u32, metric: Metric) -> Probe {
        let mut vector = Vec::with_capacity(self.dimensions);
        self.read(row, &mut vector);
        Probe {
            vector,
            metric,
            length: self.length(row),
        }
    }

    /// How near a row is.
    pub(super) fn nearness(&self, probe: &Probe, row: u32) -> f32 {
        let (range, length) = (self.range(row), self.length(row));
        match &self.elements {
            Elements::Single(column) => probe.nearness(part(column, range), length),
            Elements::Half(column) => probe.nearness(part(column, range), length),
            Elements::Signed(column) => probe.nearness(part(column, range), length),
            Elements::Unsigned(column) => probe.nearness(part(column, range), length),
        }
    }

    /// How near each row is for which `stays` holds.
    pub(super) fn all(
        &self,
        probe: &Probe,
        stays: impl Fn(u32) -> bool,
        found: &mut Vec<Near<u64>>,
    ) {
        match &self.elements {
            Elements::Single(column) => self.each(column, probe, stays, found),
            Elements::Half(column) => self.each(column, probe, stays, found),
            Elements::Signed(column) => self.each(column, probe, stays, found),
            Elements::Unsigned(column) => self.each(column, probe, stays, found),
        }
    }

    fn each<E: Element>(
        &self,
        column: &[E],
        probe: &Probe,
        stays: impl Fn(u32) -> bool,
        found: &mut Vec<Near<u64>>,
    ) {
        let vectors = column.chunks_exact(self.dimensions.max(1));
        let rows = (0..)
            .zip(vectors)
            .zip(self.ordinals.iter().zip(&self.lengths));
        for ((row, vector), (ordinal, length)) in rows {
            if stays(row) {
                found.push(Near {
                    nearness: probe.nearness(vector, *length),
                    row: *ordinal,
                });
            }
        }
    }

    fn range(&self, row: u32) -> std::ops::Range<usize> {
        let start = usize::try_from(row).unwrap_or(usize::MAX);
        let start = start.saturating_mul(self.dimensions);
        start..start.saturating_add(self.dimensions)
    }
}

fn at<T: Copy>(column: &[T], row: u32) -> Option<T> {
    usize::try_from(row)
        .ok()
        .and_then(|row| column.get(row))
        .copied()
}

fn part<E>(column: &[E], range: std::ops::Range<usize>) -> &[E] {
    column.get(range).unwrap_or_default()
}
