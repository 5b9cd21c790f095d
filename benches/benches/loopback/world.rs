//! The one item that everybody reads, and how it is addressed.

use serde::{Deserialize, Serialize};

/// The key of the account: the well-known one of the emulator.
pub(crate) const KEY: &str =
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";
pub(crate) const DATABASE: &str = "bench";
pub(crate) const CONTAINER: &str = "items";
pub(crate) const ID: &str = "item-1";
pub(crate) const PARTITION: &str = "contoso";

/// An item of about 1 KB.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) pk: String,
    pub(crate) total: f64,
    pub(crate) count: u32,
    pub(crate) tags: Vec<String>,
    pub(crate) text: String,
}

/// The item that is read.
pub(crate) fn item() -> Item {
    Item {
        id: ID.to_owned(),
        pk: PARTITION.to_owned(),
        total: 42.5,
        count: 7,
        tags: vec!["red".to_owned(), "green".to_owned(), "blue".to_owned()],
        text: "a point read of about one kilobyte; ".repeat(24),
    }
}
