//! What is done again and again, the item that it is done with, and how that is addressed.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The key of the account: the well-known one of the emulator.
pub(crate) const KEY: &str =
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";
pub(crate) const DATABASE: &str = "bench";
pub(crate) const CONTAINER: &str = "items";
pub(crate) const ID: &str = "item-1";
pub(crate) const PARTITION: &str = "contoso";

/// The partition key of the items that are queried, and how many there are.
pub(crate) const QUERIED: &str = "queried";
pub(crate) const QUERIED_ITEMS: usize = 10;
/// All items under [`QUERIED`], by an indexed path.
pub(crate) const QUERY: &str = "SELECT * FROM c WHERE c.count >= 7";

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

/// What is done again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Read,
    Create,
    /// A page of the change feed, from the beginning.
    Changes,
    /// Ten items in one partition, by an indexed path.
    Query,
}

impl Work {
    pub(crate) const ALL: [Self; 4] = [Self::Read, Self::Create, Self::Changes, Self::Query];
}

/// Changes on a page.
pub(crate) const PAGE: usize = 100;

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Changes => "changes",
            Self::Query => "query",
        })
    }
}

impl FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|work| work.to_string() == text);
        found.ok_or_else(|| format!("there is no work called {text}"))
    }
}

/// Whether a page came back whole.
pub(crate) fn check_page(items: usize) -> Result<(), Box<dyn Error>> {
    if items == PAGE {
        Ok(())
    } else {
        Err(format!("a page of {items} changes came back").into())
    }
}

/// Whether the item that came back is the one asked for.
pub(crate) fn check(item: &Item) -> Result<(), Box<dyn Error>> {
    if item.id == ID {
        Ok(())
    } else {
        Err("another item came back".into())
    }
}

/// Whether all items that the query selects came back.
pub(crate) fn check_rows(count: usize) -> Result<(), Box<dyn Error>> {
    if count == QUERIED_ITEMS {
        Ok(())
    } else {
        Err(format!("{count} items came back").into())
    }
}

/// An item with this id.
pub(crate) fn item(id: &str) -> Item {
    Item {
        id: id.to_owned(),
        pk: PARTITION.to_owned(),
        total: 42.5,
        count: 7,
        tags: vec!["red".to_owned(), "green".to_owned(), "blue".to_owned()],
        text: "a point read of about one kilobyte; ".repeat(24),
    }
}
