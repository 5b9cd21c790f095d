//! From the bound filter to what it says about the partition key.

use cosmokit_protocol::partition::{PartitionKeyDefinition, PartitionKeyValue};

use super::key_filter::{KeyFilter, Operand, key_value};
use crate::ast::{BinaryOperator, Negation, UnaryOperator};
use crate::bind::Program;
use crate::expr::{Expr, InList, LikeExpr, PatternSource, Slot, SourcePlan, Step};
use crate::value::{Array, OrderKey, Value};

/// Walks a filter.
struct Router<'a> {
    /// The paths of the key, outermost level first.
    paths: Vec<Vec<&'a str>>,
    /// Where the slots of the first source lie in the document.
    slots: Vec<(Slot, &'a [Step])>,
}

/// The slot that holds the document.
const DOCUMENT: Slot = 0;

/// What the filter of a program says about the key of a container.
pub(crate) fn key_filter(program: &Program, definition: &PartitionKeyDefinition) -> KeyFilter {
    let Some(filter) = &program.plan.filter else {
        return KeyFilter::Anything;
    };
    let Ok(paths) = definition.property_paths() else {
        return KeyFilter::Anything;
    };
    let router = Router {
        paths: paths.iter().map(|path| path.segments().collect()).collect(),
        slots: document_slots(program),
    };
    router.condition(filter, Wanted::True)
}

/// The slots that stand for the document or a part of it, without any iteration.
fn document_slots(program: &Program) -> Vec<(Slot, &[Step])> {
    let nothing: &[Step] = &[];
    let mut slots = vec![(DOCUMENT, nothing)];
    if let Some(SourcePlan::Value(
        slot,
        Expr::Path {
            slot: DOCUMENT,
            steps,
        },
    )) = program.plan.sources.first()
    {
        slots.push((*slot, steps));
    }
    slots
}

/// Which truth value of a condition keeps a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    True,
    False,
}

impl Wanted {
    fn opposite(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
        }
    }

    fn as_bool(self) -> bool {
        self == Self::True
    }

    /// What is wanted of the operator without its NOT.
    fn under(self, negation: Negation) -> Self {
        match negation {
            Negation::Plain => self,
            Negation::Not => self.opposite(),
        }
    }
}

impl Router<'_> {
    fn condition(&self, expr: &Expr, wanted: Wanted) -> KeyFilter {
        match expr {
            Expr::Constant(Value::Boolean(value)) if *value == wanted.as_bool() => {
                KeyFilter::Anything
            }
            Expr::Constant(_) => KeyFilter::Never,
            Expr::Parameter(index) => KeyFilter::Truth(*index, wanted.as_bool()),
            Expr::And(operands) => self.chain(operands, wanted, Wanted::True),
            Expr::Or(operands) => self.chain(operands, wanted, Wanted::False),
            Expr::Unary(UnaryOperator::Not, operand) => self.condition(operand, wanted.opposite()),
            Expr::Path { .. } => match self.level(expr) {
                Some(level) => {
                    KeyFilter::OneOf(level, [PartitionKeyValue::from(wanted.as_bool())].into())
                }
                None => KeyFilter::Anything,
            },
            Expr::Binary(operator, operands) => {
                self.comparison(*operator, &operands.0, &operands.1, wanted)
            }
            Expr::Between(negation, parts) if wanted.under(*negation) == Wanted::True => {
                let (value, low, high) = &**parts;
                let bounds = [
                    self.comparison(BinaryOperator::GreaterOrEqual, value, low, Wanted::True),
                    self.comparison(BinaryOperator::LessOrEqual, value, high, Wanted::True),
                ];
                KeyFilter::All(bounds.into())
            }
            Expr::In(list) if wanted.under(list.negation) == Wanted::True => self.membership(list),
            Expr::Like(like) if wanted.under(like.negation) == Wanted::True => self.like(like),
            Expr::Call(function, arguments) if wanted == Wanted::True => {
                self.call(function.name, arguments)
            }
            _ => KeyFilter::Anything,
        }
    }

    /// AND where true is wanted and OR where false is wanted hold when all operands do.
    fn chain(&self, operands: &[Expr], wanted: Wanted, all_when: Wanted) -> KeyFilter {
        let filters = operands
            .iter()
            .map(|operand| self.condition(operand, wanted));
        if wanted == all_when {
            let filters: Box<[KeyFilter]> = filters
                .filter(|filter| !matches!(filter, KeyFilter::Anything))
                .collect();
            if filters.is_empty() {
                KeyFilter::Anything
            } else {
                KeyFilter::All(filters)
            }
        } else {
            KeyFilter::OneOfThem(filters.collect())
        }
    }

    fn comparison(
        &self,
        operator: BinaryOperator,
        left: &Expr,
        right: &Expr,
        wanted: Wanted,
    ) -> KeyFilter {
        use BinaryOperator as B;
        let operator = match (operator, wanted) {
            (operator, Wanted::True) => operator,
            (B::Equal, Wanted::False) => B::NotEqual,
            (B::NotEqual, Wanted::False) => B::Equal,
            (B::Less, Wanted::False) => B::GreaterOrEqual,
            (B::LessOrEqual, Wanted::False) => B::Greater,
            (B::Greater, Wanted::False) => B::LessOrEqual,
            (B::GreaterOrEqual, Wanted::False) => B::Less,
            _ => return KeyFilter::Anything,
        };
        let (subject, operator, other) = match (operand(left), operand(right)) {
            (None, Some(other)) => (left, operator, other),
            (Some(other), None) => (right, mirrored(operator), other),
            _ => return KeyFilter::Anything,
        };
        match (operator, self.level(subject)) {
            (B::Equal, Some(level)) => KeyFilter::Equals(level, [other].into()),
            (B::Less | B::LessOrEqual | B::Greater | B::GreaterOrEqual, Some(level)) => {
                KeyFilter::Compares(level, operator, other)
            }
            (B::Equal, None) => match subject {
                Expr::Call(function, arguments) if function.name == "ABS" => {
                    let level = arguments.first().and_then(|argument| self.level(argument));
                    level.map_or(KeyFilter::Anything, |level| {
                        KeyFilter::Magnitude(level, other)
                    })
                }
                _ => KeyFilter::Anything,
            },
            _ => KeyFilter::Anything,
        }
    }

    fn membership(&self, list: &InList) -> KeyFilter {
        let Some(level) = self.level(&list.value) else {
            return KeyFilter::Anything;
        };
        let constants: Option<Vec<PartitionKeyValue>> =
            list.constants.iter().map(constant_key).collect();
        let operands: Option<Vec<Operand>> = list.list.iter().map(operand).collect();
        match (constants, operands) {
            (Some(constants), Some(operands)) if operands.is_empty() => {
                KeyFilter::OneOf(level, constants.into())
            }
            (Some(constants), Some(operands)) => KeyFilter::OneOfThem(
                [
                    KeyFilter::OneOf(level, constants.into()),
                    KeyFilter::Equals(level, operands.into()),
                ]
                .into(),
            ),
            _ => KeyFilter::Anything,
        }
    }

    fn like(&self, like: &LikeExpr) -> KeyFilter {
        let Some(level) = self.level(&like.value) else {
            return KeyFilter::Anything;
        };
        match &like.pattern {
            PatternSource::Fixed(pattern) => match pattern.literal() {
                Some(text) => KeyFilter::OneOf(level, [PartitionKeyValue::from(text)].into()),
                None => KeyFilter::Anything,
            },
            PatternSource::Dynamic(pattern, escape) => {
                let escape = match escape {
                    None => None,
                    Some(Expr::Constant(Value::String(text))) => text.chars().next(),
                    Some(_) => return KeyFilter::Anything,
                };
                operand(pattern).map_or(KeyFilter::Anything, |pattern| {
                    KeyFilter::Like(level, pattern, escape)
                })
            }
        }
    }

    fn call(&self, name: &str, arguments: &[Expr]) -> KeyFilter {
        let values = |values: &[PartitionKeyValue]| match arguments
            .first()
            .and_then(|argument| self.level(argument))
        {
            Some(level) => KeyFilter::OneOf(level, values.into()),
            None => KeyFilter::Anything,
        };
        match (name, arguments) {
            ("IS_NULL", _) => values(&[PartitionKeyValue::NULL]),
            ("IS_BOOL" | "IS_BOOLEAN", _) => values(&[false.into(), true.into()]),
            (
                "ARRAY_CONTAINS",
                [list, value] | [list, value, Expr::Constant(Value::Boolean(false))],
            ) => {
                let Some(level) = self.level(value) else {
                    return KeyFilter::Anything;
                };
                match (operand(list), list) {
                    (Some(list), _) => KeyFilter::ElementOf(level, list),
                    (None, Expr::Array(elements)) => {
                        let operands: Option<Box<[Operand]>> =
                            elements.iter().map(operand).collect();
                        operands.map_or(KeyFilter::Anything, |operands| {
                            KeyFilter::Equals(level, operands)
                        })
                    }
                    _ => KeyFilter::Anything,
                }
            }
            ("STARTSWITH", [text, prefix]) => match (self.level(text), operand(prefix)) {
                (Some(level), Some(prefix)) => KeyFilter::StartsWith(level, prefix),
                _ => KeyFilter::Anything,
            },
            _ => KeyFilter::Anything,
        }
    }

    /// The level of the key that an expression reads.
    fn level(&self, expr: &Expr) -> Option<usize> {
        let Expr::Path { slot, steps } = expr else {
            return None;
        };
        let (_, before) = self.slots.iter().find(|(known, _)| known == slot)?;
        self.paths.iter().position(|path| {
            path.len() == before.len() + steps.len()
                && before
                    .iter()
                    .chain(steps.iter())
                    .zip(path)
                    .all(|(step, name)| matches!(step, Step::Member(member) if **member == **name))
        })
    }
}

/// The operand, when an expression does not depend on the document.
fn operand(expr: &Expr) -> Option<Operand> {
    match expr {
        Expr::Constant(value) => Some(Operand::Constant(value.clone())),
        Expr::Parameter(index) => Some(Operand::Parameter(*index)),
        Expr::Array(elements) => {
            let constants: Option<Vec<Value<'static>>> = elements
                .iter()
                .map(|element| element.constant().cloned())
                .collect();
            constants
                .map(|constants| Operand::Constant(Value::Array(Array::from_elements(constants))))
        }
        _ => None,
    }
}

/// The operator after its operands have changed places.
fn mirrored(operator: BinaryOperator) -> BinaryOperator {
    match operator {
        BinaryOperator::Less => BinaryOperator::Greater,
        BinaryOperator::LessOrEqual => BinaryOperator::GreaterOrEqual,
        BinaryOperator::Greater => BinaryOperator::Less,
        BinaryOperator::GreaterOrEqual => BinaryOperator::LessOrEqual,
        other => other,
    }
}

fn constant_key(key: &OrderKey) -> Option<PartitionKeyValue> {
    match key {
        OrderKey::Null => Some(PartitionKeyValue::NULL),
        OrderKey::Boolean(value) => Some(PartitionKeyValue::from(*value)),
        OrderKey::Number(number) => key_value(&Value::Number(*number)),
        OrderKey::String(text) => Some(PartitionKeyValue::from(&**text)),
        OrderKey::Undefined | OrderKey::Array(_) | OrderKey::Object(_) => {
            Some(PartitionKeyValue::UNDEFINED)
        }
    }
}
