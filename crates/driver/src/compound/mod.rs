//! Calls that are more than one operation: a patch that is applied here, many independent writes or reads at once.
//! Each part goes through the attempt loop like any other operation, and all parts share one deadline.

mod bulk;
mod bulk_queue;
mod patch_item;
mod read_many;

pub use self::bulk::{BulkOutcome, BulkRequest};
pub use self::bulk_queue::BulkItem;
pub use self::patch_item::{PatchCall, PatchStrategy};
pub use self::read_many::{ReadManyAnswer, ReadManyRequest};
