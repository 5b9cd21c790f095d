//! Keys of texts for an inverted index, and scores from what such an index knows.
//!
//! A text has a key for each of its words, in the form in which full-text functions compare them. An index that keeps,
//! for each word, the documents and how often it stands in each, and for each document how many words count, has
//! everything that BM25 needs: the scores are those of a scan, bit for bit, for terms of one word.

use crate::function::full_text::{Features, Statistics, Term, count_words, tokens};
use crate::value::Value;

/// What an index keeps of one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextKeys {
    /// The different words in their order, each with how often it stands in the text.
    pub words: Vec<(Box<str>, u32)>,
    /// The length of the text: how many of its words are no stop words.
    pub length: u32,
}

impl TextKeys {
    /// Of a string; `None` of anything else, which no full-text condition lets pass and which does not count.
    pub fn of(value: &Value<'_>) -> Option<Self> {
        let mut found = tokens(value.as_str()?);
        let length = u32::try_from(count_words(&found)).unwrap_or(u32::MAX);
        found.sort_unstable();
        let mut words: Vec<(Box<str>, u32)> = Vec::new();
        for word in found {
            match words.last_mut() {
                Some((last, count)) if **last == *word => *count = count.saturating_add(1),
                _ => words.push((Box::from(&*word), 1)),
            }
        }
        Some(Self { words, length })
    }

    /// How often a word stands in the text.
    pub fn count(&self, word: &str) -> u32 {
        let place = self
            .words
            .binary_search_by(|(known, _)| (**known).cmp(word));
        let found = place.ok().and_then(|place| self.words.get(place));
        found.map_or(0, |(_, count)| *count)
    }
}

/// The words of a term: every text with the term has all of them. A term of several words is a phrase, for which the
/// texts must still be looked at; one without words stands in no text.
pub fn words_of_term(term: &str) -> Vec<Box<str>> {
    tokens(term).iter().map(|word| Box::from(&**word)).collect()
}

/// A term to look for in texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchTerm(Term);

impl SearchTerm {
    /// Of a string, or of an object with a term and the letters that may be wrong; `None` of anything else.
    pub fn of(value: &Value<'_>) -> Option<Self> {
        Term::of(value).map(Self)
    }

    /// The words that must follow each other; a term without any stands in no text.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.tokens.iter().map(String::as_str)
    }

    /// Whether words of texts must be those of the term, letter by letter.
    pub fn is_exact(&self) -> bool {
        self.0.distance == 0
    }

    /// Whether a word of a text will do for a word of the term.
    pub fn accepts(&self, found: &str, wanted: &str) -> bool {
        self.0.is_token(found, wanted)
    }

    /// How often the term stands in a text.
    pub fn occurrences(&self, text: &str) -> u32 {
        u32::try_from(self.0.occurrences(&tokens(text))).unwrap_or(u32::MAX)
    }
}

/// The statistics of all texts of a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextStatistics {
    /// How many documents there are, with a text at the path or without.
    pub documents: u64,
    /// How many words count, over all texts.
    pub words: u64,
}

impl TextStatistics {
    /// These and those of other documents.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            documents: self.documents.saturating_add(other.documents),
            words: self.words.saturating_add(other.words),
        }
    }

    /// What scores are computed from; for each term, the number of documents with it.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of documents and words are far below 2^53"
    )]
    pub fn scorer(self, hits: impl IntoIterator<Item = u64>) -> TextScorer {
        TextScorer(Statistics {
            documents: self.documents as f64,
            words: self.words as f64,
            hits: hits.into_iter().map(|hits| hits as f64).collect(),
        })
    }
}

/// Statistics that texts are scored with.
#[derive(Clone, Debug, PartialEq)]
pub struct TextScorer(pub(super) Statistics);

impl TextScorer {
    /// The score by BM25 of a text of some length, from how often each term stands in it.
    pub fn score(&self, length: u32, counts: impl IntoIterator<Item = u32>) -> f64 {
        let count = |count| usize::try_from(count).unwrap_or(usize::MAX);
        let features = Features {
            words: count(length),
            counts: counts.into_iter().map(count).collect(),
        };
        features.score(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::*;
    use crate::bind::Program;
    use crate::operator::{Environment, Execution};
    use crate::schema::Schema;

    struct NoFunctions;

    impl crate::expr::UserFunctions for NoFunctions {
        fn call(&self, _: &str, _: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
            Err("none".into())
        }
    }

    /// The rows of a query over documents.
    fn scan(query: &str, documents: &[Json]) -> Vec<Json> {
        let program = Program::compile(query, &Schema::default()).expect("a query");
        let environment = Environment {
            now_ticks: 0,
            seed: 0,
            steps: u64::MAX,
            functions: &NoFunctions,
        };
        let mut execution = Execution::new(&program, &[], environment).expect("no parameters");
        let mut rows = Vec::new();
        let mut take = |row: &[u8]| rows.push(serde_json::from_slice(row).expect("rows are JSON"));
        for document in documents {
            execution
                .push(document.to_string().as_bytes(), &mut take)
                .expect("within the limits");
        }
        execution.finish(&mut take).expect("within the limits");
        rows
    }

    /// An index over all documents: what an engine keeps.
    fn index(documents: &[Json]) -> (TextStatistics, Vec<Option<TextKeys>>) {
        let keys: Vec<_> = documents
            .iter()
            .map(|document| TextKeys::of(&Value::from(&document["text"])))
            .collect();
        let words = |keys: &Option<TextKeys>| keys.as_ref().map_or(0, |keys| keys.length.into());
        let statistics = keys.iter().map(|keys| TextStatistics {
            documents: 1,
            words: words(keys),
        });
        let statistics = statistics.fold(TextStatistics::default(), TextStatistics::with);
        (statistics, keys)
    }

    fn documents() -> impl Strategy<Value = Vec<Json>> {
        let text = prop_oneof![
            6 => "((red|blue|Green|the|a|cat|Éclair|3\\.14|x,y)[ .!-]){0,12}".prop_map(Json::from),
            1 => Just(Json::Null),
            1 => Just(serde_json::json!(7)),
        ];
        let numbered = |texts: Vec<Json>| {
            let document = |(id, text)| serde_json::json!({"id": id, "text": text});
            texts.into_iter().enumerate().map(document).collect()
        };
        prop::collection::vec(text, 0..12).prop_map(numbered)
    }

    const TERMS: &[&str] = &[
        "red", "Blue", "éclair", "the", "red cat", "3.14", "x,y", "none", "", "!",
    ];

    proptest! {
        #[test]
        fn texts_with_a_term_have_all_its_words(documents in documents(), term in prop::sample::select(TERMS)) {
            let query = format!("SELECT VALUE c.id FROM c WHERE FullTextContains(c.text, '{term}')");
            let words = words_of_term(term);
            let (_, keys) = index(&documents);
            let found: Vec<Json> = keys.iter().enumerate()
                .filter(|(_, keys)| !words.is_empty() && keys.as_ref().is_some_and(|keys| words.iter().all(|word| keys.count(word) > 0)))
                .map(|(id, _)| id.into())
                .collect();
            let scanned = scan(&query, &documents);
            prop_assert!(scanned.iter().all(|id| found.contains(id)), "{scanned:?} {found:?}");
            if words.len() == 1 {
                prop_assert_eq!(scanned, found);
            }
        }

        #[test]
        fn scores_from_an_index_order_as_a_scan_does(documents in documents(), terms in prop::sample::subsequence(vec!["red", "blue", "éclair", "the", "none"], 1..4)) {
            let (statistics, keys) = index(&documents);
            let hits = |term: &str| {
                let with = keys.iter().flatten().filter(|keys| keys.count(term) > 0).count();
                u64::try_from(with).expect("small")
            };
            let scorer = statistics.scorer(terms.iter().map(|term| hits(term)));
            let score = |keys: &TextKeys| scorer.score(keys.length, terms.iter().map(|term| keys.count(term)));
            let list: Vec<String> = terms.iter().map(|term| format!("'{term}'")).collect();
            let query = format!("SELECT VALUE c.id FROM c ORDER BY RANK FullTextScore(c.text, {})", list.join(", "));
            let ranked: Vec<f64> = scan(&query, &documents).iter()
                .map(|id| keys[usize::try_from(id.as_u64().expect("an id")).expect("small")].as_ref().map_or(-1.0, score))
                .collect();
            prop_assert!(ranked.is_sorted_by(|left, right| left >= right), "{ranked:?}");
        }
    }
}
