//! The rows of one page of a query.

use bytes::Bytes;

use crate::{metadata::page::MAX_ROWS, request::Paging};

/// Rows of a page when the client leaves it open.
const DEFAULT_ROWS: usize = 100;
/// Most bytes of a page's rows; a page with one larger row has that row.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// A page being filled.
#[derive(Debug)]
pub(super) struct QueryPage {
    room: usize,
    bytes: usize,
    rows: Vec<Bytes>,
}

impl QueryPage {
    /// An empty page of the size that is wanted; `-1` leaves it to the engine.
    pub(super) fn new(paging: &Paging) -> Self {
        let room = match paging.max_item_count {
            None | Some(0) => DEFAULT_ROWS,
            Some(wanted) => usize::try_from(wanted).unwrap_or(MAX_ROWS).min(MAX_ROWS),
        };
        Self {
            room,
            bytes: 0,
            rows: Vec::new(),
        }
    }

    /// Rows that the page may have.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Whether no further row is taken, however small.
    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= self.room
    }

    /// Takes a row if there is room for it.
    pub(super) fn offer(&mut self, row: &[u8]) -> bool {
        let takes = self.has_room_for(row);
        if takes {
            self.bytes += row.len();
            self.rows.push(Bytes::copy_from_slice(row));
        }
        takes
    }

    /// Takes a row that is held already, if there is room for it.
    pub(super) fn offer_held(&mut self, row: &Bytes) -> bool {
        let takes = self.has_room_for(row);
        if takes {
            self.bytes += row.len();
            self.rows.push(row.clone());
        }
        takes
    }

    fn has_room_for(&self, row: &[u8]) -> bool {
        let fits = self.rows.is_empty() || self.bytes + row.len() <= MAX_PAGE_BYTES;
        fits && !self.is_full()
    }

    /// Gives all rows back.
    pub(super) fn clear(&mut self) {
        self.bytes = 0;
        self.rows.clear();
    }

    /// The rows.
    pub(super) fn rows(&self) -> &[Bytes] {
        &self.rows
    }

    /// Sum of the sizes of the rows.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_as_much_as_is_wanted() {
        let check = |wanted: Option<i64>, row: usize, expected: usize| {
            let mut page = QueryPage::new(&Paging {
                max_item_count: wanted,
                continuation: None,
            });
            let row = vec![b'1'; row];
            while page.offer(&row) {}
            assert_eq!(page.rows().len(), expected, "{wanted:?} {}", row.len());
            assert_eq!(page.bytes(), expected * row.len());
        };
        check(None, 1, 100);
        check(Some(0), 1, 100);
        check(Some(7), 1, 7);
        check(Some(-1), 1, 1_000);
        check(Some(i64::MAX), 1, 1_000);
        check(None, 1024 * 1024, 4);
        check(None, 5 * 1024 * 1024, 1);
    }
}
