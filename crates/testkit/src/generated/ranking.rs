//! What ORDER BY RANK sorts by, computed a second time from the documents: BM25 and cosines, and the fusion of their ranks.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// What a text or vector that is none scores.
const NONE: f64 = -1.0;
const K1: f64 = 1.2;
const B: f64 = 0.75;
/// What is added to each rank.
const SMOOTHING: f64 = 60.0;
/// The stop words among those of the documents.
const STOP_WORDS: [&str; 2] = ["the", "and"];

/// What the documents of a query are ranked by.
#[derive(Clone, Debug, PartialEq)]
pub struct Rank {
    /// Scores, and the weight of each when they are fused.
    pub(super) scores: Vec<(Score, f64)>,
}

/// One score.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Score {
    /// How well `text` has these words.
    Words(Vec<&'static str>),
    /// How near `vec` is to this vector, by the cosine.
    Near([f64; 3]),
}

impl Rank {
    /// The score of each document that is a candidate, by its id.
    pub(super) fn by_id(
        &self,
        documents: &[Value],
        candidates: &HashSet<String>,
    ) -> HashMap<String, f64> {
        let ids: Vec<&str> = documents
            .iter()
            .map(|document| text(document, "id"))
            .collect();
        let columns: Vec<Vec<f64>> = self
            .scores
            .iter()
            .map(|(score, _)| score.of_all(documents))
            .collect();
        let passed = |place: &usize| ids.get(*place).is_some_and(|id| candidates.contains(*id));
        let passed: Vec<usize> = (0..ids.len()).filter(passed).collect();
        let at = |column: &[f64], place: usize| column.get(place).copied().unwrap_or(NONE);
        let total = |place: usize| match &*columns {
            [column] => at(column, place),
            columns => columns
                .iter()
                .zip(&self.scores)
                .map(|(column, (_, weight))| {
                    let sign = weight.signum();
                    let better = |other: f64| other * sign > at(column, place) * sign;
                    let ahead: HashSet<u64> = passed
                        .iter()
                        .map(|other| at(column, *other))
                        .filter(|other| better(*other))
                        .map(f64::to_bits)
                        .collect();
                    #[expect(clippy::cast_precision_loss, reason = "a trial has few documents")]
                    let rank = ahead.len() as f64 + 1.0;
                    weight.abs() / (SMOOTHING + rank)
                })
                .sum(),
        };
        passed
            .iter()
            .filter_map(|place| Some(((*ids.get(*place)?).to_owned(), total(*place))))
            .collect()
    }

    /// As it stands in a query.
    pub(super) fn sql(&self) -> String {
        let calls: Vec<String> = self.scores.iter().map(|(score, _)| score.sql()).collect();
        match &*calls {
            [call] => call.clone(),
            calls => {
                let weights: Vec<String> = self
                    .scores
                    .iter()
                    .map(|(_, weight)| weight.to_string())
                    .collect();
                format!("RRF({}, [{}])", calls.join(", "), weights.join(", "))
            }
        }
    }
}

impl Score {
    fn sql(&self) -> String {
        match self {
            Self::Words(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
                format!("FullTextScore(c.text, {})", words.join(", "))
            }
            Self::Near(vector) => {
                format!(
                    "VectorDistance(c.vec, {vector:?}, false, {{\"distanceFunction\": \"cosine\"}})"
                )
            }
        }
    }

    fn of_all(&self, documents: &[Value]) -> Vec<f64> {
        match self {
            Self::Words(words) => word_scores(documents, words),
            Self::Near(target) => documents
                .iter()
                .map(|document| cosine(document.get("vec"), target).unwrap_or(NONE))
                .collect(),
        }
    }
}

fn text<'d>(document: &'d Value, name: &str) -> &'d str {
    document
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "texts are short")]
fn word_scores(documents: &[Value], words: &[&str]) -> Vec<f64> {
    let texts: Vec<Option<Vec<String>>> = documents
        .iter()
        .map(|document| document.get("text")?.as_str().map(tokens))
        .collect();
    let length = |tokens: &Vec<String>| {
        tokens
            .iter()
            .filter(|token| !STOP_WORDS.contains(&token.as_str()))
            .count() as f64
    };
    let count = texts.len() as f64;
    let total: f64 = texts.iter().flatten().map(length).sum();
    let average = if total > 0.0 { total / count } else { 1.0 };
    let occurrences =
        |tokens: &[String], word: &str| tokens.iter().filter(|token| *token == word).count() as f64;
    let score = |tokens: &Vec<String>| {
        let term = |word: &&str| {
            let has = |tokens: &&Vec<String>| occurrences(tokens, word) > 0.0;
            let hits = texts.iter().flatten().filter(has).count() as f64;
            let often = occurrences(tokens, word);
            let rarity = (1.0 + (count - hits + 0.5) / (hits + 0.5)).ln();
            rarity * often * (K1 + 1.0) / (often + K1 * (1.0 - B + B * length(tokens) / average))
        };
        words.iter().map(term).sum()
    };
    texts
        .iter()
        .map(|tokens| tokens.as_ref().map_or(NONE, score))
        .collect()
}

fn tokens(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The cosine of two vectors; `None` when there is none.
fn cosine(vector: Option<&Value>, target: &[f64; 3]) -> Option<f64> {
    let elements = vector?.as_array().filter(|elements| elements.len() == 3)?;
    let vector: Vec<f64> = elements.iter().map(Value::as_f64).collect::<Option<_>>()?;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    Some(dot(&vector, target) / (dot(&vector, &vector) * dot(target, target)).sqrt())
        .filter(|cosine| cosine.is_finite())
}
