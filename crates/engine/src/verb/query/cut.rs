//! Cuts a page out of the rows of a whole evaluation, and keeps rows that follow.

use bytes::Bytes;
use cosmokit_query::{Progress, RunError};

use super::{page::QueryPage, resume::QueryResume, run::wrong};
use crate::{
    kept_rows::{MAX_BYTES, MAX_ROWS, RowsEnd},
    response::Failure,
};

/// A page being cut.
pub(super) struct Cut<'p> {
    page: &'p mut QueryPage,
    /// What is behind this place is wanted; `None` once a row was.
    resume: Option<QueryResume>,
    /// Rows that came.
    number: usize,
    /// The first row that was not given.
    next: usize,
    is_full: bool,
    rest: Rest,
    failure: Option<Failure>,
}

/// Rows behind the page.
#[derive(Debug)]
pub(super) struct Rest {
    rows: Vec<Bytes>,
    bytes: usize,
    /// How many are wanted.
    wanted: usize,
    end: RowsEnd,
}

impl Rest {
    /// No rows.
    pub(super) fn none() -> Self {
        Self::of(0)
    }

    /// So many rows, or as many as are ever kept.
    pub(super) fn of(wanted: usize) -> Self {
        Self {
            rows: Vec::new(),
            bytes: 0,
            wanted: wanted.min(MAX_ROWS),
            end: RowsEnd::Last,
        }
    }

    /// The rows, and what comes behind them.
    pub(super) fn into_rows(self) -> (Vec<Bytes>, RowsEnd) {
        (self.rows, self.end)
    }

    fn take(&mut self, row: &[u8]) {
        if self.rows.len() >= self.wanted || self.bytes + row.len() > MAX_BYTES {
            self.end = RowsEnd::More;
            return;
        }
        self.bytes += row.len();
        self.rows.push(Bytes::copy_from_slice(row));
    }
}

impl<'p> Cut<'p> {
    /// A page of the rows behind the first `skipped`, or behind a place.
    pub(super) fn new(
        page: &'p mut QueryPage,
        (skipped, resume): (usize, Option<QueryResume>),
        rest: Rest,
    ) -> Self {
        Self {
            page,
            resume,
            number: 0,
            next: skipped,
            is_full: false,
            rest,
            failure: None,
        }
    }

    /// Takes the next row.
    pub(super) fn row(&mut self, row: &[u8]) {
        let number = self.number;
        self.number += 1;
        if number < self.next || self.is_done() {
            return;
        }
        if self.is_full {
            self.rest.take(row);
            return;
        }
        match self.resume.as_ref().map(|resume| resume.is_before(row)) {
            Some(Ok(true)) => {
                self.next = self.number;
                return;
            }
            Some(Err(failure)) => {
                self.failure = Some(failure);
                return;
            }
            Some(Ok(false)) | None => self.resume = None,
        }
        if self.page.offer(row) {
            self.next = self.number;
        } else {
            self.is_full = true;
            self.rest.take(row);
        }
    }

    /// Whether no further row is wanted.
    pub(super) fn is_done(&self) -> bool {
        self.failure.is_some() || self.rest.end == RowsEnd::More
    }

    /// Whether the evaluation goes on after a step of it.
    ///
    /// # Errors
    /// When it stopped before the page was full.
    pub(super) fn goes_on(
        &mut self,
        step: Result<Progress, RunError>,
    ) -> Result<Progress, Failure> {
        match step {
            Ok(_) if self.is_done() => Ok(Progress::Complete),
            Ok(progress) => Ok(progress),
            // The page has its rows; what follows is the next one's matter.
            Err(_) if self.is_full => {
                self.rest.end = RowsEnd::More;
                Ok(Progress::Complete)
            }
            Err(error) => Err(wrong(&error.into())),
        }
    }

    /// The number of the first row that had no room, and the rows from there on.
    ///
    /// # Errors
    /// When a row does not fit the place that the page begins behind.
    pub(super) fn finish(self) -> Result<(Option<usize>, Rest), Failure> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok((self.is_full.then_some(self.next), self.rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Paging;

    /// The page, where the next begins, and what is kept, of a hundred rows.
    fn cut(skipped: usize, room: i64, rest: Rest) -> (Vec<String>, Option<usize>, usize, RowsEnd) {
        let mut page = QueryPage::new(&Paging {
            max_item_count: Some(room),
            continuation: None,
        });
        let mut cut = Cut::new(&mut page, (skipped, None), rest);
        for n in 0..100 {
            cut.row(n.to_string().as_bytes());
            if cut.is_done() {
                break;
            }
        }
        let (next, rest) = cut.finish().unwrap();
        let (kept, end) = rest.into_rows();
        let rows = page.rows().iter();
        let rows = rows.map(|row| String::from_utf8(row.to_vec()).unwrap());
        (rows.collect(), next, kept.len(), end)
    }

    #[test]
    fn a_page_is_full_and_what_follows_is_kept() {
        let check = |skipped, room, rest, first: &str, next, kept, end| {
            let (rows, found, rest, at) = cut(skipped, room, rest);
            assert_eq!(rows.first().map_or("", |row| row), first);
            assert_eq!((found, rest, at), (next, kept, end));
        };
        check(0, 10, Rest::none(), "0", Some(10), 0, RowsEnd::More);
        check(10, 10, Rest::of(10), "10", Some(20), 10, RowsEnd::More);
        check(10, 10, Rest::of(80), "10", Some(20), 80, RowsEnd::Last);
        check(90, 10, Rest::of(80), "90", None, 0, RowsEnd::Last);
        check(100, 10, Rest::of(80), "", None, 0, RowsEnd::Last);
        check(0, 99, Rest::of(usize::MAX), "0", Some(99), 1, RowsEnd::Last);
    }
}
