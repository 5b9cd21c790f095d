//! Reads whose session asks for more than any region that was asked can show. Writes may go elsewhere since the
//! account was read last: then the region that takes them now is asked. Else the positions were lost by a forced
//! failover or never existed: a session that says so gives them up, and the read goes on without them.

use std::sync::Arc;

use super::Core;
use super::attempt::Attempted;
use super::prepare::Prepared;
use super::run::{End, Ended};
use crate::diagnostics::Recorder;
use crate::routing::Access;

impl Core {
    /// Attempts; once more where writes go by now, and once more without the positions that no region could show.
    pub(super) async fn run_in_session(
        self: &Arc<Self>,
        prepared: &Prepared<'_>,
        recorder: &mut Recorder,
    ) -> Ended {
        let mut ended = self.run(prepared, recorder).await;
        if is_unavailable(&ended) && Box::pin(self.writes_go_elsewhere(prepared)).await {
            ended = Box::pin(self.run(prepared, recorder)).await;
        }
        if !is_unavailable(&ended) || !prepared.gives_up_positions() {
            return ended;
        }
        tracing::warn!("no region can show what the session has seen; going on without it");
        Box::pin(self.run(prepared, recorder)).await
    }

    /// Reads the account again, if it was not read a moment ago, and tells whether another region takes writes now.
    async fn writes_go_elsewhere(self: &Arc<Self>, prepared: &Prepared<'_>) -> bool {
        let before = self.location.load().write_endpoint();
        self.refresh_account_for(prepared).await;
        !self.location.load().is_write_endpoint(&before)
    }
}

fn is_unavailable(ended: &Ended) -> bool {
    let Attempted::Answered(answer) = &ended.last else {
        return false;
    };
    ended.end == End::Failure && answer.status.is_read_session_not_available()
}

impl Prepared<'_> {
    /// Gives up the positions that this read has sent, if its session wants that; returns whether there were any.
    fn gives_up_positions(&self) -> bool {
        let Some(carried) = &self.carried else {
            return false;
        };
        let Some(session) = carried.session() else {
            return false;
        };
        if self.access != Access::Read || !session.drops_unavailable() {
            return false;
        }
        let sent = self.sent_ranges();
        let any = carried.tokens().lapse(|range| sent.contains(range));
        session.note_lapse(any);
        any
    }
}
