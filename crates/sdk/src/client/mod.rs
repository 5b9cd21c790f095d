//! The client of an account.

mod builder;
mod cosmos_client;
mod create_database;
mod list_databases;
mod query_databases;
mod read_account;

pub use self::builder::CosmosClientBuilder;
pub use self::cosmos_client::CosmosClient;
