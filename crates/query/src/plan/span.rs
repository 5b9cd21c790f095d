//! Sets of values of one level of a partition key: points, and for range-partitioned containers intervals.

use std::cmp::Ordering;

use cosmokit_protocol::partition::PartitionKeyValue;

/// An end of an interval of key values: a value, or an end of a type's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyBound {
    /// A value.
    Value(PartitionKeyValue),
    /// Below all numbers.
    MinNumber,
    /// Above all numbers.
    MaxNumber,
    /// Above all strings.
    MaxString,
}

impl KeyBound {
    fn rank(&self) -> u8 {
        match self {
            Self::MinNumber => 4,
            Self::MaxNumber => 6,
            Self::MaxString => 9,
            Self::Value(value) if value.is_undefined() => 0,
            Self::Value(value) if value.is_null() => 1,
            Self::Value(value) => match value.as_bool() {
                Some(truth) => 2 + u8::from(truth),
                None if value.as_str().is_some() => 8,
                None => 5,
            },
        }
    }

    /// The value, unless this is an end of a type.
    pub(crate) fn value(&self) -> Option<&PartitionKeyValue> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }
}

impl Ord for KeyBound {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Value(left), Self::Value(right)) if self.rank() == other.rank() => {
                left.cmp(right)
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for KeyBound {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether a bound belongs to its interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inclusion {
    Included,
    Excluded,
}

/// A bound and whether it belongs to the interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) bound: KeyBound,
    pub(crate) inclusion: Inclusion,
}

impl Edge {
    pub(crate) fn included(bound: KeyBound) -> Self {
        Self {
            bound,
            inclusion: Inclusion::Included,
        }
    }

    pub(crate) fn excluded(bound: KeyBound) -> Self {
        Self {
            bound,
            inclusion: Inclusion::Excluded,
        }
    }

    fn excludes(&self) -> bool {
        self.inclusion == Inclusion::Excluded
    }

    /// The order of lower edges: an excluded bound begins later.
    fn cmp_low(&self, other: &Self) -> Ordering {
        self.bound
            .cmp(&other.bound)
            .then(self.excludes().cmp(&other.excludes()))
    }

    /// The order of upper edges: an excluded bound ends earlier.
    fn cmp_high(&self, other: &Self) -> Ordering {
        self.bound
            .cmp(&other.bound)
            .then(other.excludes().cmp(&self.excludes()))
    }
}

/// An interval of values; a point has equal, included edges. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) low: Edge,
    pub(crate) high: Edge,
}

impl Span {
    /// The interval between two edges; `None` when it holds nothing.
    pub(crate) fn new(low: Edge, high: Edge) -> Option<Self> {
        let fits = match low.bound.cmp(&high.bound) {
            Ordering::Less => true,
            Ordering::Equal => !low.excludes() && !high.excludes(),
            Ordering::Greater => false,
        };
        fits.then_some(Self { low, high })
    }

    /// One value.
    pub(crate) fn point(value: PartitionKeyValue) -> Self {
        let edge = Edge::included(KeyBound::Value(value));
        Self {
            low: edge.clone(),
            high: edge,
        }
    }

    /// The value, when this is a single one.
    pub(crate) fn as_point(&self) -> Option<&PartitionKeyValue> {
        (self.low == self.high)
            .then(|| self.low.bound.value())
            .flatten()
    }

    fn intersect(&self, other: &Self) -> Option<Self> {
        let low = if self.low.cmp_low(&other.low).is_ge() {
            &self.low
        } else {
            &other.low
        };
        let high = if self.high.cmp_high(&other.high).is_le() {
            &self.high
        } else {
            &other.high
        };
        Self::new(low.clone(), high.clone())
    }

    /// Whether no value lies between the end of this interval and the start of the next.
    fn reaches(&self, next: &Self) -> bool {
        match next.low.bound.cmp(&self.high.bound) {
            Ordering::Less => true,
            Ordering::Equal => !(next.low.excludes() && self.high.excludes()),
            Ordering::Greater => false,
        }
    }
}

/// What a filter says about one level of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Constraint {
    /// Nothing.
    Any,
    /// The value lies in one of these intervals: sorted, apart from each other, none when nothing fits.
    In(Vec<Span>),
}

impl Constraint {
    /// The value lies in one of the intervals, given in any order.
    pub(crate) fn within(mut spans: Vec<Span>) -> Self {
        spans.sort_by(|left, right| left.low.cmp_low(&right.low));
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if last.reaches(&span) => {
                    if last.high.cmp_high(&span.high).is_lt() {
                        last.high = span.high;
                    }
                }
                _ => merged.push(span),
            }
        }
        Self::In(merged)
    }

    /// Whether no value fits.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::In(spans) if spans.is_empty())
    }

    /// What both say.
    pub(crate) fn intersect(&self, other: &Self) -> Self {
        let (left, right) = match (self, other) {
            (Self::Any, other) => return other.clone(),
            (this, Self::Any) => return this.clone(),
            (Self::In(left), Self::In(right)) => (left, right),
        };
        let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
        let mut common = Vec::new();
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            common.extend(a.intersect(b));
            if a.high.cmp_high(&b.high).is_lt() {
                left.next();
            } else {
                right.next();
            }
        }
        Self::In(common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(value: i64) -> KeyBound {
        KeyBound::Value(value.into())
    }

    fn between(low: i64, high: i64) -> Span {
        Span::new(Edge::included(at(low)), Edge::included(at(high))).unwrap()
    }

    #[test]
    fn bounds_follow_the_order_of_types() {
        let ascending = [
            KeyBound::Value(PartitionKeyValue::UNDEFINED),
            KeyBound::Value(PartitionKeyValue::NULL),
            KeyBound::Value(false.into()),
            KeyBound::Value(true.into()),
            KeyBound::MinNumber,
            at(-5),
            at(5),
            KeyBound::MaxNumber,
            KeyBound::Value("".into()),
            KeyBound::Value("b".into()),
            KeyBound::MaxString,
        ];
        assert!(ascending.is_sorted_by(|left, right| left < right));
    }

    #[test]
    fn unions_merge_what_touches() {
        let half_open = Span::new(Edge::excluded(at(3)), Edge::included(at(4))).unwrap();
        let check = |spans: Vec<Span>, expected: Vec<Span>| {
            assert_eq!(Constraint::within(spans), Constraint::In(expected));
        };
        check(
            vec![between(5, 6), between(1, 2), between(1, 2)],
            vec![between(1, 2), between(5, 6)],
        );
        check(vec![between(1, 3), half_open], vec![between(1, 4)]);
        check(vec![between(1, 9), between(2, 3)], vec![between(1, 9)]);
    }

    #[test]
    fn intersections_keep_what_both_have() {
        let left = Constraint::within(vec![between(1, 3), between(5, 9)]);
        let right = Constraint::within(vec![between(3, 6), Span::point("x".into())]);
        assert_eq!(
            left.intersect(&right),
            Constraint::In(vec![between(3, 3), between(5, 6)])
        );
        assert!(left.intersect(&Constraint::In(Vec::new())).is_empty());
        assert_eq!(Constraint::Any.intersect(&left), left);
        assert_eq!(
            Span::new(Edge::excluded(at(1)), Edge::included(at(1))),
            None
        );
    }
}
