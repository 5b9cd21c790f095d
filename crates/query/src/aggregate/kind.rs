//! The aggregates and their names.

/// An aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AggregateKind {
    /// `COUNT(e)`: how many values are defined.
    Count,
    /// `COUNTIF(e)`: how many values are true.
    CountIf,
    /// `SUM(e)`.
    Sum,
    /// `AVG(e)`.
    Average,
    /// `MIN(e)`.
    Min,
    /// `MAX(e)`.
    Max,
    /// `MAKELIST(e)`: all defined values.
    MakeList,
    /// `MAKESET(e)`: all different values.
    MakeSet,
}

/// Every aggregate, its name in queries and its name in query plans.
const NAMES: &[(AggregateKind, &str, &str)] = &[
    (AggregateKind::Count, "COUNT", "Count"),
    (AggregateKind::CountIf, "COUNTIF", "CountIf"),
    (AggregateKind::Sum, "SUM", "Sum"),
    (AggregateKind::Average, "AVG", "Average"),
    (AggregateKind::Min, "MIN", "Min"),
    (AggregateKind::Max, "MAX", "Max"),
    (AggregateKind::MakeList, "MAKELIST", "MakeList"),
    (AggregateKind::MakeSet, "MAKESET", "MakeSet"),
];

impl AggregateKind {
    /// The aggregate of this name in a query, in any case.
    pub fn of(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, query, _)| query.eq_ignore_ascii_case(name))
            .map(|(kind, ..)| *kind)
    }

    /// The aggregate of this name in a query plan.
    pub fn from_plan_name(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(.., plan)| plan.eq_ignore_ascii_case(name))
            .map(|(kind, ..)| *kind)
    }

    /// The name in queries.
    pub fn query_name(self) -> &'static str {
        self.row().1
    }

    /// The name in query plans.
    pub fn plan_name(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        const FIRST: &(AggregateKind, &str, &str) = &(AggregateKind::Count, "COUNT", "Count");
        NAMES
            .iter()
            .find(|(kind, ..)| *kind == self)
            .unwrap_or(FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_both_ways() {
        for (kind, query, plan) in NAMES {
            assert_eq!(AggregateKind::of(&query.to_lowercase()), Some(*kind));
            assert_eq!(AggregateKind::from_plan_name(plan), Some(*kind));
            assert_eq!((kind.query_name(), kind.plan_name()), (*query, *plan));
        }
        assert_eq!(AggregateKind::of("MEDIAN"), None);
    }
}
