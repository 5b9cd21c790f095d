//! Feeds of one resource: pages that follow each other by continuation, and offers that are read until they rest.

mod offer_poller;
mod pager;

pub use self::offer_poller::OfferPoller;
pub use self::pager::FeedPager;
