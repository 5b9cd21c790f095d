//! Headers by name: a constant for each, and [`ResponseHeaders`], which reads them.
//!
//! The names are those that the service and its clients use; standard ones (`etag`, `if-match`,
//! `date`, …) are re-exported from the `http` crate so that everything is found here. Fixed
//! values stand in [`value`].

mod names;
mod request_names;
mod response;
mod response_names;
pub mod value;

#[cfg(test)]
mod response_table;
#[cfg(test)]
mod tests;

pub use http::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, DATE as HTTP_DATE, ETAG,
    HOST, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, USER_AGENT,
};
pub use request_names::*;
pub use response::ResponseHeaders;
pub use response_names::*;
