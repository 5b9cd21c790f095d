//! What an index of words knows besides its entries: how often a word stands in a text, how long texts are, and how long
//! all of them are together. Scores are computed from these as a scan computes them, bit for bit.

use std::{collections::BTreeMap, ops::Bound};

use cosmokit_query::{
    index::text::{SearchTerm, TextKeys},
    value::OrderKey,
};
use imbl::{OrdMap, OrdSet};

use super::{
    key::{IndexEntry, IndexKey, KeyRange},
    seek::SeekWork,
};

/// Words of texts, as an index has them.
pub(crate) type Words = OrdSet<IndexEntry>;

/// How texts are made up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    /// How many words of each text count, by the ordinal of its item.
    lengths: OrdMap<u64, u32>,
    /// How often a word stands in a text, where that is more than once.
    repeats: OrdMap<IndexEntry, u32>,
    /// How many words count, over all texts.
    words: u64,
}

/// The entry of a word of an item.
pub(crate) fn entry(word: &str, ordinal: u64) -> IndexEntry {
    IndexEntry {
        key: IndexKey::of_value(&OrderKey::String(word.into())),
        ordinal,
    }
}

impl Texts {
    /// Adds the text of an item; `visit` gets its entries.
    pub(crate) fn add(&mut self, ordinal: u64, keys: &TextKeys, visit: &mut dyn FnMut(IndexEntry)) {
        self.lengths.insert(ordinal, keys.length);
        self.words = self.words.saturating_add(keys.length.into());
        for (word, count) in &keys.words {
            let entry = entry(word, ordinal);
            if *count > 1 {
                self.repeats.insert(entry.clone(), *count);
            }
            visit(entry);
        }
    }

    /// Removes the text of an item; `visit` gets its entries.
    pub(crate) fn remove(
        &mut self,
        ordinal: u64,
        keys: &TextKeys,
        visit: &mut dyn FnMut(IndexEntry),
    ) {
        self.lengths.remove(&ordinal);
        self.words = self.words.saturating_sub(keys.length.into());
        for (word, count) in &keys.words {
            let entry = entry(word, ordinal);
            if *count > 1 {
                self.repeats.remove(&entry);
            }
            visit(entry);
        }
    }

    /// How many words of the text of an item count; `None` when it has no text.
    pub(crate) fn length(&self, ordinal: u64) -> Option<u32> {
        self.lengths.get(&ordinal).copied()
    }

    /// How many words count, over all texts.
    pub(crate) fn words(&self) -> u64 {
        self.words
    }

    /// The items with a term in their text, each with how often it stands there. A term of several words is looked for
    /// by `occurrences` in the texts that have the words.
    pub(crate) fn with(
        &self,
        words: &Words,
        term: &SearchTerm,
        occurrences: &dyn Fn(u64) -> u32,
        work: &mut SeekWork,
    ) -> Vec<(u64, u32)> {
        let wanted: Vec<&str> = term.words().collect();
        let Some(first) = wanted.first() else {
            return Vec::new();
        };
        let mut found: Vec<(u64, u32)> = if term.is_exact() {
            self.postings(words, first, work)
        } else {
            let mut sums = BTreeMap::new();
            for word in vocabulary(words, work).filter(|word| term.accepts(word, first)) {
                for (ordinal, count) in self.postings(words, &word, &mut SeekWork::default()) {
                    *sums.entry(ordinal).or_default() += count;
                }
            }
            sums.into_iter().collect()
        };
        if wanted.len() > 1 {
            if term.is_exact() {
                let has_all = |ordinal: u64| {
                    let mut others = wanted.iter().skip(1);
                    others.all(|word| words.contains(&entry(word, ordinal)))
                };
                work.entries += found.len();
                found.retain(|(ordinal, _)| has_all(*ordinal));
            }
            for (ordinal, count) in &mut found {
                *count = occurrences(*ordinal);
            }
            found.retain(|(_, count)| *count > 0);
        }
        found
    }

    /// The items with a word in their text, each with how often it stands there.
    fn postings(&self, words: &Words, wanted: &str, done: &mut SeekWork) -> Vec<(u64, u32)> {
        done.lookups += 1;
        let key = IndexKey::of_value(&OrderKey::String(wanted.into()));
        let entries = words.range::<_, IndexEntry>(KeyRange::one(key).entries());
        let count = |entry: &IndexEntry| self.repeats.get(entry).copied().unwrap_or(1);
        let found: Vec<(u64, u32)> = entries.map(|entry| (entry.ordinal, count(entry))).collect();
        done.entries += found.len();
        found
    }
}

/// The different words, each once.
fn vocabulary<'w>(words: &'w Words, done: &'w mut SeekWork) -> impl Iterator<Item = String> + 'w {
    let mut behind = Bound::Unbounded;
    std::iter::from_fn(move || {
        let mut rest = words.range::<_, IndexEntry>((behind.clone(), Bound::Unbounded));
        let key = rest.next()?.key.clone();
        done.entries += 1;
        let text = key.text().unwrap_or_default().to_owned();
        behind = Bound::Excluded(IndexEntry {
            key,
            ordinal: u64::MAX,
        });
        Some(text)
    })
}
