//! Calls that are more than one operation: a patch that is applied here, many independent writes at once. Each
//! part goes through the attempt loop like any other operation, and all parts share one deadline.

mod bulk;
mod bulk_queue;
mod patch_item;

pub use self::bulk::{BulkOutcome, BulkRequest};
pub use self::bulk_queue::BulkItem;
pub use self::patch_item::{PatchCall, PatchStrategy};
