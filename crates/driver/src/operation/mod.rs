//! Operations: what is asked, of which resource, with which inputs. One verb per file; each file says what
//! goes on the wire for it. Nothing here does I/O.

mod batch;
mod cosmos_operation;
mod create_container;
mod create_database;
mod create_item;
mod delete_all_items_by_partition_key;
mod delete_conflict;
mod delete_container;
mod delete_database;
mod delete_item;
mod inputs;
mod operation_type;
mod patch_item;
mod plan_query;
mod query_conflicts;
mod query_containers;
mod query_databases;
mod query_items;
mod query_offers;
mod range_scope;
mod read_account;
mod read_all_conflicts;
mod read_all_containers;
mod read_all_databases;
mod read_all_items;
mod read_change_feed;
mod read_conflict;
mod read_container;
mod read_database;
mod read_item;
mod read_of_item;
mod read_offer;
mod read_partition_key_ranges;
mod replace_container;
mod replace_item;
mod replace_offer;
mod subject;
mod upsert_item;
mod verb;

pub use self::cosmos_operation::CosmosOperation;
pub use self::inputs::{MaxItemCountHint, Precondition};
pub use self::operation_type::OperationType;
pub(crate) use self::range_scope::RangeScope;
pub(crate) use self::subject::{Subject, unwritable_key};
pub(crate) use self::verb::{Content, Flag, Plane, Reply, Verb};
