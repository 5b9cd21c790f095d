//! One operation from beginning to end: prepare, attempt, and set right what attempts alone cannot: a container
//! that was created anew under its name, and a write that may have been applied before it was refused.

use std::pin::pin;
use std::sync::Arc;

use cosmokit_protocol::wire::header;

use super::Core;
use super::prepare::Prepared;
use super::run::{End, Ended};
use crate::clock::Instant;
use crate::diagnostics::{ExecutionContext, Recorder};
use crate::error::Result;
use crate::operation::CosmosOperation;
use crate::options::OperationSettings;
use crate::response::CosmosResponse;
use crate::session::Session;
use crate::telemetry::{inside, operation_span};

impl Core {
    /// Runs one operation, in a session or in what all share, that must end by `deadline`.
    pub(crate) async fn execute_until(
        self: &Arc<Self>,
        operation: &CosmosOperation,
        settings: Arc<OperationSettings>,
        session: Option<Session>,
        deadline: Option<Instant>,
    ) -> Result<CosmosResponse> {
        let span = operation_span(operation);
        let scope = self
            .telemetry
            .as_ref()
            .map(|telemetry| telemetry.operation(operation));
        let outcome = {
            let execution = pin!(self.execute_in_spans(operation, settings, session, deadline));
            inside(execution, &span, scope.as_ref()).await
        };
        self.tell(&outcome, &span, scope.as_ref());
        outcome
    }

    async fn execute_in_spans(
        self: &Arc<Self>,
        operation: &CosmosOperation,
        settings: Arc<OperationSettings>,
        session: Option<Session>,
        deadline: Option<Instant>,
    ) -> Result<CosmosResponse> {
        let mut recorder = self.recorder(operation);
        let prepared = self
            .prepare(operation, settings, session.clone(), deadline)
            .await;
        match prepared {
            Ok(mut prepared) => {
                let permit = prepared.permit.take();
                let ended = self.run_and_settle(&prepared, &mut recorder).await;
                if let Some(permit) = permit {
                    recorder.waited_for_throughput(permit.waited);
                    permit.settle(recorder.charge());
                }
                if ended.doubts_container && is_bound_to_name(&prepared) {
                    // Rare, and its future is big.
                    Box::pin(self.again_if_recreated(prepared, session, ended, recorder)).await
                } else {
                    self.finish(&prepared, ended, recorder)
                }
            }
            Err(error) => Err(self.unprepared(error, recorder)),
        }
    }

    /// Attempts, and settles what a write in a session was worth.
    async fn run_and_settle(
        self: &Arc<Self>,
        prepared: &Prepared<'_>,
        recorder: &mut Recorder,
    ) -> Ended {
        let under_way = prepared.write_under_way();
        let mut ended = self.run_in_session(prepared, recorder).await;
        if ended.end == End::AmbiguousFailure {
            ended = Box::pin(self.read_back(prepared, ended, recorder)).await;
        }
        if let Some(under_way) = under_way.filter(|_| ended.end != End::AmbiguousFailure) {
            under_way.settle();
        }
        ended
    }

    /// Sees whether the name leads to another container by now, and if so does the operation there, once.
    async fn again_if_recreated(
        self: &Arc<Self>,
        prepared: Prepared<'_>,
        session: Option<Session>,
        ended: Ended,
        mut recorder: Recorder,
    ) -> Result<CosmosResponse> {
        let Some(before) = &prepared.container else {
            return self.finish(&prepared, ended, recorder);
        };
        self.containers
            .forget(before.reference().key(), before.rid());
        let settings = Arc::clone(&prepared.settings);
        let anew = self
            .prepare(prepared.operation, settings, session, prepared.deadline)
            .await;
        match anew {
            Ok(mut anew) if anew.container.as_ref().map(|c| c.rid()) != Some(before.rid()) => {
                tracing::info!(
                    container = before.reference().address().path.path(),
                    "the container was created anew; the operation is done there"
                );
                self.sessions.forget(before.rid());
                anew.context = ExecutionContext::OperationRetry;
                let ended = self.run_and_settle(&anew, &mut recorder).await;
                self.finish(&anew, ended, recorder)
            }
            // The same container, or none that can be read: what was answered counts.
            _ => self.finish(&prepared, ended, recorder),
        }
    }
}

/// Whether an operation is about whatever container has the name, rather than about a certain one: positions
/// and ids of the caller belong to the container that gave them.
fn is_bound_to_name(prepared: &Prepared<'_>) -> bool {
    let headers = prepared.operation.headers();
    let by_name = prepared
        .container
        .as_ref()
        .is_some_and(|container| container.reference().is_by_name());
    let of_one_container = [
        header::SESSION_TOKEN,
        header::CONTINUATION,
        header::PARTITION_KEY_RANGE_ID,
    ];
    by_name
        && !of_one_container
            .iter()
            .any(|name| headers.contains_key(name))
}
