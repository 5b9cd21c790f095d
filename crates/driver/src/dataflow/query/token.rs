//! Where a query goes on: the container, a fingerprint of the query and its scope, who planned it, and the state of
//! the merge.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cosmokit_protocol::partition::EpkRange;
use cosmokit_query::merge::Checkpoint;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{PlanSource, QueryRequest};
use crate::dataflow::ContinuationToken;
use crate::dataflow::continuation::unfit;
use crate::error::Result;

/// What tokens of queries begin with.
const KIND: &str = "cq1.";
const WHAT: &str = "a query";

/// The state of a query between two pages.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueryState {
    /// The container, by resource id: one that was created again is another.
    rid: String,
    /// Text, parameters and scope.
    query: String,
    pub(super) source: PlanSource,
    pub(super) place: Place,
}

/// How far a query has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Place {
    /// Behind a token of the service, under one partition key.
    Service(String),
    /// Between two rows of a merge.
    Merge(Box<Checkpoint>),
    /// It is to be begun.
    Start,
    /// Behind the last row.
    End,
}

/// What tells queries apart: text, parameters and scope.
pub(super) fn fingerprint(request: &QueryRequest, scope: &EpkRange) -> String {
    let mut hash = Sha256::new();
    if let Some(query) = &request.query {
        hash.update(query.to_bytes());
    }
    for bound in [scope.min(), scope.max()] {
        hash.update([0]);
        hash.update(bound.as_bytes());
    }
    let digest = hash.finalize();
    URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default())
}

impl QueryState {
    pub(super) fn new(rid: &str, query: String, source: PlanSource, place: Place) -> Self {
        Self {
            rid: rid.to_owned(),
            query,
            source,
            place,
        }
    }

    /// The token, unless it is larger than it may be.
    ///
    /// # Errors
    /// When it is too large, or cannot be written.
    pub(super) fn encode(&self, limit: u64) -> Result<ContinuationToken> {
        let token = ContinuationToken::encode(KIND, self)?;
        let size = token.as_str().len();
        if u64::try_from(size).is_ok_and(|size| size <= limit) {
            return Ok(token);
        }
        Err(unfit(format!(
            "the continuation token would have {size} bytes, and the limit is {limit}: the query has to \
             remember too much of what it has read; narrow it, or raise max_continuation_bytes"
        )))
    }

    /// Reads a token for a query of a container.
    ///
    /// # Errors
    /// When it is no token of a query, or one of another container, query or scope.
    pub(super) fn decode(token: &ContinuationToken, rid: &str, query: &str) -> Result<Self> {
        let state: Self = token.decode(KIND, WHAT)?;
        if state.rid != rid {
            return Err(unfit(format!(
                "the continuation token belongs to the container {}, and this one is {rid}: it was \
                 deleted and created again, or is another one",
                state.rid
            )));
        }
        if state.query != query {
            return Err(unfit(
                "the continuation token belongs to another query: text, parameters and scope must be those \
                 that it was made with",
            ));
        }
        Ok(state)
    }
}
