//! Ways for a session to travel: as a cookie, in a header of requests and answers, as bytes in a
//! message. All carry the same protected value; each takes part in what the protection covers, so
//! that a value which was made for one is refused by another.
//!
//! Nothing here knows a web framework: headers come and go as text.

pub mod cookie;
pub mod header;
mod received;
mod value;

pub use received::{Received, Rejected, Rejections};
pub use value::{Closed, ValueOptions, Values};
