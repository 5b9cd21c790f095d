//! Feeds: pages that follow each other by continuation.

mod pager;

pub use self::pager::FeedPager;
