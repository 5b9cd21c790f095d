//! Query metrics: times and counts of a query, as the header holds them, `name=value;name=value`.

use std::fmt;
use std::ops::AddAssign;
use std::time::Duration;

/// Names that one header may have; the service sends about twenty.
const MAX_NAMES: usize = 64;

const RATIO: &str = "indexUtilizationRatio";

/// Times and counts of a query over one or several partitions.
///
/// ```
/// use cosmokit_protocol::op::QueryMetrics;
///
/// let metrics = QueryMetrics::parse("totalExecutionTimeInMs=1.5;retrievedDocumentCount=10;outputDocumentCount=5");
/// assert_eq!(metrics.total_execution_time().as_micros(), 1_500);
/// assert_eq!(metrics.retrieved_document_count(), 10);
/// assert_eq!(metrics.to_string(), "totalExecutionTimeInMs=1.5;retrievedDocumentCount=10;outputDocumentCount=5");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueryMetrics(Vec<(Box<str>, f64)>);

impl QueryMetrics {
    /// Reads a header. What is no name with a number is left out.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split(';').filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value: f64 = value.trim().parse().ok()?;
            value.is_finite().then(|| (Box::from(name.trim()), value))
        });
        Self(pairs.take(MAX_NAMES).collect())
    }

    /// A number by its name on the wire.
    pub fn get(&self, name: &str) -> Option<f64> {
        let mut pairs = self.0.iter();
        pairs
            .find(|(own, _)| **own == *name)
            .map(|(_, value)| *value)
    }

    /// All names and numbers, in the order of the wire.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of the time in the service.
    pub fn total_execution_time(&self) -> Duration {
        self.milliseconds("totalExecutionTimeInMs")
    }

    /// Time to parse and compile the text.
    pub fn query_compile_time(&self) -> Duration {
        self.milliseconds("queryCompileTimeInMs")
    }

    /// Time in indexes.
    pub fn index_lookup_time(&self) -> Duration {
        self.milliseconds("indexLookupTimeInMs")
    }

    /// Time to load documents.
    pub fn document_load_time(&self) -> Duration {
        self.milliseconds("documentLoadTimeInMs")
    }

    /// Time in built-in functions.
    pub fn system_function_time(&self) -> Duration {
        self.milliseconds("systemFunctionExecuteTimeInMs")
    }

    /// Time in user-defined functions.
    pub fn user_function_time(&self) -> Duration {
        self.milliseconds("userFunctionExecuteTimeInMs")
    }

    /// Time to write the answer.
    pub fn write_output_time(&self) -> Duration {
        self.milliseconds("writeOutputTimeInMs")
    }

    /// Documents that were loaded.
    pub fn retrieved_document_count(&self) -> u64 {
        self.count("retrievedDocumentCount")
    }

    /// Bytes of the documents that were loaded.
    pub fn retrieved_document_bytes(&self) -> u64 {
        self.count("retrievedDocumentSize")
    }

    /// Rows that were given.
    pub fn output_document_count(&self) -> u64 {
        self.count("outputDocumentCount")
    }

    /// Bytes of the rows that were given.
    pub fn output_document_bytes(&self) -> u64 {
        self.count("outputDocumentSize")
    }

    /// Which share of the documents that were loaded was of use: 0 to 1.
    pub fn index_hit_ratio(&self) -> Option<f64> {
        self.get(RATIO)
    }

    fn milliseconds(&self, name: &str) -> Duration {
        let seconds = self.get(name).unwrap_or_default() / 1_000.0;
        Duration::try_from_secs_f64(seconds).unwrap_or_default()
    }

    fn count(&self, name: &str) -> u64 {
        let value = self.get(name).unwrap_or_default();
        // A float beyond u64 or below 0 stops at the bound.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates"
        )]
        let count = value.round() as u64;
        count
    }
}

/// Of several answers: times and counts add up, and the ratio is that of all documents together.
impl AddAssign<&QueryMetrics> for QueryMetrics {
    fn add_assign(&mut self, other: &QueryMetrics) {
        for (name, value) in &other.0 {
            match self.0.iter_mut().find(|(own, _)| own == name) {
                Some((_, own)) => *own += value,
                None => self.0.push((name.clone(), *value)),
            }
        }
        let (output, retrieved) = (
            self.get("outputDocumentCount").unwrap_or_default(),
            self.get("retrievedDocumentCount").unwrap_or_default(),
        );
        if let Some((_, ratio)) = self.0.iter_mut().find(|(name, _)| **name == *RATIO) {
            *ratio = if retrieved > 0.0 {
                (output / retrieved).min(1.0)
            } else {
                ratio.min(1.0)
            };
        }
    }
}

impl fmt::Display for QueryMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { ";" };
            write!(f, "{separator}{name}={value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_add_up() {
        let mut all = QueryMetrics::parse(
            "retrievedDocumentCount=10;outputDocumentCount=5;indexUtilizationRatio=0.5;x=1",
        );
        all += &QueryMetrics::parse(
            "retrievedDocumentCount=10;outputDocumentCount=10;indexUtilizationRatio=1.0;y=2",
        );
        assert_eq!(
            all.to_string(),
            "retrievedDocumentCount=20;outputDocumentCount=15;indexUtilizationRatio=0.75;x=1;y=2"
        );
        assert_eq!(all.index_hit_ratio(), Some(0.75));
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        for text in ["", ";;", "a", "a=", "a=b", "=;", "a=NaN;b=inf"] {
            let metrics = QueryMetrics::parse(text);
            assert!(metrics.is_empty(), "{text}: {metrics:?}");
            assert_eq!(metrics.total_execution_time(), Duration::ZERO);
        }
        assert_eq!(
            QueryMetrics::parse("retrievedDocumentCount=-4").retrieved_document_count(),
            0
        );
        assert_eq!(
            QueryMetrics::parse("totalExecutionTimeInMs=-4").total_execution_time(),
            Duration::ZERO
        );
    }
}
