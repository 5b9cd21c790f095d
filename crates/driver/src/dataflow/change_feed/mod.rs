//! The change feed over many partitions: lanes that are read side by side, each in its own order.

mod lane;
mod pager;
mod request;
mod token;

pub use self::pager::ChangeFeedPager;
pub use self::request::ChangeFeedRequest;
