//! Books, and the notes that users stick on them. Nothing in here knows of sessions.

use std::collections::HashMap;

use cosmokit::models::{
    ContainerProperties, PartitionKeyDefinition, PatchInstructions, PatchOperation,
};
use cosmokit::{ContainerClient, CosmosClient, CosmosError, FeedScope, Query};
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};

/// A book.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) author: &'static str,
    /// The colour of its spine.
    pub(crate) colour: &'static str,
}

/// The books of the shop.
pub(crate) const BOOKS: [Book; 6] = [
    Book {
        id: "middlemarch",
        title: "Middlemarch",
        author: "George Eliot",
        colour: "#7c4a3a",
    },
    Book {
        id: "moby-dick",
        title: "Moby-Dick",
        author: "Herman Melville",
        colour: "#2f5d73",
    },
    Book {
        id: "origin",
        title: "On the Origin of Species",
        author: "Charles Darwin",
        colour: "#556b2f",
    },
    Book {
        id: "emma",
        title: "Emma",
        author: "Jane Austen",
        colour: "#8a5a83",
    },
    Book {
        id: "walden",
        title: "Walden",
        author: "Henry David Thoreau",
        colour: "#3f6b54",
    },
    Book {
        id: "flatland",
        title: "Flatland",
        author: "Edwin A. Abbott",
        colour: "#b0702c",
    },
];

/// Characters of a note at most.
pub(crate) const MAX_NOTE_CHARS: usize = 280;

const DATABASE: &str = "bookit";
const CONTAINER: &str = "notes";

/// A note on a book.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Note {
    pub(crate) id: String,
    pub(crate) book: String,
    pub(crate) text: String,
    pub(crate) votes: u64,
    /// The second in which it was written last.
    #[serde(rename = "_ts", default, skip_serializing)]
    pub(crate) at: u64,
}

/// All notes.
#[derive(Clone, Debug)]
pub(crate) struct Shelf(ContainerClient);

impl Shelf {
    /// Opens the shelf; makes it when it is not there.
    pub(crate) async fn open(client: &CosmosClient) -> cosmokit::Result<Self> {
        unless_there(client.create_database(DATABASE, None).await)?;
        let database = client.database_client(DATABASE);
        let definition = PartitionKeyDefinition::from_paths(["/book"]);
        let properties = ContainerProperties::new(CONTAINER, definition);
        unless_there(database.create_container(properties, None).await)?;
        Ok(Self(database.container_client(CONTAINER, None).await?))
    }

    /// The notes by book, those with the most votes first.
    pub(crate) async fn notes(&self) -> cosmokit::Result<HashMap<String, Vec<Note>>> {
        let query =
            Query::from("SELECT c.id, c.book, c.text, c.votes, c._ts FROM c OFFSET 0 LIMIT 500");
        let notes = self
            .0
            .query_items::<Note>(query, FeedScope::full_container(), None)
            .await?;
        let notes: Vec<Note> = notes.try_collect().await?;
        let mut by_book: HashMap<String, Vec<Note>> = HashMap::new();
        for note in notes {
            by_book.entry(note.book.clone()).or_default().push(note);
        }
        for notes in by_book.values_mut() {
            notes.sort_by_key(|note| std::cmp::Reverse((note.votes, note.at)));
        }
        Ok(by_book)
    }

    /// Sticks a note on a book.
    pub(crate) async fn stick(&self, book: &str, text: &str) -> cosmokit::Result<()> {
        let note = Note {
            id: format!("{:016x}", fastrand::u64(..)),
            book: book.to_owned(),
            text: text.to_owned(),
            votes: 0,
            at: 0,
        };
        self.0.create_item(book, &note.id, &note, None).await?;
        Ok(())
    }

    /// Votes a note up.
    pub(crate) async fn vote(&self, book: &str, id: &str) -> cosmokit::Result<()> {
        let vote = PatchInstructions::new().with_operation(PatchOperation::increment("/votes", 1));
        self.0.patch_item(book, id, vote, None).await?;
        Ok(())
    }
}

/// Another instance may have been faster.
fn unless_there<T>(made: cosmokit::Result<T>) -> Result<(), CosmosError> {
    match made {
        Err(error) if error.status().status_code() != 409 => Err(error),
        _ => Ok(()),
    }
}
