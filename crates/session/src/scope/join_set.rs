//! `JoinSet`s whose tasks stay in the session.

use tokio::task::{AbortHandle, JoinSet};

use super::InSession as _;

/// Adds tasks to a [`JoinSet`] that stay in the session.
pub trait JoinSetExt<T> {
    /// [`JoinSet::spawn`], in the session of the task that runs now.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as [`JoinSet::spawn`].
    fn spawn_in_session(&mut self, future: impl Future<Output = T> + Send + 'static)
    -> AbortHandle;
}

impl<T: Send + 'static> JoinSetExt<T> for JoinSet<T> {
    fn spawn_in_session(
        &mut self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> AbortHandle {
        self.spawn(future.in_current_session())
    }
}
