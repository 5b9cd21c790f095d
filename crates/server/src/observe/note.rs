//! What becomes known of a request on its way through the gateway, and how it came out.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_engine::response::{Facts, Failure};
use cosmokit_protocol::status::SubStatusCode;
use cosmokit_protocol::wire::fault::FaultOperationType;
use cosmokit_protocol::wire::region::Region;
use http::StatusCode;

use crate::fault::LiveRule;

/// Filled in on the way.
#[derive(Debug)]
pub(crate) struct Note {
    /// What the request wants done; [`FaultOperationType::Other`] until the route is known.
    pub(crate) operation: FaultOperationType,
    /// The region that it is for.
    pub(crate) region: Option<Region>,
    /// The rule that struck it.
    pub(crate) fault: Option<Arc<LiveRule>>,
}

impl Default for Note {
    fn default() -> Self {
        Self {
            operation: FaultOperationType::Other,
            region: None,
            fault: None,
        }
    }
}

/// How a request came out.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The status of its answer; `None` when it got none, on purpose.
    pub(crate) status: Option<StatusCode>,
    /// Why it was refused, by the engine, the gateway or a fault.
    pub(crate) refusal: Option<Failure>,
    /// What the headers of a successful answer say.
    pub(crate) facts: Facts,
    /// From the complete request to the answer.
    pub(crate) duration: Duration,
}

impl Ended {
    /// What the headers of the answer say.
    pub(crate) fn facts(&self) -> &Facts {
        self.refusal.as_ref().map_or(&self.facts, Failure::facts)
    }

    /// The substatus of a refusal.
    pub(crate) fn substatus(&self) -> Option<SubStatusCode> {
        self.refusal.as_ref().and_then(Failure::substatus)
    }

    /// What it cost in request units.
    pub(crate) fn charge(&self) -> f64 {
        self.facts().charge.value()
    }
}
