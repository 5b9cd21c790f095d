//! What a filter says about the partition key, for any values of the parameters.
//!
//! Made once from the bound filter; [`KeyFilter::region`] then gives the keys for the values of one run. A condition that
//! says nothing about the key stands for every key. As in the service, a filter on `0` does not look where `-0` is hashed.

use cosmokit_protocol::partition::{PartitionKeyKind, PartitionKeyValue};
use cosmokit_protocol::value::Number;

use super::region::Region;
use super::span::{Edge, KeyBound, Span};
use crate::ast::BinaryOperator;
use crate::expr::LikePattern;
use crate::value::Value;

/// A condition on the key.
#[derive(Clone, Debug)]
pub(crate) enum KeyFilter {
    /// Says nothing.
    Anything,
    /// Is never fulfilled.
    Never,
    /// The parameter has this truth value.
    Truth(usize, bool),
    /// A level has one of these values.
    OneOf(usize, Box<[PartitionKeyValue]>),
    /// A level equals one of these operands.
    Equals(usize, Box<[Operand]>),
    /// A level equals an element of this operand.
    ElementOf(usize, Operand),
    /// The magnitude of a level equals this operand.
    Magnitude(usize, Operand),
    /// A level is like this pattern, under an escape character.
    Like(usize, Operand, Option<char>),
    /// A level compares so with this operand.
    Compares(usize, BinaryOperator, Operand),
    /// A level begins with this operand.
    StartsWith(usize, Operand),
    /// All of them.
    All(Box<[KeyFilter]>),
    /// One of them.
    OneOfThem(Box<[KeyFilter]>),
}

/// A value that does not depend on the document.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    /// A constant.
    Constant(Value<'static>),
    /// The value of a parameter.
    Parameter(usize),
}

/// The key and the parameters of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeySpace<'a> {
    /// How many levels the key has.
    pub(crate) levels: usize,
    /// Whether intervals of values are intervals of keys.
    pub(crate) kind: PartitionKeyKind,
    /// Values of the parameters; undefined ones are not known.
    pub(crate) parameters: &'a [Value<'static>],
}

impl Operand {
    fn is_parameter(&self) -> bool {
        matches!(self, Self::Parameter(_))
    }
}

impl KeyFilter {
    /// Whether the keys depend on the values of parameters.
    pub(crate) fn has_parameters(&self) -> bool {
        match self {
            Self::Anything | Self::Never | Self::OneOf(..) => false,
            Self::Truth(..) => true,
            Self::Equals(_, operands) => operands.iter().any(Operand::is_parameter),
            Self::ElementOf(_, operand)
            | Self::Magnitude(_, operand)
            | Self::Like(_, operand, _)
            | Self::Compares(_, _, operand)
            | Self::StartsWith(_, operand) => operand.is_parameter(),
            Self::All(filters) | Self::OneOfThem(filters) => {
                filters.iter().any(Self::has_parameters)
            }
        }
    }

    /// The keys of documents that may fulfil the condition.
    pub(crate) fn region(&self, space: KeySpace<'_>) -> Region {
        let all = || Region::everything(space.levels);
        let at = |level: usize, spans: Option<Vec<Span>>| match spans {
            Some(spans) => Region::at_level(space.levels, level, spans),
            None => all(),
        };
        match self {
            Self::Never => Region::NOTHING,
            Self::Truth(parameter, wanted) => match space.parameter(*parameter) {
                Some(value) if value.as_bool() != Some(*wanted) => Region::NOTHING,
                _ => all(),
            },
            Self::OneOf(level, values) => at(
                *level,
                Some(values.iter().cloned().map(Span::point).collect()),
            ),
            Self::Equals(level, operands) => {
                let spans = operands
                    .iter()
                    .map(|operand| space.value(operand).and_then(points));
                at(
                    *level,
                    spans
                        .collect::<Option<Vec<_>>>()
                        .map(|spans| spans.into_iter().flatten().collect()),
                )
            }
            Self::ElementOf(level, operand) => at(*level, space.value(operand).and_then(elements)),
            Self::Magnitude(level, operand) => {
                at(*level, space.value(operand).and_then(magnitudes))
            }
            Self::Like(level, operand, escape) => at(
                *level,
                space
                    .value(operand)
                    .and_then(|value| pattern(value, *escape)),
            ),
            Self::Compares(level, operator, operand) if space.kind == PartitionKeyKind::Range => {
                at(
                    *level,
                    space
                        .value(operand)
                        .and_then(|value| compared(*operator, value)),
                )
            }
            Self::StartsWith(level, operand) if space.kind == PartitionKeyKind::Range => {
                at(*level, space.value(operand).map(prefixed))
            }
            Self::Anything | Self::Compares(..) | Self::StartsWith(..) => all(),
            Self::All(filters) => {
                let mut region = all();
                for filter in filters {
                    region = region.intersect(filter.region(space));
                    if region.is_nothing() {
                        break;
                    }
                }
                region
            }
            Self::OneOfThem(filters) => Region::union(
                filters.iter().map(|filter| filter.region(space)),
                space.levels,
            ),
        }
    }
}

impl<'a> KeySpace<'a> {
    fn parameter(&self, index: usize) -> Option<&'a Value<'static>> {
        self.parameters
            .get(index)
            .filter(|value| value.is_defined())
    }

    /// The value of an operand; `None` when it is not known.
    fn value<'o>(&self, operand: &'o Operand) -> Option<&'o Value<'static>>
    where
        'a: 'o,
    {
        match operand {
            Operand::Constant(value) => Some(value),
            Operand::Parameter(index) => self.parameter(*index),
        }
    }
}

/// The value of a key level that holds `value`; `None` for numbers that no document holds.
pub(crate) fn key_value(value: &Value<'_>) -> Option<PartitionKeyValue> {
    Some(match value {
        Value::Null => PartitionKeyValue::NULL,
        Value::Boolean(value) => PartitionKeyValue::from(*value),
        Value::Number(number) => match number.as_i64() {
            Some(0) if number.as_f64().is_sign_negative() => {
                PartitionKeyValue::try_from(-0.0).ok()?
            }
            Some(integer) => PartitionKeyValue::from(integer),
            None => PartitionKeyValue::try_from(number.as_f64()).ok()?,
        },
        Value::String(text) => PartitionKeyValue::from(&**text),
        Value::Undefined | Value::Array(_) | Value::Object(_) => PartitionKeyValue::UNDEFINED,
    })
}

/// The keys that equal a value; nothing equals undefined.
fn points(value: &Value<'_>) -> Option<Vec<Span>> {
    if !value.is_defined() {
        return Some(Vec::new());
    }
    key_value(value).map(|value| vec![Span::point(value)])
}

fn elements(value: &Value<'_>) -> Option<Vec<Span>> {
    let Some(array) = value.as_array() else {
        return Some(Vec::new());
    };
    array
        .iter()
        .map(|element| key_value(&element).map(Span::point))
        .collect()
}

fn magnitudes(value: &Value<'_>) -> Option<Vec<Span>> {
    let Some(number) = value.as_number().map(Number::as_f64) else {
        return Some(Vec::new());
    };
    if number < 0.0 {
        return Some(Vec::new());
    }
    [number, -number]
        .into_iter()
        .map(|number| PartitionKeyValue::try_from(number).ok().map(Span::point))
        .collect()
}

/// The one text that a pattern without wildcards is like.
fn pattern(value: &Value<'_>, escape: Option<char>) -> Option<Vec<Span>> {
    let Some(text) = value.as_str() else {
        return Some(Vec::new());
    };
    LikePattern::new(text, escape)
        .literal()
        .map(|text| vec![Span::point(text.into())])
}

/// The values of the same type that compare so with a value.
fn compared(operator: BinaryOperator, value: &Value<'_>) -> Option<Vec<Span>> {
    let (lowest, highest) = match value {
        Value::Null => {
            let null = || Edge::included(KeyBound::Value(PartitionKeyValue::NULL));
            (null(), null())
        }
        Value::Boolean(_) => (
            Edge::included(KeyBound::Value(false.into())),
            Edge::included(KeyBound::Value(true.into())),
        ),
        Value::Number(_) => (
            Edge::excluded(KeyBound::MinNumber),
            Edge::excluded(KeyBound::MaxNumber),
        ),
        Value::String(_) => (
            Edge::included(KeyBound::Value("".into())),
            Edge::excluded(KeyBound::MaxString),
        ),
        Value::Undefined | Value::Array(_) | Value::Object(_) => return Some(Vec::new()),
    };
    let bound = KeyBound::Value(key_value(value)?);
    let span = match operator {
        BinaryOperator::Less => Span::new(lowest, Edge::excluded(bound)),
        BinaryOperator::LessOrEqual => Span::new(lowest, Edge::included(bound)),
        BinaryOperator::Greater => Span::new(Edge::excluded(bound), highest),
        BinaryOperator::GreaterOrEqual => Span::new(Edge::included(bound), highest),
        _ => return None,
    };
    Some(span.into_iter().collect())
}

/// The strings that begin with a string.
fn prefixed(value: &Value<'_>) -> Vec<Span> {
    let Some(text) = value.as_str() else {
        return Vec::new();
    };
    let mut characters: Vec<char> = text.chars().collect();
    let mut above = KeyBound::MaxString;
    while let Some(last) = characters.pop() {
        let next = (u32::from(last) + 1..=u32::from(last) + 0x801).find_map(char::from_u32);
        if let Some(next) = next {
            characters.push(next);
            above = KeyBound::Value(characters.into_iter().collect::<String>().into());
            break;
        }
    }
    let low = Edge::included(KeyBound::Value(text.into()));
    Span::new(low, Edge::excluded(above)).into_iter().collect()
}
