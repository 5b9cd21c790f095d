//! What gives more than one thing: queries and lists, page by page or item by item.

mod change_feed_iterator;
#[cfg(feature = "entra")]
mod change_feed_start;
mod iterator;
mod page;
mod query_page;

pub use cosmokit_driver::{ContinuationToken, FeedScope, PlanSource, QueryExplanation};
pub use cosmokit_protocol::op::ChangeFeedItem;
#[cfg(not(feature = "entra"))]
pub use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom;
pub use cosmokit_protocol::op::query::SqlQuery as Query;
pub use cosmokit_protocol::partition::FeedRange;

pub use self::change_feed_iterator::ChangeFeedPageIterator;
#[cfg(feature = "entra")]
pub use self::change_feed_start::ChangeFeedStartFrom;
pub use self::iterator::{QueryItemIterator, QueryPageIterator};
pub use self::page::FeedPage;
pub use self::query_page::QueryFeedPage;
