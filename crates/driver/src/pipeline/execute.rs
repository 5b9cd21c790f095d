//! One operation from beginning to end: prepare, attempt, and set right what attempts alone cannot: a container
//! that was created anew under its name (`recreated`), and a write that may have been applied before it was refused.

use std::pin::pin;
use std::sync::Arc;

use super::Core;
use super::call::Call;
use super::prepare::Prepared;
use super::run::{End, Ended};
use crate::diagnostics::Recorder;
use crate::error::Result;
use crate::operation::CosmosOperation;
use crate::response::CosmosResponse;
use crate::telemetry::{inside, operation_span};

impl Core {
    /// Runs one operation under a call, which says afterwards in which container it was done.
    pub(crate) async fn execute_under(
        self: &Arc<Self>,
        operation: &CosmosOperation,
        call: &mut Call,
    ) -> Result<CosmosResponse> {
        let span = operation_span(operation);
        let scope = self
            .telemetry
            .as_ref()
            .map(|telemetry| telemetry.operation(operation));
        let outcome = {
            let execution = pin!(self.execute_in_spans(operation, call));
            inside(execution, &span, scope.as_ref()).await
        };
        self.tell(&outcome, &span, scope.as_ref());
        outcome
    }

    async fn execute_in_spans(
        self: &Arc<Self>,
        operation: &CosmosOperation,
        call: &mut Call,
    ) -> Result<CosmosResponse> {
        let mut recorder = self.recorder(operation);
        match self.prepare(operation, call, &mut recorder).await {
            Ok(mut prepared) => {
                let permit = prepared.permit.take();
                let ended = self.run_and_settle(&prepared, &mut recorder).await;
                if let Some(permit) = permit {
                    recorder.waited_for_throughput(permit.waited);
                    permit.settle(recorder.charge());
                }
                if ended.doubts_container {
                    // Rare, and its future is big.
                    Box::pin(self.again_if_recreated(prepared, call, ended, recorder)).await
                } else {
                    let outcome = self.finish(&prepared, ended, recorder);
                    call.container = prepared.container;
                    outcome
                }
            }
            Err(error) => Err(self.unprepared(error, recorder)),
        }
    }

    /// Attempts, and settles what a write in a session was worth.
    pub(super) async fn run_and_settle(
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
}
