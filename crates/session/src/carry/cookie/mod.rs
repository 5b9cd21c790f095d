//! Cookies. Browsers keep the last cookie of a name, so two answers that are made at the same time
//! must not write one name: each answer that has news writes a cookie of a fresh name with all it
//! knows, and deletes exactly those that came with its request, because their content is in the
//! new one. A deletion never meets content that nobody has seen.

mod options;
mod receive;
mod write;

pub use options::{CookieError, CookieOptions, SameSite};
pub use receive::{MAX_COOKIES, ReceivedCookies, TIDY_ABOVE, receive};
pub use write::{clear, write};

/// What names begin with, unless another prefix is chosen.
pub const DEFAULT_PREFIX: &str = "csmsdb-";
