//! The client of a container.

mod begin_replace_throughput;
mod change_feed_processor;
mod container_client;
mod count_items;
mod create_item;
mod delete;
mod delete_all_items_by_partition_key;
mod delete_conflict;
mod delete_item;
mod execute_bulk;
mod execute_stored_procedure;
mod execute_transactional_batch;
mod explain_query;
mod feed_range_from_partition_key;
mod get_latest_session_token;
mod list_conflicts;
mod partition_key_of;
mod patch_item;
mod query_change_feed;
mod query_conflicts;
mod query_items;
mod read;
mod read_all_items;
mod read_conflict;
mod read_feed_ranges;
mod read_item;
mod read_many_items;
mod read_throughput;
mod replace;
mod replace_item;
mod upsert_item;

pub use self::container_client::ContainerClient;
use self::container_client::item_body;
