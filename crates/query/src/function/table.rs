//! The registry.

use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use crate::expr::Host;
use crate::value::Value;

/// How a function is evaluated.
pub(crate) type Evaluate = for<'a> fn(&[Value<'a>], &Host<'_>) -> Value<'a>;

/// A built-in function.
pub struct Function {
    /// The name in upper case, as the documentation spells it.
    pub name: &'static str,
    pub(crate) arity: Arity,
    pub(crate) nullness: Nullness,
    /// Whether the result depends on the arguments alone.
    pub purity: Purity,
    /// What the documentation says about indexes.
    pub index_use: IndexUse,
    pub(crate) evaluate: Evaluate,
}

/// How many arguments a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arity {
    pub(crate) least: usize,
    /// `None`: any number.
    pub(crate) most: Option<usize>,
}

/// What an undefined argument does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nullness {
    /// The function is undefined.
    Strict,
    /// The function looks at it itself.
    Lenient,
}

/// What a result depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purity {
    /// On the arguments alone.
    Pure,
    /// On the arguments and on the query: its time.
    PerQuery,
    /// On more: two calls may differ.
    PerCall,
}

/// How a filter on the function can use an index, according to the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexUse {
    /// It cannot.
    None,
    /// By looking up single values.
    Seek,
    /// By reading one stretch of the range index.
    PreciseScan,
    /// By reading several stretches of the range index.
    ExpandedScan,
    /// By reading all values of the path in the index.
    FullScan,
    /// By some form of the range index.
    Range,
    /// By the full-text index.
    FullText,
    /// By the vector index.
    Vector,
    /// By the spatial index.
    Spatial,
}

impl Function {
    /// How many arguments a call may have; up to `usize::MAX` where there is no limit.
    pub fn argument_counts(&self) -> RangeInclusive<usize> {
        self.arity.least..=self.arity.most.unwrap_or(usize::MAX)
    }

    /// A pure function that is undefined when an argument is.
    pub(super) const fn strict(
        name: &'static str,
        arity: Arity,
        index_use: IndexUse,
        evaluate: Evaluate,
    ) -> Self {
        Self {
            name,
            arity,
            nullness: Nullness::Strict,
            purity: Purity::Pure,
            index_use,
            evaluate,
        }
    }

    /// A pure function that looks at undefined arguments itself.
    pub(super) const fn lenient(
        name: &'static str,
        arity: Arity,
        index_use: IndexUse,
        evaluate: Evaluate,
    ) -> Self {
        Self {
            name,
            arity,
            nullness: Nullness::Lenient,
            purity: Purity::Pure,
            index_use,
            evaluate,
        }
    }

    /// The function with another purity.
    pub(super) const fn with_purity(self, purity: Purity) -> Self {
        Self { purity, ..self }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Arity {
    /// This many arguments.
    pub(super) const fn exactly(count: usize) -> Self {
        Self {
            least: count,
            most: Some(count),
        }
    }

    /// From `least` to `most` arguments.
    pub(super) const fn between(least: usize, most: usize) -> Self {
        Self {
            least,
            most: Some(most),
        }
    }

    /// `least` arguments or more.
    pub(super) const fn at_least(least: usize) -> Self {
        Self { least, most: None }
    }

    /// Whether a call with this many arguments is fine.
    pub(crate) fn accepts(self, count: usize) -> bool {
        count >= self.least && self.most.is_none_or(|most| count <= most)
    }
}

/// "3", "1 to 2", "at least 2".
impl fmt::Display for Arity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.most {
            Some(most) if most == self.least => write!(f, "{most}"),
            Some(most) => write!(f, "{} to {most}", self.least),
            None => write!(f, "at least {}", self.least),
        }
    }
}

/// The tables, by family.
const TABLES: &[&[Function]] = &[
    super::math::TABLE,
    super::integer::TABLE,
    super::string::TABLE,
    super::search::TABLE,
    super::regular::TABLE,
    super::convert::TABLE,
    super::array::TABLE,
    super::set::TABLE,
    super::types::TABLE,
    super::date::TABLE,
    super::conditional::TABLE,
    super::spatial::TABLE,
    super::vector::TABLE,
    super::full_text::TABLE,
];

/// Every built-in function.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    TABLES.iter().copied().flatten()
}

/// The function of a name: in any case, with or without the underscores between words.
pub fn find(name: &str) -> Option<&'static Function> {
    static INDEX: LazyLock<HashMap<String, &'static Function>> = LazyLock::new(|| {
        functions()
            .map(|function| (key(function.name), function))
            .collect()
    });
    INDEX.get(&key(name)).copied()
}

/// Upper case, without underscores but a leading one: internal functions start with it.
fn key(name: &str) -> String {
    let (lead, rest) = name
        .strip_prefix('_')
        .map_or(("", name), |rest| ("_", rest));
    lead.chars()
        .chain(rest.chars().filter(|character| *character != '_'))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_in_every_spelling() {
        let mut seen = std::collections::HashSet::new();
        for function in functions() {
            assert!(
                seen.insert(key(function.name)),
                "{} is there twice",
                function.name
            );
            assert!(std::ptr::eq(
                find(&function.name.to_lowercase()).unwrap(),
                function
            ));
            assert!(
                function.arity.accepts(function.arity.least),
                "{}",
                function.name
            );
        }
        assert!(find("STRING_EQUALS").is_some());
        assert!(find("arraycontains").is_some());
        assert!(find("BADFUNC").is_none());
        assert!(
            find("FullTextWordCount").is_none(),
            "internal functions keep their underscore"
        );
    }

    #[test]
    fn arity_in_words() {
        assert_eq!(Arity::exactly(1).to_string(), "1");
        assert_eq!(Arity::between(1, 2).to_string(), "1 to 2");
        assert_eq!(Arity::at_least(2).to_string(), "at least 2");
    }
}
