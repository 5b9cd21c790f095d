//! The client of a container.

mod container_client;
mod create_item;
mod delete;
mod delete_item;
mod feed_range_from_partition_key;
mod get_latest_session_token;
mod partition_key_of;
mod read;
mod read_feed_ranges;
mod read_item;
mod read_throughput;
mod replace;
mod replace_item;
mod upsert_item;

pub use self::container_client::ContainerClient;
use self::container_client::item_body;
