//! What routing reads on each request: the endpoints of an account in order of preference. Immutable; a new
//! account document makes the next one.

use std::sync::Arc;

use cosmokit_protocol::resource::{AccountProperties, AccountRegion};
use cosmokit_protocol::wire::consistency::{ConsistencyLevel, ReadConsistencyStrategy};
use cosmokit_protocol::wire::region::Region;

use super::RegionalEndpoint;
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::reference::AccountEndpoint;
use crate::routing::Access;
use crate::transport::Transport;

/// Regions that an account may have; the service has fewer than 100.
const MAX_REGIONS: usize = 200;

/// The endpoints of an account.
#[derive(Debug)]
pub(crate) struct Snapshot {
    properties: Arc<AccountProperties>,
    reads: Vec<Arc<RegionalEndpoint>>,
    writes: Vec<Arc<RegionalEndpoint>>,
    /// For writes of partitions that fail over by themselves: the write regions, then the others.
    write_order: Vec<Arc<RegionalEndpoint>>,
    /// For the account document: the endpoint that the account was named by, then those to read from.
    account: Vec<Arc<RegionalEndpoint>>,
}

impl Snapshot {
    /// An account of which nothing is known but its endpoint, and endpoints that may know more.
    pub(crate) fn unknown(
        global: &Arc<RegionalEndpoint>,
        backup: Vec<Arc<RegionalEndpoint>>,
    ) -> Self {
        Self {
            properties: Arc::default(),
            reads: vec![Arc::clone(global)],
            writes: vec![Arc::clone(global)],
            write_order: vec![Arc::clone(global)],
            account: std::iter::once(Arc::clone(global)).chain(backup).collect(),
        }
    }

    /// Routes by an account document. Endpoints that were in use before are used on, so their connections
    /// stay. An account that names no regions is one endpoint, `global`.
    ///
    /// # Errors
    /// When none of the endpoints that the document names can be used.
    pub(crate) fn new(
        properties: AccountProperties,
        preferred: &[Region],
        global: &Arc<RegionalEndpoint>,
        transport: &Transport,
        before: Option<&Self>,
    ) -> Result<Self> {
        let mut known: Vec<Arc<RegionalEndpoint>> = before
            .iter()
            .flat_map(|before| before.reads.iter().chain(&before.writes))
            .cloned()
            .collect();
        let mut resolve = |locations: &[AccountRegion], order: &[Region]| {
            let mut endpoints = resolve(locations, &mut known, transport)?;
            if endpoints.is_empty() {
                endpoints.push(Arc::clone(global));
            }
            let rank = |endpoint: &Arc<RegionalEndpoint>| {
                let place = endpoint
                    .region()
                    .and_then(|region| order.iter().position(|other| other == region));
                place.unwrap_or(usize::MAX)
            };
            endpoints.sort_by_key(rank);
            Ok::<_, CosmosError>(endpoints)
        };
        // With one write region the order is the account's; with several, the caller's wish counts.
        let write_order = if properties.enable_multiple_write_locations {
            preferred
        } else {
            &[]
        };
        let reads = resolve(&properties.readable_locations, preferred)?;
        let writes = resolve(&properties.writable_locations, write_order)?;
        let others = reads
            .iter()
            .filter(|read| !writes.iter().any(|write| write.is_at(read)));
        let write_order = writes.iter().chain(others).cloned().collect();
        let regional = reads.iter().filter(|endpoint| !endpoint.is_at(global));
        let account = std::iter::once(global).chain(regional).cloned().collect();
        Ok(Self {
            properties: Arc::new(properties),
            reads,
            writes,
            write_order,
            account,
        })
    }

    pub(crate) fn properties(&self) -> &Arc<AccountProperties> {
        &self.properties
    }

    /// Endpoints that an operation can use, best first; never empty.
    pub(crate) fn endpoints(&self, access: Access) -> &[Arc<RegionalEndpoint>] {
        match access {
            Access::Read => &self.reads,
            Access::Write => &self.writes,
            Access::Account => &self.account,
        }
    }

    /// All endpoints, those that take writes first; never empty.
    pub(crate) fn write_order(&self) -> &[Arc<RegionalEndpoint>] {
        &self.write_order
    }

    /// Whether partitions of this account fail over by themselves.
    pub(crate) fn partitions_fail_over(&self) -> bool {
        self.properties.enable_per_partition_failover_behavior && !self.has_multiple_write_regions()
    }

    /// Whether the service asks not to hedge.
    pub(crate) fn forbids_hedging(&self) -> bool {
        self.properties.disable_cross_regional_hedging == Some(true)
    }

    /// Whether it is the endpoint that takes writes.
    pub(crate) fn is_write_endpoint(&self, endpoint: &RegionalEndpoint) -> bool {
        self.writes
            .first()
            .is_some_and(|write| write.is_at(endpoint))
    }

    /// The endpoint that takes writes, the best of them.
    pub(crate) fn write_endpoint(&self) -> Arc<RegionalEndpoint> {
        self.writes
            .first()
            .map(Arc::clone)
            .expect("a snapshot has at least one endpoint of each kind")
    }

    /// Whether several regions take writes at the same time.
    pub(crate) fn has_multiple_write_regions(&self) -> bool {
        self.properties.enable_multiple_write_locations && self.writes.len() > 1
    }

    /// Whether reads by `strategy` see what their session has written.
    pub(crate) fn reads_in_session(&self, strategy: ReadConsistencyStrategy) -> bool {
        match strategy {
            ReadConsistencyStrategy::Session => true,
            ReadConsistencyStrategy::Default => {
                self.properties
                    .user_consistency_policy
                    .default_consistency_level
                    == ConsistencyLevel::Session
            }
            _ => false,
        }
    }
}

fn resolve(
    locations: &[AccountRegion],
    known: &mut Vec<Arc<RegionalEndpoint>>,
    transport: &Transport,
) -> Result<Vec<Arc<RegionalEndpoint>>> {
    let mut endpoints = Vec::with_capacity(locations.len().min(MAX_REGIONS));
    let mut refusal: Option<CosmosError> = None;
    for location in locations.iter().take(MAX_REGIONS) {
        match endpoint_of(location, known, transport) {
            Ok(endpoint) => {
                known.push(Arc::clone(&endpoint));
                endpoints.push(endpoint);
            }
            Err(error) => {
                tracing::warn!(region = location.name, %error, "the region's endpoint cannot be used");
                refusal = Some(error);
            }
        }
    }
    match refusal {
        Some(error) if endpoints.is_empty() => Err(CosmosError::builder()
            .with_kind(ErrorKind::Contract)
            .with_status(client::CONTRACT)
            .with_message(format!(
                "none of the account's regional endpoints can be used: {}",
                error.message()
            ))
            .with_source(error)
            .build()),
        _ => Ok(endpoints),
    }
}

fn endpoint_of(
    location: &AccountRegion,
    known: &[Arc<RegionalEndpoint>],
    transport: &Transport,
) -> Result<Arc<RegionalEndpoint>> {
    let endpoint: AccountEndpoint = location.database_account_endpoint.parse()?;
    let region = location.region();
    let same = known
        .iter()
        .find(|known| *known.endpoint() == endpoint && known.region() == Some(&region));
    match same {
        Some(known) => Ok(Arc::clone(known)),
        None => RegionalEndpoint::new(Some(region), endpoint, transport),
    }
}
