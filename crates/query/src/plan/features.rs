//! What a client must be able to merge for a plan to be of use to it.

use std::fmt;

use super::document::{DistinctType, HybridSearchQueryInfo, QueryInfo};
use crate::aggregate::AggregateKind;
use crate::error::{QueryError, Refusal};

macro_rules! features {
    ($($variant:ident $bit:literal $doc:literal),* $(,)?) => {
        /// A feature of plans, named as in `x-ms-cosmos-supported-query-features`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Feature {
            $(#[doc = $doc] $variant,)*
        }

        impl Feature {
            /// Every feature.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)*
                }
            }

            const fn bit(self) -> u32 {
                match self {
                    $(Self::$variant => 1 << $bit,)*
                }
            }
        }
    };
}

features! {
    Aggregate 0 "One aggregate of `SELECT VALUE`.",
    CompositeAggregate 1 "Aggregates inside larger values.",
    CountIf 2 "COUNTIF.",
    DCount 3 "A count of distinct rows.",
    Distinct 4 "DISTINCT.",
    GroupBy 5 "GROUP BY.",
    HybridSearch 6 "ORDER BY RANK of fused or full-text scores.",
    HybridSearchSkipOrderByRewrite 7 "Hybrid search whose components are not in the ORDER BY form.",
    ListAndSetAggregate 8 "MAKELIST and MAKESET.",
    MultipleAggregates 9 "Several aggregates.",
    MultipleOrderBy 10 "ORDER BY of several keys.",
    NonStreamingOrderBy 11 "ORDER BY of distances.",
    NonValueAggregate 12 "Aggregates as columns.",
    OffsetAndLimit 13 "OFFSET LIMIT.",
    OrderBy 14 "ORDER BY of one key.",
    Top 15 "TOP.",
    WeightedRankFusion 16 "Weights of fused scores.",
}

/// A set of features.
///
/// ```
/// use cosmokit_query::plan::{Feature, Features};
///
/// let sent = Features::parse("OrderBy, Top,SomethingNew");
/// assert!(sent.contains(Feature::Top));
/// assert_eq!(sent.to_string(), "OrderBy,Top");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features(u32);

impl Features {
    /// No feature.
    pub const NONE: Self = Self(0);

    /// Every feature that this planner knows.
    pub const ALL: Self = Self((1 << Feature::ALL.len()) - 1);

    /// Reads the header: names between commas; names that are not known are left out.
    pub fn parse(header: &str) -> Self {
        let named = |name: &str| {
            Feature::ALL
                .iter()
                .copied()
                .find(|feature| feature.as_str().eq_ignore_ascii_case(name))
        };
        header
            .split(',')
            .filter_map(|name| named(name.trim()))
            .collect()
    }

    /// Whether a feature is in the set.
    pub fn contains(self, feature: Feature) -> bool {
        self.0 & feature.bit() != 0
    }

    /// The features, in the order of their names.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL
            .iter()
            .copied()
            .filter(move |feature| self.contains(*feature))
    }

    /// The features of this set that the other lacks.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What merging under a plan takes.
    pub fn of_query(info: &QueryInfo) -> Self {
        let kinds = info
            .group_by_alias_to_aggregate_type
            .0
            .iter()
            .filter_map(|(_, kind)| *kind);
        let kinds: Vec<AggregateKind> = info.aggregates.iter().copied().chain(kinds).collect();
        let columns = info.aggregates.is_empty() && !kinds.is_empty();
        let needed = [
            (info.top.is_some(), Feature::Top),
            (
                info.offset.is_some() || info.limit.is_some(),
                Feature::OffsetAndLimit,
            ),
            (
                info.distinct_type != DistinctType::None && info.d_count_info.is_none(),
                Feature::Distinct,
            ),
            (info.d_count_info.is_some(), Feature::DCount),
            (info.order_by.len() == 1, Feature::OrderBy),
            (info.order_by.len() > 1, Feature::MultipleOrderBy),
            (
                info.has_non_streaming_order_by,
                Feature::NonStreamingOrderBy,
            ),
            (!info.group_by_expressions.is_empty(), Feature::GroupBy),
            (!info.aggregates.is_empty(), Feature::Aggregate),
            (columns, Feature::NonValueAggregate),
            (kinds.len() > 1, Feature::MultipleAggregates),
            (kinds.contains(&AggregateKind::CountIf), Feature::CountIf),
            (
                kinds.iter().any(|kind| is_list(*kind)),
                Feature::ListAndSetAggregate,
            ),
        ];
        needed
            .into_iter()
            .filter(|(needed, _)| *needed)
            .map(|(_, feature)| feature)
            .collect()
    }

    /// What merging a hybrid search takes.
    pub fn of_hybrid(info: &HybridSearchQueryInfo) -> Self {
        let weighted = (!info.component_weights.is_empty()).then_some(Feature::WeightedRankFusion);
        [Feature::HybridSearch]
            .into_iter()
            .chain(weighted)
            .collect()
    }

    /// Refuses when `supported` lacks a feature of this set.
    ///
    /// # Errors
    /// [`Refusal::UnsupportedFeatures`], with the service's text.
    pub fn require(self, supported: Self) -> Result<(), QueryError> {
        let lacking = self.without(supported);
        if lacking == Self::NONE {
            return Ok(());
        }
        let lines: Vec<String> = lacking
            .iter()
            .map(|feature| {
                format!(
                    "Query contained {}, which the calling client does not support.",
                    feature.as_str()
                )
            })
            .collect();
        Err(QueryError::Refused(Refusal::UnsupportedFeatures(
            lines.join("\n").into(),
        )))
    }
}

fn is_list(kind: AggregateKind) -> bool {
    matches!(kind, AggregateKind::MakeList | AggregateKind::MakeSet)
}

impl FromIterator<Feature> for Features {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        Self(
            features
                .into_iter()
                .fold(0, |bits, feature| bits | feature.bit()),
        )
    }
}

/// The header: names between commas.
impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, feature) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(feature.as_str())?;
        }
        Ok(())
    }
}
