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
    feed_token::{FeedToken, MAX_PARTS, Part},
    feed_walk::Taken,
};
use crate::{partition::version::Version, response::Failure};

impl Run<'_, '_> {
    /// Reads items of the parts that are left until the page is full; `halves` tell what was given of
    /// the first of some of them. Says where the next page begins.
    ///
    /// # Errors
    /// As for every query.
    pub(super) fn stream(
        &mut self,
        left: Vec<Part>,
        mut halves: Vec<HalfGiven>,
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
            // The item was the first that is left; since a split, others may come before it.
            let known = halves
                .iter()
                .position(|half| half.ordinal == version.ordinal);
            let begun = known.map(|place| halves.swap_remove(place));
            match gate.give(&mut execution, version, begun) {
                Ok(given) => {
                    looked.at(version);
                    if let Given::Some(rest) = given {
                        halves.extend(rest);
                        return Ok(Taken::Full);
                    }
                    Ok(Taken::Yes)
                }
                // The next page has a new budget.
                Err(RunError::Budget) if looked.items > 0 => {
                    halves.extend(begun);
                    Ok(Taken::Full)
                }
                Err(error) => Err(wrong(&error.into())),
            }
        };
        let left = self.walk.through(left, &self.access, &mut take)?;
        self.looked.ran(&execution, self.steps);
        let feed = FeedToken::of(container, &left);
        // Those that were deleted are behind what is left, or have no part any more.
        halves.retain(|half| {
            let mut left = left.iter();
            left.any(|part| part.after.is_none_or(|after| after < half.ordinal))
        });
        halves.truncate(MAX_PARTS);
        Ok(feed.map(|feed| Place::Item { halves, feed }))
    }
}
