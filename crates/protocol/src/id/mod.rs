//! Names of things: resource ids, links and request paths, etags, activity ids.

mod activity;
mod error;
mod etag;
pub mod link;
pub mod name;
mod named_resource_kind;
mod rid;
mod rid_kind;

pub use activity::ActivityId;
pub use error::IdError;
pub use etag::Etag;
pub use link::{ContainerLink, DatabaseLink, ItemLink, ResourcePath, ResourceType};
pub use named_resource_kind::NamedResourceKind;
pub use rid::Rid;
pub use rid_kind::RidKind;
