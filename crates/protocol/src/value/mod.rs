//! JSON values as Cosmos DB sees them: property paths, and the short inline storage that keys are made of.
//!
//! Numbers and the total order across types belong to their own modules; nothing here knows a document.

pub mod number;
pub mod order;
pub mod path;
pub(crate) mod short;
pub mod undefined;

pub use number::Number;
pub use order::{Scalar, TypeRank};
pub use path::{PathError, PropertyPath};
