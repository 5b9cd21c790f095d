//! What can go wrong with a query, and the bodies the service answers with.

use serde::Serialize;

use crate::syntax::{Diagnostic, Report};

/// Why a query is refused or stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The text does not follow the grammar or the rules of names, functions and groups.
    #[error("{}", first(.diagnostics))]
    Invalid {
        /// The text; places in it are meant by the diagnostics.
        text: Box<str>,
        /// Everything that is wrong, in the order the service reports it. Never empty.
        diagnostics: Vec<Diagnostic>,
    },
    /// The query is well formed, but cannot be planned or served.
    #[error("{0}")]
    Refused(Refusal),
    /// The query stopped while it ran.
    #[error(transparent)]
    Stopped(#[from] RunError),
}

/// Why a well-formed query cannot be planned or served; the texts are the service's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An aggregate is part of a larger expression at the top of the query.
    #[error("Compositions of aggregates and other expressions are not allowed.")]
    ComposedAggregates,
    /// Several ORDER BY keys without the composite index for them.
    #[error(
        "The order by query does not have a corresponding composite index that it can be served from."
    )]
    NoCompositeIndex,
    /// An ORDER BY key that a JOIN or an IN brings in.
    #[error("Order-by over correlated collections is not supported.")]
    CorrelatedOrderBy,
    /// ORDER BY on a path that the indexing policy leaves out.
    #[error("The index path corresponding to the specified order-by item is excluded.")]
    ExcludedOrderByPath,
    /// ORDER BY a distance needs TOP or LIMIT when partitions are merged.
    #[error(
        "The query contains a non streaming ORDER BY clause (VectorDistance or RANK) without TOP or OFFSET LIMIT. \
         Add TOP n or OFFSET o LIMIT n."
    )]
    UnboundedRanking,
    /// A parameter that TOP, OFFSET or LIMIT needs was not given, or is no count.
    #[error("The value of the parameter {0} must be a non-negative integer.")]
    CountParameter(Box<str>),
    /// A count that clients cannot hold.
    #[error("The count {0} is larger than 2147483647, the most that clients can merge.")]
    CountBeyondClients(u64),
    /// The client did not declare features that the query needs.
    #[error(
        "Query contains 1 or more unsupported features. Upgrade your SDK to a version that does support the requested \
         features:\n{0}"
    )]
    UnsupportedFeatures(Box<str>),
}

/// Why a running query stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The budget of steps ran empty.
    #[error(
        "The query exceeded its execution budget. Narrow its filter, or shorten what it does for each item."
    )]
    Budget,
    /// A scalar subquery gave more than one row.
    #[error("The cardinality of a scalar subquery result set cannot be greater than one.")]
    Cardinality,
    /// A value grew beyond the limit of bytes or elements.
    #[error("A value of the query exceeded the maximum size of {0} bytes.")]
    TooLarge(usize),
    /// What operators that collect rows may hold ran full.
    #[error("The query holds more than {0} rows in memory. Add a filter, TOP or LIMIT.")]
    TooManyRows(usize),
    /// A user-defined function is missing or failed.
    #[error("{0}")]
    UserFunction(Box<str>),
}

fn first(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

impl QueryError {
    /// A single complaint about a text.
    pub fn invalid(text: &str, diagnostic: Diagnostic) -> Self {
        Self::Invalid {
            text: text.into(),
            diagnostics: vec![diagnostic],
        }
    }

    /// The `message` of the service's error body: `Message: ` and [`to_body`](Self::to_body).
    pub fn to_message(&self) -> String {
        format!("Message: {}", self.to_body())
    }

    /// The JSON that stands inside the message of the service's error body.
    pub fn to_body(&self) -> String {
        #[derive(Serialize)]
        struct Reports<'a> {
            errors: Vec<Report<'a>>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Texts {
            errors: Vec<String>,
        }
        let body = match self {
            Self::Invalid { text, diagnostics } => serde_json::to_string(&Reports {
                errors: diagnostics.iter().map(|d| d.report(text)).collect(),
            }),
            other => serde_json::to_string(&Texts {
                errors: vec![other.to_string()],
            }),
        };
        body.unwrap_or_default()
    }
}
