//! Tasks and threads that stay in the session. Whoever starts them owns them: these are tokio's own
//! functions with the session taken along.

use tokio::task::JoinHandle;

use super::{InSession as _, current, sync_scope};

/// [`tokio::spawn`], in the session of the task that runs now.
///
/// What the new task writes is carried on when it has finished before the answer's headers are sent; join it
/// for that. For work that outlives the request see [`UserSession::export`](crate::UserSession::export) and
/// [`UserSession::detached`](crate::UserSession::detached).
///
/// # Panics
/// Outside of a tokio runtime, as [`tokio::spawn`].
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    tokio::runtime::Handle::current().spawn(future.in_current_session())
}

/// [`tokio::task::spawn_blocking`], in the session of the task that runs now.
///
/// # Panics
/// Outside of a tokio runtime, as [`tokio::task::spawn_blocking`].
pub fn spawn_blocking<T: Send + 'static>(
    run: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    let session = current();
    tokio::task::spawn_blocking(move || match session {
        Some(session) => sync_scope(session, run),
        None => run(),
    })
}
