//! A request meets the rules: what is known of it is put before them, and the part of a fault that lies before the
//! operation is acted out. What lies after it is for [`crate::reply`].

use std::sync::Arc;

use cosmokit_engine::request::ContainerAddress;
use cosmokit_protocol::id::{ResourcePath, ResourceType};
use cosmokit_protocol::wire::fault::{FaultAction, FaultMoment, FaultResponse, FaultTarget};
use http::HeaderMap;

use super::book::{FaultStage, LiveRule};
use crate::gateway_builder::Shared;
use crate::header::decode;
use crate::observe::Note;
use crate::pause::pause;

/// What a fault does instead of the operation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Forestalled {
    /// This is the answer.
    Answer(Box<FaultResponse>),
    /// The connection ends.
    Dropped,
    /// No answer comes.
    Silent,
    /// There is no connection to begin with.
    Refused,
}

/// Asks the rules, notes the one that strikes, waits as long as it says, and refuses the operation if it does.
///
/// # Errors
/// What happens instead of the operation.
pub(crate) async fn meet(
    shared: &Shared,
    note: &mut Note,
    path: &ResourcePath<'_>,
    headers: &HeaderMap,
) -> Result<(), Forestalled> {
    let Some(live) = find(shared, note, path, headers) else {
        return Ok(());
    };
    let effect = &live.rule.effect;
    if let Some(delay) = effect.delay {
        pause(delay).await;
    }
    let forestalled = match &effect.action {
        Some(FaultAction::Respond(answer)) => Some(Forestalled::Answer(Box::new(answer.clone()))),
        Some(FaultAction::DropConnection(FaultMoment::Before)) => Some(Forestalled::Dropped),
        Some(FaultAction::NoAnswer(FaultMoment::Before)) => Some(Forestalled::Silent),
        _ => None,
    };
    note.fault = Some(live);
    forestalled.map_or(Ok(()), Err)
}

fn find(
    shared: &Shared,
    note: &Note,
    path: &ResourcePath<'_>,
    headers: &HeaderMap,
) -> Option<Arc<LiveRule>> {
    let database = path.id_of(ResourceType::Databases);
    let container = path.id_of(ResourceType::Containers);
    let address = match (database, container) {
        (Some(database), Some(container)) => Some(ContainerAddress::new(database, container)),
        _ => None,
    };
    let names = address
        .as_ref()
        .and_then(|address| shared.account.names_of(address));
    let partition = match &address {
        Some(address) if shared.faults.asks_for_partition() => partition(shared, address, headers),
        _ => None,
    };
    // A container that does not exist can still be named by a rule.
    let (databases, containers) = match &names {
        Some(names) => (
            [
                Some(names.database.as_str()),
                Some(names.database_rid.as_str()),
            ],
            [
                Some(names.container.as_str()),
                Some(names.container_rid.as_str()),
            ],
        ),
        None => ([database, None], [container, None]),
    };
    let target = FaultTarget {
        region: note.region.as_ref(),
        operation: note.operation,
        database: databases,
        container: containers,
        partition: partition.as_deref(),
        headers,
    };
    shared
        .faults
        .strike(FaultStage::Request, &target, shared.account.now())
}

/// The range that the request names, or that its partition key lies in.
fn partition(shared: &Shared, address: &ContainerAddress, headers: &HeaderMap) -> Option<String> {
    if let Ok(Some(named)) = decode::partition_key_range_id(headers) {
        return Some(named);
    }
    let key = decode::partition_key(headers).ok().flatten()?;
    shared.account.range_of(address, &key)
}
