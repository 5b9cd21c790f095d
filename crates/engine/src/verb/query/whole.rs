//! Pages of a query that is about all its rows together: GROUP BY, aggregates, DISTINCT, TOP and
//! OFFSET LIMIT without order, and orders that no key of an item gives.
//!
//! All rows are computed, and the page is cut out behind the rows that were given; writes in between
//! may shift rows. What is held meanwhile is what the operators hold (groups, distinct rows, sorted
//! rows), each with its limit. The rows behind the page are kept for the next one while nobody
//! writes: all of them where they are known together, else as many as were given before, so that
//! reading to the end costs about twice what computing everything once does.

use cosmokit_protocol::{partition::EpkRange, resource::TimeToLive};
use cosmokit_query::Progress;

use super::{
    cut::{Cut, Rest},
    page::QueryPage,
    resume::QueryResume,
    run::Run,
    token::Place,
};
use crate::verb::{
    feed_walk::{ItemSource, Opened},
    ordinal_merge::OrdinalMerge,
};
use crate::{
    index::seek::SeekWork,
    kept_rows::{KeptRows, RowsEnd, RowsKey},
    response::Failure,
};

/// Rows are not kept whose computation looked at fewer items and entries.
const FEW: usize = 500;

/// A page that was filled with kept rows.
struct Filled {
    /// The number of the row that the next page begins with; `None` when there is none.
    next: Option<usize>,
}

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
        let opened = match &range {
            Some(range) => self.walk.open(range)?,
            None => Vec::new(),
        };
        let key = self.rows_key(range.as_ref());
        if skipped > 0
            && let (Some(key), Some(of)) = (&key, &range)
            && let Some(Filled { next }) = self.page_of_kept(key, skipped, &opened, page)
        {
            let place = |rows| Place::Row {
                rows,
                of: of.clone(),
            };
            return Ok(next.map(place));
        }
        let rest = match &key {
            None => Rest::none(),
            Some(_) if self.program.holds_rows() => Rest::of(usize::MAX),
            Some(_) => Rest::of(skipped),
        };
        let mut cut = Cut::new(page, (skipped, resume), rest);
        match self.columns(&opened)? {
            Some(columns) => self.evaluate_columns(&columns, &mut cut),
            None => self.evaluate_items(&opened, &mut cut),
        }?;
        let (next, rest) = cut.finish()?;
        if let (Some(key), Some(next)) = (key, next) {
            self.keep(key, (next, rest), &opened);
        }
        Ok(range.zip(next).map(|(of, rows)| Place::Row { rows, of }))
    }

    /// Computes all rows from the items themselves.
    fn evaluate_items(&mut self, opened: &[Opened], cut: &mut Cut<'_>) -> Result<(), Failure> {
        let mut execution = self.execution()?;
        let visible = self.walk.visibility();
        let items = opened.iter().map(|opened| self.access.items(opened));
        for version in OrdinalMerge::new(items).filter(|version| visible(version)) {
            let pushed = execution.push(&version.body, &mut |row| cut.row(row));
            self.looked.at(version);
            if cut.goes_on(pushed)? == Progress::Complete {
                break;
            }
        }
        self.looked.ran(&execution, self.steps);
        if !cut.is_done() {
            let finished = execution.finish(&mut |row| cut.row(row));
            cut.goes_on(finished.map(|()| Progress::Complete))?;
        }
        Ok(())
    }

    /// Under what the rows of the query are kept; `None` when they are not.
    fn rows_key(&self, range: Option<&EpkRange>) -> Option<RowsKey> {
        // Items that expire go without a write.
        let goes_by_writes = self.container.rules.ttl == TimeToLive::Forever;
        let range = range.filter(|_| goes_by_writes)?;
        let region = self.call.region.id;
        Some(RowsKey::new(self.container.rid, self.asked, range, region))
    }

    /// Fills a page with rows that were kept, and says where the next begins; `None` when they are
    /// not here, not all that the page needs, or of other states.
    fn page_of_kept(
        &self,
        key: &RowsKey,
        skipped: usize,
        opened: &[Opened],
        page: &mut QueryPage,
    ) -> Option<Filled> {
        let states = opened.iter().map(|opened| &opened.state);
        let kept = self.call.state.rows.find(key, skipped, states)?;
        let mut next = skipped;
        for row in kept.rows.iter().skip(skipped - kept.first) {
            if !page.offer_held(row) {
                self.count_kept(next - skipped);
                return Some(Filled { next: Some(next) });
            }
            next += 1;
        }
        if kept.end == RowsEnd::More && !page.is_full() {
            page.clear();
            return None;
        }
        self.count_kept(next - skipped);
        let next = (kept.end == RowsEnd::More).then_some(next);
        Some(Filled { next })
    }

    fn count_kept(&self, rows: usize) {
        self.access.add(SeekWork {
            lookups: 1,
            entries: rows,
        });
    }

    /// Keeps the rows behind a page, when they were much work.
    fn keep(&self, key: RowsKey, (next, rest): (usize, Rest), opened: &[Opened]) {
        let work = self.looked.items + self.access.work().entries;
        let (rows, end) = rest.into_rows();
        if rows.is_empty() || work < FEW {
            return;
        }
        let basis = opened.iter().filter_map(|opened| {
            let columns = &opened.partition.replicas.columns;
            columns.basis(self.access.region, &opened.state)
        });
        let basis: Vec<_> = basis.collect();
        if basis.len() == opened.len() {
            let rows = KeptRows::new(key, basis, (next, rows), end);
            self.call.state.rows.keep(rows);
        }
    }
}
