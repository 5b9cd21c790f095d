//! Followers: readers of the change feed.

use super::Pace;
use crate::actor::{Actor, Feed};

/// A follower. Now and then it is restarted and goes on from its token.
#[derive(Debug)]
pub struct Follower {
    actor: Actor,
    feed: Feed,
}

/// Pages after which a follower that should have caught up gives up.
const MAX_PAGES: usize = 1_000;

impl Follower {
    /// A follower of a feed that its actor has opened.
    pub fn new(actor: Actor, feed: Feed) -> Self {
        Self { actor, feed }
    }

    /// Works as long as there is time.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation under way pending in the history, and may lose a page of it.
    pub async fn work(&mut self, pace: &Pace) {
        while pace.goes_on(self.actor.rng()).await {
            if self.actor.rng().u8(0..8) == 0 {
                // One that cannot be restarted now goes on as it was.
                drop(self.actor.reopen_feed(&mut self.feed).await);
            }
            drop(self.actor.follow(&mut self.feed).await);
        }
    }

    /// Reads until nothing is left, with a new reader, so that every range is asked after this was called.
    ///
    /// # Errors
    /// When the feed cannot be read.
    ///
    /// # Panics
    /// When it has no end although nobody writes.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation under way pending in the history, and may lose a page of it.
    pub async fn catch_up(&mut self) -> cosmokit::Result<()> {
        self.actor.reopen_feed(&mut self.feed).await?;
        for _ in 0..MAX_PAGES {
            if self.actor.follow(&mut self.feed).await? {
                return Ok(());
            }
        }
        panic!("a feed that nobody writes to has more than {MAX_PAGES} pages");
    }
}
