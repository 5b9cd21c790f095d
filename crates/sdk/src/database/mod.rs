//! The client of a database.

mod begin_replace_throughput;
mod container_client;
mod create_container;
mod database_client;
mod delete;
mod list_containers;
mod query_containers;
mod read;
mod read_throughput;

pub use self::database_client::DatabaseClient;
