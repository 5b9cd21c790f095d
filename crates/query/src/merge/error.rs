//! What can go wrong while answers are merged.

/// Why answers cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// A row is not in the form that the rewritten query asks for.
    #[error("a row of a rewritten query is not in its form: {0}")]
    Row(&'static str),
    /// A page was given for a source that is not there, or has no more pages.
    #[error("no page of source {0} was asked for")]
    UnknownSource(u32),
    /// More is held in memory than is allowed.
    #[error(
        "merging holds more than {limit} {what}; narrow the query, add TOP or LIMIT, or raise the limit"
    )]
    TooMuch {
        /// What is held.
        what: &'static str,
        /// The limit that was crossed.
        limit: usize,
    },
    /// A range was split while rows of one of its pages were given already, so that nobody can tell which ones are left.
    #[error(
        "a range was split in the middle of a page that was resumed; run the query again from its start"
    )]
    SplitInsidePage,
    /// The plan asks for a combination that this version does not merge.
    #[error("the plan cannot be merged: {0}")]
    Plan(&'static str),
    /// A continuation token is broken, or belongs to another query.
    #[error("the continuation token cannot be read: {0}")]
    Token(&'static str),
}
