//! Index metrics: the indexes that a query used, and those that would have served it. The header comes in two
//! generations: base64 of JSON, and percent-encoded JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Largest header that is read, in bytes.
const MAX_HEADER_BYTES: usize = 256 * 1024;

/// The indexes that a query used, and those that it missed.
///
/// ```
/// use cosmokit_protocol::op::IndexMetrics;
///
/// let text = "%7B%22Utilized%22%3A%7B%22SingleIndexes%22%3A%5B%7B%22IndexSpec%22%3A%22%2Fname%2F%3F%22%7D%5D%7D%7D";
/// let metrics = IndexMetrics::parse(text).expect("the second generation");
/// assert_eq!(metrics.utilized_single, ["/name/?"]);
/// assert!(metrics.potential_composite.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct IndexMetrics {
    /// Indexes on one path that the query used, such as `/name/?`.
    pub utilized_single: Vec<String>,
    /// Indexes on one path that would serve the query and are not there.
    pub potential_single: Vec<String>,
    /// Composite indexes that the query used, path by path, such as `/name ASC`.
    pub utilized_composite: Vec<Vec<String>>,
    /// Composite indexes that would serve the query and are not there.
    pub potential_composite: Vec<Vec<String>>,
}

impl IndexMetrics {
    /// Reads a header of either generation; `None` when it is neither.
    pub fn parse(header: &str) -> Option<Self> {
        Some(Self::of(&Self::decode(header)?))
    }

    /// The JSON in a header of either generation.
    pub fn decode(header: &str) -> Option<Value> {
        if header.len() > MAX_HEADER_BYTES {
            return None;
        }
        let first = STANDARD.decode(header.trim()).ok();
        if let Some(json) = first.and_then(|json| serde_json::from_slice(&json).ok()) {
            return Some(json);
        }
        let text = percent_decode_str(header).decode_utf8().ok()?;
        serde_json::from_str(&text).ok().filter(Value::is_object)
    }

    fn of(json: &Value) -> Self {
        let second = |outer: [&str; 2], inner: &str| {
            let found = outer.iter().find_map(|name| json.get(name));
            found.and_then(|part| part.get(inner)).cloned()
        };
        let list = |first: &str, outer: [&str; 2], inner: &str| {
            let list = json.get(first).cloned().or_else(|| second(outer, inner));
            match list {
                Some(Value::Array(elements)) => elements,
                _ => Vec::new(),
            }
        };
        let (used, missed) = (
            ["Utilized", "UtilizedIndexes"],
            ["Potential", "PotentialIndexes"],
        );
        Self {
            utilized_single: singles(&list("UtilizedSingleIndexes", used, "SingleIndexes")),
            potential_single: singles(&list("PotentialSingleIndexes", missed, "SingleIndexes")),
            utilized_composite: composites(&list(
                "UtilizedCompositeIndexes",
                used,
                "CompositeIndexes",
            )),
            potential_composite: composites(&list(
                "PotentialCompositeIndexes",
                missed,
                "CompositeIndexes",
            )),
        }
    }

    /// Adds what another partition said, each index once.
    pub fn merge(&mut self, other: &Self) {
        fn union<T: Clone + PartialEq>(own: &mut Vec<T>, other: &[T]) {
            for index in other {
                if !own.contains(index) {
                    own.push(index.clone());
                }
            }
        }
        union(&mut self.utilized_single, &other.utilized_single);
        union(&mut self.potential_single, &other.potential_single);
        union(&mut self.utilized_composite, &other.utilized_composite);
        union(&mut self.potential_composite, &other.potential_composite);
    }

    /// The header of the first generation.
    pub fn to_header(&self) -> String {
        let single = |paths: &[String]| -> Value {
            let index = |path: &String| json!({"FilterExpression": "", "IndexSpec": path, "FilterPreciseSet": true, "IndexPreciseSet": true, "IndexImpactScore": "High"});
            paths.iter().map(index).collect()
        };
        let composite = |indexes: &[Vec<String>]| -> Value {
            let index = |paths: &Vec<String>| json!({"IndexSpecs": paths, "IndexPreciseSet": false, "IndexImpactScore": "High"});
            indexes.iter().map(index).collect()
        };
        let json = json!({
            "UtilizedSingleIndexes": single(&self.utilized_single),
            "PotentialSingleIndexes": single(&self.potential_single),
            "UtilizedCompositeIndexes": composite(&self.utilized_composite),
            "PotentialCompositeIndexes": composite(&self.potential_composite),
        });
        STANDARD.encode(json.to_string())
    }
}

fn singles(elements: &[Value]) -> Vec<String> {
    let spec = |element: &Value| Some(element.get("IndexSpec")?.as_str()?.to_owned());
    elements.iter().filter_map(spec).collect()
}

fn composites(elements: &[Value]) -> Vec<Vec<String>> {
    let specs = |element: &Value| {
        let paths = element.get("IndexSpecs")?.as_array()?.iter();
        Some(
            paths
                .filter_map(|path| path.as_str().map(str::to_owned))
                .collect(),
        )
    };
    elements.iter().filter_map(specs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generations_are_read() {
        let first = json!({
            "UtilizedSingleIndexes": [{"FilterExpression": "", "IndexSpec": "/name/?", "IndexImpactScore": "High"}],
            "PotentialSingleIndexes": [],
            "UtilizedCompositeIndexes": [],
            "PotentialCompositeIndexes": [{"IndexSpecs": ["/a ASC", "/b ASC"], "IndexImpactScore": "High"}]
        });
        let second = json!({
            "Utilized": {"SingleIndexes": [{"IndexSpec": "/name/?"}], "CompositeIndexes": []},
            "PotentialIndexes": {"CompositeIndexes": [{"IndexSpecs": ["/a ASC", "/b ASC"]}]}
        });
        let encoded = STANDARD.encode(first.to_string());
        let metrics = IndexMetrics::parse(&encoded).unwrap();
        assert_eq!(metrics.utilized_single, ["/name/?"]);
        assert_eq!(metrics.potential_composite, [["/a ASC", "/b ASC"]]);
        assert_eq!(
            IndexMetrics::parse(&second.to_string()),
            Some(metrics.clone())
        );
        assert_eq!(IndexMetrics::parse(&metrics.to_header()), Some(metrics));
        for text in ["", "x", "%7B", "W10=", "3"] {
            assert!(
                IndexMetrics::parse(text).unwrap_or_default() == IndexMetrics::default(),
                "{text}"
            );
        }
    }
}
