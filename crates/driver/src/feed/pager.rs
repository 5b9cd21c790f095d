//! Reads a feed page by page. All pages together have the operation's end-to-end deadline.

use std::fmt;
use std::sync::Arc;

use crate::clock::Instant;
use crate::error::Result;
use crate::operation::CosmosOperation;
use crate::options::{OperationOptions, OperationSettings};
use crate::pipeline::{Core, deadline_of};
use crate::response::CosmosResponse;
use crate::session::{Session, SessionChoice};

/// The pages of a feed, all in the session that was current when it was made. Made by [`CosmosDriver::execute_feed`](crate::CosmosDriver::execute_feed).
pub struct FeedPager {
    core: Arc<Core>,
    operation: CosmosOperation,
    settings: Arc<OperationSettings>,
    session: Option<Session>,
    deadline: Option<Instant>,
    place: Place,
}

/// Where the next page begins.
enum Place {
    /// Where the operation says.
    Start,
    /// Where the last page ended.
    After(String),
    /// Nowhere.
    End,
}

impl FeedPager {
    pub(crate) fn new(
        core: Arc<Core>,
        operation: CosmosOperation,
        options: &OperationOptions,
        sessions: &SessionChoice,
    ) -> Result<Self> {
        let settings = core.layers().resolve(options)?;
        let deadline = deadline_of(&settings, core.clock());
        Ok(Self {
            core,
            session: sessions.of(settings.session.as_ref(), &operation)?,
            operation,
            settings,
            deadline,
            place: Place::Start,
        })
    }

    /// The next page; `None` when the last one was the last.
    ///
    /// # Errors
    /// As [`CosmosDriver::execute_operation`](crate::CosmosDriver::execute_operation). The pager stays where
    /// it was, so the same page can be asked for again.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the pager where it was.
    pub async fn next_page(&mut self) -> Result<Option<CosmosResponse>> {
        if self.is_finished() {
            return Ok(None);
        }
        let settings = Arc::clone(&self.settings);
        let page = self
            .core
            .execute_until(
                &self.operation,
                settings,
                self.session.clone(),
                self.deadline,
            )
            .await?;
        self.place = match page.headers().continuation() {
            Some(token) if !token.is_empty() => Place::After(token.to_owned()),
            _ => Place::End,
        };
        if let Place::After(token) = &self.place {
            self.operation.set_continuation(token.clone());
        }
        Ok(Some(page))
    }

    /// Where the next page begins, to go on from later; `None` before the first page and after the last.
    pub fn continuation(&self) -> Option<&str> {
        match &self.place {
            Place::After(token) => Some(token),
            Place::Start | Place::End => None,
        }
    }

    /// Whether the last page has been read.
    pub fn is_finished(&self) -> bool {
        matches!(self.place, Place::End)
    }
}

impl fmt::Debug for FeedPager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedPager")
            .field("operation", &self.operation.name())
            .finish_non_exhaustive()
    }
}
