//! Statistics of a hybrid search: summed over all ranges, then written into the texts of its components.

use serde::{Deserialize, Serialize};

use cosmokit_protocol::value::Number;

use super::MergeError;
use crate::plan::{HIT_COUNTS, ORDER_BY_FILTER, TOTAL_DOCUMENT_COUNT, TOTAL_WORD_COUNT};
use crate::value::Raw;

/// The sums so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statistics {
    documents: u64,
    texts: Vec<TextStatistics>,
}

/// The sums for one full-text score.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TextStatistics {
    words: u64,
    hits: Vec<u64>,
}

impl Statistics {
    /// Adds the answer of a range.
    pub(super) fn take(&mut self, row: Raw<'_>) -> Result<(), MergeError> {
        let documents = row
            .member("documentCount")
            .ok_or(MergeError::Row("documentCount is missing"))?;
        self.documents = self.documents.saturating_add(count(Some(documents)));
        let texts = row
            .member("fullTextStatistics")
            .ok_or(MergeError::Row("fullTextStatistics is missing"))?;
        for (index, text) in texts.elements().enumerate() {
            if self.texts.len() <= index {
                self.texts.push(TextStatistics::default());
            }
            let Some(sums) = self.texts.get_mut(index) else {
                continue;
            };
            sums.words = sums
                .words
                .saturating_add(count(text.member("totalWordCount")));
            for (index, hits) in text
                .member("hitCounts")
                .map(Raw::elements)
                .into_iter()
                .flatten()
                .enumerate()
            {
                match sums.hits.get_mut(index) {
                    Some(sum) => *sum = sum.saturating_add(count(Some(hits))),
                    None => sums.hits.push(count(Some(hits))),
                }
            }
        }
        Ok(())
    }

    /// The text of a component with the sums in their places; `components` is how many components there are.
    ///
    /// Placeholders carry the numbers of components, and statistics are there for full-text scores only: the first number
    /// that occurs takes the first statistics, and so on.
    pub(super) fn write_into(&self, text: &str, components: usize) -> String {
        let mut written = text
            .replace(ORDER_BY_FILTER, "true")
            .replace(TOTAL_DOCUMENT_COUNT, &self.documents.to_string());
        let mut texts = self.texts.iter();
        for index in 0..components {
            let words = format!("{TOTAL_WORD_COUNT}{index}}}");
            if !written.contains(&words) {
                continue;
            }
            let nothing = TextStatistics::default();
            let sums = texts.next().unwrap_or(&nothing);
            let hits: Vec<String> = sums.hits.iter().map(u64::to_string).collect();
            written = written.replace(&words, &sums.words.to_string());
            written = written.replace(
                &format!("{HIT_COUNTS}{index}}}"),
                &format!("[{}]", hits.join(",")),
            );
        }
        written
    }
}

/// A count; nothing where there is none.
fn count(raw: Option<Raw<'_>>) -> u64 {
    let number = raw.and_then(|raw| raw.value().as_number());
    number
        .and_then(Number::as_i64)
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or(0)
}
