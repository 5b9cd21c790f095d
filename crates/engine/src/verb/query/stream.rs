//! Pages of a query whose rows depend on one item each: read like a feed.

use std::sync::Arc;

use cosmokit_query::RunError;

use super::{
    page::QueryPage,
    rows::{Given, RowGate},
    run::{Run, wrong},
    token::{HalfGiven, Place},
};
use crate::verb::{
    feed_token::{FeedToken, Part},
    feed_walk::Taken,
};
use crate::{partition::version::Version, response::Failure};

impl Run<'_, '_> {
    /// Reads items of the parts that are left until the page is full; `half` is what was given of
    /// the first. Says where the next page begins.
    ///
    /// # Errors
    /// As for every query.
    pub(super) fn stream(
        &mut self,
        left: Vec<Part>,
        mut half: Option<HalfGiven>,
        page: &mut QueryPage,
    ) -> Result<Option<Place>, Failure> {
        let container = self.container.rid;
        let mut execution = self.execution()?.unwindowed();
        let mut gate = RowGate::open(page);
        let looked = &mut self.looked;
        let mut take = |version: &Arc<Version>| {
            if gate.page.is_full() {
                return Ok(Taken::Full);
            }
            // The item is the first that is left, unless it has been deleted or lies elsewhere.
            let begun = half.take().filter(|half| half.ordinal == version.ordinal);
            match gate.give(&mut execution, version, begun) {
                Ok(given) => {
                    looked.at(version);
                    if let Given::Some(rest) = given {
                        half = rest;
                        return Ok(Taken::Full);
                    }
                    Ok(Taken::Yes)
                }
                // The next page has a new budget.
                Err(RunError::Budget) if looked.items > 0 => {
                    half = begun;
                    Ok(Taken::Full)
                }
                Err(error) => Err(wrong(&error.into())),
            }
        };
        let left = self.walk.through(left, &self.access, &mut take)?;
        self.looked.ran(&execution, self.steps);
        let feed = FeedToken::of(container, &left);
        Ok(feed.map(|feed| Place::Item { half, feed }))
    }
}
