//! Pages of a query that is about all its rows together: GROUP BY, aggregates, DISTINCT, TOP and
//! OFFSET LIMIT without order, and orders that no key of an item gives.
//!
//! It is computed anew for each page, and the page is cut out behind the rows that were given: n
//! pages cost n evaluations, and writes in between may shift rows. What is held meanwhile is what
//! the operators hold (groups, distinct rows, sorted rows), each with its limit.

use cosmokit_protocol::partition::EpkRange;
use cosmokit_query::Progress;

use super::{
    feed_walk::ItemSource,
    ordinal_merge::OrdinalMerge,
    query_page::QueryPage,
    query_resume::QueryResume,
    query_run::{Run, wrong},
    query_token::Place,
};
use crate::response::Failure;

impl Run<'_, '_> {
    /// Computes all rows of a range of points, and gives those behind the first `skipped`, or
    /// behind a place. Says where the next page begins.
    ///
    /// # Errors
    /// As for every query.
    pub(super) fn evaluate(
        &mut self,
        range: Option<EpkRange>,
        (skipped, resume): (usize, Option<QueryResume>),
        page: &mut QueryPage,
    ) -> Result<Option<Place>, Failure> {
        let mut execution = self.execution()?;
        let mut cut = Cut {
            page,
            resume,
            number: 0,
            next: skipped,
            more: false,
            failure: None,
        };
        if let Some(range) = &range {
            let opened = self.walk.open(range)?;
            let visible = self.walk.visibility();
            let items = opened.iter().map(|opened| self.access.items(opened));
            for version in OrdinalMerge::new(items).filter(|version| visible(version)) {
                let progress = execution
                    .push(&version.body, &mut |row| cut.row(row))
                    .map_err(|error| wrong(&error.into()))?;
                self.looked.at(version);
                if cut.more || progress == Progress::Complete {
                    break;
                }
            }
        }
        self.looked.ran(&execution, self.steps);
        if !cut.more {
            execution
                .finish(&mut |row| cut.row(row))
                .map_err(|error| wrong(&error.into()))?;
        }
        if let Some(failure) = cut.failure.take() {
            return Err(failure);
        }
        let of = range.filter(|_| cut.more);
        Ok(of.map(|of| Place::Row { rows: cut.next, of }))
    }
}

/// Cuts a page out of the rows of a whole evaluation.
struct Cut<'p> {
    page: &'p mut QueryPage,
    /// What is behind this place is wanted; `None` once a row was.
    resume: Option<QueryResume>,
    /// Rows that came.
    number: usize,
    /// The first row that was not given.
    next: usize,
    /// Whether a row had no room.
    more: bool,
    failure: Option<Failure>,
}

impl Cut<'_> {
    fn row(&mut self, row: &[u8]) {
        let number = self.number;
        self.number += 1;
        if number < self.next || self.more || self.failure.is_some() {
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
            self.more = true;
        }
    }
}
