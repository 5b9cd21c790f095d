//! Containers that are gone while another has their name. What is about the name is done there, once; what belongs to
//! the one that is gone (positions, ranges, rows that were given, keys by another definition) is an error that says
//! so, because going on would mix two containers.

use std::sync::Arc;

use cosmokit_protocol::partition::PartitionKeyDefinition;
use cosmokit_protocol::status::{CosmosStatus, SubStatusCode};
use cosmokit_protocol::wire::header;

use super::Core;
use super::call::Call;
use super::prepare::Prepared;
use super::run::Ended;
use crate::cache::ResolvedContainer;
use crate::diagnostics::{ExecutionContext, Recorder};
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::operation::CosmosOperation;
use crate::options::OperationSettings;
use crate::response::CosmosResponse;

impl Core {
    /// Sees whether the name leads to another container by now, and if so does the operation there, once.
    pub(super) async fn again_if_recreated(
        self: &Arc<Self>,
        prepared: Prepared<'_>,
        call: &mut Call,
        ended: Ended,
        mut recorder: Recorder,
    ) -> Result<CosmosResponse> {
        let before = prepared.container.clone();
        let successor = match &before {
            Some(before) => self.successor_of(before, &prepared.settings).await,
            None => None,
        };
        let (Some(before), Some(successor)) = (before, successor) else {
            // The same container, or none that can be read: what was answered counts.
            return self.finish(&prepared, ended, recorder);
        };
        if let Some(session) = &call.session {
            session.forget(&self.account_key, before.shared_rid());
        }
        let belongs = call.container.is_some() || belongs_to_one_container(prepared.operation);
        if let Some(refusal) = gone(&before, &successor, prepared.operation, belongs) {
            let outcome = self.finish(&prepared, ended, recorder);
            return outcome.map_err(|error| refusal.told_by(error));
        }
        tracing::info!(
            container = before.reference().address().path.path(),
            "the container was created anew; the operation is done there"
        );
        let bound = Call {
            container: Some(successor),
            ..call.clone()
        };
        let anew = self
            .prepare(prepared.operation, &bound, &mut recorder)
            .await;
        let Ok(mut anew) = anew else {
            return self.finish(&prepared, ended, recorder);
        };
        anew.context = ExecutionContext::OperationRetry;
        let ended = self.run_and_settle(&anew, &mut recorder).await;
        let outcome = self.finish(&anew, ended, recorder);
        call.container = anew.container;
        outcome
    }

    /// The container that has the name of `before` by now, if it is another one.
    pub(crate) async fn successor_of(
        self: &Arc<Self>,
        before: &Arc<ResolvedContainer>,
        settings: &Arc<OperationSettings>,
    ) -> Option<Arc<ResolvedContainer>> {
        let reference = before.reference();
        if !reference.is_by_name() {
            return None;
        }
        self.containers.forget(reference.key(), before.rid());
        let resolve = self.resolve_container(reference, settings);
        let now = resolve.await.ok()?.value;
        if now.rid() == before.rid() {
            return None;
        }
        self.sessions.forget(before.rid());
        Some(now)
    }

    /// The error of a lookup that was made for `before`: when the container is gone, it says so.
    pub(super) async fn about_container(
        self: &Arc<Self>,
        error: CosmosError,
        before: &Arc<ResolvedContainer>,
        settings: &Arc<OperationSettings>,
    ) -> CosmosError {
        if !doubts_container(error.status()) {
            return error;
        }
        match Box::pin(self.successor_of(before, settings)).await {
            Some(_) => {
                Gone::Positions(before.reference().address().path.path().to_owned()).told_by(error)
            }
            None => error,
        }
    }
}

/// Whether an answer may mean that the container is another one by now.
pub(super) fn doubts_container(status: CosmosStatus) -> bool {
    let substatus = status.sub_status().map_or(0, SubStatusCode::value);
    matches!(
        (status.status_code().as_u16(), substatus),
        (400, 1024) | (410, 1000) | (404, 1003)
    )
}

/// Why an operation cannot be done in the container that has the name now.
#[derive(Debug)]
enum Gone {
    /// It goes on from somewhere, or is about certain ranges.
    Positions(String),
    /// Its key is one by another definition.
    Key(String),
}

fn gone(
    before: &ResolvedContainer,
    now: &ResolvedContainer,
    operation: &CosmosOperation,
    belongs: bool,
) -> Option<Gone> {
    let keyed = operation.partition_key().is_some();
    let positions = || Gone::Positions(before.reference().address().path.path().to_owned());
    other_key(before, now)
        .filter(|_| keyed)
        .or_else(|| belongs.then(positions))
}

fn other_key(before: &ResolvedContainer, now: &ResolvedContainer) -> Option<Gone> {
    let (old, new) = (
        before.partition_key_definition(),
        now.partition_key_definition(),
    );
    if means_the_same(old, new) {
        return None;
    }
    Some(Gone::Key(format!(
        "the container {} was deleted and created anew with another partition key: it was {}, it is {}; address \
         items by the new one",
        before.reference().address().path.path(),
        described(old),
        described(new)
    )))
}

/// The error for a part of a container that was told by its key, when the container that has the name now has keys
/// by another definition.
pub(crate) fn with_another_key(
    before: &ResolvedContainer,
    now: &ResolvedContainer,
    error: CosmosError,
) -> Option<CosmosError> {
    other_key(before, now).map(|gone| gone.told_by(error))
}

/// Whether keys by one definition are keys by the other; how they are hashed is the driver's affair.
fn means_the_same(a: &PartitionKeyDefinition, b: &PartitionKeyDefinition) -> bool {
    a.paths() == b.paths() && a.kind() == b.kind()
}

fn described(definition: &PartitionKeyDefinition) -> String {
    definition.paths().join(", ")
}

impl Gone {
    fn told_by(self, error: CosmosError) -> CosmosError {
        let message = match self {
            Self::Key(message) => message,
            Self::Positions(path) => format!(
                "the container {path} was deleted and created anew meanwhile; what was read, and session and \
                 continuation tokens, belong to the one that is gone: begin anew"
            ),
        };
        let told = CosmosError::builder()
            .with_kind(ErrorKind::ContainerRecreated)
            .with_status(client::RECREATED)
            .with_message(message);
        let told = match error.diagnostics() {
            Some(attempts) => told.with_diagnostics(attempts),
            None => told,
        };
        told.with_source(error).build()
    }
}

/// Whether an operation is about a certain container, rather than about whatever has the name: positions and ranges
/// of the caller belong to the container that gave them.
fn belongs_to_one_container(operation: &CosmosOperation) -> bool {
    let of_one_container = [
        header::SESSION_TOKEN,
        header::CONTINUATION,
        header::PARTITION_KEY_RANGE_ID,
    ];
    let headers = operation.headers();
    of_one_container
        .iter()
        .any(|name| headers.contains_key(name))
}
