//! What a judge says.

use std::fmt;

use super::Guarantee;
use crate::history::Operation;

/// What a judge says of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// The guarantee explains everything that was seen.
    Holds {
        /// How many comparisons that rests on; 0 says that the history had nothing to judge.
        checked: usize,
    },
    /// It does not.
    Violated(Violation),
    /// The judge gave up, because the history leaves too many possibilities.
    Undecided {
        /// How far it got.
        why: String,
    },
}

/// How a guarantee is violated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What was promised.
    pub guarantee: Guarantee,
    /// What happened instead, for the first case that was found: the operations, and why they contradict.
    pub story: String,
    /// How many cases there are.
    pub count: usize,
}

impl Verdict {
    /// Whether the guarantee is violated.
    pub fn is_violated(&self) -> bool {
        matches!(self, Self::Violated(_))
    }

    /// Whether the guarantee holds and there was something to judge.
    pub fn holds_for_something(&self) -> bool {
        matches!(self, Self::Holds { checked } if *checked > 0)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Holds { checked } => write!(f, "holds ({checked} comparisons)"),
            Self::Violated(violation) => violation.fmt(f),
            Self::Undecided { why } => write!(f, "undecided: {why}"),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is violated", self.guarantee)?;
        if self.count > 1 {
            write!(f, " in {} places, the first of them", self.count)?;
        }
        write!(f, ":\n{}", self.story)
    }
}

/// Collects what a judge compares.
#[derive(Debug)]
pub(super) struct Findings {
    guarantee: Guarantee,
    checked: usize,
    count: usize,
    story: Option<String>,
}

impl Findings {
    pub(super) fn of(guarantee: Guarantee) -> Self {
        Self {
            guarantee,
            checked: 0,
            count: 0,
            story: None,
        }
    }

    /// Counts one comparison; when it is no good, `story` says why.
    pub(super) fn check(&mut self, good: bool, story: impl FnOnce() -> String) {
        self.checked += 1;
        if !good {
            self.count += 1;
            self.story.get_or_insert_with(story);
        }
    }

    pub(super) fn verdict(self) -> Verdict {
        match self.story {
            None => Verdict::Holds {
                checked: self.checked,
            },
            Some(story) => Verdict::Violated(Violation {
                guarantee: self.guarantee,
                story,
                count: self.count,
            }),
        }
    }
}

/// A story: operations, one per line, and why they contradict each other.
pub(super) fn story<'h>(
    operations: impl IntoIterator<Item = &'h Operation>,
    why: impl fmt::Display,
) -> String {
    let mut text = String::new();
    for operation in operations {
        text.push_str("  ");
        text.push_str(&operation.to_string());
        text.push('\n');
    }
    text.push_str("  => ");
    text.push_str(&why.to_string());
    text
}
