//! The documents in which plans travel: `PartitionedQueryExecutionInfo` and its parts, written and read.
//!
//! Written in the member order of the service's planner; read leniently, because gateways of several ages write them.

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::aggregate::AggregateKind;
use crate::ast::Direction;

/// The version of the documents.
pub const PLAN_VERSION: u32 = 2;

/// The answer to a plan request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionedQueryExecutionInfo {
    /// Always [`PLAN_VERSION`].
    #[serde(
        rename = "partitionedQueryExecutionInfoVersion",
        default = "plan_version"
    )]
    pub version: u32,
    /// What each range is asked and how the answers are merged; absent for hybrid search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_info: Option<QueryInfo>,
    /// The ranges to ask.
    #[serde(default)]
    pub query_ranges: Vec<QueryRange>,
    /// The plan of a hybrid search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hybrid_search_query_info: Option<HybridSearchQueryInfo>,
}

/// What each range is asked, and how the answers are merged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QueryInfo {
    /// How equal rows are left out.
    #[serde(deserialize_with = "null_is_default")]
    pub distinct_type: DistinctType,
    /// Rows wanted by TOP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<u64>,
    /// Rows left out by OFFSET.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Rows wanted by LIMIT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The keys of GROUP BY.
    #[serde(deserialize_with = "null_is_default")]
    pub group_by_expressions: Vec<String>,
    /// The columns of grouped rows, in their order.
    #[serde(deserialize_with = "null_is_default")]
    pub group_by_aliases: Vec<String>,
    /// The directions of ORDER BY.
    #[serde(
        serialize_with = "write_directions",
        deserialize_with = "read_directions"
    )]
    pub order_by: Vec<Direction>,
    /// The keys of ORDER BY.
    #[serde(deserialize_with = "null_is_default")]
    pub order_by_expressions: Vec<String>,
    /// The aggregate of `SELECT VALUE`.
    #[serde(
        serialize_with = "write_aggregates",
        deserialize_with = "read_aggregates"
    )]
    pub aggregates: Vec<AggregateKind>,
    /// Whether rows are values and not objects of columns.
    #[serde(deserialize_with = "flag")]
    pub has_select_value: bool,
    /// The text for each range; empty when the original text is sent.
    #[serde(deserialize_with = "null_is_default")]
    pub rewritten_query: String,
    /// What becomes of each column of grouped rows.
    #[serde(deserialize_with = "null_is_default")]
    pub group_by_alias_to_aggregate_type: AliasAggregates,
    /// Whether ranges cannot give their rows in order page by page.
    #[serde(deserialize_with = "flag")]
    pub has_non_streaming_order_by: bool,
    /// Set when the rows of a DISTINCT subquery are counted.
    #[serde(rename = "dCountInfo", skip_serializing_if = "Option::is_none")]
    pub d_count_info: Option<DCountInfo>,
}

/// How equal rows are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DistinctType {
    /// They are not.
    #[default]
    None,
    /// Equal rows follow each other.
    Ordered,
    /// Equal rows may be anywhere.
    Unordered,
}

/// The name under which a count of distinct rows is given; empty for `SELECT VALUE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DCountInfo {
    /// The name.
    #[serde(default)]
    pub d_count_alias: String,
}

/// Columns of grouped rows, each with its aggregate; `None` for a column that is the same in the whole group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AliasAggregates(pub Vec<(String, Option<AggregateKind>)>);

/// The plan of a hybrid search: scores computed range by range, ranks fused over all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HybridSearchQueryInfo {
    /// Counts documents, words and hits; its answers are summed over all ranges.
    #[serde(deserialize_with = "null_is_default")]
    pub global_statistics_query: String,
    /// One query for each score.
    pub component_query_infos: Vec<QueryInfo>,
    /// The same without the payload; empty unless rows are fetched in a second step.
    #[serde(deserialize_with = "null_is_default")]
    pub component_without_payload_query_infos: Vec<QueryInfo>,
    /// The query of the second step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub projection_query_info: Option<QueryInfo>,
    /// One weight for each score, negative to invert its order; empty when all count alike.
    #[serde(deserialize_with = "null_is_default")]
    pub component_weights: Vec<f64>,
    /// Rows left out. Written even if there is none, as is `take`: the Python client looks both up without asking.
    pub skip: Option<u64>,
    /// Rows wanted.
    pub take: Option<u64>,
    /// Whether the statistics are needed.
    #[serde(deserialize_with = "flag")]
    pub requires_global_statistics: bool,
}

/// A range of a plan: bounds in hexadecimal digits, or as values of keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryRange {
    /// Lower bound.
    pub min: Json,
    /// Upper bound.
    pub max: Json,
    /// Whether the lower bound belongs to the range.
    pub is_min_inclusive: bool,
    /// Whether the upper bound belongs to the range.
    pub is_max_inclusive: bool,
}

impl QueryRange {
    /// From `min` up to, but not including, `max`.
    pub fn half_open(min: Json, max: Json) -> Self {
        Self {
            min,
            max,
            is_min_inclusive: true,
            is_max_inclusive: false,
        }
    }

    /// From `min` to `max`, both included.
    pub fn closed(min: Json, max: Json) -> Self {
        Self {
            min,
            max,
            is_min_inclusive: true,
            is_max_inclusive: true,
        }
    }
}

impl PartitionedQueryExecutionInfo {
    /// A plan of one query for each range.
    pub fn of_query(info: QueryInfo, ranges: Vec<QueryRange>) -> Self {
        Self {
            version: PLAN_VERSION,
            query_info: Some(info),
            query_ranges: ranges,
            hybrid_search_query_info: None,
        }
    }

    /// A plan of a hybrid search.
    pub fn of_hybrid(info: HybridSearchQueryInfo, ranges: Vec<QueryRange>) -> Self {
        Self {
            version: PLAN_VERSION,
            query_info: None,
            query_ranges: ranges,
            hybrid_search_query_info: Some(info),
        }
    }
}

impl AliasAggregates {
    /// A column and what becomes of it.
    pub fn get(&self, alias: &str) -> Option<&(String, Option<AggregateKind>)> {
        self.0.iter().find(|(name, _)| name == alias)
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for AliasAggregates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (alias, kind) in &self.0 {
            map.serialize_entry(alias, &kind.map(AggregateKind::plan_name))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for AliasAggregates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = AliasAggregates;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map from columns to aggregates")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AliasAggregates, A::Error> {
                let mut entries = Vec::new();
                while let Some((alias, kind)) = map.next_entry::<String, Option<String>>()? {
                    entries.push((alias, kind.map(|name| aggregate(&name)).transpose()?));
                }
                Ok(AliasAggregates(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

fn plan_version() -> u32 {
    PLAN_VERSION
}

fn aggregate<E: serde::de::Error>(name: &str) -> Result<AggregateKind, E> {
    AggregateKind::from_plan_name(name)
        .or_else(|| AggregateKind::of(name))
        .ok_or_else(|| E::custom(format_args!("unknown aggregate {name:?}")))
}

fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The native planner writes 0 and 1, gateways write booleans.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = Json::deserialize(deserializer)?;
    Ok(value
        .as_bool()
        .unwrap_or_else(|| value.as_i64().is_some_and(|number| number != 0)))
}

fn write_directions<S: Serializer>(
    directions: &[Direction],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(directions.len()))?;
    for direction in directions {
        list.serialize_element(direction.as_str())?;
    }
    list.end()
}

fn read_directions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Direction>, D::Error> {
    let names = Option::<Vec<String>>::deserialize(deserializer)?.unwrap_or_default();
    let direction = |name: String| match name.as_str() {
        "Ascending" => Ok(Direction::Ascending),
        "Descending" => Ok(Direction::Descending),
        other => Err(serde::de::Error::custom(format_args!(
            "unknown direction {other:?}"
        ))),
    };
    names.into_iter().map(direction).collect()
}

fn write_aggregates<S: Serializer>(
    kinds: &[AggregateKind],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(kinds.len()))?;
    for kind in kinds {
        list.serialize_element(kind.plan_name())?;
    }
    list.end()
}

fn read_aggregates<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<AggregateKind>, D::Error> {
    let names = Option::<Vec<String>>::deserialize(deserializer)?.unwrap_or_default();
    names.iter().map(|name| aggregate(name)).collect()
}
