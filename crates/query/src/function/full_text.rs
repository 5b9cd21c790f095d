//! Full text: tokens, phrases, and the score of a text for some terms.
//!
//! A token is a run of letters and digits, in lower case; a point or comma between digits belongs to it. A term of several tokens is a phrase: its tokens must follow
//! each other. Words of the English stop list do not count for the length of a text. There is no stemming.

use std::borrow::Cow;
use std::sync::LazyLock;

use cosmokit_protocol::value::Number;

use super::table::{Arity, Function, IndexUse};
use crate::expr::{Host, Truth};
use crate::value::{Array, Value};

/// How quickly further occurrences of a term count less.
const K1: f64 = 1.2;
/// How much the length of a text counts.
const B: f64 = 0.75;

pub(super) const TABLE: &[Function] = &[
    Function::strict(
        "FULLTEXTCONTAINS",
        Arity::exactly(2),
        IndexUse::FullText,
        |a, _| matched(a, Truth::True, Truth::and),
    ),
    Function::strict(
        "FULLTEXTCONTAINSALL",
        Arity::at_least(2),
        IndexUse::FullText,
        |a, _| matched(a, Truth::True, Truth::and),
    ),
    Function::strict(
        "FULLTEXTCONTAINSANY",
        Arity::at_least(2),
        IndexUse::FullText,
        |a, _| matched(a, Truth::False, Truth::or),
    ),
    // Only inside ORDER BY RANK, where it is rewritten; the binder refuses every other place.
    Function::lenient(
        "FULLTEXTSCORE",
        Arity::at_least(2),
        IndexUse::FullText,
        |_, _| Value::Undefined,
    ),
    Function::lenient(
        "_FULLTEXTSCORE",
        Arity::exactly(5),
        IndexUse::FullText,
        score,
    ),
    Function::strict(
        "_FULLTEXTWORDCOUNT",
        Arity::exactly(1),
        IndexUse::FullText,
        |a, _| a.first().and_then(Value::as_str).map(word_count).into(),
    ),
];

/// The words that do not count: common English function words, one per line.
static STOP_WORDS: LazyLock<std::collections::HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("stop_words_en.txt")
        .lines()
        .filter(|line| !line.is_empty())
        .collect()
});

/// The tokens of a text: parts of it, copied only where letters become lower case.
pub(crate) fn tokens(text: &str) -> Vec<Cow<'_, str>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        let (token, behind) = rest
            .get(start..)
            .map_or(("", ""), |from| from.split_at(token_length(from)));
        tokens.push(lower_case(token));
        rest = behind;
    }
    tokens
}

/// The length of the token at the start, in bytes.
fn token_length(text: &str) -> usize {
    let mut before = None;
    let mut characters = text.char_indices().peekable();
    while let Some((place, character)) = characters.next() {
        let inside_number = matches!(character, '.' | ',')
            && before.is_some_and(|before: char| before.is_ascii_digit())
            && characters
                .peek()
                .is_some_and(|(_, next)| next.is_ascii_digit());
        if !character.is_alphanumeric() && !inside_number {
            return place;
        }
        before = Some(character);
    }
    text.len()
}

fn lower_case(token: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if token.bytes().all(is_lower) {
        return Cow::Borrowed(token);
    }
    Cow::Owned(token.chars().flat_map(char::to_lowercase).collect())
}

/// How many tokens of a text count.
pub(crate) fn word_count(text: &str) -> usize {
    count_words(&tokens(text))
}

/// How many of these tokens count.
pub(crate) fn count_words(tokens: &[Cow<'_, str>]) -> usize {
    let counts = |token: &&Cow<'_, str>| !STOP_WORDS.contains(&***token);
    tokens.iter().filter(counts).count()
}

/// A term to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) tokens: Vec<String>,
    /// How many letters of a single token may be wrong.
    pub(crate) distance: usize,
}

impl Term {
    /// A string, or an object with the members `term` and `distance`.
    pub(crate) fn of(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self {
                tokens: owned(tokens(text)),
                distance: 0,
            }),
            Value::Object(object) => {
                let distance = object
                    .member("distance")
                    .as_number()
                    .and_then(Number::as_i64)
                    .unwrap_or(0);
                let distance = usize::try_from(distance)
                    .ok()
                    .filter(|distance| *distance <= 2)?;
                object.member("term").as_str().map(|text| Self {
                    tokens: owned(tokens(text)),
                    distance,
                })
            }
            _ => None,
        }
    }

    /// How often the term stands in a text.
    pub(crate) fn occurrences(&self, text: &[Cow<'_, str>]) -> usize {
        if self.tokens.is_empty() {
            return 0;
        }
        let here = |window: &[Cow<'_, str>]| {
            window
                .iter()
                .zip(&self.tokens)
                .all(|(found, wanted)| self.is_token(found, wanted))
        };
        text.windows(self.tokens.len())
            .filter(|window| here(window))
            .count()
    }

    pub(crate) fn is_token(&self, found: &str, wanted: &str) -> bool {
        found == wanted
            || (self.distance > 0 && edits(found, wanted, self.distance) <= self.distance)
    }
}

fn owned(tokens: Vec<Cow<'_, str>>) -> Vec<String> {
    tokens.into_iter().map(Cow::into_owned).collect()
}

/// How many letters must be put in, taken out or changed; more than `limit` when it is more.
fn edits(left: &str, right: &str, limit: usize) -> usize {
    let right: Vec<char> = right.chars().collect();
    if left.chars().count().abs_diff(right.len()) > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut corner = index;
        let mut before = index + 1;
        let mut next = vec![before];
        for (other, above) in right.iter().zip(row.iter().skip(1)) {
            before = (corner + usize::from(letter != *other))
                .min(before + 1)
                .min(above + 1);
            corner = *above;
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or(limit + 1)
}

fn matched<'a>(
    arguments: &[Value<'a>],
    start: Truth,
    join: fn(Truth, Truth) -> Truth,
) -> Value<'a> {
    let Some((Value::String(text), terms)) = arguments.split_first() else {
        return Value::Undefined;
    };
    let text = tokens(text);
    let found = |term: &Value<'_>| {
        Term::of(term).map_or(Truth::Undefined, |term| {
            (term.occurrences(&text) > 0).into()
        })
    };
    terms.iter().map(found).fold(start, join).into()
}

/// Statistics over all documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Statistics {
    /// How many documents there are.
    pub(crate) documents: f64,
    /// How many words their texts have.
    pub(crate) words: f64,
    /// In how many documents each term stands.
    pub(crate) hits: Vec<f64>,
}

/// What the score of a text depends on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Features {
    /// How many words the text has.
    pub(crate) words: usize,
    /// How often each term stands in it.
    pub(crate) counts: Vec<usize>,
}

impl Features {
    /// Looks for terms in a text; `None` when one of them is no term.
    pub(crate) fn of(text: &str, terms: &Array<'_>) -> Option<Self> {
        let tokens = tokens(text);
        let counts = terms
            .iter()
            .map(|term| Term::of(&term).map(|term| term.occurrences(&tokens)));
        let counts = counts.collect::<Option<Vec<usize>>>()?;
        Some(Self {
            words: count_words(&tokens),
            counts,
        })
    }

    /// The score by BM25.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of words are far below 2^53"
    )]
    pub(crate) fn score(&self, statistics: &Statistics) -> f64 {
        let Statistics {
            documents,
            words,
            hits,
        } = statistics;
        let average = if *documents > 0.0 && *words > 0.0 {
            words / documents
        } else {
            1.0
        };
        let length = self.words as f64 / average;
        let hits = hits.iter().copied().chain(std::iter::repeat(0.0));
        let term = |(count, hits): (&usize, f64)| {
            let count = *count as f64;
            let rarity = (1.0 + (documents - hits + 0.5) / (hits + 0.5))
                .max(1.0)
                .ln();
            rarity * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length))
        };
        self.counts.iter().zip(hits).map(term).sum()
    }
}

/// `_FullTextScore(text, terms, documents, words, hits)`: the score with the statistics of all documents.
fn score<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let [
        Value::String(text),
        Value::Array(terms),
        Value::Number(documents),
        Value::Number(words),
        Value::Array(hits),
    ] = arguments
    else {
        return Value::Undefined;
    };
    let hits = hits
        .iter()
        .map(|hits| hits.as_number().map_or(0.0, Number::as_f64))
        .collect();
    let statistics = Statistics {
        documents: documents.as_f64(),
        words: words.as_f64(),
        hits,
    };
    Features::of(text, terms)
        .map(|features| features.score(&statistics))
        .into()
}

/// The terms of a score: the arguments themselves, or the elements of a single array.
pub(crate) fn terms_of<'a>(arguments: &[Value<'a>]) -> Array<'a> {
    match arguments {
        [Value::Array(array)] => array.clone(),
        other => Array::from_elements(other.iter().cloned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_tokens() {
        assert_eq!(
            tokens("The dog's 2nd-best, Ünïcode!"),
            ["the", "dog", "s", "2nd", "best", "ünïcode"]
        );
        assert_eq!(
            tokens("1,977 at 3.14, or 2010."),
            ["1,977", "at", "3.14", "or", "2010"]
        );
        assert_eq!(word_count("The dog and the cat"), 2);
        assert_eq!(word_count(""), 0);
    }

    #[test]
    fn phrases_and_near_misses() {
        let check = |term: serde_json::Value, text: &str, expected: usize| {
            let found = Term::of(&Value::from(&term)).map(|term| term.occurrences(&tokens(text)));
            assert_eq!(found, Some(expected), "{term} in {text}");
        };
        check(
            "United States".into(),
            "united states, the united arab states; UNITED STATES",
            2,
        );
        check("states united".into(), "united states", 0);
        check(
            serde_json::json!({"term": "colour", "distance": 1}),
            "a color",
            1,
        );
        check(
            serde_json::json!({"term": "colour", "distance": 0}),
            "a color",
            0,
        );
        check("".into(), "a", 0);
        assert_eq!(edits("kitten", "sitting", 2), 3);
    }
}
