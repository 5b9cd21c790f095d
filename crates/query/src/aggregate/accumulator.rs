//! The running state of an aggregate.
//!
//! Undefined values are left out. A value that the aggregate cannot take poisons it: its result is then undefined.

use std::cmp::Ordering;

use cosmokit_protocol::value::{Number, TypeRank};

use super::AggregateKind;
use crate::value::{Array, HashSetOfValues, Value, structural_hash};

/// The state of one aggregate over some rows.
#[derive(Clone, Debug)]
pub(crate) enum Accumulator {
    /// COUNT, COUNTIF.
    Count { total: u64, only_true: OnlyTrue },
    /// SUM, AVG.
    Sum {
        sum: Sum,
        count: u64,
        average: Average,
    },
    /// MIN, MAX.
    Extreme {
        best: Option<Value<'static>>,
        wanted: Ordering,
        poisoned: Poisoned,
    },
    /// MAKELIST, MAKESET.
    List {
        values: Vec<Value<'static>>,
        seen: Option<HashSetOfValues>,
    },
}

/// Whether a count is of true values or of all defined ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnlyTrue {
    Yes,
    No,
}

/// Whether a sum is divided by its count at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Average {
    Yes,
    No,
}

/// Whether a value was met that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Poisoned {
    Yes,
    No,
}

/// A sum with the error of each addition carried along (Neumaier), so that its order matters little.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum {
    total: f64,
    lost: f64,
    poisoned: Poisoned,
}

impl Sum {
    pub(crate) const ZERO: Self = Self {
        total: 0.0,
        lost: 0.0,
        poisoned: Poisoned::No,
    };

    pub(crate) fn add(&mut self, value: f64) {
        let next = self.total + value;
        self.lost += if self.total.abs() >= value.abs() {
            (self.total - next) + value
        } else {
            (value - next) + self.total
        };
        self.total = next;
    }

    /// Marks that a value was met that cannot be added.
    pub(crate) fn poison(&mut self) {
        self.poisoned = Poisoned::Yes;
    }

    /// The bits of both parts, and whether the sum is poisoned.
    pub(crate) fn to_bits(self) -> (u64, u64, bool) {
        (
            self.total.to_bits(),
            self.lost.to_bits(),
            self.poisoned == Poisoned::Yes,
        )
    }

    /// The sum with these parts.
    pub(crate) fn from_bits((total, lost, poisoned): (u64, u64, bool)) -> Self {
        let poisoned = if poisoned {
            Poisoned::Yes
        } else {
            Poisoned::No
        };
        Self {
            total: f64::from_bits(total),
            lost: f64::from_bits(lost),
            poisoned,
        }
    }

    /// The sum; `None` when it is poisoned.
    pub(crate) fn result(&self) -> Option<f64> {
        let exact = self.total + self.lost;
        let result = if exact.is_finite() { exact } else { self.total };
        (self.poisoned == Poisoned::No).then_some(result)
    }

    /// The sum divided by a count, rounded once.
    fn divided(&self, count: f64) -> Option<f64> {
        let quotient = self.total / count;
        let rest = (-quotient).mul_add(count, self.total) + self.lost;
        let exact = quotient + rest / count;
        let result = if exact.is_finite() { exact } else { quotient };
        (self.poisoned == Poisoned::No).then_some(result)
    }
}

impl Accumulator {
    /// The state over no rows.
    pub(crate) fn new(kind: AggregateKind) -> Self {
        let sum = |average| Self::Sum {
            sum: Sum::ZERO,
            count: 0,
            average,
        };
        let extreme = |wanted| Self::Extreme {
            best: None,
            wanted,
            poisoned: Poisoned::No,
        };
        match kind {
            AggregateKind::Count => Self::Count {
                total: 0,
                only_true: OnlyTrue::No,
            },
            AggregateKind::CountIf => Self::Count {
                total: 0,
                only_true: OnlyTrue::Yes,
            },
            AggregateKind::Sum => sum(Average::No),
            AggregateKind::Average => sum(Average::Yes),
            AggregateKind::Min => extreme(Ordering::Less),
            AggregateKind::Max => extreme(Ordering::Greater),
            AggregateKind::MakeList => Self::List {
                values: Vec::new(),
                seen: None,
            },
            AggregateKind::MakeSet => Self::List {
                values: Vec::new(),
                seen: Some(HashSetOfValues::default()),
            },
        }
    }

    /// Takes a value of one row.
    pub(crate) fn add(&mut self, value: &Value<'_>) {
        if !value.is_defined() {
            return;
        }
        match self {
            Self::Count { total, only_true } => {
                if *only_true == OnlyTrue::No || value.is_true() {
                    *total += 1;
                }
            }
            Self::Sum { sum, count, .. } => {
                *count += 1;
                match value {
                    Value::Number(number) => sum.add(number.as_f64()),
                    _ => sum.poisoned = Poisoned::Yes,
                }
            }
            Self::Extreme {
                best,
                wanted,
                poisoned,
            } => extreme(best, *wanted, poisoned, value),
            Self::List { values, seen } => {
                if seen
                    .as_mut()
                    .is_none_or(|seen| seen.insert(structural_hash(value)))
                {
                    values.push(value.clone().into_owned());
                }
            }
        }
    }

    /// Takes a count of documents, or a sum over them, that is known already.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of documents and words are far below 2^53"
    )]
    pub(crate) fn count(&mut self, number: u64) {
        match self {
            Self::Count { total, .. } => *total = total.saturating_add(number),
            Self::Sum { sum, .. } => sum.add(number as f64),
            Self::Extreme { .. } | Self::List { .. } => {}
        }
    }

    /// The result; undefined when there is none.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count beyond 2^53 rows is out of reach"
    )]
    pub(crate) fn result(&self) -> Value<'static> {
        match self {
            Self::Count { total, .. } => Value::Number(Number::from(*total)),
            Self::Sum {
                sum,
                average: Average::No,
                ..
            } => sum.result().into(),
            Self::Sum { count: 0, .. }
            | Self::Extreme {
                poisoned: Poisoned::Yes,
                ..
            } => Value::Undefined,
            Self::Sum { sum, count, .. } => sum.divided(*count as f64).into(),
            Self::Extreme { best, .. } => best.clone().unwrap_or(Value::Undefined),
            Self::List { values, .. } => Value::Array(Array::Built(values.clone().into())),
        }
    }

    /// How many values are held in memory.
    pub(crate) fn held(&self) -> usize {
        match self {
            Self::List { values, .. } => values.len(),
            _ => 1,
        }
    }
}

fn extreme(
    best: &mut Option<Value<'static>>,
    wanted: Ordering,
    poisoned: &mut Poisoned,
    value: &Value<'_>,
) {
    if !value.is_defined() {
        return;
    }
    if value.rank() >= TypeRank::Array {
        *poisoned = Poisoned::Yes;
        return;
    }
    if best
        .as_ref()
        .is_none_or(|best| value.total_cmp(best) == wanted)
    {
        *best = Some(value.clone().into_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn check(kind: AggregateKind, values: &[Json], expected: Option<&Json>) {
        let mut accumulator = Accumulator::new(kind);
        accumulator.add(&Value::Undefined);
        for value in values {
            accumulator.add(&Value::from(value));
        }
        assert_eq!(
            accumulator.result(),
            expected.map(Value::from).into(),
            "{kind:?} {values:?}"
        );
    }

    #[test]
    fn each_aggregate_over_its_values() {
        use AggregateKind::{Average, Count, CountIf, MakeList, MakeSet, Max, Min, Sum};
        check(Count, &[], Some(&json!(0)));
        check(Count, &[json!(null), json!({})], Some(&json!(2)));
        check(
            CountIf,
            &[json!(true), json!(false), json!(1)],
            Some(&json!(1)),
        );
        check(Sum, &[], Some(&json!(0)));
        check(Sum, &[json!(0.5), json!(2), json!(-1)], Some(&json!(1.5)));
        check(Sum, &[json!(1), json!(null)], None);
        check(Average, &[], None);
        check(Average, &[json!(1), json!(2)], Some(&json!(1.5)));
        check(Average, &[json!(1), json!("2")], None);
        check(Min, &[], None);
        check(
            Min,
            &[json!("a"), json!(1), json!(true), json!(null)],
            Some(&json!(null)),
        );
        check(
            Max,
            &[json!("a"), json!(1), json!(true), json!(null)],
            Some(&json!("a")),
        );
        check(Max, &[json!("a"), json!([])], None);
        check(MakeList, &[json!(1), json!(1)], Some(&json!([1, 1])));
        check(
            MakeSet,
            &[
                json!(1),
                json!(1.0),
                json!({"a": 1, "b": 2}),
                json!({"b": 2, "a": 1}),
            ],
            Some(&json!([1, {"a": 1, "b": 2}])),
        );
    }

    #[test]
    fn sums_overflow_to_infinity() {
        let mut accumulator = Accumulator::new(AggregateKind::Sum);
        accumulator.add(&Value::from(1e308));
        accumulator.add(&Value::from(1e308));
        assert_eq!(accumulator.result(), Value::from(f64::INFINITY));
    }
}
