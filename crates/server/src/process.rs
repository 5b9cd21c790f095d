//! From a request to the engine's answer: route, authorize, decode, execute. What comes out is not
//! HTTP yet; the service makes it so.

use bytes::Bytes;
use cosmokit_engine::Topology;
use cosmokit_engine::request::Request as EngineRequest;
use cosmokit_engine::response::{Facts, Failure, Response as EngineResponse};
use cosmokit_protocol::id::link::Addressing;
use cosmokit_protocol::id::{IdError, ResourcePath};
use cosmokit_protocol::wire::region::Region;
use http::StatusCode;
use http::request::Parts;

use crate::account_document::account_document;
use crate::arrival::Arrival;
use crate::authorize::Signed;
use crate::endpoints::Dialled;
use crate::gateway_builder::{Front, Shared};
use crate::header::decode;
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
    /// From the request to the engine's answer: route, authorize, decode, execute.
    pub(crate) async fn process(
        &self,
        arrival: &Arrival,
        parts: &Parts,
        body: Bytes,
    ) -> Result<EngineResponse, Refused> {
        let path =
            ResourcePath::parse(parts.uri.path()).map_err(|error| unreadable_path(&error))?;
        let Route { operation, effect } = route(&path, &parts.method, &parts.headers)
            .map_err(|refused| Refused::NoSuchMethod(refused.allowed))?;
        if operation == Operation::Probe {
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
        let topology = self.shared.account.topology();
        let inputs = Inputs {
            path: &path,
            headers: &parts.headers,
            body,
        };
        let Some(verb) = verb(operation, inputs)? else {
            return Ok(ok(self.account_document(arrival, parts, &topology)));
        };
        let region = region(arrival, parts, &topology).ok_or_else(no_region)?;
        let options = decode::options(&parts.headers)?;
        let request = EngineRequest::new(verb).with_options(options);
        Ok(self.shared.account.execute(region, request).await?)
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

/// The region that the request is for.
fn region<'a>(arrival: &'a Arrival, parts: &Parts, topology: &'a Topology) -> Option<&'a Region> {
    if let Some(region) = &arrival.region {
        return Some(region);
    }
    let first = topology.regions().first().map(|entry| &entry.region);
    if topology.regions().len() < 2 {
        return first;
    }
    let dialled = Dialled::from_request(arrival.scheme, &parts.uri, &parts.headers);
    let mut regions = topology.regions().iter().map(|entry| &entry.region);
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
