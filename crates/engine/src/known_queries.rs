//! Texts of queries that a container was asked before, and what they compile to.
//!
//! A text is kept when it comes for the second time within a while, so that texts which never come
//! again cost no more than a look. The texts of one description of a container are kept with it: a
//! description that replaces it begins anew. What is kept does not depend on the values of
//! parameters.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;
use cosmokit_protocol::partition::PartitionKeyDefinition;
use cosmokit_query::{Program, QueryError, Schema, columns::ColumnProgram, plan::PreparedQuery};

/// Most texts that are kept for a container; the one that was not asked for the longest gives way.
const MAX_TEXTS: usize = 64;
/// Longest text that is kept, in bytes.
const MAX_TEXT_BYTES: usize = 8 * 1024;
/// Texts that came once and are remembered by their hashes.
const MARKS: usize = 64;

/// A query, compiled for a container.
#[derive(Debug)]
pub(crate) struct KnownQuery {
    /// The bound query.
    pub(crate) program: Program,
    over_columns: OnceLock<Option<ColumnProgram>>,
    prepared: OnceLock<Result<PreparedQuery, QueryError>>,
}

impl KnownQuery {
    fn compile(text: &str, schema: &Schema) -> Result<Self, QueryError> {
        Ok(Self {
            program: Program::compile(text, schema)?,
            over_columns: OnceLock::new(),
            prepared: OnceLock::new(),
        })
    }

    /// The query over columns, if it can be had from them.
    pub(crate) fn over_columns(&self) -> Option<&ColumnProgram> {
        let made = self
            .over_columns
            .get_or_init(|| self.program.over_columns());
        made.as_ref()
    }

    /// The query as it is planned over partitions; `text`, `schema` and `key` are its own.
    ///
    /// # Errors
    /// Why it cannot be.
    pub(crate) fn prepared(
        &self,
        text: &str,
        schema: &Schema,
        key: &PartitionKeyDefinition,
    ) -> Result<&PreparedQuery, &QueryError> {
        let made = || PreparedQuery::prepare(text, schema, key);
        self.prepared.get_or_init(made).as_ref()
    }
}

/// The queries that are known for a container; nothing until the first is asked.
#[derive(Debug, Default)]
pub(crate) struct KnownQueries(OnceLock<Box<Shelf>>);

#[derive(Debug)]
struct Shelf {
    texts: ArcSwap<HashMap<Box<str>, Place>>,
    asked: AtomicU64,
    hashing: RandomState,
    marks: [AtomicU64; MARKS],
}

#[derive(Clone, Debug)]
struct Place {
    query: Arc<KnownQuery>,
    /// When it was last asked for, counted in queries.
    used: Arc<AtomicU64>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            texts: ArcSwap::default(),
            asked: AtomicU64::new(0),
            hashing: RandomState::default(),
            marks: [const { AtomicU64::new(0) }; MARKS],
        }
    }
}

impl KnownQueries {
    /// The query of a text, compiled unless it is known; `schema` is always the same.
    ///
    /// # Errors
    /// Everything that is wrong with the text.
    pub(crate) fn query(&self, text: &str, schema: &Schema) -> Result<Arc<KnownQuery>, QueryError> {
        let known = self.0.get_or_init(Box::default);
        let now = known.asked.fetch_add(1, Ordering::Relaxed);
        if let Some(place) = known.texts.load().get(text) {
            place.used.store(now, Ordering::Relaxed);
            return Ok(Arc::clone(&place.query));
        }
        let query = Arc::new(KnownQuery::compile(text, schema)?);
        if text.len() <= MAX_TEXT_BYTES && known.came_before(text) {
            known.keep(text, &query, now);
        }
        Ok(query)
    }
}

impl Shelf {
    /// Whether the text came before, and not too many others since.
    fn came_before(&self, text: &str) -> bool {
        let hash = self.hashing.hash_one(text);
        let place = usize::try_from(hash).unwrap_or_default() % MARKS;
        let mark = self.marks.get(place);
        mark.is_some_and(|mark| mark.swap(hash, Ordering::Relaxed) == hash)
    }

    fn keep(&self, text: &str, query: &Arc<KnownQuery>, now: u64) {
        self.texts.rcu(|texts| {
            let mut texts = HashMap::clone(texts);
            if texts.len() >= MAX_TEXTS {
                let used = |place: &Place| place.used.load(Ordering::Relaxed);
                let oldest = texts.iter().min_by_key(|(_, place)| used(place));
                if let Some(oldest) = oldest.map(|(text, _)| text.clone()) {
                    texts.remove(&oldest);
                }
            }
            let place = Place {
                query: Arc::clone(query),
                used: Arc::new(AtomicU64::new(now)),
            };
            texts.insert(text.into(), place);
            texts
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(queries: &KnownQueries, text: &str) -> Arc<KnownQuery> {
        queries.query(text, &Schema::default()).unwrap()
    }

    #[test]
    fn a_text_is_kept_from_its_second_time_on() {
        let queries = KnownQueries::default();
        let text = "SELECT VALUE COUNT(1) FROM c";
        let first = ask(&queries, text);
        let second = ask(&queries, text);
        assert!(!Arc::ptr_eq(&first, &second));
        assert!(Arc::ptr_eq(&second, &ask(&queries, text)));
        assert!(second.over_columns().is_some());
        let key = PartitionKeyDefinition::from("/pk");
        let prepared = second.prepared(text, &Schema::default(), &key).unwrap();
        assert_eq!(prepared.text(), text);
        assert!(queries.query("SELECT", &Schema::default()).is_err());
    }

    #[test]
    fn texts_are_bounded_and_those_in_use_stay() {
        let queries = KnownQueries::default();
        let used = "SELECT * FROM c";
        ask(&queries, used);
        let known = ask(&queries, used);
        for n in 0..3 * MAX_TEXTS {
            let text = format!("SELECT VALUE {n} FROM c");
            ask(&queries, &text);
            ask(&queries, &text);
            assert!(Arc::ptr_eq(&known, &ask(&queries, used)), "{n}");
        }
        let kept = |queries: &KnownQueries| queries.0.get().unwrap().texts.load().len();
        assert_eq!(kept(&queries), MAX_TEXTS);
        let long = format!("SELECT VALUE '{}' FROM c", "x".repeat(MAX_TEXT_BYTES));
        ask(&queries, &long);
        assert!(!Arc::ptr_eq(&ask(&queries, &long), &ask(&queries, &long)));
    }
}
