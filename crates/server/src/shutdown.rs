//! The one signal that ends a server, and the tasks that end with their owner.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinSet;

/// Tells a server to stop accepting and to drain; cheap to clone and to send to a signal handler.
#[derive(Debug, Clone)]
pub struct ShutdownHandle(watch::Sender<bool>);

impl ShutdownHandle {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Begins the shutdown; calling it again does nothing.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether the shutdown has begun.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    pub(crate) fn subscribe(&self) -> ShutdownSignal {
        ShutdownSignal(self.0.subscribe())
    }
}

/// Hears a shutdown.
#[derive(Debug, Clone)]
pub(crate) struct ShutdownSignal(watch::Receiver<bool>);

impl ShutdownSignal {
    /// Waits until the shutdown begins, or until nobody can begin one any more.
    ///
    /// # Cancel safety
    /// Safe: a begun shutdown is seen by every later call.
    pub(crate) async fn begun(&mut self) {
        // An error means the handle and the server are gone, which is a shutdown too.
        let _ = self.0.wait_for(|begun| *begun).await;
    }

    /// Whether the shutdown has begun, without waiting.
    pub(crate) fn has_begun(&self) -> bool {
        *self.0.borrow()
    }
}

/// Runs the streams of one HTTP/2 connection; they are aborted with the connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct StreamTasks(Arc<Mutex<JoinSet<()>>>);

impl<F> hyper::rt::Executor<F> for StreamTasks
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, stream: F) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Finished streams are taken out here, so that the set stays as small as the concurrency.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            stream.await;
        });
    }
}

#[cfg(test)]
mod tests {
    use hyper::rt::Executor as _;

    use super::*;

    #[tokio::test]
    async fn everyone_hears_it_even_late() {
        let handle = ShutdownHandle::new();
        let mut early = handle.subscribe();
        assert!(!early.has_begun());
        handle.begin();
        handle.begin();
        early.begun().await;
        handle.subscribe().begun().await;
        assert!(handle.has_begun());
    }

    #[tokio::test]
    async fn a_lost_handle_is_a_shutdown() {
        let mut signal = ShutdownHandle::new().subscribe();
        signal.begun().await;
    }

    #[tokio::test]
    async fn streams_end_with_their_owner() {
        let tasks = StreamTasks::default();
        let witness = Arc::new(());
        let held = Arc::clone(&witness);
        tasks.execute(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&witness), 2);
        drop(tasks);
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&witness), 1);
    }
}
