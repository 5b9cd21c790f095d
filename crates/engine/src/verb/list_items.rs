//! Read the items of a container, page by page.

use std::sync::Arc;

use cosmokit_protocol::partition::EpkRange;

use super::{
    feed_scope::scope,
    feed_token::{FeedToken, Part},
    feed_walk::{EveryItem, FeedWalk, Taken},
};
use crate::{
    account::Call,
    metadata::{
        container::Container,
        page::{size, wrong_continuation},
    },
    partition::version::Version,
    request::ListItems,
    response::{Failure, Response},
    throughput::charge::Work,
};

/// Most bytes of a page's items; a page with one larger item has that item.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// 200 with a page, and a continuation when more is left.
///
/// # Errors
/// 404/1003, 400/1024; 410/1002 for an unknown range; 404/1002 when no replica has what the
/// session token asks for; 400 for a foreign continuation.
pub(super) fn list_items(call: &Call<'_>, input: &ListItems) -> Result<Response, Failure> {
    let container = call.target(&input.container)?.container;
    let mut walk = FeedWalk::new(call, &container)?;
    let left = match scope(&container, &input.scope)? {
        None => Vec::new(),
        Some(scope) => parts(&container, scope, input.paging.continuation.as_deref())?,
    };
    let mut page = PageBuilder::new(size(&input.paging));
    let left = walk.through(left, &EveryItem, &mut |version| Ok(page.take(version)))?;
    let continuation = FeedToken::of(container.rid, &left).map(|token| token.to_string());
    let work = Work::Page {
        bytes: page.bytes,
        partitions: walk.partitions(),
    };
    let bodies = page.items.iter().map(|version| &version.body);
    Ok(walk.answer(bodies, continuation, work))
}

/// What is left to read of a scope.
fn parts(
    container: &Container,
    scope: EpkRange,
    continuation: Option<&str>,
) -> Result<Vec<Part>, Failure> {
    match continuation {
        None | Some("") => Ok(vec![Part {
            range: scope,
            after: None,
        }]),
        Some(text) => FeedToken::parse(text)
            .filter(|token| token.container == container.rid)
            .map(|token| token.parts(&scope))
            .ok_or_else(wrong_continuation),
    }
}

/// A page being filled.
struct PageBuilder {
    room: usize,
    bytes: usize,
    items: Vec<Arc<Version>>,
}

impl PageBuilder {
    fn new(room: usize) -> Self {
        Self {
            room,
            bytes: 0,
            items: Vec::new(),
        }
    }

    /// Whether an item fits; the first always does.
    fn has_room_for(&self, version: &Version) -> bool {
        self.items.is_empty()
            || (self.items.len() < self.room && self.bytes + version.body.len() <= MAX_PAGE_BYTES)
    }

    fn take(&mut self, version: &Arc<Version>) -> Taken {
        if !self.has_room_for(version) {
            return Taken::Full;
        }
        self.bytes += version.body.len();
        self.items.push(Arc::clone(version));
        Taken::Yes
    }
}
