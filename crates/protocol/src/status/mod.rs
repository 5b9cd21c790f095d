//! Status and substatus: what the service, a gateway or a client answers, what it means, and what
//! a client does about it.
//!
//! One table, one row per (status, substatus): [`table`]. A substatus means nothing without its
//! status (1002 is a missing session under 404 and a moved partition under 410), so
//! [`CosmosStatus`] keeps the two together. [`codes`] has a constant for each row;
//! [`codes::substatus`] has the numbers alone.

mod action;
pub mod codes;
mod cosmos_status;
mod http_status;
mod substatus;
mod table;

#[cfg(test)]
mod tests;

pub use action::{ClientAction, Emitter};
pub use cosmos_status::CosmosStatus;
pub use http_status::HttpStatus;
pub use substatus::SubStatusCode;
pub use table::{StatusRow, lookup, table};

/// The HTTP status code.
pub use http::StatusCode;
