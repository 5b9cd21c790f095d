//! One place that requests go to, with everything about it that is the same for each request.

use std::fmt;
use std::sync::Arc;

use cosmokit_protocol::wire::region::Region;

use crate::error::Result;
use crate::reference::AccountEndpoint;
use crate::routing::Gate;
use crate::transport::{Channel, Target, Transport};

/// The endpoint of a region, or of the whole account. It holds the way there: connections live as long as
/// something routes to it.
#[derive(Debug)]
pub(crate) struct RegionalEndpoint {
    region: Option<Region>,
    endpoint: AccountEndpoint,
    text: String,
    target: Target,
    channel: Channel,
    /// Before all requests.
    gate: Gate,
    /// Before writes.
    writes: Gate,
}

impl RegionalEndpoint {
    pub(crate) fn new(
        region: Option<Region>,
        endpoint: AccountEndpoint,
        transport: &Transport,
    ) -> Result<Arc<Self>> {
        let channel = transport.channel(&endpoint)?;
        let (text, target) = (endpoint.to_string(), Target::of(&endpoint));
        Ok(Arc::new(Self {
            region,
            endpoint,
            text,
            target,
            channel,
            gate: Gate::default(),
            writes: Gate::default(),
        }))
    }

    /// The region; `None` for the endpoint of the whole account.
    pub(crate) fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    pub(crate) fn endpoint(&self) -> &AccountEndpoint {
        &self.endpoint
    }

    /// Whether both are the same place.
    pub(crate) fn is_at(&self, other: &Self) -> bool {
        self.endpoint == other.endpoint
    }

    /// The gate before all requests: shut when it does not answer.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The gate before writes: shut when it refuses them.
    pub(crate) fn write_gate(&self) -> &Gate {
        &self.writes
    }

    /// The endpoint as a URL.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    pub(crate) fn channel(&self) -> &Channel {
        &self.channel
    }
}

impl fmt::Display for RegionalEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.region {
            Some(region) => write!(f, "{} ({})", self.text, region),
            None => f.write_str(&self.text),
        }
    }
}
