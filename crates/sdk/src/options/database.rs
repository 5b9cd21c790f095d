//! Options of the calls about databases.

use super::operation_options_only;

operation_options_only! {
    /// Options of [`CosmosClient::create_database`](crate::CosmosClient::create_database).
    CreateDatabaseOptions;
    /// Options of [`DatabaseClient::read`](crate::DatabaseClient::read).
    ReadDatabaseOptions;
    /// Options of [`DatabaseClient::delete`](crate::DatabaseClient::delete).
    DeleteDatabaseOptions;
}
