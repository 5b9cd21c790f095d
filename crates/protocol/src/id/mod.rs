//! Names of things: resource ids, links and request paths, etags, activity ids.

mod activity;
mod error;
mod etag;
pub mod link;
pub mod name;
mod rid;
mod rid_kind;

pub use activity::ActivityId;
pub use error::IdError;
pub use etag::Etag;
pub use link::{ContainerLink, DatabaseLink, ItemLink, ResourcePath, ResourceType};
pub use rid::Rid;
pub use rid_kind::RidKind;
