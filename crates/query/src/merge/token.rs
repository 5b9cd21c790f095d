//! The envelope of continuation tokens: a version, the plan when it is worth keeping, and the state of the merge.
//!
//! | version | form |
//! |---|---|
//! | 0 | the state alone |
//! | 1.0 | `{"Version": "1.0", "SourceContinuationToken": state}` |
//! | 1.1 | `{"Version": "1.1", "QueryPlan": plan or null, "SourceContinuationToken": state}` |

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Checkpoint, MergeError};
use crate::plan::PartitionedQueryExecutionInfo;

/// A continuation token. Any version is read, the latest is written.
///
/// ```
/// use cosmokit_query::merge::ContinuationToken;
///
/// let token: ContinuationToken = r#"[{"token": "x"}]"#.parse()?;
/// assert_eq!(token.to_string(), r#"{"Version":"1.1","QueryPlan":null,"SourceContinuationToken":[{"token": "x"}]}"#);
/// # Ok::<(), cosmokit_query::merge::MergeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ContinuationToken {
    plan: Option<Box<PartitionedQueryExecutionInfo>>,
    state: Box<RawValue>,
}

/// The form of version 1.1.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Latest<'a> {
    version: &'static str,
    query_plan: &'a Option<Box<PartitionedQueryExecutionInfo>>,
    source_continuation_token: &'a RawValue,
}

/// Any form of version 1.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Versioned {
    version: String,
    #[serde(default)]
    query_plan: Option<Box<PartitionedQueryExecutionInfo>>,
    source_continuation_token: Box<RawValue>,
}

impl ContinuationToken {
    /// The token of a checkpoint; with a plan when resuming is to do without planning again.
    ///
    /// # Errors
    /// [`MergeError::Token`] when the checkpoint cannot be written.
    pub fn new(
        checkpoint: &Checkpoint,
        plan: Option<PartitionedQueryExecutionInfo>,
    ) -> Result<Self, MergeError> {
        let state = serde_json::value::to_raw_value(checkpoint)
            .map_err(|_| MergeError::Token("it cannot be written"))?;
        Ok(Self {
            plan: plan.map(Box::new),
            state,
        })
    }

    /// The plan, when the token carries one.
    pub fn plan(&self) -> Option<&PartitionedQueryExecutionInfo> {
        self.plan.as_deref()
    }

    /// The state as JSON text.
    pub fn state(&self) -> &str {
        self.state.get()
    }

    /// The state as a checkpoint.
    ///
    /// # Errors
    /// [`MergeError::Token`] when it was written by something else.
    pub fn checkpoint(&self) -> Result<Checkpoint, MergeError> {
        serde_json::from_str(self.state.get())
            .map_err(|_| MergeError::Token("its state is not one of a merge"))
    }
}

impl FromStr for ContinuationToken {
    type Err = MergeError;

    fn from_str(text: &str) -> Result<Self, MergeError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Marker {
            #[serde(rename = "Version")]
            _version: serde::de::IgnoredAny,
        }
        let broken = MergeError::Token("it is not in any known form");
        // Serde reads structs out of arrays, too.
        let versioned =
            text.trim_start().starts_with('{') && serde_json::from_str::<Marker>(text).is_ok();
        if !versioned {
            let state = serde_json::from_str(text).map_err(|_| broken)?;
            return Ok(Self { plan: None, state });
        }
        let token: Versioned = serde_json::from_str(text).map_err(|_| broken)?;
        match token.version.as_str() {
            "1.0" | "1.1" => Ok(Self {
                plan: token.query_plan,
                state: token.source_continuation_token,
            }),
            _ => Err(MergeError::Token("its version is not known")),
        }
    }
}

impl fmt::Display for ContinuationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let latest = Latest {
            version: "1.1",
            query_plan: &self.plan,
            source_continuation_token: &self.state,
        };
        f.write_str(&serde_json::to_string(&latest).map_err(|_| fmt::Error)?)
    }
}
