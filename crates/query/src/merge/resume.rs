//! Where an ordered merge goes on: a place in the order of rows, and for each range what that place means to it.

use cosmokit_protocol::op::query::ResumeFilter;
use cosmokit_protocol::partition::EpkRange;
use cosmokit_protocol::value::Number;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::MergeError;
use super::order_row::{OrderRow, SortKey};
use crate::ast::Direction;
use crate::value::{OrderKey, Value};

/// The last row that was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderPosition {
    /// Its keys, as in [`ResumeFilter`].
    values: Vec<Json>,
    /// The range it came from: equal rows of ranges before it are given, equal rows of ranges behind it are not.
    boundary: EpkRange,
    /// Ranges that gave rows with these keys, the latest last.
    marks: Vec<Mark>,
}

/// Rows with the keys of a position that one range gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) range: EpkRange,
    /// The document of the last one; `None` when rows have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rid: Option<Box<str>>,
    /// How many rows of that document.
    pub(super) count: u64,
}

/// Where one source begins again.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Floor {
    pub(super) key: SortKey,
    pub(super) within: Within,
}

/// Which rows with the keys of a floor were given.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Within {
    /// All.
    Given,
    /// None.
    NotGiven,
    /// Those up to some rows of a document.
    UpTo { rid: Option<Box<str>>, count: u64 },
}

impl OrderPosition {
    pub(super) fn new(key: &SortKey, boundary: EpkRange, marks: Vec<Mark>) -> Self {
        Self {
            values: key.keys().map(to_json).collect(),
            boundary,
            marks,
        }
    }

    /// What the position means to a range.
    pub(super) fn floor(
        &self,
        range: &EpkRange,
        directions: &[Direction],
    ) -> Result<Floor, MergeError> {
        let keys: Option<Vec<OrderKey>> = self.values.iter().map(from_json).collect();
        let keys = keys.filter(|keys| keys.len() == directions.len());
        let keys = keys.ok_or(MergeError::Token("its keys are not those of the query"))?;
        let mark = self
            .marks
            .iter()
            .rev()
            .find(|mark| mark.range.overlaps(range));
        let within = match mark {
            Some(mark) => Within::UpTo {
                rid: mark.rid.clone(),
                count: mark.count,
            },
            None if range.min() < self.boundary.min() => Within::Given,
            None => Within::NotGiven,
        };
        Ok(Floor {
            key: SortKey::new(keys, directions),
            within,
        })
    }
}

impl Floor {
    /// What to ask the range for.
    pub(super) fn filter(&self) -> ResumeFilter {
        let values = self.key.keys().map(to_json).collect();
        match &self.within {
            Within::Given => ResumeFilter::new(values, None, true),
            Within::NotGiven => ResumeFilter::new(values, None, false),
            Within::UpTo { rid, .. } => {
                ResumeFilter::new(values, rid.as_deref().map(str::to_owned), false)
            }
        }
    }

    /// Whether a row was given before. `repeated` counts the rows left out that the last document of the floor gave.
    pub(super) fn covers(&self, row: &OrderRow, repeated: &mut u64) -> bool {
        match (row.key.cmp(&self.key), &self.within) {
            (std::cmp::Ordering::Less, _) | (std::cmp::Ordering::Equal, Within::Given) => true,
            (std::cmp::Ordering::Equal, Within::UpTo { rid, count })
                if *rid == row.rid && *repeated < *count =>
            {
                *repeated += 1;
                true
            }
            _ => false,
        }
    }
}

/// A key as [`ResumeFilter`] writes it: `[]` is undefined, arrays and objects are their hashes.
pub(super) fn to_json(key: &OrderKey) -> Json {
    let hashed = |kind: &str, bytes: &[u8; 16]| {
        let value = u128::from_le_bytes(*bytes);
        let (low, high) = (value & u128::from(u64::MAX), value >> 64);
        json!({"type": kind, "low": u64::try_from(low).unwrap_or(0), "high": u64::try_from(high).unwrap_or(0)})
    };
    match key {
        OrderKey::Undefined => json!([]),
        OrderKey::Null => Json::Null,
        OrderKey::Boolean(value) => json!(value),
        OrderKey::Number(number) => match number.as_i64() {
            Some(integer) => json!(integer),
            None => json!(number.as_f64()),
        },
        OrderKey::String(text) => json!(text),
        OrderKey::Array(bytes) => hashed("array", bytes),
        OrderKey::Object(bytes) => hashed("object", bytes),
    }
}

/// Reads a key of a [`ResumeFilter`]: `[]` is undefined, arrays and objects are their hashes; `None` for anything else.
pub fn from_json(json: &Json) -> Option<OrderKey> {
    Some(match json {
        Json::Array(elements) if elements.is_empty() => OrderKey::Undefined,
        Json::Array(_) => return None,
        Json::Object(members) => {
            let half = |name: &str| members.get(name)?.as_u64().map(u128::from);
            let bytes = (half("high")? << 64 | half("low")?).to_le_bytes();
            match members.get("type")?.as_str()? {
                "array" => OrderKey::Array(bytes),
                "object" => OrderKey::Object(bytes),
                _ => return None,
            }
        }
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => OrderKey::Number(Number::from(integer)),
            (None, double) => OrderKey::Number(Number::from(double?)),
        },
        scalar => OrderKey::from(&Value::from(scalar)),
    })
}
