//! Conditions on documents, as far as indexes can answer them.

use cosmokit_protocol::resource::IndexPath;
use cosmokit_protocol::value::TypeRank;

use crate::value::{OrderKey, Value};

/// What is true of every document that passes a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// Nothing that an index could answer.
    Any,
    /// No document passes.
    Nothing,
    /// All of these.
    All(Vec<Self>),
    /// At least one of these.
    One(Vec<Self>),
    /// A condition on one path.
    Term(Term),
}

/// A condition on the values of one path.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// The path; ends with `/?`.
    pub path: IndexPath,
    /// The condition.
    pub test: Test,
    /// Whether the condition says all that the filter says.
    pub accuracy: Accuracy,
}

/// Whether a condition says as much as the part of the filter it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accuracy {
    /// Documents that fulfil it pass.
    Exact,
    /// Documents that fulfil it must still be looked at.
    Superset,
}

/// An end of a range of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The value.
    pub key: OrderKey,
    /// Whether it belongs to the range.
    pub included: bool,
}

/// What is asked of the values of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these scalars, sorted, without duplicates.
    Values(Vec<OrderKey>),
    /// Between two scalars of one type; a missing end is the end of the type.
    Between(Option<Edge>, Option<Edge>),
    /// A string that starts with this.
    Prefix(Box<str>),
    /// Any value.
    Defined,
    /// A value of one of these types.
    Types(Vec<TypeRank>),
    /// Something that the values themselves must be looked at for.
    Inspect,
    /// A text with all, or with any, of these terms.
    Words {
        /// The terms.
        terms: Vec<Box<str>>,
        /// Whether all of them are wanted.
        wanted: Wanted,
    },
    /// A geometry in some relation to another one.
    Shape {
        /// The function of the relation, in upper case.
        function: &'static str,
        /// The other geometry.
        geometry: Value<'static>,
        /// How far away it may be, in metres or in units of the plane; zero unless the relation is a distance.
        distance: f64,
    },
}

/// How many of several terms are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every one.
    All,
    /// One suffices.
    Any,
}

impl Predicate {
    /// All of some predicates, flat. One that says nothing leaves the others, which then no longer say everything.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        let mut complete = true;
        for part in parts {
            match part {
                Self::Any => complete = false,
                Self::Nothing => return Self::Nothing,
                Self::All(parts) => kept.extend(parts),
                other => kept.push(other),
            }
        }
        let all = match kept.len() {
            0 => return Self::Any,
            1 => kept.pop().unwrap_or(Self::Any),
            _ => Self::All(kept),
        };
        if complete { all } else { all.loosened() }
    }

    /// One of some predicates, flat.
    pub(super) fn one(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Any => return Self::Any,
                Self::Nothing => {}
                Self::One(parts) => kept.extend(parts),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Nothing,
            1 => kept.pop().unwrap_or(Self::Nothing),
            _ => Self::One(kept),
        }
    }

    /// The same, with every condition marked as one that must still be looked at.
    pub(super) fn loosened(self) -> Self {
        match self {
            Self::All(parts) => Self::All(parts.into_iter().map(Self::loosened).collect()),
            Self::One(parts) => Self::One(parts.into_iter().map(Self::loosened).collect()),
            Self::Term(term) => Self::Term(Term {
                accuracy: Accuracy::Superset,
                ..term
            }),
            other => other,
        }
    }

    /// The conditions, from left to right.
    pub fn terms(&self) -> Vec<&Term> {
        match self {
            Self::Any | Self::Nothing => Vec::new(),
            Self::All(parts) | Self::One(parts) => parts.iter().flat_map(Self::terms).collect(),
            Self::Term(term) => vec![term],
        }
    }
}
