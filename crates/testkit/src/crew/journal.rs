//! What writers and instances have done, in the order in which they did it.

use std::sync::{Arc, Mutex, PoisonError};

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The account acknowledged a change. The numbers of one partition key grow in the order of its log.
    Wrote {
        /// The partition key.
        key: String,
        /// Its number.
        number: u64,
    },
    /// An instance has handled a change.
    Handled {
        /// Which instance.
        instance: String,
        /// Under which lease.
        lease: String,
        /// The partition key.
        key: String,
        /// Its number.
        number: u64,
    },
    /// Something else, in words: an instance came or went, a lease moved.
    Note(String),
}

/// A journal that many keep. Clones are one and the same.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Vec<Entry>>>);

impl Journal {
    /// Writes something down.
    pub fn write(&self, entry: Entry) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(entry);
    }

    /// Writes down what is in words.
    pub fn note(&self, text: impl Into<String>) {
        self.write(Entry::Note(text.into()));
    }

    /// Everything so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
