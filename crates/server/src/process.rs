//! From a request to the engine's answer: route, authorize, decode, execute. What comes out is not
//! HTTP yet; the service makes it so.

use bytes::Bytes;
use cosmokit_engine::request::{ReplicationDelay, Request as EngineRequest};
use cosmokit_engine::response::{Facts, Failure, Response as EngineResponse};
use cosmokit_engine::{OfflineMode, RegionStatus, Topology};
use cosmokit_protocol::id::link::Addressing;
use cosmokit_protocol::id::{IdError, ResourcePath};
use cosmokit_protocol::wire::region::Region;
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};

use crate::account_document::account_document;
use crate::arrival::Arrival;
use crate::authorize::Signed;
use crate::endpoints::Dialled;
use crate::fault::{Forestalled, LiveRule, meet};
use crate::gateway_builder::{Front, Shared};
use crate::header::decode;
use crate::observe::Note;
use crate::refusal;
use crate::route::{Operation, Route, route};
use crate::verb::{Inputs, verb};

/// Why a request got no answer from the engine, or the engine's own refusal.
#[derive(Debug)]
pub(crate) enum Refused {
    /// A status with its reason.
    Failure(Failure),
    /// A method that the resource does not have; these it has.
    NoSuchMethod(String),
    /// A fault on purpose happened instead.
    Forestalled(Forestalled),
}

/// Whether a request may run for longer than the thread that it arrived on has time: queries, and
/// scripts of users.
fn may_take_long(operation: Operation, headers: &HeaderMap) -> bool {
    match operation {
        Operation::QueryItems | Operation::ExecuteStoredProcedure => true,
        Operation::CreateItem
        | Operation::UpsertItem
        | Operation::ReplaceItem
        | Operation::DeleteItem => decode::names_triggers(headers),
        _ => false,
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// The gateway's state, borrowed for one request.
#[derive(Clone, Copy)]
pub(crate) struct Processor<'g> {
    pub(crate) shared: &'g Shared,
    pub(crate) front: &'g Front,
}

impl Processor<'_> {
    /// From the request to the engine's answer: route, authorize, meet faults, decode, execute. What becomes known on
    /// the way is noted.
    pub(crate) async fn process(
        &self,
        arrival: &Arrival,
        parts: &Parts,
        body: Bytes,
        note: &mut Note,
    ) -> Result<EngineResponse, Refused> {
        let topology = self.shared.account.topology();
        note.region = region_of(arrival, (&parts.uri, &parts.headers), &topology).cloned();
        if let Some(silence) = outage(note.region.as_ref(), &topology) {
            return Err(Refused::Forestalled(silence));
        }
        let path =
            ResourcePath::parse(parts.uri.path()).map_err(|error| unreadable_path(&error))?;
        let Route { operation, effect } = route(&path, &parts.method, &parts.headers)
            .map_err(|refused| Refused::NoSuchMethod(refused.allowed))?;
        note.operation = operation.name();
        if operation == Operation::Probe {
            self.meet_faults(&path, parts, note).await?;
            return Ok(ok(Bytes::new()));
        }
        let other_link = match path.addressing() {
            Addressing::Name => None,
            Addressing::Rid => Some(path.signing_link_by(Addressing::Name)),
        };
        let signed = Signed {
            method: &parts.method,
            resource_type: path.signing_resource_type(),
            link: &path.signing_link(),
            other_link: other_link.as_deref(),
        };
        self.shared
            .keys
            .authorize(signed, effect, &parts.headers, self.shared.account.clock())?;
        decode::check_api_version(&parts.headers)?;
        if body.len() > self.front.max_body_bytes {
            return Err(refusal::too_large(self.front.max_body_bytes).into());
        }
        self.meet_faults(&path, parts, note).await?;
        let headers = &parts.headers;
        if may_take_long(operation, headers) {
            let region = note.region.as_ref().ok_or_else(no_region)?;
            let delay = note.fault.as_deref().and_then(LiveRule::replication_delay);
            let heavy = self.heavy(region, (operation, &path, headers, &body), delay);
            return Ok(heavy.await?);
        }
        let path = &path;
        let inputs = Inputs {
            path,
            headers,
            body,
        };
        let Some(verb) = verb(operation, inputs)? else {
            return Ok(ok(self.account_document(arrival, parts, &topology)));
        };
        let region = note.region.as_ref().ok_or_else(no_region)?;
        let mut options = decode::options(&parts.headers)?;
        options.replication_delay = note.fault.as_deref().and_then(LiveRule::replication_delay);
        let request = EngineRequest::new(verb).with_options(options);
        Ok(self.shared.account.execute(region, request).await?)
    }

    /// A query, or what runs scripts.
    async fn heavy(
        &self,
        region: &Region,
        (operation, path, headers, body): (Operation, &ResourcePath<'_>, &HeaderMap, &Bytes),
        delay: Option<ReplicationDelay>,
    ) -> Result<EngineResponse, Failure> {
        let request = || {
            let body = body.clone();
            let inputs = Inputs {
                path,
                headers,
                body,
            };
            let verb = verb(operation, inputs)?.ok_or_else(no_region)?;
            let mut options = decode::options(headers)?;
            options.replication_delay.clone_from(&delay);
            options.triggers = decode::triggers(headers)?;
            Ok(EngineRequest::new(verb).with_options(options))
        };
        let account = &self.shared.account;
        Box::pin(self.shared.heavy.run(account, region, request)).await
    }

    /// Costs one load where there are no rules.
    async fn meet_faults(
        &self,
        path: &ResourcePath<'_>,
        parts: &Parts,
        note: &mut Note,
    ) -> Result<(), Refused> {
        if self.shared.faults.is_empty() {
            return Ok(());
        }
        Box::pin(meet(self.shared, note, path, &parts.headers))
            .await
            .map_err(Refused::Forestalled)
    }

    fn account_document(&self, arrival: &Arrival, parts: &Parts, topology: &Topology) -> Bytes {
        let dialled = Dialled::from_request(arrival.scheme, &parts.uri, &parts.headers);
        let name = self.shared.account.name();
        let document = account_document(name, topology, &self.front.endpoints, &dialled);
        serde_json::to_vec(&document)
            .expect("strings and numbers always serialize")
            .into()
    }
}

/// What an outage of the region makes of the request.
fn outage(region: Option<&Region>, topology: &Topology) -> Option<Forestalled> {
    match topology.find(region?)?.status {
        RegionStatus::Offline(OfflineMode::Refuse) => Some(Forestalled::Refused),
        RegionStatus::Offline(OfflineMode::BlackHole) => Some(Forestalled::Silent),
        RegionStatus::Online | RegionStatus::Draining => None,
    }
}

/// The region that the request is for.
pub(crate) fn region_of<'a>(
    arrival: &'a Arrival,
    (uri, headers): (&Uri, &HeaderMap),
    topology: &'a Topology,
) -> Option<&'a Region> {
    if let Some(region) = &arrival.region {
        return Some(region);
    }
    let first = topology.regions().first().map(|entry| &entry.region);
    if topology.all_regions().len() < 2 {
        return first;
    }
    let dialled = Dialled::from_request(arrival.scheme, uri, headers);
    // One that is being removed is found, and refused by the engine.
    let mut regions = topology.all_regions().iter().map(|entry| &entry.region);
    regions.find(|region| dialled.is_for(region)).or(first)
}

fn ok(body: Bytes) -> EngineResponse {
    EngineResponse {
        status: StatusCode::OK,
        body,
        facts: Facts::default(),
    }
}

fn unreadable_path(error: &IdError) -> Failure {
    match error {
        IdError::InvalidEncoding => refusal::bad_request(error.to_string()),
        _ => refusal::not_found(error.to_string()),
    }
}

fn no_region() -> Failure {
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "the account has no region")
}
