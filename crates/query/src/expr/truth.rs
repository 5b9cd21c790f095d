//! Three-valued logic: true, false, and everything else, which is undefined.

use crate::value::Value;

/// What a value means to AND, OR, NOT and WHERE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    True,
    False,
    /// Undefined, or a value that is no boolean.
    Undefined,
}

impl Truth {
    /// False if one is false, true if both are true.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Undefined,
        }
    }

    /// True if one is true, false if both are false.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, _) | (_, Self::True) => Self::True,
            (Self::False, Self::False) => Self::False,
            _ => Self::Undefined,
        }
    }

    /// [`Truth::and`] of several; true of none.
    pub(crate) fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        truths.into_iter().fold(Self::True, Self::and)
    }

    /// [`Truth::or`] of several; false of none.
    pub(crate) fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        truths.into_iter().fold(Self::False, Self::or)
    }

    /// The opposite; undefined stays undefined.
    pub(crate) fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Undefined => Self::Undefined,
        }
    }

    /// [`Truth::not`] when an operator is written with NOT.
    pub(crate) fn negated(self, negation: crate::ast::Negation) -> Self {
        match negation {
            crate::ast::Negation::Plain => self,
            crate::ast::Negation::Not => self.not(),
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl From<&Value<'_>> for Truth {
    fn from(value: &Value<'_>) -> Self {
        value.as_bool().map_or(Self::Undefined, Self::from)
    }
}

impl From<Truth> for Value<'_> {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::True => Self::Boolean(true),
            Truth::False => Self::Boolean(false),
            Truth::Undefined => Self::Undefined,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Undefined};

    #[test]
    fn tables_of_the_documentation() {
        let check =
            |left: super::Truth, right: super::Truth, and: super::Truth, or: super::Truth| {
                assert_eq!(
                    (left.and(right), right.and(left)),
                    (and, and),
                    "{left:?} AND {right:?}"
                );
                assert_eq!(
                    (left.or(right), right.or(left)),
                    (or, or),
                    "{left:?} OR {right:?}"
                );
            };
        check(True, True, True, True);
        check(True, False, False, True);
        check(True, Undefined, Undefined, True);
        check(False, False, False, False);
        check(False, Undefined, False, Undefined);
        check(Undefined, Undefined, Undefined, Undefined);
        assert_eq!(
            [True.not(), False.not(), Undefined.not()],
            [False, True, Undefined]
        );
    }
}
