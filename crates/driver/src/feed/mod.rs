//! Feeds: pages that follow each other by continuation, and the documents inside a page.

mod envelope;
mod pager;

pub(crate) use self::envelope::documents;
pub use self::pager::FeedPager;
