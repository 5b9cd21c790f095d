//! Reads a feed page by page. All pages together have the operation's end-to-end deadline.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::operation::CosmosOperation;
use crate::options::OperationOptions;
use crate::pipeline::{Call, Core, deadline_of};
use crate::response::CosmosResponse;
use crate::session::SessionChoice;

/// The pages of a feed, all in the session that was current when it was made. Made by [`CosmosDriver::execute_feed`](crate::CosmosDriver::execute_feed).
pub struct FeedPager {
    core: Arc<Core>,
    operation: CosmosOperation,
    /// After the first page: in the container that it came from.
    call: Call,
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
        let session = sessions.of(&settings, &operation)?;
        Ok(Self {
            core,
            operation,
            call: Call::new(settings, session, deadline),
            place: Place::Start,
        })
    }

    /// The next page; `None` when the last one was the last.
    ///
    /// # Errors
    /// As [`CosmosDriver::execute_operation`](crate::CosmosDriver::execute_operation). The pager stays where
    /// it was, so the same page can be asked for again. [`ErrorKind::ContainerRecreated`](crate::ErrorKind) when the
    /// container that the pages come from is gone and another has its name.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the pager where it was.
    pub async fn next_page(&mut self) -> Result<Option<CosmosResponse>> {
        if self.is_finished() {
            return Ok(None);
        }
        let mut call = self.call.clone();
        let page = self.core.execute_under(&self.operation, &mut call).await?;
        self.call = call;
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
