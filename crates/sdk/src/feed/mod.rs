//! What gives more than one thing: queries and lists, page by page or item by item.

mod iterator;
mod page;
mod query_page;

pub use cosmokit_protocol::op::query::SqlQuery as Query;
pub use cosmokit_protocol::partition::FeedRange;

pub use self::iterator::{QueryItemIterator, QueryPageIterator};
pub use self::page::FeedPage;
pub use self::query_page::QueryFeedPage;
