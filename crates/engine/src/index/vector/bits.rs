//! A set of row numbers.

/// Row numbers below a fixed count.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// No rows, of so many.
    pub(super) fn none(rows: usize) -> Self {
        Self(vec![0; rows.div_ceil(64)])
    }

    /// Puts a row in; whether it was not there.
    pub(super) fn insert(&mut self, row: u32) -> bool {
        let (place, bit) = place(row);
        self.0.get_mut(place).is_some_and(|word| {
            let is_new = *word & bit == 0;
            *word |= bit;
            is_new
        })
    }

    /// Whether a row is in.
    pub(super) fn contains(&self, row: u32) -> bool {
        let (place, bit) = place(row);
        self.0.get(place).is_some_and(|word| word & bit != 0)
    }
}

fn place(row: u32) -> (usize, u64) {
    let word = usize::try_from(row / 64).unwrap_or(usize::MAX);
    (word, 1 << (row % 64))
}
