//! Why the service refuses a resource document with 400: one typed error for all of them.

/// What a resource document does wrong; the service answers each with 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The id is empty, too long, or holds a character that ids may not hold.
    #[error("the {resource} id {id:?} is not allowed: {reason}")]
    Id {
        /// The kind of resource.
        resource: &'static str,
        /// The id, cut to 64 characters.
        id: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A required property is missing or empty.
    #[error("the {resource} has no '{property}', which is required")]
    Missing {
        /// The kind of resource or policy.
        resource: &'static str,
        /// The property.
        property: &'static str,
    },
    /// A path cannot be parsed or is not allowed in this place.
    #[error("the {policy} path {path:?} is not allowed: {reason}")]
    Path {
        /// The policy that holds the path.
        policy: &'static str,
        /// The path as it was given.
        path: Box<str>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The same path stands twice where it may stand once.
    #[error("the {policy} path {path:?} is given more than once")]
    DuplicatePath {
        /// The policy that holds the path.
        policy: &'static str,
        /// The path.
        path: Box<str>,
    },
    /// There is more of something than the service takes.
    #[error("there are {found} {what}, and the limit is {limit}")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// There is less of something than the service takes.
    #[error("there are {found} {what}, and at least {limit} are required")]
    TooFew {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// The fewest that are allowed.
        limit: usize,
    },
    /// A number is outside its bounds.
    #[error("{what} is {found}, and must be between {min} and {max}")]
    OutOfRange {
        /// What the number means, with its unit.
        what: &'static str,
        /// The number.
        found: i64,
        /// The least allowed value.
        min: i64,
        /// The greatest allowed value.
        max: i64,
    },
    /// A number is not a multiple of its step.
    #[error("{what} is {found}, and must be a multiple of {step}")]
    NotAStep {
        /// What the number means, with its unit.
        what: &'static str,
        /// The number.
        found: u64,
        /// The step.
        step: u64,
    },
    /// A word is not among those that the property takes.
    #[error("'{word}' is not a value of {property}; it takes {known:?}")]
    UnknownWord {
        /// The property.
        property: &'static str,
        /// The word as it was given.
        word: Box<str>,
        /// The words it takes.
        known: &'static [&'static str],
    },
    /// Two parts of the document contradict each other.
    #[error("{0}")]
    Contradiction(Box<str>),
    /// A property cannot change after creation.
    #[error("'{property}' of a {resource} cannot change after creation")]
    Immutable {
        /// The kind of resource.
        resource: &'static str,
        /// The property.
        property: &'static str,
    },
}

impl Refusal {
    /// `Ok` when `found` is at most `limit`.
    pub(crate) fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), Self> {
        if found > limit {
            Err(Self::TooMany { what, found, limit })
        } else {
            Ok(())
        }
    }

    /// `Ok` when `found` is at least `limit`.
    pub(crate) fn at_least(what: &'static str, found: usize, limit: usize) -> Result<(), Self> {
        if found < limit {
            Err(Self::TooFew { what, found, limit })
        } else {
            Ok(())
        }
    }

    /// `Ok` when `found` lies between `min` and `max`, both included.
    pub(crate) fn within(
        what: &'static str,
        found: i64,
        bounds: std::ops::RangeInclusive<i64>,
    ) -> Result<(), Self> {
        if bounds.contains(&found) {
            return Ok(());
        }
        Err(Self::OutOfRange {
            what,
            found,
            min: *bounds.start(),
            max: *bounds.end(),
        })
    }
}
