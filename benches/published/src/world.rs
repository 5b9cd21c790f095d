//! What is read and written, and where.

use serde::{Deserialize, Serialize};

/// The key of the account: the well-known one of the emulator.
pub const KEY: &str =
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";
pub const DATABASE: &str = "bench";
pub const CONTAINER: &str = "items";
pub const ID: &str = "item-1";
pub const PARTITION: &str = "contoso";
/// Operations of one batch.
pub const BATCH: usize = 10;

/// An item of about 1 KB.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Item {
    pub id: String,
    pub pk: String,
    pub total: f64,
    pub count: u32,
    pub tags: Vec<String>,
    pub text: String,
}

/// An item with this id.
pub fn item(id: String) -> Item {
    Item {
        id,
        pk: PARTITION.to_owned(),
        total: 42.5,
        count: 7,
        tags: vec!["red".to_owned(), "green".to_owned(), "blue".to_owned()],
        text: "a point read of about one kilobyte; ".repeat(24),
    }
}
