//! TOP, OFFSET and LIMIT: counts rows through.

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Before the window.
    Skip,
    /// Inside.
    Take,
    /// Behind it: nothing more is wanted.
    Stop,
}

/// The rows still to skip and still to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    skip: u64,
    take: Option<u64>,
}

impl Window {
    /// A window that leaves out `skip` rows and lets `take` through; `None` takes all.
    pub(crate) fn new(skip: u64, take: Option<u64>) -> Self {
        Self { skip, take }
    }

    /// Decides about the next row.
    pub(crate) fn admit(&mut self) -> Admission {
        if self.take == Some(0) {
            return Admission::Stop;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return Admission::Skip;
        }
        if let Some(take) = &mut self.take {
            *take -= 1;
        }
        Admission::Take
    }

    /// Whether no further row can be taken.
    pub(crate) fn is_closed(&self) -> bool {
        self.take == Some(0)
    }

    /// How many rows at the front decide everything; `None` when all do.
    pub(crate) fn reach(&self) -> Option<u64> {
        self.take.map(|take| take.saturating_add(self.skip))
    }

    /// The rows still to skip and to take.
    pub(crate) fn remaining(&self) -> (u64, Option<u64>) {
        (self.skip, self.take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_let_their_rows_through() {
        let check = |skip: u64, take: Option<u64>, rows: usize, expected: &[usize]| {
            let mut window = Window::new(skip, take);
            let taken: Vec<_> = (0..rows)
                .filter(|_| window.admit() == Admission::Take)
                .collect();
            assert_eq!(taken, expected, "skip {skip} take {take:?}");
        };
        check(0, None, 3, &[0, 1, 2]);
        check(1, Some(2), 5, &[1, 2]);
        check(9, Some(2), 3, &[]);
        check(0, Some(0), 3, &[]);
        assert_eq!(Window::new(2, Some(3)).reach(), Some(5));
        assert!(Window::new(2, Some(0)).is_closed());
    }
}
